package topology

import (
	"fmt"
	"testing"
	"time"

	"spoor/flow"
)

// TestInventedPairs: addresses that are invented enter anywhere. They do not
// make a fabric one whose hosts live on two switches; one MAC on two leaves does,
// and so do many flows of each.
func TestInventedPairs(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	source := func(a flow.Addr, leaf int, far uint64, hops uint8, buckets uint32) {
		e := Evidence{Kind: SawSource, Agent: agent(leaf), Port: 101, Addr: a, Far: far, Hops: hops, Buckets: buckets}
		if hops == 1 { // at the spine, from that leaf
			e.Agent, e.Port = agent(51), uint32(leaf)
		}
		f.give(e)
	}
	for i := range byte(200) {
		a := flow.AddrFrom4([4]byte{100, 64, 0, i})
		source(a, 1, mac(0, 1), i%2, 1)
		source(a, 2, mac(0, 2), i/2%2, 2)
	}
	if snap := f.tick(time.Second); snap.Dual || len(snap.Edges(flow.AddrFrom4([4]byte{100, 64, 0, 0}))) != 2 {
		t.Fatalf("dual %v; an address that was seen at two leaves is at %v", snap.Dual, snap.Edges(flow.AddrFrom4([4]byte{100, 64, 0, 0})))
	}
	many := addr("10.1.1.7")
	for i := range flowsOfEach {
		source(many, 1, 0, 1, 1<<i)
		if i < flowsOfEach-1 {
			source(many, 2, 0, 1, 1<<(10+i))
		}
	}
	if f.tick(time.Second).Dual {
		t.Fatalf("%d flows over one leaf and %d over the other are enough", flowsOfEach, flowsOfEach-1)
	}
	source(many, 2, 0, 1, 1<<20)
	if !f.tick(time.Second).Dual {
		t.Error("many flows over each of two leaves are not enough")
	}
	f = newFabric(t, Config{Learn: true})
	f.joined()
	source(addr("10.1.1.8"), 1, mac(0, 8), 0, 1)
	source(addr("10.1.1.8"), 2, mac(0, 8), 0, 2)
	if !f.tick(time.Second).Dual {
		t.Error("one MAC at two leaves is not enough")
	}
}

// TestReceivedFlows: beside hosts on two leaves an address is certain if flows enough that it sent entered at one leaf and
// flows that others sent it came out there: of these as many count as of those. What came out at another leaf ends that.
func TestReceivedFlows(t *testing.T) {
	const half = flowsBesideDual / 2
	for name, tc := range map[string]struct {
		sent, got int
		elsewhere bool
		want      bool
	}{
		"sent":                  {flowsBesideDual, 0, false, true},
		"too few sent":          {flowsBesideDual - 1, 0, false, false},
		"sent and received":     {half, half, false, true},
		"too few received":      {half, half - 1, false, false},
		"received, hardly sent": {half - 1, 32, false, false},
		"received elsewhere":    {half, half, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			for leaf := range 2 { // a host on both
				f.sent("10.1.1.8", mac(0, 8), leaf+1, 108)
			}
			f.sent("10.1.1.1", mac(0, 1), 1, 101)
			f.tick(0)
			f.sent("10.1.1.1", mac(0, 1), 1, 101)
			f.ev[len(f.ev)-1].Buckets = 1<<tc.sent - 1
			for i := range tc.got {
				f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 101, Addr: addr("10.1.1.1"), TTL: 61, Buckets: 1 << i})
			}
			if tc.elsewhere {
				f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 101, Addr: addr("10.1.1.1"), TTL: 61, Buckets: 1})
			}
			snap := f.tick(time.Second)
			if !snap.Dual || snap.Certain(addr("10.1.1.1")) != tc.want {
				t.Errorf("certain %v, want %v; some on two leaves: %v; it lives at %v", !tc.want, tc.want, snap.Dual, snap.Edges(addr("10.1.1.1")))
			}
		})
	}
}

// TestFlowsOfAnInterface: flows of all addresses of an interface tell that it is at one switch, and those of others' addresses
// there: of the latter the first of each interface tells nothing.
func TestFlowsOfAnInterface(t *testing.T) {
	addrs := []string{"10.1.0.1", "fd00::1", "fd00::2"}
	for name, tc := range map[string]struct {
		flows  [3]int
		others int // flows of another interface there
		want   bool
	}{
		"its own":                  {[3]int{4, 4, 2}, 0, true},
		"too few":                  {[3]int{4, 4, 1}, 0, false},
		"first flow of another":    {[3]int{4, 4, 1}, 1, false},
		"two flows of another":     {[3]int{4, 4, 1}, 2, false},
		"further flows of another": {[3]int{4, 4, 1}, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			send := func(address string, host, flows int) {
				if flows > 0 {
					f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: uint32(host), Addr: addr(address), Far: mac(0, host), Buckets: 1<<flows - 1})
				}
			}
			for i, a := range addrs {
				send(a, 1, tc.flows[i])
			}
			send("10.1.0.2", 2, tc.others)
			snap := f.tick(time.Second)
			for _, a := range addrs {
				if snap.Certain(addr(a)) != tc.want {
					t.Errorf("%s is certain %v", a, !tc.want)
				}
			}
			f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 3, Addr: addr("10.1.0.1"), Far: mac(0, 3), Buckets: 1}) // the first address goes over to another interface
			if snap := f.tick(time.Second); snap.Certain(addr("fd00::1")) {
				t.Error("what another interface's address sent counts")
			}
		})
	}
}

// TestFellows: beside hosts on two leaves the flows of an interface are summed over its addresses, those that it sent and those
// that came out there; one address that is seen elsewhere ends that for all.
func TestFellows(t *testing.T) {
	for name, tc := range map[string]struct {
		sent, got [2]int // of its two addresses
		away      uint32 // MAC of the second one
		strays    bool   // the second one enters the other leaf as well
		astray    bool   // flows for the second one came out there
		want      bool
	}{
		"enough sent":        {sent: [2]int{8, 8}, want: true},
		"too few":            {sent: [2]int{8, 7}},
		"sent and received":  {sent: [2]int{4, 4}, got: [2]int{1, 7}, want: true},
		"too few received":   {sent: [2]int{4, 4}, got: [2]int{1, 6}},
		"another interface":  {sent: [2]int{8, 8}, away: 2},
		"one sends by both":  {sent: [2]int{8, 8}, strays: true},
		"one gets them also": {sent: [2]int{4, 4}, got: [2]int{1, 7}, astray: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			for leaf := range 2 { // a host on both
				f.sent("10.1.1.8", mac(0, 8), leaf+1, 108)
			}
			addrs := [2]string{"10.1.1.1", "fd00::1"}
			for range 2 {
				for i, a := range addrs {
					f.sent(a, mac(0, 1+i*int(tc.away)), 1, 101+i*int(tc.away))
				}
				f.tick(0)
			}
			for i, a := range addrs {
				far := mac(0, 1+i*int(tc.away))
				f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 101, Addr: addr(a), Far: far, Buckets: 1<<tc.sent[i] - 1})
				for k := range tc.got[i] {
					f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 101, Addr: addr(a), TTL: 61, Buckets: 1 << k})
				}
			}
			if tc.strays {
				f.give(Evidence{Kind: SawSource, Agent: agent(2), Port: 101, Addr: addr(addrs[1]), Far: mac(0, 1), Buckets: 1})
			}
			if tc.astray {
				f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 101, Addr: addr(addrs[1]), TTL: 61, Buckets: 1})
			}
			snap := f.tick(time.Second)
			if !snap.Dual || snap.Certain(addr(addrs[0])) != tc.want {
				t.Errorf("certain %v, want %v; some on two leaves: %v; it lives at %v", !tc.want, tc.want, snap.Dual, snap.Edges(addr(addrs[0])))
			}
		})
	}
}

// TestFlowsOfAMatedSwitch: where a link joins two switches with hosts, flows of the others say nothing of an address: it may be on both.
func TestFlowsOfAMatedSwitch(t *testing.T) {
	for _, mated := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		f.joined()
		if mated {
			f.forwarded(1, 60, 2, 60)
			f.forwarded(2, 60, 1, 60)
		}
		send := func(leaf, host, flows int) {
			f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: uint32(host), Addr: addr(fmt.Sprintf("10.%d.0.%d", leaf, host)), Far: mac(0, 10*leaf+host), Buckets: 1<<flows - 1})
		}
		var snap *Snapshot
		for range 4 { // the other switch's hosts are proven last
			for leaf := 1; leaf <= 2; leaf++ {
				f.sent(fmt.Sprintf("10.%d.0.1", leaf), mac(0, 10*leaf+1), leaf, 1)
			}
			send(1, 1, flowsOfOne)
			send(1, 2, flowsOfOne-1)
			send(1, 3, 1)
			snap = f.tick(time.Second)
		}
		if snap.Dual || !snap.Hosts(f.id(2)) {
			t.Fatalf("hosts on two switches %v, hosts at the other one %v", snap.Dual, snap.Hosts(f.id(2)))
		}
		for host, want := range map[int]bool{1: true, 2: !mated, 3: !mated} {
			if got := snap.Certain(addr(fmt.Sprintf("10.1.0.%d", host))); got != want {
				t.Errorf("joined to another switch with hosts %v: host %d is certain %v, want %v", mated, host, got, want)
			}
		}
	}
}
