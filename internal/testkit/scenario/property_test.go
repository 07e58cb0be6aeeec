package scenario

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/collector"
	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/judge"
)

// witness is an outbox that looks at each message by itself and at what came before it.
type witness struct {
	outbox
	t         *testing.T
	name      string
	revisions map[uint64]uint32
	lives     map[string]flow.ElephantState
	bytes     map[flow.Key]float64  // of elephants that ended
	lags      map[[2]string]lagPort // by agent and ifIndex
	named     map[namedPort]*flow.Elephant
	counted   int64 // from then on agents have told of all members of LAGs
}

func (w *witness) Path(p *flow.Path) {
	if p.Revision <= w.revisions[p.ID] {
		w.t.Errorf("%s: path of %s: revision %d after %d", w.name, p.Key, p.Revision, w.revisions[p.ID])
	}
	if w.revisions[p.ID] = p.Revision; p.Cause == flow.PathExpired {
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
		if m.PathState == flow.PathComplete && !w.onPath(&m.Links[i], m.Path) {
			w.t.Errorf("%s: link %+v of %s is not on its path %+v", w.name, m.Links[i], id, m.Path)
		}
	}
	w.names(m)
	if m.State == flow.ElephantEnded {
		w.bytes[m.Key] = float64(m.Bytes)
	}
	w.outbox.Elephant(m)
}

// onPath reports whether the ends of a link are hops of a path; what is inferred of a hop may lack its ports.
// Where one end of a LAG names the aggregate and the other a member, either may stand for the other.
func (w *witness) onPath(l *flow.ElephantLink, hops []flow.Hop) bool {
	has := func(p flow.Port, in bool) bool {
		if p.IfIndex == 0 {
			return true
		}
		for i := range hops {
			port := hops[i].Out
			if in {
				port = hops[i].In
			}
			if h := &hops[i]; h.Agent == p.Agent && (port == p.IfIndex || port == 0 || w.aggregates(h.Agent, port, p.IfIndex)) {
				return true
			}
		}
		return false
	}
	return has(l.From, l.HostSends) && has(l.To, true)
}

// aggregates reports whether one of two ports is the aggregate of which the other is a member, where the link's
// other end names something else. Two members are not the same.
func (w *witness) aggregates(agent flow.Addr, a, b uint32) bool {
	of := func(port uint32) lagPort { return w.lags[[2]string{agent.String(), fmt.Sprint(port)}] }
	return of(a).name != "" && of(a).name == of(b).name && of(a).whole != of(b).whole
}

// lagPort is a member of a LAG, or the whole of it.
type lagPort struct {
	name  string
	whole bool
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
	w.lags, w.named = map[[2]string]lagPort{}, map[namedPort]*flow.Elephant{}
	if c.LAG > 1 && c.LAGNaming == fabric.NameMixed {
		w.counted = f.Now() + int64(c.Polling+time.Second)
	}
	for _, i := range f.Truth().Interfaces {
		if i.LAG != "" && c.LAGNaming == fabric.NameMixed {
			w.lags[[2]string{i.Agent, fmt.Sprint(i.IfIndex)}] = lagPort{i.LAG, false}
		}
		if strings.HasPrefix(i.IfName, "bond") {
			w.lags[[2]string{i.Agent, fmt.Sprint(i.IfIndex)}] = lagPort{i.IfName, true}
		}
	}
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
	if len(c.WrongPorts) > 0 { // links have the numbers of samples, the truth those of counters
		judged.Links.Wrong = 0
	}
	if p.FlowsWrong+p.WrongWays+judged.Links.Wrong > 0 || e.FalseAlerts+e.UnknownFlows+e.Missed+e.Open > 0 {
		t.Errorf("%s, %+v: links %+v, paths %+v, elephants %+v", name, c, judged.Links, *p, *e)
		w.astray(truth)
	}
	for id, state := range w.lives { // order does not matter
		if state != flow.ElephantEnded {
			t.Errorf("%s: %s is left %v", name, id, state)
		}
	}
	w.weigh(truth)
	if len(c.WrongPorts) == 0 { // agents name the ports that they have
		w.members(truth)
	}
	return e.TrueAlerts, p.FlowsRight
}

// astray logs flows whose last complete path is none that they took, for who looks for the reason.
func (w *witness) astray(truth *fabric.Truth) {
	last := map[judge.Key]*judge.PathRow{}
	for i := range w.said.Paths {
		if m := &w.said.Paths[i]; m.Cause != "expired" {
			last[m.Flow] = m
		}
	}
	for i := range truth.Flows {
		f := &truth.Flows[i]
		m := last[judge.NewKey(f.Src, f.Dst, int(f.Proto), int(f.SrcPort), int(f.DstPort))]
		if m == nil || m.State != "complete" {
			continue
		}
		var said []string
		for _, h := range m.Hops {
			name := "?"
			if h.Agent != nil {
				name = truth.Agents[*h.Agent]
			}
			said = append(said, name)
		}
		taken := slices.Equal(said, f.Switches)
		for j := range f.Moves {
			taken = taken || slices.Equal(said, f.Moves[j].Switches)
		}
		if !taken {
			w.t.Logf("%s: %+v, %d samples: %v told at %s, truth %v from %.1f to %.1f", w.name, m.Flow, f.Samples, said, m.Time.Format("05.000"), f.Switches, f.Start, f.End)
		}
	}
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

// seeds gives the first seed to be tried and how many: n or n@seed of SPOOR_PROPERTIES, else few.
func seeds(t *testing.T, few int) (from uint64, n int) {
	t.Helper()
	from, n = 1, few
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
	return from, n
}

// TestProperties holds for any fabric: no path that is told as complete is wrong,
// nothing below half the threshold alerts, what is above twice it does, what
// ends began before and all that began ends, links of an alert lie on its path, and
// its octets are those that were sent. SPOOR_PROPERTIES=n or n@seed tries more fabrics.
func TestProperties(t *testing.T) {
	from, n := seeds(t, 12)
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

// TestDimensions holds the same for random fabrics that are one thing more.
func TestDimensions(t *testing.T) {
	from, n := seeds(t, 2)
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		t.Run(name, func(t *testing.T) {
			paths := 0
			for i := range n {
				seed := from + uint64(i)
				_, p := checkFabric(t, fmt.Sprintf("%s, seed %d", name, seed), along(name, seed))
				paths += p
			}
			t.Logf("seeds %d to %d: %d paths right", from, from+uint64(n)-1, paths)
			if paths < n {
				t.Errorf("%d paths in %d fabrics: too few to mean anything", paths, n)
			}
		})
	}
}
