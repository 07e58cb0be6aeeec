package live

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
	"spoor/web/scene"
)

const second = int64(1e9)

// clos gives a static topology of leaves and spines, each leaf with a link to each
// spine, in sFlow-RT's form.
func clos(leaves, spines int) string {
	var nodes, links []string
	ports := func(n, from int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"p%d":{"ifindex":%d}`, from+i, from+i)
		}
		return strings.Join(list, ",")
	}
	for s := range spines {
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"10.254.%d.%d","ports":{%s}}`, s+1, s/250, s%250+1, ports(leaves, 1)))
	}
	for l := range leaves {
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"10.255.%d.%d","ports":{%s}}`, l+1, l/250, l%250+1, ports(spines, 101)))
		for s := range spines {
			links = append(links, fmt.Sprintf(`"%d-%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"}`, l, s, l+1, 101+s, s+1, l+1))
		}
	}
	return fmt.Sprintf(`{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ","))
}

// rig is a picture over an engine that knows a fabric and whose clock the test moves.
type rig struct {
	tb     testing.TB
	live   *Live
	engine *analytics.Engine
	feed   *analytics.Feed
	now    int64
	port   uint16 // of the elephant's sender, 0: 40000
}

func newRig(tb testing.TB, leaves, spines int) *rig {
	tb.Helper()
	given, err := topology.ParseStatic([]byte(clos(leaves, spines)))
	if err != nil {
		tb.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Topology.Static, cfg.Topology.Speeds = given, []topology.Speed{{Bps: 100e6}}
	r := &rig{tb: tb, live: New(scene.Head{Collector: "test", Version: "1"}), now: 1_800_000_000 * second}
	if r.engine, err = analytics.New(cfg, r.live); err != nil {
		tb.Fatal(err)
	}
	r.feed = r.engine.Feed()
	r.live.Connect(Source{Engine: r.engine, Health: func([]Silent) []byte { return []byte(`{"flows":0}`) }})
	return r
}

// poll gives the counters of a port after a second of so many bits a second each way.
func (r *rig) poll(agent flow.Addr, ifIndex uint32, octets uint64, up bool) {
	c := flow.Counters{Agent: agent, Received: r.now, SourceIndex: ifIndex, Records: flow.HasIf}
	c.If.Index, c.If.Speed, c.If.InOctets, c.If.OutOctets, c.If.Status = ifIndex, 100e6, octets, octets, 3
	if !up {
		c.If.Status = 1
	}
	r.feed.Counters(&c)
}

func (r *rig) second() {
	for range 10 {
		r.now += second / 10
		r.feed.Flush()
		r.engine.Tick(r.now)
	}
	r.live.Second()
}

// elephant gives samples of a flow from leaf1 to leaf2 over a spine for a second.
func (r *rig) elephant(spine int) {
	for range 60 {
		for _, hop := range [][4]uint32{{0, 1, uint32(100 + spine), 64}, {uint32(spine), 1, 2, 63}, {0, uint32(100 + spine), 1, 62}} {
			agent := flow.AddrFrom4([4]byte{10, 255, 0, 1})
			if hop[3] == 62 {
				agent = flow.AddrFrom4([4]byte{10, 255, 0, 2})
			} else if hop[0] != 0 {
				agent = flow.AddrFrom4([4]byte{10, 254, 0, byte(hop[0])})
			}
			r.sample(agent, hop[1], hop[2], uint8(hop[3]), false)
		}
		r.now += second / 60
	}
	r.now -= second
}

func (r *rig) sample(agent flow.Addr, in, out uint32, ttl uint8, back bool) {
	s := &flow.Sample{
		Agent: agent, SamplingRate: 100, EffectiveRate: 100, FrameLength: 1514, Received: r.now, Time: r.now, NotBefore: r.now - second/10,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: out},
	}
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40000, DstPort: 5201, Proto: flow.ProtoUDP}
	if r.port != 0 {
		k.SrcPort = r.port
	}
	if back {
		k = k.Reverse()
	}
	s.Packet = flow.Packet{Key: k, TTL: ttl, SrcMAC: 0x020000000001, DstMAC: 0x020000000002}
	s.FlowID, s.Exchange = s.Packet.Key.ID(), s.Packet.Key.Exchange()
	r.feed.Take(s, new(flow.Labels))
}

// picture gives the whole message of now.
func (r *rig) picture() map[string]any {
	r.tb.Helper()
	f := r.live.Latest()
	var m map[string]any
	if err := json.Unmarshal(r.live.full(nil, f, f.Use), &m); err != nil {
		r.tb.Fatal(err)
	}
	return m
}

func TestPicture(t *testing.T) {
	r := newRig(t, 3, 2)
	leaf1 := flow.AddrFrom4([4]byte{10, 255, 0, 1})
	octets := uint64(0)
	r.sample(flow.AddrFrom4([4]byte{10, 255, 0, 2}), 1, 101, 64, true) // the receiver is heard once
	for range 4 {
		octets += 6_250_000 // 50 Mbit/s
		r.poll(leaf1, 101, octets, true)
		r.elephant(1)
		r.second()
	}
	f := r.live.Latest()
	i := f.Fabric.Link("10.255.0.1/101")
	if i < 0 || f.Fabric.Link("10.254.0.1/1") != i {
		t.Fatalf("links: %+v", f.Fabric.Links)
	}
	if l := f.Fabric.Links[i]; f.Fabric.Nodes[l.A].Name != "leaf1" || f.Fabric.Nodes[l.B].Name != "spine1" || l.Speed != 100e6 {
		t.Errorf("%+v", l)
	}
	if u := f.Use[2*i]; u < 450 || u > 800 {
		t.Errorf("50 Mbit/s of 100 are %d per mille", u)
	}
	if j := f.Fabric.Link("10.255.0.3/101"); f.Use[2*j] != -1 {
		t.Errorf("a link of which nothing is known carries %d per mille", f.Use[2*j])
	}
	if len(f.Elephants) != 1 || !f.Elephants[0].Message.Active || f.Elephants[0].Rate.Bits < 20e6 {
		t.Fatalf("%+v", f.Elephants)
	}
	m := r.picture()
	if e := m["e"].([]any)[0].(map[string]any); e["slot"] != 0.0 || len(e["rates"].([]any)) == 0 || e["path"] == nil {
		t.Errorf("%v", e)
	}
	if n := m["nodes"].([]any); len(n) != 7 {
		t.Errorf("%d nodes: %v", len(n), n)
	}
}

// TestMove: a path that moves is in the next message, with where it came from.
func TestMove(t *testing.T) {
	r := newRig(t, 3, 2)
	r.sample(flow.AddrFrom4([4]byte{10, 255, 0, 2}), 1, 101, 64, true)
	for range 4 {
		r.elephant(1)
		r.second()
	}
	path := func() string {
		e := r.picture()["e"].([]any)[0].(map[string]any)
		return fmt.Sprint(e["path"].(map[string]any)["switches"], len(e["moves"].([]any)))
	}
	if got := path(); got != "[leaf1 spine1 leaf2] 0" {
		t.Fatal(got)
	}
	for range 3 {
		r.elephant(2)
		r.second()
	}
	if got := path(); got != "[leaf1 spine2 leaf2] 1" {
		t.Error(got)
	}
	id := r.live.Elephants(0)[0].Message.Alert[:16]
	var n uint64
	if _, err := fmt.Sscanf(id, "%x", &n); err != nil {
		t.Fatal(err)
	}
	if moves := string(r.live.Moves(n, math.MaxInt64)); !strings.Contains(moves, `"from":["leaf1","spine1","leaf2"],"to":["leaf1","spine2","leaf2"]`) {
		t.Error(moves)
	}
	then := string(r.live.State(r.now/second - 4))
	if !strings.Contains(then, `"switches":["leaf1","spine1","leaf2"]`) || strings.Contains(then, `"spine2","leaf2"],"hops"`) {
		_, elephants, _ := strings.Cut(then, `"e":`)
		t.Errorf("four seconds ago it was elsewhere: %.900s", elephants)
	}
}

// TestManySilent: where one alert tells of many silent switches, each of them is still known to be silent.
func TestManySilent(t *testing.T) {
	r := newRig(t, 4, 1)
	var told []Silent
	r.live.Connect(Source{Engine: r.engine, Health: func(silent []Silent) []byte { told = silent; return []byte(`{}`) }})
	list := make([]analytics.AgentHealth, 4)
	for i := range list {
		list[i].Addr = flow.AddrFrom4([4]byte{10, 255, 0, byte(1 + i)})
	}
	heard := 4
	for range 100 {
		for i := range list[:heard] {
			list[i].Heard = r.now
		}
		r.engine.Agents(list)
		r.second()
		heard = 1
	}
	if len(told) != 3 || told[0].Switch != "leaf2" || told[0].Agent != "10.255.0.2" || told[0].Since < 1_800_000_000 {
		t.Errorf("silent: %+v", told)
	}
	if n := r.live.Latest().Fabric.Nodes; n[slices.IndexFunc(n, func(x scene.Node) bool { return x.Name == "leaf4" })].State != scene.Silent {
		t.Errorf("leaf4 is not drawn as silent: %+v", n)
	}
}

func TestPortDown(t *testing.T) {
	r := newRig(t, 2, 2)
	leaf1 := flow.AddrFrom4([4]byte{10, 255, 0, 1})
	for i := range uint64(3) {
		r.poll(leaf1, 101, i*1000, true)
		r.second()
	}
	state := func() scene.LinkState {
		f := r.live.Latest().Fabric
		return f.Links[f.Link("10.255.0.1/101")].State
	}
	before := r.live.Latest().Fabric
	if state() != scene.Up {
		t.Fatal(state())
	}
	r.second()
	if r.live.Latest().Fabric != before {
		t.Error("the fabric was made anew though nothing changed")
	}
	r.poll(leaf1, 101, 4000, false)
	r.second()
	r.second()
	if state() != scene.Down {
		t.Error(state())
	}
	r.poll(leaf1, 101, 5000, true)
	r.second()
	r.second()
	if state() != scene.Up {
		t.Error(state())
	}
}

func TestStandingClock(t *testing.T) {
	r := newRig(t, 2, 2)
	r.live.Second() // before the first tick there is nothing to show
	if r.live.Latest() != nil || r.live.State(1) != nil || r.live.Elephants(0) != nil {
		t.Error("a picture of nothing")
	}
	r.second()
	f := r.live.Latest()
	r.live.Second()
	if r.live.Latest() != f {
		t.Error("a second was shown twice")
	}
}

// events reads a stream of server-sent events.
type events struct {
	tb   testing.TB
	scan *bufio.Scanner
}

func newEvents(tb testing.TB, body io.Reader) *events {
	tb.Helper()
	s := bufio.NewScanner(body)
	s.Buffer(nil, 16<<20)
	return &events{tb, s}
}

// next gives the name and the data of the next event.
func (e *events) next() (name string, data map[string]any) {
	e.tb.Helper()
	for e.scan.Scan() {
		switch line := e.scan.Text(); {
		case strings.HasPrefix(line, "event: "):
			name = line[7:]
		case strings.HasPrefix(line, "data: "):
			if err := json.Unmarshal([]byte(line[6:]), &data); err != nil {
				e.tb.Fatal(err)
			}
		case line == "" && name != "":
			return name, data
		}
	}
	e.tb.Fatal("the stream ended: ", e.scan.Err())
	return "", nil
}

func TestStream(t *testing.T) {
	r := newRig(t, 2, 2)
	r.second()
	srv := httptest.NewServer(http.HandlerFunc(r.live.Events))
	defer srv.Close()
	plain, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	plain.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultClient.Do(plain)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if h := resp.Header; resp.StatusCode != http.StatusOK || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" || h.Get("X-Accel-Buffering") != "no" {
		t.Errorf("%d %v", resp.StatusCode, h) // no proxy may hold it back
	}
	a := newEvents(t, resp.Body)
	if name, m := a.next(); name != "full" || m["n"] != 1.0 {
		t.Fatal(name, m)
	}
	r.second()
	if name, m := a.next(); name != "d" || m["n"] != 2.0 {
		t.Fatal(name, m)
	}
	// One that joins later, compressed: its stream begins in the midst of the shared one.
	late := plain.Clone(t.Context())
	late.Header.Set("Accept-Encoding", "gzip")
	resp2, err := (&http.Transport{DisableCompression: true}).RoundTrip(late)
	if err != nil {
		t.Fatal(err)
	}
	defer resp2.Body.Close()
	if resp2.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal(resp2.Header)
	}
	z, err := gzip.NewReader(resp2.Body)
	if err != nil {
		t.Fatal(err)
	}
	b := newEvents(t, z)
	if name, m := b.next(); name != "full" || m["n"] != 2.0 {
		t.Fatal(name, m)
	}
	for n := 3.0; n < 6; n++ {
		r.second()
		for _, e := range []*events{a, b} {
			if name, m := e.next(); name != "d" || m["n"] != n {
				t.Fatal(name, m)
			}
		}
	}
	if s := r.live.Stats(); s.Pages != 2 || s.Opened != 2 || s.Dropped != 0 || s.Messages != 6 || s.Last < 50 || s.Bytes < 6*50 {
		t.Errorf("%+v", s)
	}
}

// TestSlowReaderIsDropped: who does not read loses its place; the others do not notice.
func TestSlowReaderIsDropped(t *testing.T) {
	r := newRig(t, 2, 2)
	r.second()
	h := r.live.hub
	slow, quick := h.open(r.live.full), h.open(r.live.full)
	<-quick.queue
	for i := range 2 * backlog {
		r.second()
		if m, ok := <-quick.queue; !ok || len(m.plain) == 0 {
			t.Fatalf("the quick reader was dropped after %d messages", i)
		}
	}
	if s := h.count(); s.Pages != 1 || s.Dropped != 1 {
		t.Errorf("%+v", s)
	}
	n := 0
	for range slow.queue {
		n++
	}
	if n != backlog {
		t.Errorf("%d messages waited for the slow reader", n)
	}
	h.leave(slow) // it may be told twice
	h.leave(quick)
	if h.count().Pages != 0 {
		t.Error("a page that left is still there")
	}
}

func TestBoundsOfPages(t *testing.T) {
	r := newRig(t, 2, 2)
	w := httptest.NewRecorder()
	gone, cancel := context.WithCancel(t.Context())
	cancel() // it does not wait for the first picture
	r.live.Events(w, httptest.NewRequestWithContext(gone, http.MethodGet, "/", http.NoBody))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("before there is a picture: %d", w.Code)
	}
	r.second()
	for range maxPages {
		if r.live.hub.open(r.live.full) == nil {
			t.Fatal("refused too early")
		}
	}
	if r.live.hub.open(r.live.full) != nil {
		t.Error("there is no bound")
	}
	r.live.hub.close()
	if r.live.hub.open(r.live.full) != nil || r.live.hub.count().Pages != 0 {
		t.Error("a closed hub lets pages in")
	}
}

func TestRunEnds(t *testing.T) {
	r := newRig(t, 2, 2)
	r.second()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.live.Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

func TestNatural(t *testing.T) {
	for _, c := range [][2]string{{"leaf2", "leaf10"}, {"a", "b"}, {"leaf", "leaf1"}, {"a1b2", "a1b10"}, {"", "a"}, {"1", "a"}} {
		if natural(c[0], c[1]) >= 0 || natural(c[1], c[0]) <= 0 || natural(c[0], c[0]) != 0 {
			t.Errorf("%q and %q", c[0], c[1])
		}
	}
}
