package topology

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/flow"
)

func addr(s string) flow.Addr { return flow.AddrFromNetip(netip.MustParseAddr(s)) }

const (
	second = int64(time.Second)
	start  = int64(1_800_000_000) * second
)

// fabric is a learner under test: two leaves (1, 2) and a spine (51), fed with
// evidence as sampling would give it.
type fabric struct {
	*Learner
	t   *testing.T
	now int64
	ev  []Evidence
	all []Record
}

func newFabric(t *testing.T, cfg Config) *fabric {
	t.Helper()
	return &fabric{Learner: NewLearner(cfg, NewRegistry()), t: t, now: start}
}

func agent(n int) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, 0, byte(n)}) }

// mac is that of port p of switch n; host MACs have n 0.
func mac(n, p int) uint64 { return 0x02_0000_000000 | uint64(n)<<16 | uint64(p) }

func (f *fabric) give(e Evidence) {
	if e.Count == 0 {
		e.Count = 1
	}
	e.First, e.Last, e.Sequence = f.now, f.now, uint64(len(f.ev))
	f.ev = append(f.ev, e)
}

// forwarded: frames went from port p of switch a into port q of switch b.
func (f *fabric) forwarded(a, p, b, q int) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(b), Port: uint32(q), Far: mac(a, p), Own: mac(b, q)})
}

// sent: a host's fresh frame entered a switch.
func (f *fabric) sent(host string, hostMAC uint64, sw, port int) {
	f.give(Evidence{Kind: SawIngress, Agent: agent(sw), Port: uint32(port), Far: hostMAC, Own: mac(sw, port), Fresh: true})
	f.give(Evidence{Kind: SawSource, Agent: agent(sw), Port: uint32(port), Addr: addr(host), Far: hostMAC})
}

func (f *fabric) tick(after time.Duration) *Snapshot {
	f.t.Helper()
	f.now += int64(after)
	slices.SortStableFunc(f.ev, func(a, b Evidence) int { return a.Compare(&b) })
	snap, records := f.Apply(f.ev, f.now)
	f.ev = f.ev[:0]
	f.all = append(f.all, records...)
	return snap
}

func (f *fabric) id(n int) SwitchID { return f.registry.ID(agent(n)) }

// joined makes leaf1:49 -- spine:1 and leaf2:49 -- spine:2 known.
func (f *fabric) joined() *Snapshot {
	for leaf := 1; leaf <= 2; leaf++ {
		f.forwarded(leaf, 49, 51, leaf)
		f.forwarded(51, leaf, leaf, 49)
	}
	return f.tick(100 * time.Millisecond)
}

func TestLinkByMACs(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	snap := f.joined()
	if got := snap.Peer(f.id(1), 49); got != f.id(51) {
		t.Errorf("leaf1:49 leads to %d, want the spine (%d)", got, f.id(51))
	}
	if got := snap.PortTo(f.id(51), f.id(2)); got != 2 {
		t.Errorf("the spine's port to leaf2 is %d, want 2", got)
	}
	if !snap.Adjacent(f.id(1), f.id(51)) || snap.Adjacent(f.id(1), f.id(2)) {
		t.Error("leaf1 must be adjacent to the spine and not to leaf2")
	}
	var ids []string
	for _, r := range f.all {
		if r.Kind == LinkRecord {
			ids = append(ids, r.ID)
		}
	}
	want := []string{"10.255.0.1/49--10.255.0.51/1", "10.255.0.2/49--10.255.0.51/2"}
	if d := cmp.Diff(want, ids); d != "" {
		t.Errorf("link records (-want +got):\n%s", d)
	}
}

func TestLinkOneWayTrafficByVotes(t *testing.T) {
	vote := func(f *fabric, p, q int) {
		f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: uint32(p), Agent2: agent(51), Port2: uint32(q)})
	}
	t.Run("two agree", func(t *testing.T) {
		f := newFabric(t, Config{Learn: true})
		f.forwarded(1, 49, 51, 1)
		vote(f, 49, 1)
		if snap := f.tick(time.Second); snap.Peer(f.id(1), 49) != 0 {
			t.Error("one vote made a link")
		}
		vote(f, 49, 1)
		snap := f.tick(time.Second)
		if snap.Peer(f.id(1), 49) != f.id(51) || snap.Peer(f.id(51), 1) != f.id(1) {
			t.Error("two votes made no link")
		}
		if p := snap.Port(f.id(1), 49); p.PeerPort != 1 || p.LinkID == "" {
			t.Errorf("ports are not paired: %+v", p)
		}
	})
	t.Run("contrary votes hold it up", func(t *testing.T) {
		f := newFabric(t, Config{Learn: true})
		f.forwarded(1, 49, 51, 1)
		vote(f, 50, 1)
		f.tick(time.Second)
		for range 2 {
			vote(f, 49, 1)
		}
		if snap := f.tick(time.Second); snap.Peer(f.id(51), 1) != 0 {
			t.Error("2 votes against 1 made a link")
		}
		vote(f, 49, 1)
		if snap := f.tick(time.Second); snap.Peer(f.id(51), 1) != f.id(1) {
			t.Error("3 votes against 1 made no link")
		}
	})
	t.Run("a port of hosts is no link", func(t *testing.T) {
		f := newFabric(t, Config{Learn: true})
		f.sent("10.1.1.1", mac(0, 1), 51, 1)
		f.tick(time.Second)
		for range 5 {
			vote(f, 49, 1)
		}
		if snap := f.tick(time.Second); snap.Peer(f.id(51), 1) != 0 {
			t.Error("a port that only hosts sent to became a link by votes")
		}
	})
}

func TestPlaceOfSender(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.sent("10.1.1.1", mac(0, 1), 1, 101)
	snap := f.tick(100 * time.Millisecond)
	if got := snap.Edges(addr("10.1.1.1")); !slices.Equal(got, []SwitchID{f.id(1)}) {
		t.Errorf("one fresh frame at a router places its source at %v, want leaf1", got)
	}
	if _, _, ok := snap.Locate(addr("10.1.1.1")); ok {
		t.Error("one frame proves no edge port")
	}
	for range 2 {
		f.tick(600 * time.Millisecond)
		f.sent("10.1.1.1", mac(0, 1), 1, 101)
	}
	snap = f.tick(100 * time.Millisecond)
	if sw, port, ok := snap.Locate(addr("10.1.1.1")); !ok || sw != f.id(1) || port != 101 {
		t.Errorf("three frames over more than a second: located at %d/%d %v, want leaf1/101", sw, port, ok)
	}
	last := f.all[len(f.all)-1]
	if last.ID != "host/10.1.1.1" || len(last.Ports) != 1 || last.Ports[0].IfIndex != 101 || last.MAC != mac(0, 1) {
		t.Errorf("host record is %+v", last)
	}
}

func TestPlaceBehindLink(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.give(Evidence{Kind: SawSource, Agent: agent(51), Port: 2, Addr: addr("10.2.1.1"), Hops: 1, Far: mac(2, 49)})
	snap := f.tick(100 * time.Millisecond)
	if got := snap.Edges(addr("10.2.1.1")); !slices.Equal(got, []SwitchID{f.id(2)}) {
		t.Errorf("a source one hop behind spine:2 is placed at %v, want leaf2", got)
	}
}

func TestPlaceOfReceiver(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.give(Evidence{Kind: SawSink, Agent: agent(51), Port: 9, Addr: addr("10.9.1.1"), TTL: 62})
	f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 109, Addr: addr("10.9.1.1"), TTL: 61, Count: sinkFrames})
	if _, _, ok := f.tick(time.Second).Locate(addr("10.9.1.1")); ok {
		t.Error("a receiver is located before the topology has settled")
	}
	if _, _, ok := f.tick(16 * time.Second).Locate(addr("10.9.1.1")); ok {
		t.Error("a receiver is located at a switch without hosts: it may live behind a silent one")
	}
	for range 3 {
		f.sent("10.2.1.1", mac(0, 2), 2, 101)
		f.tick(time.Second)
	}
	snap := f.tick(time.Second)
	if sw, port, ok := snap.Locate(addr("10.9.1.1")); !ok || sw != f.id(2) || port != 109 {
		t.Errorf("the lowest TTL leaves at leaf2/109, located at %d/%d %v", sw, port, ok)
	}
}

func TestDarkPort(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.forwarded(77, 1, 51, 7) // switch 77 has no agent
	snap := f.tick(16 * time.Second)
	if p := snap.Port(f.id(51), 7); !p.Dark || snap.Switch(f.id(51)).Dark != 1 {
		t.Errorf("a port with forwarded frames from nobody we hear is not dark: %+v", p)
	}
	f.joined()
	if c := snap.Common(f.id(1), f.id(2)); c != f.id(51) {
		t.Errorf("the common neighbour of the leaves is %d, want the spine", c)
	}
	f.forwarded(77, 2, 1, 50)
	if c := f.tick(time.Second).Common(f.id(1), f.id(2)); c != 0 {
		t.Error("beside a dark port a silent switch may join the leaves as well, yet a common neighbour is named")
	}
}

func TestBridgedOnlyWhereNobodyRoutes(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.sent("10.1.1.1", mac(0, 1), 1, 101)
	f.sent("10.1.1.1", mac(0, 1), 51, 1)
	if !f.tick(time.Second).Bridged(addr("10.1.1.1")) {
		t.Error("a MAC that enters two switches untouched is not bridged")
	}
	g := newFabric(t, Config{Learn: true})
	g.joined()
	g.sent("10.1.1.1", mac(0, 1), 1, 101)
	g.sent("10.1.1.1", mac(0, 1), 2, 101)
	snap := g.tick(time.Second)
	if snap.Bridged(addr("10.1.1.1")) {
		t.Error("a host on two routing leaves is taken for bridged")
	}
	if got := snap.Edges(addr("10.1.1.1")); len(got) != 2 {
		t.Errorf("a host on two leaves is placed at %v", got)
	}
}

func TestTunnelEnds(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	vtep := addr("192.0.2.1")
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: vtep, Buckets: 1 << 7})
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: vtep, Buckets: 1 << 7})
	if got, _ := f.tick(time.Second).TunnelEnd(vtep); got != (End{}) {
		t.Error("one flow alone named the owner of a tunnel end")
	}
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: vtep, Buckets: 1 << 8})
	if got, sure := f.tick(time.Second).TunnelEnd(vtep); !got.Has(f.id(1)) || sure {
		t.Errorf("two flows agree on leaf1, the tunnel end is %v", got)
	}
	f.give(Evidence{Kind: SawEgress, Agent: agent(2), Port: 49, Own: mac(2, 49), Far: mac(51, 2), Fresh: true, Encap: true, Addr: addr("192.0.2.2")})
	if got, _ := f.tick(time.Second).TunnelEnd(addr("192.0.2.2")); !got.Has(f.id(2)) {
		t.Errorf("an encapsulated frame leaves leaf2 fresh, the tunnel end is %v", got)
	}
}

// TestTunnelEndOfItsOwn: where a tunnel end's own frames leave counts, though flows seemed to name two other switches.
func TestTunnelEndOfItsOwn(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	vtep := addr("192.0.2.1")
	for sw := 1; sw <= 2; sw++ {
		for i := range flowsOfPair {
			f.give(Evidence{Kind: SawVTEP, Agent: agent(sw), Addr: vtep, Buckets: 1 << i})
		}
	}
	if got, _ := f.tick(time.Second).TunnelEnd(vtep); !got.Has(f.id(1)) || !got.Has(f.id(2)) {
		t.Fatalf("flows name two switches, the tunnel end is %v", got)
	}
	f.give(Evidence{Kind: SawEgress, Agent: agent(3), Port: 49, Own: mac(3, 49), Far: mac(51, 3), Fresh: true, Encap: true, Addr: vtep, Buckets: 1})
	snap := f.tick(time.Second)
	if got, _ := snap.TunnelEnd(vtep); got.Switches != [2]SwitchID{f.id(3)} || snap.SharesEnd(f.id(1)) || snap.SharesEnd(f.id(3)) {
		t.Errorf("its own frames leave switch 3, the tunnel end is %v", got)
	}
}

// TestBridgedOutOfTunnel: what leaves bare where there are tunnels may be bridged: it has the MAC of its sender, which is no switch's. A host that
// routes sends with that MAC what looks as if forwarded: its port leads to no switch.
func TestBridgedOutOfTunnel(t *testing.T) {
	for _, tunnels := range []bool{false, true} {
		f := newFabric(t, Config{Learn: true})
		if tunnels {
			f.give(Evidence{Kind: SawEgress, Agent: agent(2), Port: 49, Own: mac(2, 49), Far: mac(51, 2), Fresh: true, Encap: true, Addr: addr("192.0.2.1"), Buckets: 1})
		}
		f.tick(time.Second)
		f.give(Evidence{Kind: SawEgress, Agent: agent(2), Port: 7, Own: mac(0, 3), Far: mac(0, 2)})
		f.give(Evidence{Kind: SawIngress, Agent: agent(3), Port: 7, Far: mac(0, 3), Own: mac(3, 7)})
		if to := f.tick(time.Second).Peer(f.id(3), 7); (to == f.id(2)) == tunnels {
			t.Errorf("tunnels %v: the port of the MAC leads to %d", tunnels, to)
		}
	}
}

// TestHostsBehindTunnels: where nobody samples on ingress hosts may live where tunnels end, if bare
// frames leave there for nobody known; a gateway between tunnels has none.
func TestHostsBehindTunnels(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	for sw := 1; sw <= 2; sw++ {
		f.give(Evidence{Kind: SawEgress, Agent: agent(sw), Port: 49, Own: mac(sw, 49), Far: mac(51, sw), Fresh: true, Encap: true, Addr: addr("192.0.2.1"), Buckets: 1})
	}
	f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 49, Addr: addr("192.0.2.9"), Encap: true, Count: sinkFrames})
	f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 1, Addr: addr("10.9.1.1"), TTL: 62, Count: sinkFrames - 1})
	if snap := f.tick(time.Second); snap.Hosts(f.id(1)) || snap.Hosts(f.id(2)) {
		t.Error("hosts may live where hardly a bare frame left")
	}
	f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 1, Addr: addr("10.9.1.1"), TTL: 62})
	if snap := f.tick(time.Second); !snap.Hosts(f.id(1)) || snap.Hosts(f.id(2)) {
		t.Errorf("hosts may live at leaf1 %v, where bare frames leave, at the gateway %v", snap.Hosts(f.id(1)), snap.Hosts(f.id(2)))
	}
}

func TestNames(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Name: "swp49", Hostname: "leaf1"})
	f.Inform(&PortInfo{Agent: agent(51), Hostname: "spine1"})
	snap := f.tick(time.Second)
	if got := snap.Name(f.id(1)); got != "leaf1" {
		t.Errorf("name is %q", got)
	}
	if got := snap.Port(f.id(51), 1).LinkName; got != "leaf1:swp49--spine1:1" {
		t.Errorf("link's name is %q", got)
	}
	f.Inform(&PortInfo{Agent: agent(2), Hostname: "leaf1"}) // default image: same name everywhere
	snap = f.tick(time.Second)
	if a, b := snap.Name(f.id(1)), snap.Name(f.id(2)); a != "10.255.0.1" || b != "10.255.0.2" {
		t.Errorf("a host name that two agents claim names them %q and %q", a, b)
	}
	f.Inform(&PortInfo{Agent: agent(2), Hostname: "leaf2"})
	snap = f.tick(time.Second)
	if a, b := snap.Name(f.id(1)), snap.Name(f.id(2)); a != "leaf1" || b != "leaf2" {
		t.Errorf("after the second got a name of its own: %q, %q", a, b)
	}
}

func TestSnapshotsDoNotChange(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	before := f.joined()
	f.sent("10.1.1.1", mac(0, 1), 1, 101)
	f.Inform(&PortInfo{Agent: agent(1), Hostname: "leaf1"})
	after := f.tick(time.Second)
	if before.Version == after.Version || before.Name(f.id(1)) != "10.255.0.1" || before.Edges(addr("10.1.1.1")) != nil {
		t.Error("an old snapshot shows what was learned later")
	}
	if again := f.tick(time.Second); again != after {
		t.Error("a new snapshot was made though nothing changed")
	}
}

// However many workers gathered the evidence, sorted it teaches the same.
func TestOrderOfGiversDoesNotMatter(t *testing.T) {
	var evidence []Evidence
	f := newFabric(t, Config{Learn: true})
	for i := range 200 {
		f.now += int64(i) * 1000
		f.forwarded(i%8, 49+i%3, 51+i%4, 1+i%8)
		f.forwarded(51+i%4, 1+i%8, i%8, 49+i%3)
		f.sent("10.1.1."+string(rune('1'+i%8)), mac(0, i%8), i%8, 101)
	}
	evidence = f.ev
	learn := func(ev []Evidence) []Record {
		slices.SortStableFunc(ev, func(a, b Evidence) int { return a.Compare(&b) })
		l := NewLearner(Config{Learn: true}, NewRegistry())
		_, records := l.Apply(ev, start+10*second)
		_, more := l.Apply(nil, start+30*second)
		return append(records, more...)
	}
	want := learn(slices.Clone(evidence))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		shuffled := slices.Clone(evidence)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if d := cmp.Diff(want, learn(shuffled)); d != "" {
			t.Fatalf("records differ (-want +got):\n%s", d)
		}
	}
}

// One router MAC on all leaves: it proves nothing, votes do.
func TestSharedMAC(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	anycast := uint64(0x02_00_5e_00_00_01)
	claim := func(leaf, port int) {
		f.give(Evidence{Kind: SawIngress, Agent: agent(leaf), Port: uint32(port), Far: mac(51, leaf), Own: anycast})
		f.give(Evidence{Kind: SawIngress, Agent: agent(51), Port: uint32(leaf), Far: anycast, Own: mac(51, leaf)})
	}
	claim(1, 49)
	snap := f.tick(time.Second)
	if snap.Peer(f.id(51), 1) != f.id(1) {
		t.Fatal("a MAC with one claimant makes no link")
	}
	claim(2, 49)
	snap = f.tick(time.Second)
	if a, b := snap.Peer(f.id(51), 1), snap.Peer(f.id(51), 2); a != 0 || b != 0 {
		t.Errorf("a MAC that two switches claim leads to %d and %d", a, b)
	}
	if snap.Peer(f.id(1), 49) != f.id(51) {
		t.Error("the spine's own MAC no longer makes a link")
	}
	for range 2 {
		f.give(Evidence{Kind: SawVote, Agent: agent(51), Port: 1, Agent2: agent(1), Port2: 49})
	}
	if snap = f.tick(time.Second); snap.Peer(f.id(51), 1) != f.id(1) {
		t.Error("votes make no link beside a shared MAC")
	}
	claim(2, 49)
	if snap = f.tick(time.Second); snap.Peer(f.id(51), 1) != f.id(1) {
		t.Error("a link by votes fell with the MAC")
	}
}

// A host that was seen behind one leaf may live behind a second one as well,
// until flows enough went one way.
func TestCertainty(t *testing.T) {
	enter := func(f *fabric, host string, leaf, flow int) {
		f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: 101, Addr: addr(host), Far: mac(0, 1), Buckets: 1 << flow})
	}
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for i := range flowsOfOne - 1 {
		enter(f, "10.1.1.1", 1, i)
	}
	if f.tick(time.Second).Certain(addr("10.1.1.1")) {
		t.Errorf("certain after %d flows", flowsOfOne-1)
	}
	enter(f, "10.1.1.1", 1, 20)
	if !f.tick(time.Second).Certain(addr("10.1.1.1")) {
		t.Errorf("not certain after %d flows", flowsOfOne)
	}
	for i := range 3 {
		enter(f, "10.1.1.4", 1, i)
	}
	enter(f, "10.1.1.2", 1, 1)
	if !f.tick(time.Second).Certain(addr("10.1.1.2")) {
		t.Error("its hosts' flows do not speak for another host of the same leaf")
	}
	enter(f, "10.1.1.3", 1, 1)
	enter(f, "10.1.1.3", 2, 2)
	snap := f.tick(time.Second)
	if snap.Certain(addr("10.1.1.1")) {
		t.Errorf("on a leaf with hosts on two %d flows may go one way by chance", flowsOfOne)
	}
	for i := range flowsBesideDual {
		enter(f, "10.1.1.1", 1, 15+i)
	}
	snap = f.tick(time.Second)
	if snap.Certain(addr("10.1.1.3")) || !snap.Dual {
		t.Error("a host on two leaves is certain to live on one")
	}
	if snap.Certain(addr("10.1.1.2")) || !snap.Certain(addr("10.1.1.1")) {
		t.Error("once a host has two leaves, each address must speak for itself")
	}
}

func TestSharedTunnelEnd(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	vtep := addr("192.0.2.9")
	for i := range flowsOfOne + 1 {
		f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: vtep, Buckets: 1 << i})
	}
	if _, sure := f.tick(time.Second).TunnelEnd(vtep); !sure {
		t.Error("not sure after flows enough")
	}
	f.give(Evidence{Kind: SawVTEP, Agent: agent(2), Addr: vtep, Buckets: 1})
	end, sure := f.tick(time.Second).TunnelEnd(vtep)
	if sure || !end.Has(f.id(1)) || !end.Has(f.id(2)) {
		t.Errorf("a pair shares the tunnel end: %v, sure %v", end, sure)
	}
}

// Agents that sample on egress only: the port that a frame entered is known, and
// that its TTL was one higher there. No word of it where there are better ones.
func TestEgressOnlyAgents(t *testing.T) {
	enter := func(f *fabric) {
		for range edgeFrames {
			f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 101, Fresh: true, Derived: true})
		}
		f.give(Evidence{Kind: SawIngress, Agent: agent(1), Port: 49, Derived: true})
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 101, Addr: addr("10.1.1.1"), Derived: true})
	}
	f := newFabric(t, Config{Learn: true})
	enter(f)
	f.tick(time.Second)
	snap := f.tick(time.Second)
	if sw, port, ok := snap.Locate(addr("10.1.1.1")); !ok || sw != f.id(1) || port != 101 {
		t.Errorf("located at %d/%d %v, want leaf1/101", sw, port, ok)
	}
	for name, first := range map[string]Evidence{
		"an agent that samples on ingress": {Kind: SawIngress, Agent: agent(1), Port: 49, Far: mac(51, 1), Own: mac(1, 49)},
		"a fabric with tunnels":            {Kind: SawEgress, Agent: agent(2), Port: 49, Far: mac(51, 2), Own: mac(2, 49), Encap: true},
	} {
		f := newFabric(t, Config{Learn: true})
		f.give(first)
		f.tick(time.Second)
		enter(f)
		f.tick(time.Second)
		if snap := f.tick(time.Second); snap.Edges(addr("10.1.1.1")) != nil {
			t.Errorf("%s: egress samples place a source", name)
		}
	}
}
