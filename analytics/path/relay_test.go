package path

import (
	"fmt"
	"strings"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// pods is a fabric of two pods with two leaves (11, 12 and 21, 22) below a spine (51 and 52) each, and two gateways
// (61 and 62) above, to each of which a spine has a link: gateways end one tunnel and begin the next. Host N lives at leaf N.
func pods(t *testing.T) *net {
	t.Helper()
	var nodes, links []string
	node := func(i int) {
		var ports []string
		for p := 1; p <= 70; p++ {
			ports = append(ports, fmt.Sprintf(`"p%d":{"ifindex":%d}`, p, p))
		}
		nodes = append(nodes, fmt.Sprintf(`"n%d":{"agent":"10.255.0.%d","ports":{%s}}`, i, i, strings.Join(ports, ",")))
	}
	link := func(a, b int) { // a port has the number of the switch behind it
		links = append(links, fmt.Sprintf(`"l%d-%d":{"node1":"n%d","port1":"p%d","node2":"n%d","port2":"p%d"}`, a, b, a, b, b, a))
	}
	for _, i := range []int{11, 12, 21, 22, 51, 52, 61, 62} {
		node(i)
	}
	for pod := 1; pod <= 2; pod++ {
		for leaf := 1; leaf <= 2; leaf++ {
			link(10*pod+leaf, 50+pod)
		}
		link(50+pod, 61)
		link(50+pod, 62)
	}
	given, err := topology.ParseStatic(fmt.Appendf(nil, `{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ",")))
	if err != nil {
		t.Fatal(err)
	}
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true, Static: given}, n.reg)
	for _, leaf := range []int{11, 12, 21, 22} {
		n.begins(leaf, 50+leaf/10)
		n.learn(
			topology.Evidence{Kind: topology.SawIngress, Agent: n.agent(leaf), Port: 1, Far: 0xa0 + uint64(leaf), Own: 0x1000 + uint64(leaf), Fresh: true, Count: 3},
			topology.Evidence{Kind: topology.SawSource, Agent: n.agent(leaf), Port: 1, Addr: host(leaf), Far: 0xa0 + uint64(leaf), Buckets: 1<<20 - 1},
		)
	}
	n.begins(61, 51)
	n.begins(62, 52)
	n.now += 20 * second // settled
	n.learn()
	return n
}

// begins: tunnels begin at a switch, as frames that left it tell.
func (n *net) begins(at, by int) {
	n.learn(topology.Evidence{Kind: topology.SawEgress, Agent: n.agent(at), Port: uint32(by), Own: 0x1000 + uint64(at), Far: 0x1000 + uint64(by), Addr: vtep(at), Encap: true, Fresh: true, Buckets: 1<<20 - 1})
}

func vtep(i int) flow.Addr { return addr(fmt.Sprintf("10.240.0.%d", i)) }

// within is a sample at switch i, which named the neighbours before and behind, in the tunnel from a to b.
func (n *net) within(t *Tracker, i, before, behind, a, b int, ttl, inner uint8) (Event, []Vote) {
	return t.Add(n.snap, &Sighting{
		Switch: n.id(i), In: uint32(before), Out: uint32(behind), TTL: ttl, Inner: inner, Encap: true, OuterSrc: vtep(a), OuterDst: vtep(b), Time: n.now,
	}, nil)
}

// TestRelay: what was seen in one of several tunnels in a row tells of the others, as the ends of each are known.
func TestRelay(t *testing.T) {
	const whole = "n11 n51 n61 n52 n21"
	for name, c := range map[string]struct {
		see  func(n *net, tr *Tracker)
		want string
	}{
		"first tunnel, routed":    {func(n *net, tr *Tracker) { n.within(tr, 51, 11, 61, 11, 61, 64, 63) }, "n11? n51 n61? n52? n21?"},
		"first tunnel, bridged":   {func(n *net, tr *Tracker) { n.within(tr, 51, 11, 61, 11, 61, 64, 64) }, "n11? n51 n61? n52? n21?"},
		"gateway":                 {func(n *net, tr *Tracker) { n.within(tr, 61, 51, 52, 11, 61, 63, 63) }, "n11? n51? n61 n52? n21?"},
		"second tunnel":           {func(n *net, tr *Tracker) { n.within(tr, 52, 61, 21, 61, 21, 64, 62) }, "n11? n51? n61? n52 n21?"},
		"last leaf":               {func(n *net, tr *Tracker) { n.within(tr, 21, 52, 1, 61, 21, 63, 62) }, "n11? n51? n61? n52? n21"},
		"a tunnel before unseen":  {func(n *net, tr *Tracker) { n.within(tr, 21, 52, 1, 61, 21, 63, 61) }, ""},
		"the first, as if second": {func(n *net, tr *Tracker) { n.within(tr, 51, 11, 61, 11, 61, 64, 62) }, ""},
		"both": {func(n *net, tr *Tracker) {
			n.within(tr, 21, 52, 1, 61, 21, 63, 62)
			n.within(tr, 51, 11, 61, 11, 61, 64, 63)
		}, "n11? n51 n61? n52? n21"},
		"of different ways": {func(n *net, tr *Tracker) {
			n.within(tr, 51, 11, 62, 11, 62, 64, 63)
			n.within(tr, 52, 61, 21, 61, 21, 64, 62)
		}, "n11? n51 n62? n52? n21?"},
		"of different ways, each short of an end": {func(n *net, tr *Tracker) {
			tr.Reset(host(11), host(29))
			n.within(tr, 51, 11, 62, 11, 62, 64, 63)
			n.within(tr, 52, 61, 21, 61, 21, 64, 62)
		}, ""},
		"an end unknown, no port named": {func(n *net, tr *Tracker) { n.within(tr, 52, 0, 21, 63, 21, 64, 62) }, ""},
		"all": {func(n *net, tr *Tracker) {
			tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 51, TTL: 64, Inner: 64, Time: n.now}, nil)
			n.within(tr, 21, 52, 1, 61, 21, 63, 62)
			n.within(tr, 52, 61, 21, 61, 21, 64, 62)
			n.within(tr, 61, 51, 52, 11, 61, 63, 63)
			n.within(tr, 51, 11, 61, 11, 61, 64, 63)
		}, whole},
	} {
		t.Run(name, func(t *testing.T) {
			n := pods(t)
			tr := n.tracker(11, 21)
			c.see(n, tr)
			got := ""
			if tr.Complete {
				tr.Resolve(n.snap)
				got = n.names(tr.Hops)
			}
			if got != c.want {
				t.Errorf("path %q, want %q", got, c.want)
			}
		})
	}
}

// TestVotesOfTunnels: sightings in two tunnels are no neighbours by their TTLs, nor is one bare and one in a tunnel that may begin elsewhere.
func TestVotesOfTunnels(t *testing.T) {
	for name, c := range map[string]struct {
		see  func(n *net, tr *Tracker) (Event, []Vote)
		want int
	}{
		"one tunnel": {func(n *net, tr *Tracker) (Event, []Vote) {
			n.within(tr, 51, 2, 3, 11, 61, 64, 63)
			return n.within(tr, 61, 4, 5, 11, 61, 63, 63)
		}, 1},
		"two": {func(n *net, tr *Tracker) (Event, []Vote) {
			n.within(tr, 51, 2, 3, 11, 61, 64, 63)
			return n.within(tr, 21, 4, 1, 61, 21, 63, 62)
		}, 0},
		"its tunnel": {func(n *net, tr *Tracker) (Event, []Vote) {
			tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 2, TTL: 64, Inner: 64, Time: n.now}, nil)
			return n.within(tr, 51, 4, 5, 11, 61, 64, 64)
		}, 1},
		"a gateway's": {func(n *net, tr *Tracker) (Event, []Vote) {
			tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 2, TTL: 64, Inner: 64, Time: n.now}, nil)
			return n.within(tr, 52, 4, 5, 61, 21, 64, 64)
		}, 0},
		"routed into an unknown one": {func(n *net, tr *Tracker) (Event, []Vote) {
			tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 2, TTL: 64, Inner: 64, Time: n.now}, nil)
			return n.within(tr, 52, 4, 5, 63, 21, 64, 63)
		}, 1},
		"bridged into an unknown one": {func(n *net, tr *Tracker) (Event, []Vote) {
			tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 2, TTL: 64, Inner: 64, Time: n.now}, nil)
			return n.within(tr, 52, 4, 5, 63, 21, 64, 64)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			n := pods(t)
			if _, votes := c.see(n, n.tracker(11, 21)); len(votes) != c.want {
				t.Errorf("votes %+v, want %d", votes, c.want)
			}
		})
	}
}

// TestEndsOfTunnels: a bridged flow that was seen bare, and in a tunnel to which no ports lead from there, names no end: a gateway may be between.
func TestEndsOfTunnels(t *testing.T) {
	for _, c := range []struct {
		at, before int
		inner      uint8
		want       bool
	}{{51, 11, 64, true}, {52, 61, 64, false}, {52, 61, 63, true}} {
		n := pods(t)
		tr := n.tracker(11, 21)
		tr.Add(n.snap, &Sighting{Switch: n.id(11), In: 1, Out: 51, TTL: 64, Inner: 64, Time: n.now}, nil)
		n.within(tr, c.at, c.before, 5, 63, 21, 64, c.inner)
		told := false
		tr.TunnelEnds(n.snap, func(flow.Addr, topology.SwitchID) { told = true })
		if told != c.want {
			t.Errorf("%+v: told %v", c, told)
		}
	}
}

// TestNotSprayedOverTunnels: a flow seen in two tunnels at one TTL in turn is not sprayed.
func TestNotSprayedOverTunnels(t *testing.T) {
	n := pods(t)
	tr := n.tracker(11, 21)
	for i := range 40 {
		gateway := 61 + i/20 // it moves once
		n.now += second / 4
		n.within(tr, 51, 11, gateway, 11, gateway, 64, 64)
		n.now += second / 4
		gateway = 61 + min(1, i/24) // and an agent holds samples back
		n.within(tr, 52, gateway, 21, gateway, 21, 64, 64)
		if tr.Sprayed() {
			t.Fatalf("sprayed after %d samples: %+v", 2*i, tr.Alternatives(nil))
		}
	}
	if got := n.names(tr.Named()); got != "n11? n51 n62? n52 n21?" {
		t.Errorf("path %q", got)
	}
}
