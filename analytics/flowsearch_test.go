package analytics_test

import (
	"slices"
	"testing"

	"spoor/analytics"
	"spoor/analytics/elephant"
	"spoor/flow"
	"spoor/topology"
)

// searched is a rig with an elephant from host 1 to 2 by spine1, and eight small
// flows from host 3 to 4 by spine2.
func searched(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, nil)
	for range 40 {
		for range 4 {
			r.give(r.sample(1, 2, 1, 1, 49, 64))
			r.give(r.sample(1, 2, 51, 1, 2, 63))
			r.give(r.sample(1, 2, 2, 49, 1, 62))
			r.advance(second / 40)
		}
	}
	for i := range 8 {
		s := r.sample(3, 4, 3, 1, 50, 64)
		s.Packet.Key.SrcPort = uint16(50000 + i)
		r.give(s)
	}
	r.advance(second)
	return r
}

func names(p *flow.Path) []string {
	if p == nil {
		return nil
	}
	return p.Switches()
}

func TestFlows(t *testing.T) {
	r := searched(t)
	f := func(q *analytics.FlowQuery, wantTotal, wantListed int) []analytics.FlowState {
		t.Helper()
		list, total := r.e.Flows(q)
		if total != wantTotal || len(list) != wantListed {
			t.Fatalf("%d listed of %d, want %d of %d", len(list), total, wantListed, wantTotal)
		}
		if !slices.IsSortedFunc(list, func(a, b analytics.FlowState) int { return int(b.Rate) - int(a.Rate) }) {
			t.Error("not by rate")
		}
		return list
	}
	udp := func(k *flow.Key) bool { return k.Proto == flow.ProtoUDP }
	list := f(&analytics.FlowQuery{Key: udp, Limit: 100}, 9, 9)
	top := list[0]
	if top.Key.SrcPort != 40000 || top.Elephant == "" || top.Over != 0 || top.Rate < 10e6 {
		t.Errorf("the elephant comes first: %+v", top)
	}
	if got := names(top.Path); !slices.Equal(got, []string{"leaf1", "spine1", "leaf2"}) || top.Path.State != flow.PathComplete {
		t.Errorf("its path is %v, %v", got, top.Path.State)
	}
	f(&analytics.FlowQuery{Key: udp, Limit: 3}, 9, 3)
	f(&analytics.FlowQuery{Key: udp}, 9, 0)
	f(&analytics.FlowQuery{Key: func(*flow.Key) bool { return false }, Limit: 3}, 0, 0)
	snap := r.e.Snapshot()
	at := func(n byte) topology.SwitchID { return snap.ID(flow.AddrFrom4([4]byte{10, 255, 0, n})) }
	by := func(sw topology.SwitchID, ports ...uint32) *analytics.FlowQuery {
		hop := analytics.HopQuery{Switches: []topology.SwitchID{sw}}
		for _, p := range ports {
			hop.Switches, hop.Ports = nil, append(hop.Ports, analytics.HopPort{Switch: sw, IfIndex: p})
		}
		return &analytics.FlowQuery{Key: udp, Limit: 100, Hops: []analytics.HopQuery{hop}}
	}
	if only := f(by(at(51)), 1, 1); only[0].ID != top.ID {
		t.Error("another flow goes by spine1")
	}
	f(by(at(3)), 8, 8)
	f(by(at(1), 49), 1, 1)
	f(by(at(1), 50), 0, 0)
	f(&analytics.FlowQuery{Limit: 100, Hops: []analytics.HopQuery{{}}}, 0, 0)
}

func TestFlowByID(t *testing.T) {
	r := searched(t)
	s := r.sample(1, 2, 1, 1, 49, 64)
	got, ok := r.e.Flow(s.Packet.Key.ID())
	if !ok || got.Key != s.Packet.Key || got.Samples == 0 || got.First == 0 || got.Last < got.First {
		t.Errorf("%v %+v", ok, got)
	}
	if _, ok := r.e.Flow(1); ok {
		t.Error("a flow that nobody saw is known")
	}
	r.advance(40 * second)
	if got, ok := r.e.Flow(s.Packet.Key.ID()); !ok || got.Rate != -1 {
		t.Errorf("a flow that is quiet has a rate: %+v", got)
	}
}

func TestRates(t *testing.T) {
	r := searched(t)
	s := r.sample(1, 2, 1, 1, 49, 64)
	n := 0
	r.e.Rates(func(id uint64, v elephant.Interval) {
		n++
		if id != s.Packet.Key.ID() || v.Rate < 10e6 || v.Low > v.Rate || v.High < v.Rate {
			t.Errorf("%x %+v", id, v)
		}
	})
	if n != 1 {
		t.Errorf("%d elephants", n)
	}
}

func TestTraffic(t *testing.T) {
	r := searched(t)
	leaf1 := flow.AddrFrom4([4]byte{10, 255, 0, 1})
	got := r.e.Traffic([]analytics.PortName{{Agent: leaf1, IfIndex: 49}, {Agent: leaf1, IfIndex: 77}}, nil)
	if len(got) != 2 || got[0].Out.Source == 0 {
		t.Fatalf("%+v", got)
	}
	if got[1].Out.Source != 0 {
		t.Errorf("a port that nobody knows has a load: %+v", got[1])
	}
	if now := r.e.Now(); now != r.now {
		t.Errorf("engine time is %d, want %d", now, r.now)
	}
}

func TestDropsAndRaised(t *testing.T) {
	r := searched(t)
	s := r.sample(1, 2, 1, 1, 49, 64)
	for range 200 {
		d := &flow.Discard{Agent: s.Agent, Input: 1, Output: 49, Reason: flow.DropNoBuffer, Packet: s.Packet, FlowID: s.Packet.Key.ID(), Received: r.now}
		r.feed.Discard(d)
		r.give(r.sample(1, 2, 1, 1, 49, 64))
		r.advance(second / 20)
	}
	drops := r.e.Drops(10)
	if len(drops) != 1 || drops[0].Total != 200 || drops[0].PerSecond < 15 || drops[0].Port.IfIndex != 49 || drops[0].Port.Switch != "leaf1" ||
		drops[0].Reason != "no_buffer_space" || len(drops[0].Flows) != 1 || drops[0].Flows[0] != s.Packet.Key {
		t.Errorf("%+v", drops)
	}
	if len(r.e.Drops(0)) != 0 {
		t.Error("the limit does not hold")
	}
	list, total := r.e.Raised(100)
	if total != len(list) || !slices.ContainsFunc(list, func(a *flow.Alert) bool {
		return slices.Contains(a.Labels, flow.Label{Name: "alertname", Value: "PacketDrops"})
	}) {
		t.Errorf("%d %+v", total, list)
	}
	if list, all := r.e.Raised(0); len(list) != 0 || all != total {
		t.Errorf("%d of %d", len(list), all)
	}
	r.advance(60 * second) // it is over, and still told of
	if drops = r.e.Drops(10); len(drops) != 1 || drops[0].PerSecond != 0 || drops[0].Total != 200 {
		t.Errorf("%+v", drops)
	}
}
