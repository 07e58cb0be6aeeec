package explain

import (
	"net/netip"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
)

// TestMisnamed: who asks about a flow hears of the switches on its way that misname ports,
// also of one that sampled it and is no hop for that reason, and of no other.
func TestMisnamed(t *testing.T) {
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	addr := func(n byte) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, 0, n}) }
	port := func(n uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceIndex, Value: n} }
	sampled := func(agent flow.Addr, n uint32, in, out flow.Interface) {
		acc := agents.Account(agent, 0, 1, 1, 1, 1e9, netip.MustParseAddr("192.0.2.1"))
		for i := range n {
			acc.Source(0, 1, i+1, 100, 0)
			acc.CountNamed(in, out)
		}
	}
	sampled(addr(1), 1000, port(1), port(2))
	sampled(addr(2), 1000, port(3), port(3))
	sampled(addr(3), 1000, flow.Interface{}, flow.Interface{})
	sampled(addr(4), 999, flow.Interface{}, flow.Interface{}) // too few to tell
	sampled(addr(5), 1000, flow.Interface{}, flow.Interface{})
	c := &analytics.Case{
		Hops: []analytics.CaseHop{
			{Hop: flow.Hop{Switch: "leaf1", Agent: addr(1)}}, {Hop: flow.Hop{Switch: "dark-1"}}, {Hop: flow.Hop{Switch: "spine2", Agent: addr(2)}}, {Hop: flow.Hop{Switch: "leaf4", Agent: addr(4)}},
		},
		Taps: []analytics.CaseTap{{Port: flow.Port{Agent: addr(3), Switch: "leaf3"}}, {Port: flow.Port{Agent: addr(2), Switch: "spine2"}}, {}},
	}
	got := strings.Join(misnamed(c, agents), "\n")
	want := "Samples of spine2 misname ports: input and output are the same port (spoor doctor says what to do).\n" +
		"Samples of leaf3 misname ports: input and output are 0 (unknown) (spoor doctor says what to do)."
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
