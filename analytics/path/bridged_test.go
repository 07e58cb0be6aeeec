package path_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

const second = int64(1e9)

// bridgedFabric is a leaf-spine fabric that forwards by MAC: leaf i (agent
// 10.255.0.i, from 1) has spine j on port 100+j and its hosts on ports from 1;
// spine j (agent 10.255.1.j) has leaf i on port i. With pods, which share the leaves
// out, spines are those of a pod (agent 10.255.p.j, from 1), and spine j of each has
// port 200 joined to port p of superspine j (agent 10.255.100.j).
type bridgedFabric struct {
	leaves, spines, hosts int // hosts of each leaf
	pods                  int // 0 or 1: three stages
	silent                func(agent flow.Addr) bool
	changed               func(src int, way []bridgedHop) []bridgedHop // what was re-cabled, replaced or moved
	rand                  *rand.Rand
}

func leaf(i int) flow.Addr  { return flow.AddrFrom4([4]byte{10, 255, 0, byte(i)}) }
func spine(j int) flow.Addr { return spineOf(1, j) }

func spineOf(pod, j int) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, byte(pod), byte(j)}) }

// podOf gives the pod of a leaf, from 1.
func (b *bridgedFabric) podOf(leaf int) int { return (leaf-1)*max(b.pods, 1)/b.leaves + 1 }

func (b *bridgedFabric) leafOf(host int) int    { return host/b.hosts + 1 }
func (b *bridgedFabric) portOf(host int) uint32 { return uint32(host%b.hosts + 1) }
func (b *bridgedFabric) addr(host int) flow.Addr {
	return flow.AddrFrom4([4]byte{10, 1, byte(host >> 8), byte(host)})
}
func (b *bridgedFabric) mac(host int) uint64 { return 0x020000000000 + uint64(host) }

// bridgedHop is a switch that a frame crosses.
type bridgedHop struct {
	agent   flow.Addr
	in, out uint32
}

func (b *bridgedFabric) route(src, dst, via int) []bridgedHop {
	way := b.designed(src, dst, via)
	if b.changed != nil {
		way = b.changed(src, way)
	}
	return way
}

func (b *bridgedFabric) designed(src, dst, via int) []bridgedHop {
	from, to := b.leafOf(src), b.leafOf(dst)
	if from == to {
		return []bridgedHop{{leaf(from), b.portOf(src), b.portOf(dst)}}
	}
	if p, q := b.podOf(from), b.podOf(to); p != q {
		return []bridgedHop{
			{leaf(from), b.portOf(src), uint32(100 + via)},
			{spineOf(p, via), uint32(from), 200},
			{spineOf(100, via), uint32(p), uint32(q)},
			{spineOf(q, via), 200, uint32(to)},
			{leaf(to), uint32(100 + via), b.portOf(dst)},
		}
	}
	return []bridgedHop{
		{leaf(from), b.portOf(src), uint32(100 + via)},
		{spineOf(b.podOf(from), via), uint32(from), uint32(to)},
		{leaf(to), uint32(100 + via), b.portOf(dst)},
	}
}

// bridgedFlow is a flow with its tracker and what is true of it.
type bridgedFlow struct {
	id       uint64
	src, dst int
	route    []bridgedHop
	tracker  path.Tracker
	samples  int
}

// bridgedRun samples flows and learns, as an engine does.
type bridgedRun struct {
	*bridgedFabric
	registry *topology.Registry
	learner  *topology.Learner
	witness  *topology.Witness
	snap     *topology.Snapshot
	now      int64
	flows    []*bridgedFlow
	evidence []topology.Evidence
}

func newBridgedRun(b *bridgedFabric) *bridgedRun { return newWarmRun(b, nil, 1) }

// newWarmRun begins with what another run learned, if anything.
func newWarmRun(b *bridgedFabric, m *topology.Memory, seed uint64) *bridgedRun {
	r := &bridgedRun{bridgedFabric: b, registry: topology.NewRegistry(), witness: topology.NewWitness(), now: 1000 * second}
	r.rand = rand.New(rand.NewPCG(seed, 2))
	r.learner = topology.NewLearner(topology.Config{Learn: true, Memory: m}, r.registry)
	r.snap = r.learner.Snapshot()
	return r
}

func (r *bridgedRun) start(src, dst int) *bridgedFlow {
	f := &bridgedFlow{id: uint64(len(r.flows) + 1), src: src, dst: dst, route: r.route(src, dst, 1+r.rand.IntN(r.spines))}
	f.tracker.Reset(r.addr(src), r.addr(dst))
	r.flows = append(r.flows, f)
	return f
}

// sample takes one at a switch on the flow's way.
func (r *bridgedRun) sample(f *bridgedFlow, h bridgedHop) {
	if r.silent != nil && r.silent(h.agent) {
		return
	}
	f.samples++
	r.witness.See(&flow.Sample{
		Agent: h.agent, Received: r.now, Time: r.now, SamplingRate: 100, Input: flow.Interface{Kind: flow.InterfaceIndex, Value: h.in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: h.out}, Direction: flow.Ingress,
		Packet: flow.Packet{Key: flow.Key{Src: r.addr(f.src), Dst: r.addr(f.dst), Proto: flow.ProtoUDP, SrcPort: uint16(f.id), DstPort: 1}, TTL: 64, SrcMAC: r.mac(f.src), DstMAC: r.mac(f.dst)},
	}, 0, 0)
	s := path.Sighting{Switch: r.registry.ID(h.agent), In: h.in, Out: h.out, TTL: 64, SrcMAC: r.mac(f.src), DstMAC: r.mac(f.dst), Time: r.now}
	f.tracker.Add(r.snap, &s, nil)
	if !f.tracker.Bridged() {
		return
	}
	from := len(r.evidence)
	r.evidence = f.tracker.Testify(r.snap, &s, f.id, r.evidence)
	for i := range r.evidence[from:] {
		ev := &r.evidence[from+i]
		ev.Rate, ev.First, ev.Last, ev.Sequence = 100, r.now, r.now, uint64(from+i)
	}
}

// tick lets 100 ms pass.
func (r *bridgedRun) tick() {
	r.now += second / 10
	r.evidence = r.witness.Drain(r.evidence)
	slices.SortStableFunc(r.evidence, func(a, b topology.Evidence) int { return a.Compare(&b) })
	r.snap, _ = r.learner.Apply(r.evidence, r.now)
	r.evidence = r.evidence[:0]
	for _, f := range r.flows {
		if f.tracker.Version != r.snap.Version {
			f.tracker.Resolve(r.snap)
		}
	}
}

// busy samples random flows at random switches on their way, n a tick.
func (r *bridgedRun) busy(seconds, n int) {
	for range 10 * seconds {
		for range n {
			f := r.flows[r.rand.IntN(len(r.flows))]
			r.sample(f, f.route[r.rand.IntN(len(f.route))])
		}
		r.tick()
	}
}

// judge counts complete paths by whether they are right; hops through silent switches must not be left out.
func (r *bridgedRun) judge() (right, wrong, open int) {
	for _, f := range r.flows {
		same := func(h path.Hop, want bridgedHop) bool { return r.snap.Agent(h.Switch) == want.agent }
		switch {
		case f.samples == 0:
		case !f.tracker.Complete:
			open++
		case slices.EqualFunc(f.tracker.Hops, f.route, same):
			right++
		default:
			wrong++
		}
	}
	return right, wrong, open
}

func (r *bridgedRun) anyToAny(flows int) {
	all := r.leaves * r.hosts
	for range flows {
		src := r.rand.IntN(all)
		dst := (src + 1 + r.rand.IntN(all-1)) % all
		r.start(src, dst)
	}
}

func TestBridged(t *testing.T) {
	f := func(name string, b bridgedFabric, flows, perTick, seconds int, atLeast float64) {
		t.Helper()
		r := newBridgedRun(&b)
		r.anyToAny(flows)
		r.busy(seconds, perTick)
		right, wrong, open := r.judge()
		t.Logf("%s: %d right, %d wrong, %d open", name, right, wrong, open)
		if wrong > 0 || float64(right) < atLeast*float64(right+open) {
			t.Errorf("%s: %d paths right, %d wrong, %d open; want none wrong and a part of %v right", name, right, wrong, open, atLeast)
		}
	}
	f("4 x 2", bridgedFabric{leaves: 4, spines: 2, hosts: 2}, 200, 60, 30, 1)
	f("16 x 4", bridgedFabric{leaves: 16, spines: 4, hosts: 3}, 800, 200, 25, 0.9)
	f("five stages", bridgedFabric{leaves: 4, spines: 2, hosts: 3, pods: 2}, 300, 100, 30, 0.95)
	only := func(a flow.Addr) func(flow.Addr) bool { return func(b flow.Addr) bool { return a == b } }
	f("3 x 3", bridgedFabric{leaves: 3, spines: 3, hosts: 2}, 60, 60, 20, 1)
	f("a silent leaf", bridgedFabric{leaves: 4, spines: 2, hosts: 2, silent: only(leaf(2))}, 200, 60, 30, 0)
	f("a silent leaf, one spine", bridgedFabric{leaves: 4, spines: 1, hosts: 4, silent: only(leaf(2))}, 200, 60, 30, 0)
	f("a silent spine", bridgedFabric{leaves: 4, spines: 2, hosts: 2, silent: only(spine(1))}, 200, 60, 30, 0)
}

// TestBridgedPair: no third host tells the switches apart.
func TestBridgedPair(t *testing.T) {
	r := newBridgedRun(&bridgedFabric{leaves: 2, spines: 1, hosts: 1})
	a, b := r.start(0, 1), r.start(1, 0)
	r.busy(20, 20)
	for _, f := range []*bridgedFlow{a, b} {
		if !f.tracker.Bridged() || f.tracker.Ordered() || f.tracker.Complete || len(f.tracker.Observed()) != 3 {
			t.Errorf("bridged %v, ordered %v, complete %v, %d switches seen", f.tracker.Bridged(), f.tracker.Ordered(), f.tracker.Complete, len(f.tracker.Observed()))
		}
	}
}

func TestBridgedMove(t *testing.T) {
	r := newBridgedRun(&bridgedFabric{leaves: 4, spines: 2, hosts: 2})
	r.anyToAny(200)
	r.busy(20, 60)
	f := r.start(0, 7)
	for _, via := range []int{1, 2} {
		f.route = r.route(0, 7, via)
		for range 20 {
			r.sample(f, f.route[r.rand.IntN(3)])
			r.tick()
		}
		if right, wrong, _ := r.judge(); wrong > 0 || right == 0 {
			t.Fatalf("over spine %d: %d right, %d wrong", via, right, wrong)
		}
	}
	if len(f.tracker.Previous) != 3 {
		t.Errorf("the path before the move is %v", f.tracker.Previous)
	}
}

// TestBridgedRouted: a flow whose MACs change crosses a router; hosts say nothing about that path.
func TestBridgedRouted(t *testing.T) {
	r := newBridgedRun(&bridgedFabric{leaves: 4, spines: 2, hosts: 2})
	r.anyToAny(200)
	r.busy(20, 60)
	f := r.start(0, 7)
	for i, h := range f.route {
		s := path.Sighting{Switch: r.registry.ID(h.agent), In: h.in, Out: h.out, TTL: uint8(64 - i), SrcMAC: r.mac(0), DstMAC: r.mac(7), Time: r.now}
		f.tracker.Add(r.snap, &s, nil)
		if i > 0 && (f.tracker.Complete || len(f.tracker.Testify(r.snap, &s, 1, nil)) > 0) {
			t.Error("a routed flow has a bridged path or speaks for one")
		}
	}
}
