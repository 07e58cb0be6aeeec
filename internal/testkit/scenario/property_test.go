package scenario

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/collector"
	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
)

// anyFabric gives a fabric of any size with any traffic, in modes in which all must
// be right. Aggregates are left out: so far 3 of 300 such fabrics are not.
func anyFabric(seed uint64) fabric.Config {
	r := rand.New(rand.NewPCG(seed, 7))
	c := fabric.DefaultConfig()
	c.Seed, c.Duration, c.Elephants = seed, 15*time.Second, nil
	size(&c, 1+r.IntN(4), 2+r.IntN(4), 2+r.IntN(4), 20+r.IntN(60))
	for i := range 1 + r.IntN(3) {
		e := fabric.Elephant{Share: 0.2 + 0.3*r.Float64(), Start: time.Duration(1+i) * time.Second, Duration: 8 * time.Second, UDP: r.IntN(2) == 0}
		if i > 0 && r.IntN(2) == 0 {
			e.Share = 0.02 + 0.025*r.Float64() // less than half the threshold
		}
		c.Elephants = append(c.Elephants, e)
	}
	c.Direction = fabric.Direction(r.IntN(3))
	c.Loss, c.Duplicate = 0.05*float64(r.IntN(3)), 0.02*float64(r.IntN(2))
	c.SwitchMAC, c.Expanded, c.IPv6Agents, c.Acks = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
	c.IPv6, c.UDP, c.MTU = 0.5*r.Float64(), r.Float64(), []int{1500, 1500, 4000}[r.IntN(3)]
	switch r.IntN(4) {
	case 0:
		c.Events = happens("move:elephants@6s")
	case 1:
		c.Events = happens("rate:*2@6s")
	}
	return c
}

// aggregated gives such a fabric with two links in each LAG.
func aggregated(seed uint64, naming fabric.LAGNaming, way fabric.Direction) fabric.Config {
	c := anyFabric(seed)
	c.LAG, c.LAGNaming, c.Direction = 2, naming, way
	return c
}

// TestFabrics holds fabrics in which something was wrong before.
func TestFabrics(t *testing.T) {
	for name, c := range map[string]fabric.Config{
		"aggregates on egress":           aggregated(1, fabric.NameAggregate, fabric.Egress),
		"aggregates on both sides":       aggregated(2, fabric.NameAggregate, fabric.Both),
		"a port that was left by a move": anyFabric(5112),
	} {
		t.Run(name, func(t *testing.T) {
			if _, paths := checkFabric(t, name, c); paths < 10 {
				t.Errorf("%d paths right", paths)
			}
		})
	}
}

// witness is an outbox that looks at each message by itself and at what came before it.
type witness struct {
	outbox
	t         *testing.T
	name      string
	revisions map[uint64]uint32
	lives     map[string]flow.ElephantState
	bytes     map[flow.Key]float64 // of elephants that ended
}

func (w *witness) Path(p *flow.Path) {
	if p.Revision <= w.revisions[p.ID] {
		w.t.Errorf("%s: path of %s: revision %d after %d", w.name, p.Key, p.Revision, w.revisions[p.ID])
	}
	if w.revisions[p.ID] = p.Revision; p.Reason == flow.PathExpired {
		delete(w.revisions, p.ID)
	}
	w.outbox.Path(p)
}

func (w *witness) Elephant(m *flow.Elephant) {
	id := fmt.Sprintf("%s#%d", m.Alert(), m.Episode)
	before, known := w.lives[id]
	if known == (m.State == flow.ElephantStarted) || before == flow.ElephantEnded && known {
		w.t.Errorf("%s: %s of %s is %v after %v", w.name, id, m.Key, m.State, before)
	}
	w.lives[id] = m.State
	if m.Since > m.Detected || m.Detected > m.Time {
		w.t.Errorf("%s: %s since %d, detected %d, told %d", w.name, id, m.Since, m.Detected, m.Time)
	}
	for i := range m.Links {
		if m.PathState == flow.PathComplete && !onPath(&m.Links[i], m.Path) {
			w.t.Errorf("%s: link %+v of %s is not on its path %+v", w.name, m.Links[i], id, m.Path)
		}
	}
	if m.State == flow.ElephantEnded {
		w.bytes[m.Key] = float64(m.Bytes)
	}
	w.outbox.Elephant(m)
}

// onPath reports whether the ends of a link are hops of a path; what is inferred of a hop may lack its ports.
func onPath(l *flow.ElephantLink, hops []flow.Hop) bool {
	has := func(p flow.Port, in bool) bool {
		if p.IfIndex == 0 {
			return true
		}
		for i := range hops {
			port := hops[i].Out
			if in {
				port = hops[i].In
			}
			if h := &hops[i]; h.Agent == p.Agent && (port == p.IfIndex || port == 0) {
				return true
			}
		}
		return false
	}
	return has(l.From, l.HostSends) && has(l.To, true)
}

// check runs a fabric and holds what was told against what happened in it.
func check(t *testing.T, seed uint64) (alerts, paths int) {
	t.Helper()
	return checkFabric(t, fmt.Sprintf("seed %d", seed), anyFabric(seed))
}

func checkFabric(t *testing.T, name string, c fabric.Config) (alerts, paths int) {
	t.Helper()
	f, err := fabric.New(c)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	w := &witness{
		t: t, name: name, revisions: map[uint64]uint32{}, lives: map[string]flow.ElephantState{}, bytes: map[flow.Key]float64{},
	}
	w.agents = map[flow.Addr]*string{}
	cfg := settings.DefaultConfig()
	cfg.Analytics.Flows.Max = 1 << 14
	pipe, err := pipeline.New(&cfg, w, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err = f.Run(t.Context(), fabric.SinkFunc(func(d *fabric.Datagram) error {
		pipe.Datagram(&collector.Datagram{Payload: d.Payload, From: netip.AddrPortFrom(d.Agent, uint16(1024+d.Number%60000)), Received: d.Time})
		return nil
	})); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	pipe.Finish()
	truth := f.Truth()
	judged, err := truthOf(truth).Judge(&w.said)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	e, p := &judged.Elephants, &judged.Paths
	if p.FlowsWrong+p.WrongWays > 0 || e.FalseAlerts+e.UnknownFlows+e.Missed+e.Open > 0 {
		t.Errorf("%s, %+v: links %+v, paths %+v, elephants %+v", name, c, judged.Links, *p, *e)
	}
	for id, state := range w.lives { // order does not matter
		if state != flow.ElephantEnded {
			t.Errorf("%s: %s is left %v", name, id, state)
		}
	}
	w.weigh(truth)
	return e.TrueAlerts, p.FlowsRight
}

// weigh compares the octets that were told of elephants, all together, with those that they sent.
func (w *witness) weigh(truth *fabric.Truth) {
	sent, told := 0.0, 0.0
	for i := range truth.Flows {
		k := keyOfTruth(&truth.Flows[i])
		if b, ok := w.bytes[k]; ok {
			sent, told = sent+float64(truth.Flows[i].Bytes), told+b
		}
	}
	if sent > 0 && (told < 0.75*sent || told > 1.25*sent) {
		w.t.Errorf("%s: %.0f octets were told of elephants that sent %.0f", w.name, told, sent)
	}
}

func keyOfTruth(f *fabric.TruthFlow) flow.Key {
	return flow.Key{
		Src: flow.AddrFromNetip(netip.MustParseAddr(f.Src)), Dst: flow.AddrFromNetip(netip.MustParseAddr(f.Dst)), SrcPort: f.SrcPort, DstPort: f.DstPort, Proto: f.Proto,
	}
}

// TestProperties holds for any fabric: no path that is told as complete is wrong,
// nothing below half the threshold alerts, what is above twice it does, what
// ends began before and all that began ends, links of an alert lie on its path, and
// its octets are those that were sent. SPOOR_PROPERTIES=n or n@seed tries more fabrics.
func TestProperties(t *testing.T) {
	from, n := uint64(1), 12
	if text := os.Getenv("SPOOR_PROPERTIES"); text != "" {
		many, seed, other := strings.Cut(text, "@")
		more, err := strconv.Atoi(many)
		if err == nil && other {
			from, err = strconv.ParseUint(seed, 10, 64)
		}
		if err != nil || more < 1 {
			t.Fatalf("SPOOR_PROPERTIES=%s: want n or n@seed", text)
		}
		n = more
	}
	alerts, paths := 0, 0
	for i := range n {
		a, p := check(t, from+uint64(i))
		alerts, paths = alerts+a, paths+p
	}
	t.Logf("seeds %d to %d: %d alerts, %d paths right", from, from+uint64(n)-1, alerts, paths)
	if alerts < n || paths < 10*n {
		t.Errorf("%d alerts and %d paths in %d fabrics: too few to mean anything", alerts, paths, n)
	}
}
