package topology

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// TestInitialTTL: systems begin with 32, 64, 128 or 255; a packet has the next above what is left.
func TestInitialTTL(t *testing.T) {
	for _, tc := range [][2]uint8{{1, 32}, {32, 32}, {33, 64}, {64, 64}, {65, 128}, {128, 128}, {129, 255}, {255, 255}, {0, 32}} {
		if got := InitialTTL(tc[0]); got != tc[1] {
			t.Errorf("of %d it is %d, want %d", tc[0], got, tc[1])
		}
	}
}

// TestUnicastMAC: the group bit is the lowest of the first octet.
func TestUnicastMAC(t *testing.T) {
	for mac, want := range map[uint64]bool{0: false, 0x020000000001: true, 0x010000000001: false, 0xffffffffffff: false, 0xfe0000000000: true, 0x0180c2000000: false} {
		if unicastMAC(mac) != want {
			t.Errorf("%012x: %v", mac, !want)
		}
	}
}

// TestEvidenceOrder: whoever gathered it, evidence has one order: each field that tells two pieces apart counts.
func TestEvidenceOrder(t *testing.T) {
	low := Evidence{First: 5, Agent: agent(1), Kind: SawIngress, Port: 1, Own: 1, Far: 1, Addr: addr("10.0.0.1"), Agent2: agent(1), Port2: 1, Buckets: 1, Flow: 1, Hops: 1, TTL: 1, Sequence: 1}
	for name, raise := range map[string]func(*Evidence){
		"First": func(e *Evidence) { e.First++ }, "Agent": func(e *Evidence) { e.Agent = agent(2) }, "Kind": func(e *Evidence) { e.Kind++ }, "Port": func(e *Evidence) { e.Port++ },
		"Own": func(e *Evidence) { e.Own++ }, "Far": func(e *Evidence) { e.Far++ }, "Addr": func(e *Evidence) { e.Addr = addr("10.0.0.2") }, "Agent2": func(e *Evidence) { e.Agent2 = agent(2) },
		"Port2": func(e *Evidence) { e.Port2++ }, "Buckets": func(e *Evidence) { e.Buckets++ }, "Flow": func(e *Evidence) { e.Flow++ }, "Hops": func(e *Evidence) { e.Hops++ },
		"TTL": func(e *Evidence) { e.TTL++ }, "Sequence": func(e *Evidence) { e.Sequence++ },
	} {
		high := low
		raise(&high)
		if low.Compare(&high) >= 0 || high.Compare(&low) <= 0 {
			t.Errorf("%s: %d and %d", name, low.Compare(&high), high.Compare(&low))
		}
	}
	early, late := low, low // time goes before all else
	early.Agent, early.Sequence, late.First = agent(9), 9, 6
	if same := low; early.Compare(&late) >= 0 || low.Compare(&same) != 0 {
		t.Error("time does not come first, or a piece is not its own equal")
	}
}

// TestPlausible: a counted rate proves the speed of which it is at least a third, and a little more than a speed is that speed.
func TestPlausible(t *testing.T) {
	for rate, want := range map[float64]float64{
		0: 0, 33e6: 0, 34e6: 100e6, 100e6: 100e6, 102e6: 100e6, 103e6: 0, 334e6: 1e9, 1.02e9: 1e9, 3.3e9: 0, 3.4e9: 10e9, 9.9e9: 10e9, 11e9: 25e9, 26e9: 40e9, 41e9: 50e9,
		60e9: 100e9, 150e9: 200e9, 210e9: 400e9, 500e9: 800e9, 816e9: 800e9, 900e9: 0,
	} {
		if got := plausible(rate); got != want {
			t.Errorf("%g bit/s: a link of %g, want %g", rate, got, want)
		}
	}
}

// TestSpeedTexts: each form comes back as it was written, and the most specific one counts.
func TestSpeedTexts(t *testing.T) {
	for text, want := range map[string]Speed{
		"*=100M": {Bps: 100e6}, "10.255.0.1/*=10G": {Agent: agent(1), Bps: 10e9}, "10.255.0.1/150=2.5G": {Agent: agent(1), IfIndex: 150, Bps: 2.5e9}, "*=1T": {Bps: 1e12},
		"*=9600": {Bps: 9600}, "*=64k": {Bps: 64e3}, "*=64K": {Bps: 64e3}, "2001:db8::1/*=1G": {Agent: addr("2001:db8::1"), Bps: 1e9}, "*=1000T": {Bps: 1e15},
	} {
		got, err := ParseSpeed(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, err, want)
		}
		if again, err := ParseSpeed(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which reads %+v %v", text, got, again, err)
		}
	}
	if got, err := ParseSpeed(" * = 100M"); err != nil || got != (Speed{Bps: 100e6}) {
		t.Errorf("with spaces: %+v %v", got, err)
	}
	for _, text := range []string{"*=NaN", "*=inf", "*=-1", "*=0", "*=1001T", "*=", "*=G", "*=1e16"} {
		if got, err := ParseSpeed(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
	f := newFabric(t, Config{Learn: true, Speeds: []Speed{{Bps: 1e9}, {Agent: agent(1), Bps: 10e9}, {Agent: agent(1), IfIndex: 7, Bps: 25e9}, {Agent: agent(1), IfIndex: 7, Bps: 40e9}}})
	for _, port := range []int{7, 8} {
		f.forwarded(51, 1, 1, port)
		f.forwarded(51, 2, 2, port)
	}
	snap := f.tick(time.Second)
	for _, tc := range []struct {
		sw   int
		port uint32
		want float64
	}{{1, 7, 25e9}, {1, 8, 10e9}, {2, 7, 1e9}} { // of two for the same port the first
		if got := snap.Port(f.id(tc.sw), tc.port).Speed; got != tc.want {
			t.Errorf("%d/%d: %g, want %g", tc.sw, tc.port, got, tc.want)
		}
	}
}

// TestRegistry: agents have the numbers in which they came, for ever; nobody has none.
func TestRegistryNumbers(t *testing.T) {
	r := NewRegistry()
	if r.ID(flow.Addr{}) != 0 || r.Len() != 0 || !r.Addr(0).IsZero() || !r.Addr(1).IsZero() || !r.Addr(firstInferred).IsZero() {
		t.Error("an empty registry knows somebody")
	}
	for i := range 300 {
		a := flow.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)})
		id := r.ID(a)
		if id != SwitchID(i+1) || r.ID(a) != id || r.Addr(id) != a || r.Len() != i+1 || id.Inferred() {
			t.Fatalf("agent %d has number %d, address %v, of %d", i, id, r.Addr(id), r.Len())
		}
	}
	if n := testing.AllocsPerRun(10, func() { r.ID(flow.AddrFrom4([4]byte{10, 9, 0, 7})) }); n != 0 {
		t.Errorf("looking up allocates %v times", n)
	}
	if (firstInferred - 1).Inferred() || !firstInferred.Inferred() || SwitchID(MaxSwitches).Inferred() {
		t.Error("numbers of agents and of silent switches overlap")
	}
}

// TestCow: readers keep the version that they have.
func TestCow(t *testing.T) {
	c := newCow[int, string]()
	c.set(1, "a")
	c.set(2, "b")
	old := c.share()
	if c.written || c.dropped {
		t.Error("what was shared counts as changed")
	}
	c.delete(7)
	if c.written || c.dropped {
		t.Error("deleting what is not there is a change")
	}
	c.set(1, "c")
	if !c.written || c.dropped {
		t.Errorf("written %v, dropped %v", c.written, c.dropped)
	}
	c.delete(2)
	next := c.share()
	for k, want := range map[int][2]string{1: {"a", "c"}, 2: {"b", ""}, 3: {"", ""}} {
		was, _ := old.get(k)
		is, ok := next.get(k)
		if was != want[0] || is != want[1] || ok != (want[1] != "") {
			t.Errorf("%d was %q, is %q, want %q", k, was, is, want)
		}
	}
	for k := range 5000 { // many in one bucket: the others of it stay
		c.set(k, fmt.Sprint(k))
	}
	for k := range 5000 {
		if v, _ := c.get(k); v != fmt.Sprint(k) {
			t.Fatalf("%d is %q", k, v)
		}
	}
	if v, _ := next.get(1); v != "c" {
		t.Errorf("a version that was shared changes: %q", v)
	}
}

// TestSettling: the last sixteen changes are known by name; of older ones it cannot be told.
func TestSettling(t *testing.T) {
	var r settling
	at := func(i int) flow.Addr { return flow.AddrFrom4([4]byte{10, 0, 0, byte(i)}) }
	if known, changed := r.has(at(1), 0); !known || changed {
		t.Error("where nothing changed all is known")
	}
	for i := 1; i <= 20; i++ {
		r.add(at(i), uint64(i))
	}
	for _, tc := range []struct {
		addr           int
		since          uint64
		known, changed bool
	}{
		{20, 19, true, true}, {20, 20, true, false}, {19, 19, true, false}, {19, 18, true, true}, {5, 5, true, false}, {6, 5, true, true}, {1, 5, true, false}, {5, 4, false, false},
	} {
		if known, changed := r.has(at(tc.addr), tc.since); known != tc.known || changed != tc.changed {
			t.Errorf("%d since %d: known %v, changed %v", tc.addr, tc.since, known, changed)
		}
	}
}

// TestElected: two votes make a link if nobody votes for another one at either port; else three, and three times as many as the second.
func TestElected(t *testing.T) {
	port := func(sw, idx int) portKey { return portKey{SwitchID(sw), uint32(idx)} }
	for name, tc := range map[string]struct {
		n      uint32
		others []*vote
		want   bool
	}{
		"one":                       {1, nil, false},
		"two":                       {2, nil, true},
		"two against one":           {2, []*vote{{key: voteKey{port(1, 1), port(3, 3)}, n: 1}}, false},
		"three against one":         {3, []*vote{{key: voteKey{port(1, 1), port(3, 3)}, n: 1}}, true},
		"five against two":          {5, []*vote{{key: voteKey{port(1, 1), port(3, 3)}, n: 2}}, false},
		"six against two":           {6, []*vote{{key: voteKey{port(1, 1), port(3, 3)}, n: 2}}, true},
		"the second of several":     {8, []*vote{{key: voteKey{port(1, 1), port(3, 3)}, n: 1}, {key: voteKey{port(1, 1), port(4, 4)}, n: 3}}, false},
		"the other direction of it": {2, []*vote{{key: voteKey{port(2, 2), port(1, 1)}, n: 9}}, true},
		"another link back":         {2, []*vote{{key: voteKey{port(2, 3), port(1, 1)}, n: 1}}, false},
	} {
		v := &vote{key: voteKey{port(1, 1), port(2, 2)}, n: tc.n}
		if got := elected(v, append(slices.Clone(tc.others), v)); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestTwins: three MACs that enter at one port here and at one switch there come over a link between the two; each port counts once.
func TestTwins(t *testing.T) {
	p := &port{}
	for i, tc := range []struct {
		sw   SwitchID
		idx  uint32
		want bool
	}{{2, 1, false}, {2, 1, false}, {2, 2, false}, {3, 1, false}, {3, 2, false}, {2, 3, true}} {
		if got := p.twin(portKey{tc.sw, tc.idx}, twinPorts); got != tc.want {
			t.Errorf("sighting %d: %v", i, got)
		}
	}
	full := &port{}
	for i := range maxTwins {
		full.twin(portKey{SwitchID(i + 1), 1}, twinPorts)
	}
	if full.twin(portKey{99, 1}, twinPorts) || full.twin(portKey{1, 9}, twinPorts) {
		t.Error("beyond what is remembered ports are twins")
	}
}

// TestLists: small helpers of places.
func TestLists(t *testing.T) {
	var set []SwitchID
	for _, id := range []SwitchID{5, 2, 9, 5, 2} {
		set = addSwitch(set, id)
	}
	if !slices.Equal(set, []SwitchID{2, 5, 9}) {
		t.Error(set)
	}
	a, b := &sighting{last: 1}, &sighting{last: 2}
	if later(nil, a) != a || later(a, b) != b || later(b, a) != b || later(a, &sighting{last: 1}) == a {
		t.Error("of two sightings the later, of equal ones the second")
	}
	for s, want := range map[Source]string{Learned: "learned", Given: "given", Both: "both", Inferred: "inferred"} {
		if s.String() != want {
			t.Errorf("%d is %q", s, s)
		}
	}
	for s, want := range map[State]string{Up: "up", Stale: "stale", Gone: "gone"} {
		if s.String() != want {
			t.Errorf("%d is %q", s, s)
		}
	}
}
