package loads

import (
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// listener keeps what is told of each stream.
type listener struct {
	tally *tally
	flows map[flow.Key]*stream
}

func (o *listener) Path(*flow.Path)           {}
func (o *listener) Topology(*topology.Record) {}
func (o *listener) Alert(*flow.Alert)         {}

func (o *listener) Elephant(m *flow.Elephant) {
	s := o.flows[m.Key]
	switch {
	case s == nil:
		o.tally.say("an elephant of a flow that nobody sent: %s", m.Key)
	case m.State == flow.ElephantStarted:
		s.started = append(s.started, *m)
	case m.State == flow.ElephantEnded:
		s.ended = append(s.ended, *m)
	}
}

// try runs the load of a seed through the pipeline and judges each of its flows.
func try(t *testing.T, seed uint64, c *tally) {
	t.Helper()
	l := newLoad(seed)
	c.load = l
	o := &listener{tally: c, flows: map[flow.Key]*stream{}}
	for _, s := range l.flows {
		if other := o.flows[s.key]; other != nil {
			s.shared, other.shared = true, true
			continue
		}
		o.flows[s.key] = s
	}
	cfg := settings.DefaultConfig()
	pipe, err := pipeline.New(&cfg, o, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range l.datagrams() {
		pipe.Datagram(&collector.Datagram{Payload: d.payload, From: netip.AddrPortFrom(d.from.addr, 6000), Received: d.at})
	}
	pipe.Finish()
	for _, s := range l.flows {
		c.judge(s)
	}
}

// TestLoads holds for any load of any fabric: what must be found is, in time, once and on the links it took,
// nothing below the threshold is alerted, all ends. SPOOR_LOADS=n or n@seed tries more of them, and one of a
// seed that nobody saw before, which is shown and fails nothing.
func TestLoads(t *testing.T) {
	text := os.Getenv("SPOOR_LOADS")
	from, n := seeds(t, text, 8)
	c := &tally{}
	for i := range n {
		try(t, from+uint64(i), c)
	}
	t.Logf("seeds %d to %d: of %d elephants %d must be found, %d were; the links of %d alerts were looked at", from, from+uint64(n)-1, c.above, c.must, c.found, c.links)
	for _, text := range c.wrong {
		t.Error(text)
	}
	if n >= 8 && (c.must < n || c.links < n/2) {
		t.Errorf("%d that must be found, %d links in %d loads: too few to mean anything", c.must, c.links, n)
	}
	if text == "" {
		return
	}
	fresh := &tally{}
	seed := uint64(time.Now().UnixMilli())
	try(t, seed, fresh)
	t.Logf("fresh seed %d: of %d elephants %d must be found, %d were; %d wrong", seed, fresh.above, fresh.must, fresh.found, len(fresh.wrong))
	for _, text := range fresh.wrong {
		t.Log(text)
	}
}

// TestPatience holds the bound to what it must be for anybody to trust the judge: less for larger flows and for
// more samples, none at all for those that are not above the threshold.
func TestPatience(t *testing.T) {
	if p := patience(1, 10); p < 1e9 {
		t.Errorf("a flow at its threshold is to be found by %.1f s", p)
	}
	for _, lambda := range []float64{1, 10, 100} {
		if a, b := patience(1.2, lambda), patience(3, lambda); a <= b {
			t.Errorf("lambda %.0f: %.2f s at 1.2, %.2f at 3", lambda, a, b)
		}
		if a, b := patience(3, lambda), patience(3, 10*lambda); a <= b {
			t.Errorf("lambda %.0f: %.2f s, %.2f with ten times as many samples", lambda, a, b)
		}
	}
}

// seeds reads n or n@seed.
func seeds(t *testing.T, text string, few int) (from uint64, n int) {
	t.Helper()
	if text == "" {
		return 1, few
	}
	many, seed, other := strings.Cut(text, "@")
	n, err := strconv.Atoi(many)
	if from = 1; err == nil && other {
		from, err = strconv.ParseUint(seed, 10, 64)
	}
	if err != nil || n < 1 {
		t.Fatalf("SPOOR_LOADS=%s: want n or n@seed", text)
	}
	return from, n
}
