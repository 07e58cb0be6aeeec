package fabric

import (
	"slices"
	"testing"
	"time"
)

// ways gives the routes of all flows that carried packets in a segment which
// began at or after a time.
func (f *Fabric) ways(since time.Duration) (all []*route) {
	for _, v := range f.truth {
		for _, s := range v.segments {
			if s.first >= f.start+int64(since) {
				all = append(all, s.routes...)
			}
		}
	}
	return all
}

func (r *route) names() string {
	s := ""
	for _, v := range r.switches() {
		s += v + " "
	}
	return s
}

// TestLinkFailure: what goes over a link that fails goes another way, and only that; the far end's counters say so.
func TestLinkFailure(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) {
		c.Events = []Event{
			{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf1", To: "spine1"},
			{At: 5 * time.Second, Kind: EventLinkUp, Target: "spine1", To: "leaf1"},
		}
	})
	f, all := run(t, c)
	link := f.net.between("leaf1", "spine1")[0]
	moved := 0
	for _, v := range f.truth {
		for i, s := range v.segments {
			at := time.Duration(s.first - f.start)
			uses := slices.ContainsFunc(s.routes[0].hops, func(h hop) bool { return h.in == link || h.out == link || h.in == link.far || h.out == link.far })
			if down := at >= 2*time.Second && at < 5*time.Second; uses && down {
				t.Errorf("%v after %v", s.routes[0].switches(), at)
			}
			if i > 0 && !slices.Contains([]time.Duration{2, 5}, (at+50*time.Millisecond)/time.Second) && at < 4*time.Second {
				moved++
			}
			if i > 0 && !uses && !slices.ContainsFunc(v.segments[i-1].routes[0].hops, func(h hop) bool { return h.out == link || h.out == link.far }) {
				t.Errorf("%v moved without a reason", s.routes[0].switches())
			}
		}
	}
	status := map[uint32]bool{}
	w := hearAll(t, all)
	for i := range w.counters {
		if n := &w.counters[i]; n.If.Index == link.far.ifIndex && n.Agent.Netip() == link.far.node.addr {
			status[n.If.Status] = true
		}
	}
	if !status[adminUp] || !status[adminUp|operUp] {
		t.Errorf("ifStatus of the far end was %v", status)
	}
}

// TestPeerLinks: without its uplinks a leaf sends over its mate and is reached over it; so is a host with a failed link.
func TestPeerLinks(t *testing.T) {
	t.Parallel()
	for _, vxlan := range []bool{false, true} {
		c := small(func(c *Config) {
			c.PeerLinks, c.VXLAN, c.Spines, c.DualHomed, c.Flows = true, vxlan, 1, 0.5, 100
			c.Events = []Event{
				{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf1", To: "*"},
				{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf3", To: "h3-1"},
			}
		})
		f, _ := run(t, c)
		seen := map[string]int{}
		for _, r := range f.ways(2 * time.Second) {
			seen[r.names()]++
		}
		for _, want := range []string{"leaf1 leaf2 spine1 leaf4 ", "leaf3 spine1 leaf2 leaf1 ", "leaf2 spine1 leaf3 leaf4 "} {
			if seen[want] == 0 {
				t.Errorf("VXLAN %v: nothing went %s; seen %v", vxlan, want, seen)
			}
		}
		if seen["leaf1 spine1 leaf3 "]+seen["leaf3 spine1 leaf1 "] > 0 {
			t.Errorf("VXLAN %v: links that are down are used: %v", vxlan, seen)
		}
	}
}

// TestCutOff: hosts that no link leads to send and receive nothing, and go on when it is back.
func TestCutOff(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) {
		c.Lifetime, c.Local = 0, 0
		c.Events = []Event{
			{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf1", To: "*"},
			{At: 5 * time.Second, Kind: EventLinkUp, Target: "leaf1", To: "*"},
		}
	})
	f, all := run(t, c)
	v := f.net.find("leaf1")
	during, after := 0, 0
	w := hearAll(t, all)
	for i := range w.samples {
		s := &w.samples[i]
		at := time.Duration(s.Time - f.start)
		if s.Agent.Netip() == v.addr && at > 3100*time.Millisecond && at < 5*time.Second {
			during++
		} else if s.Agent.Netip() == v.addr && at > 5*time.Second {
			after++
		}
	}
	if during > 0 || after < 500 {
		t.Errorf("leaf1 sent %d samples while cut off, %d afterwards", during, after)
	}
}

// TestWithoutALink: where nothing leads, nothing is traced.
func TestWithoutALink(t *testing.T) {
	t.Parallel()
	c := small(nil)
	n := build(&c)
	n.cut(&Event{Kind: EventLinkDown, Target: "leaf1", To: "h1-1"})
	if r := n.trace(n.hosts[0], n.hosts[1], 1, 1, byHash); r != nil {
		t.Errorf("%v from a host without a link", r.switches())
	}
	if r := n.trace(n.hosts[5], n.hosts[0], 1, 1, byHash); r != nil {
		t.Errorf("%v to a host without a link", r.switches())
	}
	for _, to := range []string{"leaf1/0", "leaf1/2", "leaf1/x", "leaf2", "h1-1"} {
		if b := n.between("leaf1", to); to != "h1-1" && b != nil || to == "h1-1" && len(b) != 1 {
			t.Errorf("leaf1>%s: %d links", to, len(b))
		}
	}
}
