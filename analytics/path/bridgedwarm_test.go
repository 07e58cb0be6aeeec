package path_test

import (
	"path/filepath"
	"slices"
	"testing"

	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// memoryOf gives what is learned of a bridged fabric, by way of a file.
func memoryOf(t *testing.T, b bridgedFabric) *topology.Memory {
	t.Helper()
	r := newBridgedRun(&b)
	r.anyToAny(200)
	r.busy(20, 60)
	if right, wrong, _ := r.judge(); wrong > 0 || right < 190 {
		t.Fatalf("%d right, %d wrong before the restart", right, wrong)
	}
	file := filepath.Join(t.TempDir(), "memory")
	if err := r.learner.Remember().Save(file); err != nil {
		t.Fatal(err)
	}
	m, err := topology.LoadMemory(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// warm samples flows of a fabric that is as changed says; it gives how many ticks of 100 ms passed until half of the flows
// that were seen had paths, and the flows that had a wrong path at any time.
func warm(b bridgedFabric, m *topology.Memory, seed uint64, ticks int) (half int, wrong map[uint64]bool, r *bridgedRun) {
	r = newWarmRun(&b, m, seed)
	r.anyToAny(60)
	wrong = map[uint64]bool{}
	for i := range ticks {
		for range 20 {
			f := r.flows[r.rand.IntN(len(r.flows))]
			r.sample(f, f.route[r.rand.IntN(len(f.route))])
		}
		r.tick()
		for _, f := range r.flows {
			same := func(h path.Hop, want bridgedHop) bool { return r.snap.Agent(h.Switch) == want.agent }
			if f.tracker.Complete && !slices.EqualFunc(f.tracker.Hops, f.route, same) {
				wrong[f.id] = true
			}
		}
		if right, bad, open := r.judge(); half == 0 && right+bad >= open && right+bad > 0 {
			half = i + 1
		}
	}
	return half, wrong, r
}

var warmFabric = bridgedFabric{leaves: 4, spines: 2, hosts: 2}

// swap exchanges two ports of a switch: renumbered, or re-cabled.
func swap(at flow.Addr, p, q uint32) func(int, []bridgedHop) []bridgedHop {
	other := func(x uint32) uint32 {
		switch x {
		case p:
			return q
		case q:
			return p
		}
		return x
	}
	return each(func(h bridgedHop) bridgedHop {
		if h.agent == at {
			h.in, h.out = other(h.in), other(h.out)
		}
		return h
	})
}

func each(f func(bridgedHop) bridgedHop) func(int, []bridgedHop) []bridgedHop {
	return func(_ int, way []bridgedHop) []bridgedHop {
		for i := range way {
			way[i] = f(way[i])
		}
		return way
	}
}

// replaced: another switch is where one was.
func replaced(was, is flow.Addr) func(int, []bridgedHop) []bridgedHop {
	return each(func(h bridgedHop) bridgedHop {
		if h.agent == was {
			h.agent = is
		}
		return h
	})
}

// between puts a switch into a cable.
func between(added, lower flow.Addr, up uint32) func(int, []bridgedHop) []bridgedHop {
	return func(_ int, way []bridgedHop) []bridgedHop {
		for i := range way {
			switch h := way[i]; {
			case h.agent == lower && h.out == up:
				return slices.Insert(way, i+1, bridgedHop{added, 1, 2})
			case h.agent == lower && h.in == up:
				return slices.Insert(way, i, bridgedHop{added, 2, 1})
			}
		}
		return way
	}
}

// moved: a host's cable is in another leaf's port now, and the flows of the two leaves take spine 1.
func moved(host int, to int, port uint32) func(int, []bridgedHop) []bridgedHop {
	from := warmFabric.leafOf(host)
	home, at := leaf(from), warmFabric.portOf(host)
	return func(_ int, way []bridgedHop) []bridgedHop {
		first, last := way[0], way[len(way)-1]
		comes, goes := first.agent == home && first.in == at, last.agent == home && last.out == at
		if !comes && !goes {
			return way
		}
		if comes {
			first.agent, first.in = leaf(to), port
		}
		if goes {
			last.agent, last.out = leaf(to), port
		}
		if first.agent == last.agent {
			return []bridgedHop{{first.agent, first.in, last.out}}
		}
		first.out, last.in = 101, 101
		return []bridgedHop{first, {spine(1), uint32(first.agent[15]), uint32(last.agent[15])}, last}
	}
}

// TestBridgedWarm: what was remembered of a bridged fabric gives paths at once where all is as it was, and none that is wrong where something is not.
func TestBridgedWarm(t *testing.T) {
	m := memoryOf(t, warmFabric)
	stranger := flow.AddrFrom4([4]byte{10, 255, 9, 9})
	exchanged := func(a, b flow.Addr) func(int, []bridgedHop) []bridgedHop {
		return each(func(h bridgedHop) bridgedHop {
			switch h.agent {
			case a:
				h.agent = b
			case b:
				h.agent = a
			}
			return h
		})
	}
	swaps := func(list ...func(int, []bridgedHop) []bridgedHop) func(int, []bridgedHop) []bridgedHop {
		return func(src int, way []bridgedHop) []bridgedHop {
			for _, f := range list {
				way = f(src, way)
			}
			return way
		}
	}
	f := func(name string, changed func(int, []bridgedHop) []bridgedHop) {
		t.Helper()
		b := warmFabric
		b.changed = changed
		var quick, cold int
		for seed := range uint64(3) {
			half, wrong, r := warm(b, m, seed, 40)
			right, _, _ := r.judge()
			quick += half
			half, _, r = warm(b, nil, seed, 40)
			cold += half
			if learned, _, _ := r.judge(); len(wrong) > 0 || 4*right < 3*learned {
				t.Errorf("%s, seed %d: %d flows had a wrong path; %d paths in the end, cold %d", name, seed, len(wrong), right, learned)
			}
		}
		t.Logf("%s: half of the flows have paths after %.1f ticks, cold %.1f", name, float64(quick)/3, float64(cold)/3)
		if changed == nil && 2*quick > cold {
			t.Errorf("%s: paths after %d ticks, cold after %d: nothing was remembered", name, quick, cold)
		}
	}
	f("as before", nil)
	f("a leaf's uplinks swapped", swap(leaf(1), 101, 102))
	f("all leaves' uplinks swapped", swaps(swap(leaf(1), 101, 102), swap(leaf(2), 101, 102), swap(leaf(3), 101, 102), swap(leaf(4), 101, 102)))
	f("two leaves swapped at a spine", swap(spine(1), 1, 2))
	f("the same, and uplinks", swaps(swap(spine(1), 1, 2), swap(leaf(1), 101, 102)))
	f("a leaf renumbered", swaps(swap(leaf(2), 1, 101), swap(leaf(2), 2, 102)))
	f("hosts' ports swapped", swap(leaf(2), 1, 2))
	f("a spine replaced", replaced(spine(1), stranger))
	f("a leaf replaced", replaced(leaf(1), stranger))
	f("spines exchanged", exchanged(spine(1), spine(2)))
	f("leaves exchanged", exchanged(leaf(1), leaf(2)))
	f("a new switch below a spine", between(stranger, leaf(1), 101))
	f("a new switch before a host", between(stranger, leaf(1), 1))
	f("a host moved", moved(0, 3, 7))
	f("all over one spine now", func(_ int, way []bridgedHop) []bridgedHop {
		if len(way) == 3 { // the VLAN was moved there
			way[0].out, way[1].agent, way[2].in = 102, spine(2), 102
		}
		return way
	})
}

// TestBridgedWarmVLANMoved: all frames took one spine when we last knew, and take the other now.
func TestBridgedWarmVLANMoved(t *testing.T) {
	over := func(j int) func(int, []bridgedHop) []bridgedHop {
		return func(_ int, way []bridgedHop) []bridgedHop {
			if len(way) == 3 {
				way[0].out, way[1].agent, way[2].in = uint32(100+j), spine(j), uint32(100+j)
			}
			return way
		}
	}
	b := warmFabric
	b.changed = over(1)
	m := memoryOf(t, b)
	b.changed = over(2)
	for seed := range uint64(3) {
		_, wrong, r := warm(b, m, seed, 60)
		if right, _, open := r.judge(); len(wrong) > 0 || right < open {
			t.Errorf("seed %d: %d flows had a wrong path; %d are right in the end, %d open", seed, len(wrong), right, open)
		}
	}
}

// TestBridgedWarmMACs: addresses have other MACs now, or are routed.
func TestBridgedWarmMACs(t *testing.T) {
	m := memoryOf(t, warmFabric)
	for i := range m.Stations {
		m.Stations[i].MAC += 1 << 16
	}
	for seed := range uint64(3) {
		_, wrong, r := warm(warmFabric, m, seed, 40)
		if right, _, open := r.judge(); len(wrong) > 0 || right < open {
			t.Errorf("seed %d: %d flows had a wrong path; %d are right in the end, %d open", seed, len(wrong), right, open)
		}
	}
}
