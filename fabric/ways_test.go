package fabric

import (
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// TestEvidence: what samples of a flow showed is to be seen on the path that it
// took, which is one of the ways that it might have taken.
func TestEvidence(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		c.Truth = true
		f, _ := run(t, brief(c))
		truth := f.Truth()
		flows := 0
		for i := range truth.Flows {
			v := &truth.Flows[i]
			for k, e := range v.Evidence() {
				took := v.Switches
				if len(v.Moves) > k {
					took = v.Moves[k].Switches
				}
				fit := slices.ContainsFunc(e.Fit, func(way []string) bool {
					return slices.Equal(way, took) || slices.ContainsFunc(v.Routes, func(r TruthRoute) bool { return slices.Equal(way, r.Switches) })
				})
				if fit != (len(e.Seen) > 0) {
					t.Fatalf("%s > %s took %v, seen %+v: fit %v", v.Src, v.Dst, took, e.Seen, e.Fit)
				}
				if len(e.Seen) > 0 {
					flows++
				}
			}
		}
		if flows == 0 {
			t.Error("no evidence of any flow")
		}
	})
}

// TestWays counts the paths between two hosts.
func TestWays(t *testing.T) {
	for _, test := range []struct {
		name     string
		change   func(*Config)
		src, dst string
		want     int
	}{
		{"beside each other", func(*Config) {}, "h1-1", "h1-2", 1},
		{"over either spine", func(*Config) {}, "h1-1", "h2-1", 2},
		{"two leaves at each end", func(c *Config) { c.DualHomed = 1 }, "h1-1", "h3-1", 8},
		{"five stages", func(c *Config) { c.Pods, c.Leaves, c.SuperSpines = 2, 2, 2 }, "h1-1", "h3-1", 4},
		{"two links in each bundle", func(c *Config) { c.LAG = 2 }, "h1-1", "h2-1", 8},
		{"a drained spine", func(c *Config) { c.Events = []Event{{Kind: EventDrain, Target: "spine1"}} }, "h1-1", "h2-1", 1},
		{"no way", func(c *Config) { c.Events = []Event{{Kind: EventLinkDown, Target: "leaf1", To: "*"}} }, "h1-1", "h2-1", 0},
	} {
		c := small(test.change)
		c.Duration = 100 * time.Millisecond
		f, _ := run(t, c)
		ways := f.net.ways(f.net.findHost(test.src), f.net.findHost(test.dst))
		if len(ways) != test.want {
			t.Errorf("%s: %d ways, want %d", test.name, len(ways), test.want)
		}
		for i, w := range ways {
			if slices.ContainsFunc(ways[:i], func(o *route) bool { return o.same(w) }) {
				t.Errorf("%s: %s twice", test.name, w.names())
			}
		}
	}
}

// TestFit: between hosts on two leaves a sample at the spine tells the path, one at the first or last leaf leaves the other end open.
func TestFit(t *testing.T) {
	c := small(func(c *Config) { c.DualHomed = 1 })
	c.Duration = 100 * time.Millisecond
	f, _ := run(t, c)
	ways := f.net.ways(f.net.findHost("h1-1"), f.net.findHost("h3-1"))
	for i := range ways {
		var before []view
		for k := range ways[i].taps {
			v := ways[i].taps[k].view(c.LAGNaming)
			if n := len(f.fit(ways, []view{v})); n != []int{2, 1, 2}[k] {
				t.Errorf("%s: %d paths fit what %+v shows", ways[i].names(), n, v.truth())
			}
			before = append(before, v)
		}
		if all := f.fit(ways, before); len(all) != 1 || !slices.Equal(all[0], ways[i].switches()) {
			t.Errorf("%s: %v fit all samples", ways[i].names(), all)
		}
		before[0].wire.ttl -= 9
		if all := f.fit(ways, before); all != nil {
			t.Errorf("%s: %v fit what cannot be", ways[i].names(), all)
		}
	}
}

// TestFitMisnamed: at the first leaf a sample tells which of the two spines comes next, unless it keeps the output to itself
// and its data source is the input. On egress the frame has been routed: its MACs tell.
func TestFitMisnamed(t *testing.T) {
	for kind, want := range map[WrongKind][2]int{ // sampled on ingress, on egress
		WrongZero: {2, 1}, WrongSame: {2, 1}, WrongInternal: {2, 1}, WrongDiscard: {2, 1}, WrongMultiple: {2, 1}, WrongOffset: {1, 1}, WrongSource: {1, 1},
	} {
		for i, direction := range []Direction{Ingress, Egress} {
			c := small(func(c *Config) { c.Direction, c.WrongPorts = direction, []WrongPorts{{Kind: kind, Switch: "leaf1"}} })
			c.Duration = 100 * time.Millisecond
			f, _ := run(t, c)
			ways := f.net.ways(f.net.findHost("h1-1"), f.net.findHost("h2-1"))
			v := ways[0].taps[0].view(c.LAGNaming)
			if n := len(f.fit(ways, []view{v})); n != want[i] || v.node.name != "leaf1" {
				t.Errorf("%v, %v: %d paths fit what %+v shows, want %d", kind, direction, n, v.truth(), want[i])
			}
		}
	}
}

// TestStubs: a host that routes for guests may be a switch that nobody reports, until it shows a frame of its own; one with few addresses is none.
func TestStubs(t *testing.T) {
	c := small(func(c *Config) { c.Routing = 0.5 })
	c.Duration = 100 * time.Millisecond
	f, _ := run(t, c)
	box, other := f.net.hosts[0], f.net.hosts[1]
	if !box.shown.routes || other.shown.routes {
		t.Fatal("the first of two hosts routes, the second does not")
	}
	box.shown = shown{routes: true}
	in := view{in: box.ports[0]}
	way := [][]string{{"leaf1"}}
	var guests []*host
	for _, h := range f.net.hosts {
		if h.home == box {
			guests = append(guests, h)
		}
	}
	for i, h := range guests[:fewAddresses+1] {
		if got := (&conduit{src: box, dst: other}).stubs(way); len(got) != 1 {
			t.Errorf("%d addresses are few: %v", i, got)
		}
		(&conduit{key: flow.Key{Src: h.ip4}, src: h, dst: other}).show(&in)
	}
	for _, ends := range [][2]*host{{box, other}, {guests[0], other}, {other, guests[0]}} {
		if got := (&conduit{src: ends[0], dst: ends[1]}).stubs(way); len(got) != 2 || len(got[1]) != 2 {
			t.Errorf("%s to %s: %v", ends[0].name, ends[1].name, got)
		}
	}
	(&conduit{key: flow.Key{Src: box.ip4}, src: box, dst: other}).show(&in)
	if got := (&conduit{src: guests[0], dst: other}).stubs(way); len(got) != 1 {
		t.Errorf("it sent a frame of its own: %v", got)
	}
}
