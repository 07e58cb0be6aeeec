package path_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"spoor/analytics/path"
	"spoor/topology"
)

// spraying is a flow from host 1 at leaf 1 to host 2 at leaf 2 of a given fabric
// with links of 100 Mbit/s, those of spines 10.
type spraying struct {
	t     *testing.T
	snap  *topology.Snapshot
	track path.Tracker
	rand  *rand.Rand
	now   int64
	began int64
}

func newSpraying(t *testing.T, spines int) *spraying {
	t.Helper()
	var nodes, links []string
	ports := func(n int) string {
		var s []string
		for i := range n {
			s = append(s, fmt.Sprintf(`"p%d":{"ifindex":%d}`, i+1, i+1))
		}
		return strings.Join(s, ",")
	}
	for l := 1; l <= 2; l++ {
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"%v","ports":{%s}}`, l, leaf(l), ports(spines+1)))
	}
	for s := 1; s <= spines; s++ {
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"%v","ports":{%s}}`, s, spine(s), ports(2)))
		for l := 1; l <= 2; l++ {
			links = append(links, fmt.Sprintf(`"l%d%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"}`, l, s, l, s+1, s, l))
		}
	}
	given, err := topology.ParseStatic(fmt.Appendf(nil, `{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ",")))
	if err != nil {
		t.Fatal(err)
	}
	speeds := []topology.Speed{{Bps: 100e6}}
	for s := 1; s <= spines; s++ {
		speeds = append(speeds, topology.Speed{Agent: spine(s), Bps: 10e6})
	}
	learner := topology.NewLearner(topology.Config{Learn: true, Static: given, Speeds: speeds}, topology.NewRegistry())
	w := &spraying{t: t, rand: rand.New(rand.NewPCG(3, 4)), now: 1000 * second, began: 1000 * second}
	hosts := bridgedFabric{hosts: 1}
	var ev []topology.Evidence
	for l := range 2 {
		ev = append(ev, topology.Evidence{Kind: topology.SawSource, Agent: leaf(l + 1), Port: 1, Addr: hosts.addr(l), Count: 1, First: w.now, Last: w.now})
	}
	w.snap, _ = learner.Apply(ev, w.now)
	w.track.Reset(hosts.addr(0), hosts.addr(1))
	return w
}

// sample takes one of a frame over a spine, at one of its three switches.
func (w *spraying) sample(via int, at int64) path.Event {
	s := path.Sighting{Time: at}
	switch k := w.rand.IntN(3); k {
	case 0:
		s.Switch, s.In, s.Out, s.TTL = w.snap.ID(leaf(1)), 1, uint32(via+1), 64
	case 1:
		s.Switch, s.In, s.Out, s.TTL = w.snap.ID(spine(via)), 1, 2, 63
	default:
		s.Switch, s.In, s.Out, s.TTL = w.snap.ID(leaf(2)), uint32(via+1), 1, 62
	}
	ev, _ := w.track.Add(w.snap, &s, nil)
	return ev
}

// run takes samples 50 ms apart until an event, at most n.
func (w *spraying) run(n int, via func() int, until path.Event) bool {
	for range n {
		w.now += second / 20
		if w.sample(via(), w.now) == until {
			return true
		}
	}
	return false
}

func TestSprayed(t *testing.T) {
	for _, spines := range []int{2, 4, 8, 16} {
		w := newSpraying(t, spines)
		all := func() int { return 1 + w.rand.IntN(spines) }
		if !w.run(100, all, path.Sprayed) || w.track.Complete || !w.track.Sprayed() {
			t.Fatalf("%d spines: not found in %.1f s", spines, float64(w.now-w.began)/1e9)
		}
		found := w.now - w.began
		if w.run(2000, all, path.Completed) {
			t.Errorf("%d spines: the spraying ended", spines)
		}
		ways := w.track.Alternatives(nil)
		sum := 0.0
		for _, a := range ways {
			sum += a.Share
			if len(a.Hops) != 3 || a.Hops[1].In != 1 || a.Hops[1].Out != 2 || a.Share < 0.3/float64(spines) || a.Share > 2.5/float64(spines) {
				t.Errorf("%d spines: a path is %+v", spines, a)
			}
		}
		if len(ways) != spines || math.Abs(sum-1) > 1e-9 {
			t.Errorf("%d spines: %d paths of together %v", spines, len(ways), sum)
		}
		if speed := w.track.SprayedLimit(w.snap); speed < 0.4*10e6*float64(spines) && speed < 90e6 || speed > 100e6 {
			t.Errorf("%d spines: the speed is %g", spines, speed)
		}
		ended := w.now
		if !w.run(200, func() int { return 2 }, path.Completed) || w.track.Sprayed() || len(w.track.Hops) != 3 || w.snap.Agent(w.track.Hops[1].Switch) != spine(2) {
			t.Errorf("%d spines: not back to one path: %+v", spines, w.track.Hops)
		}
		t.Logf("%d spines: found after %.1f s, its end after %.1f s", spines, float64(found)/1e9, float64(w.now-ended)/1e9)
	}
}

// TestSprayedUnevenly: a fifth of the frames takes another way.
func TestSprayedUnevenly(t *testing.T) {
	w := newSpraying(t, 2)
	uneven := func() int {
		if w.rand.IntN(10) < 3 {
			return 2
		}
		return 1
	}
	if !w.run(400, uneven, path.Sprayed) {
		t.Fatal("not found")
	}
	if w.run(2000, uneven, path.Completed) {
		t.Error("the spraying ended")
	}
	for _, a := range w.track.Alternatives(nil) {
		want := 0.7
		if w.snap.Agent(a.Hops[1].Switch) == spine(2) {
			want = 0.3
		}
		if math.Abs(a.Share-want) > 0.15 {
			t.Errorf("a path has %v, want %v", a.Share, want)
		}
	}
}

// TestMoveIsNoSpraying: agents hold samples back for up to a second, so that around a move they come out of order.
func TestMoveIsNoSpraying(t *testing.T) {
	w := newSpraying(t, 2)
	moved := 0
	for i := range 1200 {
		w.now += second / 20
		late := w.now - w.rand.Int64N(second)
		via := 1
		if late-w.began > 20*second {
			via = 2
		}
		switch w.sample(via, w.now) {
		case path.Sprayed:
			t.Fatalf("sample %d: a move is taken for spraying", i)
		case path.Moved:
			moved++
		case path.None, path.Completed, path.Corrected:
		}
	}
	if moved != 1 {
		t.Errorf("moved %d times", moved)
	}
}

// TestFlappingIsNoSpraying: a way that changes each 3 s moves.
func TestFlappingIsNoSpraying(t *testing.T) {
	w := newSpraying(t, 2)
	moved := 0
	for i := range 1200 {
		w.now += second / 20
		switch w.sample(1+i/60%2, w.now) {
		case path.Sprayed:
			t.Fatalf("sample %d: flapping is taken for spraying", i)
		case path.Moved, path.Corrected:
			moved++
		case path.None, path.Completed:
		}
	}
	if moved < 18 {
		t.Errorf("moved %d times, want 19", moved)
	}
}

// TestWatchingDoesNotAllocate: neither does following a sprayed flow whose ways are known.
func TestWatchingDoesNotAllocate(t *testing.T) {
	w := newSpraying(t, 4)
	all := func() int { return 1 + w.rand.IntN(4) }
	w.run(2000, all, path.None+100)
	if n := testing.AllocsPerRun(200, func() { w.run(1, all, path.None+100) }); n > 0 {
		t.Errorf("%v allocations a sample", n)
	}
	before := &w.track
	before.Reset(w.track.Src, w.track.Dst)
	if before.Sprayed() || before.Alternatives(nil) != nil {
		t.Error("a tracker that was reset is sprayed")
	}
}
