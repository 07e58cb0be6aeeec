package topology

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor/flow"
)

// size counts all that evidence can make grow.
func (l *Learner) size() map[string]int {
	m := map[string]int{
		"ports": l.ports, "owners": len(l.owners), "far MACs": len(l.byFar), "listed": len(l.listedBy), "hosts": len(l.hosts),
		"stations": len(l.stations), "tunnels": len(l.tunnels), "votes": len(l.votes), "young": len(l.young), "placed": len(l.placed),
		"bridged hosts": len(l.bridges.hosts), "bridged pairs": len(l.bridges.pairs), "bridged sides": len(l.bridges.sides), "waiting": len(l.bridges.waiting), "sites": l.bridges.sites,
	}
	for _, list := range l.byFar {
		m["ports by far MAC"] += len(list)
	}
	for _, s := range l.stations {
		m["hosts by MAC"] += len(s.hosts)
	}
	for _, n := range l.nodes {
		if n == nil {
			continue
		}
		for _, p := range n.ports {
			m["sightings"] += len(p.hosts)
			m["port votes"] += len(p.votes)
		}
	}
	for _, claim := range l.names {
		m["names"] += 1 + len(claim)
	}
	return m
}

func random(rng *rand.Rand, now int64) Evidence {
	wild := func() uint64 { return rng.Uint64() >> (rng.IntN(60) + 4) }
	e := Evidence{
		Kind: Kind(1 + rng.IntN(int(SawTransit))), Fresh: rng.IntN(2) == 0, Encap: rng.IntN(4) == 0, TTL: uint8(rng.Uint32()), Hops: uint8(rng.IntN(3)),
		Agent: agent(rng.IntN(20)), Port: uint32(wild()), Agent2: agent(rng.IntN(20)), Port2: uint32(wild()), Far: wild(), Own: wild(),
		Addr: flow.AddrFrom4([4]byte{byte(10 + rng.IntN(2)), byte(rng.IntN(8)), byte(wild()), byte(wild())}), Buckets: uint32(wild()), Count: uint32(1 + rng.IntN(5)),
	}
	if rng.IntN(2) == 0 { // few ports: links, places and moves come and go
		e.Port, e.Port2, e.Far, e.Own = e.Port%4+1, e.Port2%4+1, e.Far%32, e.Own%32
	}
	e.First = now + rng.Int64N(4*second) - 2*second
	e.Last = e.First
	return e
}

func TestHostileEvidenceIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	l := NewLearner(Config{Learn: true}, NewRegistry())
	l.max = bounds{ports: 300, switchPorts: 100, portAddresses: 150, addresses: 200, outside: 50, macs: 150, votes: 100, sites: 250}
	now := start
	for range 300 {
		evidence := make([]Evidence, 200)
		for i := range evidence {
			evidence[i] = random(rng, now)
		}
		l.Inform(&PortInfo{Agent: agent(rng.IntN(20)), IfIndex: rng.Uint32() >> rng.IntN(32), Name: "p", Hostname: fmt.Sprint(rng.Uint32()), Speed: float64(rng.Uint32())})
		now += rng.Int64N(2*second) - second/2
		snap, _ := l.Apply(evidence, now)
		if snap.Version == 0 {
			t.Fatal("no snapshot")
		}
	}
	limits := map[string]int{
		"ports": 300, "owners": 150, "far MACs": 300, "listed": 150, "hosts": 200, "stations": 150, "tunnels": 200, "votes": 100, "young": 300,
		"placed": 200, "ports by far MAC": 300, "hosts by MAC": 200, "sightings": 200 * 2 * maxSightings, "port votes": 200, "names": 40,
		"bridged hosts": 150, "bridged pairs": 100, "bridged sides": 300, "waiting": 150, "sites": 250,
	}
	for what, n := range l.size() {
		if n > limits[what] {
			t.Errorf("%d %s, want at most %d", n, what, limits[what])
		}
	}
	if l.Ignored == 0 {
		t.Error("nothing was counted as ignored")
	}
	for _, s := range l.Sizes() {
		if s.N > s.Max || s.Max > 300 || s.N == 0 && s.What != "outside" {
			t.Errorf("%+v after all that evidence", s)
		}
	}
}

// What is known of a port, a host or a name that changes to and fro must not grow.
func TestChangingToAndFroDoesNotGrow(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	step := func(i int) {
		f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(51, i%2), Own: mac(1, 49)}) // two routers on one wire
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: addr("10.1.1.1"), Far: mac(0, i%2)})
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: uint32(100 + i%20), Addr: addr("10.1.1.2"), Far: mac(0, 7)})
		f.Inform(&PortInfo{Agent: agent(1), Hostname: fmt.Sprint("name", i)})
		f.tick(time.Second)
	}
	for i := range 40 {
		step(i)
	}
	want := f.size()
	for i := range 400 {
		step(i)
	}
	for what, n := range f.size() {
		if n != want[what] {
			t.Errorf("%s grew from %d to %d", what, want[what], n)
		}
	}
}

// Receivers outside the fabric are seen by the million; they have no place, and cost no snapshot.
func TestOutsideAddressesAreCheap(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	evidence := make([]Evidence, 200_000)
	for i := range evidence {
		evidence[i] = Evidence{
			Kind: SawSink, Agent: agent(2), Port: 7, Addr: flow.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), TTL: 60, Count: 1, First: f.now, Last: f.now,
		}
	}
	f.Apply(evidence[:sinkFrames], f.now) // the port itself is news, and that receivers may live there
	snap, _ := f.Apply(nil, f.now)
	after, _ := f.Apply(evidence, f.now)
	if after != snap {
		t.Error("addresses without a place made a new snapshot")
	}
}

// Fabrics whose agents all say the same host name (as on default images) must start all the same.
func TestOneNameForAll(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const switches = 10_000
	name := func(i int) flow.Addr { return flow.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)}) }
	for i := range switches {
		f.Inform(&PortInfo{Agent: name(i), Hostname: "localhost"})
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 100e6 {
		t.Errorf("%d MB allocated", n>>20)
	}
	f.Inform(&PortInfo{Agent: name(7), Hostname: "leaf7"})
	snap := f.tick(time.Second)
	if got := snap.Name(f.registry.ID(name(7))); got != "leaf7" {
		t.Errorf("name is %q", got)
	}
	if got := snap.Name(f.registry.ID(name(8))); got != "10.9.0.8" {
		t.Errorf("a name that many claim names one %q", got)
	}
}

func TestNameIsFreeAgain(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.Inform(&PortInfo{Agent: agent(1), Hostname: "leaf"})
	f.Inform(&PortInfo{Agent: agent(2), Hostname: "leaf"})
	if snap := f.tick(time.Second); snap.Name(f.id(1)) != "10.255.0.1" {
		t.Errorf("name that two claim is %q", snap.Name(f.id(1)))
	}
	f.Inform(&PortInfo{Agent: agent(2), Hostname: "other"})
	if snap := f.tick(time.Second); snap.Name(f.id(1)) != "leaf" || snap.Name(f.id(2)) != "other" {
		t.Errorf("names are %q and %q", snap.Name(f.id(1)), snap.Name(f.id(2)))
	}
}

func TestRegistry(t *testing.T) {
	r := NewRegistry()
	at := func(i int) flow.Addr { return flow.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range MaxSwitches + 100 {
				if id := r.ID(at(i)); id != 0 && r.Addr(id) != at(i) {
					t.Errorf("number %d is of %s, want %s", id, r.Addr(id), at(i))
					return
				}
			}
		})
	}
	wg.Wait()
	if r.Len() != MaxSwitches {
		t.Errorf("%d agents, want %d", r.Len(), MaxSwitches)
	}
	if r.ID(flow.Addr{}) != 0 || r.Addr(MaxSwitches+1) != (flow.Addr{}) || r.ID(flow.AddrFrom4([4]byte{1})) != 0 {
		t.Error("nobody has a number")
	}
	if n := testing.AllocsPerRun(100, func() { r.ID(at(5)) }); n > 0 {
		t.Errorf("%v allocations a look-up", n)
	}
}

func TestGivenLinksAreToldWithTheirTime(t *testing.T) {
	given, err := ParseStatic([]byte(`{"nodes":{"a":{"agent":"10.255.0.1","ports":{"p":{"ifindex":1}}},"b":{"agent":"10.255.0.2","ports":{"q":{"ifindex":2}}}},
		"links":{"l":{"node1":"a","port1":"p","node2":"b","port2":"q"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	f := newFabric(t, Config{Learn: true, Static: given})
	f.tick(time.Second)
	if len(f.all) != 1 || f.all[0].Time != f.now || f.all[0].Since != f.now || f.all[0].Source != Given {
		t.Errorf("records are %+v, want one of %d", f.all, f.now)
	}
}

func TestPlaceNoLongerBelievedIsGone(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 4 {
		f.sent("10.1.1.1", mac(0, 1), 1, 7)
		f.tick(time.Second)
	}
	f.forwarded(51, 9, 1, 7) // a router behind that port: it is no edge
	f.tick(time.Second)
	var states []string
	for i := range f.all {
		if f.all[i].Kind == HostRecord {
			states = append(states, f.all[i].State.String())
		}
	}
	if got := strings.Join(states, " "); got != "up gone" {
		t.Errorf("records of the host: %q", got)
	}
}

// A port that is plugged elsewhere leaves no half of a link behind.
func TestMovedLinkLeavesNoHalf(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 3 { // leaf1:49 is now joined to spine 52
		f.forwarded(1, 49, 52, 1)
		f.forwarded(52, 1, 1, 49)
		f.tick(time.Second)
	}
	snap := f.snap
	if p := snap.Port(f.id(1), 49); p.Peer != f.id(52) || p.PeerPort != 1 || p.LinkID == "" {
		t.Fatalf("leaf1:49 is %+v", p)
	}
	if p := snap.Port(f.id(51), 1); p.LinkID != "" || p.PeerPort != 0 {
		t.Errorf("the old spine's port is still half of a link: %+v", p)
	}
}

// Two links between the same switches, whose ports share one MAC each side, cannot be told apart by MACs.
func TestParallelLinksOfOneMAC(t *testing.T) {
	for range 20 { // maps are walked in any order
		f := newFabric(t, Config{Learn: true})
		for _, p := range []uint32{1, 2} {
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: p, Far: mac(51, 0), Own: mac(1, 0)})
		}
		f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: 7, Far: mac(1, 0), Own: mac(51, 0)})
		snap := f.tick(time.Second)
		if p := snap.Port(f.id(51), 7); p.Peer != f.id(1) || p.PeerPort != 0 {
			t.Fatalf("the spine's port is paired with %d, which no evidence says", p.PeerPort)
		}
	}
}

// TestInventedAddresses: a host that invents source addresses fills its port's share, not the memory; others still find room.
func TestInventedAddresses(t *testing.T) {
	l := NewLearner(Config{Learn: true}, NewRegistry())
	invented := func(i int) Evidence {
		return Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: flow.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), Far: mac(0, 1), Count: 1, First: start, Last: start}
	}
	var all []Evidence
	for i := range 3 * l.max.portAddresses {
		all = append(all, invented(i))
	}
	l.Apply(all, start+second)
	if len(l.hosts) != l.max.portAddresses || l.Ignored != uint64(2*l.max.portAddresses) {
		t.Errorf("%d addresses are kept, %d left aside", len(l.hosts), l.Ignored)
	}
	again, other := invented(5), invented(1<<23)
	again.First, again.Last = start+2*second, start+2*second
	other.Port = 2
	l.Apply([]Evidence{again, other}, start+3*second)
	if l.hosts[other.Addr] == nil || l.hosts[again.Addr].sources[0].last != again.Last {
		t.Error("an address at another port, or one known before, is left aside")
	}
}
