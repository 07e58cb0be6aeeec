package path

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// net is a 2 x 4 fabric as configured: leaf N (agent 10.255.0.N) has spine S on
// port 48+S, spine S (agent 10.255.0.50+S) has leaf N on port N; host N is
// 10.N.1.1 on port 1 of leaf N.
type net struct {
	t    *testing.T
	snap *topology.Snapshot
	reg  *topology.Registry
	l    *topology.Learner
	now  int64
}

const second = int64(1e9)

func addr(s string) flow.Addr { return flow.AddrFromNetip(netip.MustParseAddr(s)) }

func host(n int) flow.Addr { return addr(fmt.Sprintf("10.%d.1.1", n)) }

func leafSpine(t *testing.T) *net {
	t.Helper()
	nodes, links := []string{}, []string{}
	for s := 1; s <= 2; s++ {
		ports := []string{}
		for l := 1; l <= 4; l++ {
			ports = append(ports, fmt.Sprintf(`"p%d":{"ifindex":%d}`, l, l))
			links = append(links, fmt.Sprintf(`"l%d%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"}`, l, s, l, 48+s, s, l))
		}
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"10.255.0.%d","ports":{%s}}`, s, 50+s, strings.Join(ports, ",")))
	}
	for l := 1; l <= 4; l++ {
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p49":{"ifindex":49},"p50":{"ifindex":50}}}`, l, l))
	}
	given, err := topology.ParseStatic(fmt.Appendf(nil, `{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ",")))
	if err != nil {
		t.Fatal(err)
	}
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true, Static: given}, n.reg)
	var ev []topology.Evidence
	for l := 1; l <= 4; l++ {
		ev = append(ev, topology.Evidence{Kind: topology.SawSource, Agent: n.agent(l), Port: 1, Addr: host(l), Buckets: 1<<12 - 1, Count: 1, First: n.now, Last: n.now})
	}
	n.snap, _ = n.l.Apply(ev, n.now)
	return n
}

func (n *net) agent(i int) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, 0, byte(i)}) }

func (n *net) id(i int) topology.SwitchID { return n.reg.ID(n.agent(i)) }

func (n *net) names(hops []Hop) string {
	s := make([]string, len(hops))
	for i, h := range hops {
		s[i] = n.snap.Name(h.Switch)
		if !h.Observed {
			s[i] += "?"
		}
	}
	return strings.Join(s, " ")
}

func (n *net) tracker(src, dst int) *Tracker {
	t := &Tracker{}
	t.Reset(host(src), host(dst))
	return t
}

// see gives a sample of switch i to a tracker.
func (n *net) see(t *Tracker, i int, in, out uint32, ttl uint8, at int64) Event {
	ev, _ := t.Add(n.snap, &Sighting{Switch: n.id(i), In: in, Out: out, TTL: ttl, Time: n.now + at}, nil)
	return ev
}

func TestOneSampleSuffices(t *testing.T) {
	f := func(name string, sw int, in, out uint32, ttl uint8, egress bool, want string) {
		t.Helper()
		n := leafSpine(t)
		tr := n.tracker(1, 3)
		ev, _ := tr.Add(n.snap, &Sighting{Switch: n.id(sw), In: in, Out: out, TTL: ttl, Egress: egress, Time: n.now}, nil)
		if ev != Completed || n.names(tr.Hops) != want {
			t.Errorf("%s: event %d, path %q, want %q", name, ev, n.names(tr.Hops), want)
		}
	}
	f("spine", 51, 1, 3, 63, false, "leaf1? spine1 leaf3?")
	f("spine, input unknown", 51, 0, 3, 63, false, "leaf1? spine1 leaf3?")
	f("first leaf", 1, 1, 50, 64, false, "leaf1 spine2? leaf3?")
	f("last leaf", 3, 49, 1, 62, false, "leaf1? spine1? leaf3")
	f("spine, egress sample", 51, 1, 3, 62, true, "leaf1? spine1 leaf3?")
}

func TestNamedPorts(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 51, 1, 3, 63, 0)
	want := []Hop{
		{Switch: n.id(1), Out: 49},
		{Switch: n.id(51), In: 1, Out: 3, Observed: true},
		{Switch: n.id(3), In: 49},
	}
	if !slices.Equal(tr.Hops, want) {
		t.Errorf("hops are %+v, want %+v", tr.Hops, want)
	}
}

func TestIncomplete(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 9) // nobody knows host 9
	if ev := n.see(tr, 51, 1, 7, 63, 0); ev != None || tr.Complete {
		t.Fatalf("a path to nowhere is complete: %s", n.names(tr.Hops))
	}
	r := tr.Partial(n.snap)
	if r.UnknownSwitch != n.id(51) || r.UnknownPort != 7 || n.names(r.Hops) != "leaf1? spine1" {
		t.Errorf("partial path is %q, unknown at %d/%d", n.names(r.Hops), r.UnknownSwitch, r.UnknownPort)
	}
}

func TestMove(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 51, 1, 3, 63, 0)
	for i := range 2 {
		if ev := n.see(tr, 52, 1, 3, 63, second+int64(i)*1e8); ev != None {
			t.Fatalf("moved after %d contradicting samples", i+1)
		}
	}
	if ev := n.see(tr, 52, 1, 3, 63, second+3e8); ev != Moved || n.names(tr.Hops) != "leaf1? spine2 leaf3?" || n.names(tr.Previous) != "leaf1? spine1 leaf3?" {
		t.Errorf("event %d, path %q, before %q", ev, n.names(tr.Hops), n.names(tr.Previous))
	}
}

func TestNoMoveWhileConfirmed(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 51, 1, 3, 63, 0)
	for i := range 20 { // a straggler each time, but the old path is seen as well
		if ev := n.see(tr, 52, 1, 3, 63, int64(i)*2e8); ev != None {
			t.Fatal("moved although the old path is confirmed all the time")
		}
		n.see(tr, 51, 1, 3, 63, int64(i)*2e8+1e8)
	}
}

func TestCorrected(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 1, 1, 50, 64, 0)
	for i := range 3 {
		n.see(tr, 1, 1, 49, 64, second+int64(i)*1e8)
	}
	if got := n.names(tr.Hops); got != "leaf1 spine1? leaf3?" {
		t.Errorf("path is %q", got)
	}
}

func TestTunnel(t *testing.T) {
	n := leafSpine(t)
	vteps := [2]flow.Addr{addr("192.0.2.1"), addr("192.0.2.3")}
	tr := &Tracker{}
	tr.Reset(addr("172.16.0.1"), addr("172.16.0.2"))
	bare := func(sw int, in, out uint32) (Event, []Vote) {
		return tr.Add(n.snap, &Sighting{Switch: n.id(sw), In: in, Out: out, TTL: 64, Time: n.now}, nil)
	}
	encap := func(sw int, in, out uint32, ttl uint8) Event {
		ev, _ := tr.Add(n.snap, &Sighting{
			Switch: n.id(sw), In: in, Out: out, TTL: ttl, Encap: true, OuterSrc: vteps[0], OuterDst: vteps[1], Time: n.now,
		}, nil)
		return ev
	}
	bare(1, 1, 0)
	if ev := encap(51, 1, 3, 63); ev != None || tr.Complete {
		t.Fatal("complete though the far tunnel end is unknown")
	}
	bare(3, 0, 1)
	if !tr.Complete || n.names(tr.Hops) != "leaf1 spine1 leaf3" {
		t.Errorf("path is %q, complete %v", n.names(tr.Hops), tr.Complete)
	}
	told := map[flow.Addr]topology.SwitchID{}
	tr.TunnelEnds(n.snap, func(v flow.Addr, at topology.SwitchID) { told[v] = at })
	if told[vteps[0]] != n.id(1) || told[vteps[1]] != n.id(3) {
		t.Errorf("tunnel ends told: %v", told)
	}
	tr.TunnelEnds(n.snap, func(flow.Addr, topology.SwitchID) { t.Error("told twice") })
}

func TestVotesNeedBothSidesSeenAnew(t *testing.T) {
	reg := topology.NewRegistry()
	snap := topology.NewLearner(topology.Config{Learn: true}, reg).Snapshot()
	a, b := reg.ID(addr("10.255.0.1")), reg.ID(addr("10.255.0.2"))
	tr := &Tracker{}
	tr.Reset(host(1), host(2))
	see := func(sw topology.SwitchID, in, out uint32, ttl uint8, at int64) int {
		_, votes := tr.Add(snap, &Sighting{Switch: sw, In: in, Out: out, TTL: ttl, Time: at}, nil)
		return len(votes)
	}
	got := []int{
		see(a, 1, 49, 64, 0),
		see(b, 5, 6, 63, 1),
		see(b, 5, 6, 63, 2), // a was not seen anew
		see(a, 1, 49, 64, 3),
		see(b, 5, 6, 63, 10*second), // too far apart
	}
	if want := []int{0, 1, 0, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("votes are %v, want %v", got, want)
	}
}

func TestInterner(t *testing.T) {
	in := NewInterner(3)
	a := []Hop{{Switch: 1, In: 1, Out: 49}, {Switch: 2, In: 1, Out: 3}}
	other := []Hop{{Switch: 1, In: 7, Out: 49, Observed: true}, {Switch: 2, In: 1, Out: 9}}
	x, y, z := in.Intern(a), in.Intern(slices.Clone(a)), in.Intern(other)
	if x == 0 || x != y || x != z || in.Len() != 1 {
		t.Fatalf("paths that differ in their ends at most got %d, %d and %d", x, y, z)
	}
	ends := Ends{In: 7, Out: 9}
	if got := in.Hops(x, ends, nil); len(got) != 2 || got[0] != (Hop{Switch: 1, In: 7, Out: 49}) || got[1] != (Hop{Switch: 2, In: 1, Out: 9}) {
		t.Errorf("hops are %+v", got)
	}
	for _, c := range []struct {
		sw      topology.SwitchID
		in, out uint32
		want    bool
	}{{1, 7, 49, true}, {1, 0, 49, true}, {1, 7, 0, true}, {1, 1, 49, false}, {1, 7, 50, false}, {2, 1, 9, true}, {2, 1, 3, false}, {2, 2, 9, false}, {3, 1, 1, false}} {
		if got := in.Has(x, ends, c.sw, c.in, c.out); got != c.want {
			t.Errorf("switch %d, ports %d and %d: %v", c.sw, c.in, c.out, got)
		}
	}
	one := in.Intern(a[:1])
	if one == x || in.Len() != 2 || in.Len() != 2 || !in.Has(one, Ends{5, 6}, 1, 5, 6) {
		t.Fatal("different paths share a number")
	}
	in.Release(x)
	in.Release(y)
	if !in.Has(z, ends, 2, 1, 9) || in.Len() != 2 {
		t.Error("a path that is still referred to is gone")
	}
	in.Release(z)
	if in.Len() != 1 {
		t.Error("a path without references stays")
	}
	if again := in.Intern(a); again != x {
		t.Errorf("number %d is not used again, got %d", x, again)
	}
	if in.Intern(make([]Hop, MaxHops+1)) != 0 || in.Intern(nil) != 0 || len(in.Hops(0, ends, nil)) != 0 {
		t.Error("impossible paths have numbers")
	}
	if third, fourth := in.Intern(a[1:]), in.Intern([]Hop{{Switch: 9}}); third == 0 || fourth != 0 {
		t.Errorf("of three numbers the third is %d, the fourth %d", third, fourth)
	}
}

// TestInternerModel compares an interner with a map.
func TestInternerModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := NewInterner(1 << 20)
	ids, refs := map[[3]topology.SwitchID]uint32{}, map[uint32]int{}
	for range 50_000 {
		key := [3]topology.SwitchID{topology.SwitchID(1 + r.IntN(12)), topology.SwitchID(20 + r.IntN(4)), topology.SwitchID(1 + r.IntN(12))}
		hops := []Hop{{Switch: key[0], Out: 9}, {Switch: key[1], In: 8, Out: 9}, {Switch: key[2], In: 7}}
		id, known := ids[key]
		if known && r.IntN(2) == 0 {
			in.Release(id)
			if refs[id]--; refs[id] == 0 {
				delete(ids, key)
			}
			continue
		}
		got := in.Intern(hops)
		if got == 0 || known && got != id || !known && refs[got] != 0 || !slices.Equal(in.Hops(got, Ends{}, nil), hops) {
			t.Fatalf("%v is number %d, was %d (%v)", key, got, id, known)
		}
		ids[key] = got
		refs[got]++
	}
	if in.Len() != len(ids) {
		t.Errorf("%d paths, want %d", in.Len(), len(ids))
	}
}

func TestTightest(t *testing.T) {
	n := leafSpine(t)
	n.l.Inform(&topology.PortInfo{Agent: n.agent(1), IfIndex: 1, Speed: 25e9})
	n.l.Inform(&topology.PortInfo{Agent: n.agent(51), IfIndex: 3, Speed: 10e9})
	n.snap, _ = n.l.Apply(nil, n.now+second)
	tr := n.tracker(1, 3)
	n.see(tr, 1, 1, 49, 64, 0)
	if got := tr.LimitSeen(n.snap); got != 25e9 {
		t.Errorf("tightest port seen is %g, want 25e9", got)
	}
	if got := Tightest(n.snap, []Hop{{Switch: n.id(1), In: 1, Out: 49}, {Switch: n.id(51), In: 1, Out: 3}}); got != 10e9 {
		t.Errorf("tightest port of the path is %g, want 10e9", got)
	}
}

func BenchmarkAddKnownPath(b *testing.B) {
	n := leafSpine(&testing.T{})
	tr := n.tracker(1, 3)
	s := &Sighting{Switch: n.id(51), In: 1, Out: 3, TTL: 63, Time: n.now}
	tr.Add(n.snap, s, nil)
	b.ReportAllocs()
	for b.Loop() {
		s.Time += 1e6
		tr.Add(n.snap, s, nil)
	}
}

// A host that moved to another leaf leaves the rest of the path as it was:
// samples of the rest do not confirm the old beginning.
func TestSourceMoves(t *testing.T) {
	n := leafSpine(t)
	tr := n.tracker(1, 3)
	n.see(tr, 51, 1, 3, 63, 0)
	ev := []topology.Evidence{
		{Kind: topology.SawIngress, Agent: n.agent(2), Port: 1, Far: 0xaa, Own: 0x201, Fresh: true, Count: 3, First: n.now - second, Last: n.now},
		{Kind: topology.SawSource, Agent: n.agent(2), Port: 1, Addr: host(1), Count: 1, First: n.now + second, Last: n.now + second},
	}
	n.snap, _ = n.l.Apply(ev, n.now+second)
	for i := range 4 {
		at := second + int64(i)*2e8
		n.see(tr, 2, 1, 49, 64, at)
		n.see(tr, 51, 2, 3, 63, at+5e7)
		n.see(tr, 3, 49, 1, 62, at+1e8) // as before
	}
	if got := n.names(tr.Hops); got != "leaf2 spine1 leaf3?" && got != "leaf2 spine1 leaf3" {
		t.Errorf("path is %q", got)
	}
}
