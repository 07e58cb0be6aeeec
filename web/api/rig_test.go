package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/doctor"
	"spoor/topology"
	"spoor/web/api"
	"spoor/web/live"
	"spoor/web/scene"
)

const second = int64(1e9)

// rig is an API over an engine that knows two leaves and a spine, with an elephant
// from 10.1.1.1 to 10.2.1.1 and ten mice.
type rig struct {
	t      *testing.T
	mux    *http.ServeMux
	engine *analytics.Engine
	feed   *analytics.Feed
	live   *live.Live
	now    int64
}

const fabric = `{"nodes":{
 "leaf1":{"agent":"10.255.0.1","ports":{"swp1":{"ifindex":1},"swp49":{"ifindex":49}}},
 "leaf2":{"agent":"10.255.0.2","ports":{"swp1":{"ifindex":1},"swp49":{"ifindex":49}}},
 "spine1":{"agent":"10.255.0.51","ports":{"swp1":{"ifindex":1},"swp2":{"ifindex":2}}}},
"links":{"a":{"node1":"leaf1","port1":"swp49","node2":"spine1","port2":"swp1"},"b":{"node1":"leaf2","port1":"swp49","node2":"spine1","port2":"swp2"}}}`

func newRig(t *testing.T) *rig {
	t.Helper()
	given, err := topology.ParseStatic([]byte(fabric))
	if err != nil {
		t.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Topology.Static, cfg.Topology.Speeds = given, []topology.Speed{{Bps: 100e6}}
	l := live.New(scene.Head{Collector: "test", Version: "1"})
	r := &rig{t: t, mux: http.NewServeMux(), live: l, now: 1_800_000_000 * second}
	if r.engine, err = analytics.New(cfg, l); err != nil {
		t.Fatal(err)
	}
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	acc := agents.Account(agent(1), 0, 1, 1000, 1, r.now, netip.MustParseAddr("192.0.2.1"))
	acc.Source(0, 49, 1, 100, 0)
	r.feed = r.engine.Feed()
	l.Connect(live.Source{Engine: r.engine})
	a := api.New(api.Source{
		Doctor: func(context.Context) []doctor.Finding { return doctor.Examine(&doctor.Facts{}) },
		Engine: r.engine, Agents: agents, Live: l, Collector: "test",
		Health: func() []byte { return []byte(`{}`) }, Stats: func() any { return struct{}{} },
	})
	a.Register(r.mux.Handle)
	r.play()
	return r
}

func agent(n byte) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, 0, n}) }

func (r *rig) sample(sw byte, in, out uint32, ttl uint8, sport uint16) {
	r.between(1, 2, sw, in, out, ttl, sport)
}

// between takes a sample of a flow from one host to another.
func (r *rig) between(src, dst, sw byte, in, out uint32, ttl uint8, sport uint16) {
	s := &flow.Sample{
		Agent: agent(sw), SamplingRate: 100, EffectiveRate: 100, FrameLength: 1514, Received: r.now, Time: r.now, NotBefore: r.now - second/10,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: out},
	}
	s.Packet = flow.Packet{
		Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, src, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, dst, 1, 1}), SrcPort: sport, DstPort: 5201, Proto: flow.ProtoUDP},
		TTL: ttl, SrcMAC: 0x020000000001, DstMAC: 0x020000000002,
	}
	s.FlowID, s.Exchange = s.Packet.Key.ID(), s.Packet.Key.Exchange()
	r.feed.Take(s, new(flow.Labels))
}

// play lets five seconds pass, with a picture each.
func (r *rig) play() {
	r.between(2, 1, 2, 1, 49, 64, 5201) // the receiver is heard once
	for i := range 50 {
		for range 5 {
			r.sample(1, 1, 49, 64, 40000)
			r.sample(51, 1, 2, 63, 40000)
			r.sample(2, 49, 1, 62, 40000)
		}
		r.sample(1, 1, 49, 64, uint16(50000+i%10))
		r.now += second / 10
		r.feed.Flush()
		r.engine.Tick(r.now)
		if i%10 == 9 {
			r.live.Second()
		}
	}
}

// advance lets a second pass, with a picture.
func (r *rig) advance() {
	for range 10 {
		r.now += second / 10
		r.feed.Flush()
		r.engine.Tick(r.now)
	}
	r.live.Second()
}

// get asks, and gives the status and the decoded answer.
func (r *rig) get(url string) (status int, body map[string]any) {
	r.t.Helper()
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, http.NoBody))
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		r.t.Fatalf("%s: %d, no JSON: %v: %.300s", url, w.Code, err, w.Body)
	}
	return w.Code, body
}

// items gives the rows of a list.
func (r *rig) items(url string) []any {
	r.t.Helper()
	status, body := r.get(url)
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %v", url, status, body)
	}
	return body["items"].([]any)
}

func repeat(s string, n int) string { return strings.Repeat(s, n) }

func text(v any) string { return fmt.Sprint(v) }
