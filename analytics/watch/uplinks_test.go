package watch_test

import (
	"slices"
	"testing"

	"spoor/analytics/alert"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// settle lets hosts be found: 10.1.1.1 and 10.1.1.2 at leaf1:p1, 10.2.1.1 and 10.2.1.9 at leaf2:p1.
func (b *bench) settle() {
	b.t.Helper()
	for range 4 { // one fresh frame proves no port of a host
		var ev []topology.Evidence
		for i, h := range [...]struct {
			host  [4]byte
			agent byte
		}{{[4]byte{10, 1, 1, 1}, 1}, {[4]byte{10, 1, 1, 2}, 1}, {[4]byte{10, 2, 1, 1}, 2}, {[4]byte{10, 2, 1, 9}, 2}} {
			mac, own := uint64(0x020000000100+i), uint64(0x020000000000)|uint64(h.agent)<<16|1
			at := topology.Evidence{Agent: agentAddr(h.agent), Port: 1, Far: mac, Count: 1, First: b.now, Last: b.now, Sequence: uint64(2 * i)}
			enters, lives := at, at
			enters.Kind, enters.Own, enters.Fresh = topology.SawIngress, own, true
			lives.Kind, lives.Addr, lives.Sequence = topology.SawSource, flow.AddrFrom4(h.host), at.Sequence+1
			ev = append(ev, enters, lives)
		}
		slices.SortStableFunc(ev, func(x, y topology.Evidence) int { return x.Compare(&y) })
		b.now += second
		b.snap, _ = b.learner.Apply(ev, b.now)
	}
	for range 20 {
		b.now += second
		b.snap, _ = b.learner.Apply(nil, b.now)
	}
	b.w.Begin(b.snap, b.now)
	if sw, port, ok := b.snap.Locate(flow.AddrFrom4([4]byte{10, 2, 1, 9})); !ok || sw != b.id(2, 1).Switch || port != 1 {
		b.t.Fatalf("10.2.1.9 lives at %d:%d, %v", sw, port, ok)
	}
}

// uplinks lets the two uplinks of leaf2, to two spines, carry so many Mbit/s.
func (b *bench) uplinks(seconds int, first, second uint64) {
	one, two := b.port(2, 49), b.port(2, 50)
	b.run(seconds, func() { one.Out.Octets += first * 1e6 / 8; two.Out.Octets += second * 1e6 / 8 })
}

const (
	raisedUplinks   = "raised warning UplinkImbalance: the uplinks of leaf2 are out of balance: "
	resolvedUplinks = "resolved warning UplinkImbalance: "
)

// TestUplinkBounds: the busiest must be 60% full and half as busy again as the mean for five minutes; from
// there it is halfway back that ends it.
func TestUplinkBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		first, second uint64
		want          []string
	}{
		"even":                    {700, 690, nil},
		"uneven, but idle enough": {590, 100, nil},
		"not uneven enough":       {700, 240, nil}, // 1.49 times the mean
		"uneven":                  {700, 230, []string{raisedUplinks + "leaf2:p49>spine1:p2 is 70% full, the mean is 46%; of many flows: the hash that spreads them is uneven"}},
		"the other one":           {230, 700, []string{raisedUplinks + "leaf2:p50>spine2:p2 is 70% full"}},
		"no next hop":             {700, 20, []string{raisedUplinks + "leaf2:p49>spine1:p2 is 70% full, the mean is 36%; while leaf2:p50 carries next to nothing: it is no next hop"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.settle()
			b.uplinks(400, tc.first, tc.second)
			b.tells(tc.want...)
			if tc.want == nil {
				return
			}
			if b.last.Labels[len(b.last.Labels)-1].Name == "link" {
				t.Errorf("an alert of a switch has the labels of a link: %v", b.last.Labels)
			}
			b.uplinks(600, 600, 250) // 1.41 times the mean, 60% full: not over yet
			b.tells()
			b.uplinks(400, 600, 290) // 1.35 times
			b.tells("resolved warning UplinkImbalance")
		})
	}
	b := newBench(t)
	b.settle()
	b.uplinks(400, 700, 200)
	b.tells(raisedUplinks)
	b.uplinks(400, 440, 100) // uneven still, of what matters to nobody
	b.tells(resolvedUplinks)
}

// TestUplinksThatAreNone: where no host lives nothing is an uplink, a port that is down is none, and one
// whose load is unknown is compared with nothing.
func TestUplinksThatAreNone(t *testing.T) {
	b := newBench(t) // no hosts
	b.uplinks(500, 900, 100)
	b.tells("raised warning LinkBusy") // held at 80% by its bound of 90
	b = newBench(t)
	b.settle()
	two := b.port(2, 50)
	b.run(21, nil)
	two.Up = false
	b.uplinks(500, 700, 0)
	b.tells("raised critical PortDown: leaf2:p50")
	b = newBench(t)
	b.settle()
	one := b.port(2, 49)
	b.run(500, func() { one.Out.Octets += 700e6 / 8 })
	b.tells()
}

// TestUplinksAndElephants: elephants that are told of themselves are the better alert; those that are
// muted are meant to be there, and the rest is compared.
func TestUplinksAndElephants(t *testing.T) {
	elephant := func(b *bench, severity flow.Severity) {
		m := b.elephantOf(7, 1, 1, severity)
		m.Key.Src, m.Key.Dst, m.Rate = m.Key.Dst, m.Key.Src, 500e6
		m.Links[0].From, m.Links[0].To = b.snap.FlowPort(b.id(2, 49).Switch, 49), b.snap.FlowPort(b.id(51, 2).Switch, 2)
		b.tell(m)
	}
	t.Run("told of itself", func(t *testing.T) {
		b := newBench(t)
		b.settle()
		elephant(b, flow.SeverityWarning)
		b.uplinks(500, 700, 200)
		b.tells("raised warning ElephantFlow")
	})
	t.Run("of no concern", func(t *testing.T) {
		b := newBench(t)
		b.settle()
		elephant(b, flow.SeverityInfo)
		b.uplinks(500, 700, 200)
		b.tells(raisedUplinks + "leaf2:p49>spine1:p2 is 70% full, the mean is 45%; 500 Mbit/s of it by one elephant: 10.2.1.1 > 10.1.1.1")
		if !slices.Equal(b.last.Flows, []uint64{7}) {
			t.Errorf("flows are %v", b.last.Flows)
		}
	})
	t.Run("muted", func(t *testing.T) {
		b := newBench(t)
		rule, err := alert.ParseRule(`name=backup alert=ElephantFlow src=10.2.1.1`, nil)
		if err != nil {
			t.Fatal(err)
		}
		b.w.Mute([]alert.Rule{rule})
		b.settle()
		elephant(b, flow.SeverityWarning)
		b.uplinks(500, 700, 200)
		b.tells()
		if x := b.w.Watched(7); !x.Muted || !x.Elephant {
			t.Errorf("%+v", x)
		}
	})
}

// TestMixedUplinks: counters of several devices under one address are compared with nothing.
func TestMixedUplinks(t *testing.T) {
	b := newBench(t)
	b.settle()
	one, two := b.port(2, 49), b.port(2, 50)
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(2)}, Shared: true}
	b.run(500, func() {
		one.Out.Octets += 700e6 / 8
		two.Out.Octets += 100e6 / 8
		a.Heard = b.now
		b.w.Agents([]watch.Agent{a})
	})
	b.tells("raised warning AgentAddressShared")
}

// TestGroupBeforeUplinks: two links to one neighbour that are out of balance are told of as that group, and
// the switch's uplinks are not beside it.
func TestGroupBeforeUplinks(t *testing.T) {
	b := newBench(t)
	b.settle()
	one, two, other := b.port(1, 49), b.port(1, 51), b.port(1, 50)
	b.run(500, func() { one.Out.Octets += 100e6; two.Out.Octets += 10e6; other.Out.Octets += 10e6 })
	b.tells("raised warning LAGImbalance: the 2 links from leaf1 to spine1 are out of balance")
	if !slices.Contains(b.last.Labels, flow.Label{Name: "link", Value: "leaf1>spine1"}) {
		t.Errorf("labels are %v", b.last.Labels)
	}
}

// TestAggregatesNeedTwo: one member is out of balance with nobody, one that left the aggregate is none of it,
// and a link that the topology knows is compared as that.
func TestAggregatesNeedTwo(t *testing.T) {
	b := newBench(t)
	one, two := b.port(1, 11), b.port(1, 12)
	one.LAG = 49
	b.run(500, func() { one.Out.Octets += 100e6; two.Out.Octets += 10e6 })
	b.tells()
	two.LAG = 49
	b.run(500, func() { one.Out.Octets += 10e6; two.Out.Octets += 100e6 })
	b.tells("raised warning LAGImbalance: the 2 members of leaf1:p49 are out of balance: leaf1:12 is 80% full, the mean is 44%; of many flows")
	two.LAG = 0
	b.run(500, func() { one.Out.Octets += 10e6; two.Out.Octets += 100e6 })
	b.tells("resolved warning LAGImbalance")

	b = newBench(t)
	link, member := b.port(1, 50), b.port(1, 12)
	link.LAG, member.LAG = 49, 49
	b.run(500, func() { link.Out.Octets += 100e6; member.Out.Octets += 10e6 })
	b.tells()
}

// TestAggregateOfAnElephant: which member a flow takes is not known; the busiest is held to be it.
func TestAggregateOfAnElephant(t *testing.T) {
	b := newBench(t)
	one, two := b.port(1, 11), b.port(1, 12)
	one.LAG, two.LAG = 49, 49
	m := b.elephantOf(7, 1, 1, flow.SeverityInfo)
	m.Rate = 700e6
	b.tell(m)
	b.run(500, func() { one.Out.Octets += 10e6; two.Out.Octets += 100e6 })
	b.tells("raised warning LAGImbalance: the 2 members of leaf1:p49 are out of balance: leaf1:12 is 80% full, the mean is 44%; 700 Mbit/s of it by one elephant: 10.1.1.1 > 10.2.1.1")
}
