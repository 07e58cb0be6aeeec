package path

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spoor/topology"
)

// wired gives a fabric of just these links, "a:1 b:2"; agents are numbered in the order in which their names come.
func wired(t *testing.T, links ...string) (*net, func(string) topology.SwitchID) {
	t.Helper()
	var names, wires []string
	ports := map[string][]string{}
	for i, l := range links {
		var ends [2]string
		for k, end := range strings.Fields(l) {
			name, port, _ := strings.Cut(end, ":")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			ports[name] = append(ports[name], fmt.Sprintf(`"p%s":{"ifindex":%s}`, port, port))
			ends[k] = fmt.Sprintf(`"node%d":%q,"port%d":"p%s"`, k+1, name, k+1, port)
		}
		wires = append(wires, fmt.Sprintf(`"l%d":{%s}`, i, strings.Join(ends[:], ",")))
	}
	var nodes []string
	for i, name := range names {
		nodes = append(nodes, fmt.Sprintf(`%q:{"agent":"10.255.0.%d","ports":{%s}}`, name, i+1, strings.Join(ports[name], ",")))
	}
	given, err := topology.ParseStatic(fmt.Appendf(nil, `{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(wires, ",")))
	if err != nil {
		t.Fatal(err)
	}
	n := &net{t: t, reg: topology.NewRegistry(), now: 1000 * second}
	n.l = topology.NewLearner(topology.Config{Learn: true, Static: given}, n.reg)
	for range 2 { // long enough for the links to be all that there are
		n.snap, _ = n.l.Apply(nil, n.now)
		n.now += 30 * second
	}
	return n, func(name string) topology.SwitchID { return n.id(slices.Index(names, name) + 1) }
}

// fiveStages is two pods of a leaf and a spine under one super spine; the spines of the pods wired also to a second one.
func fiveStages(t *testing.T, second bool) (*net, func(string) topology.SwitchID) {
	t.Helper()
	links := []string{"leaf1:49 spine1:1", "spine1:9 super1:1", "super1:2 spine2:9", "spine2:1 leaf2:49"}
	if second {
		links = append(links, "spine1:10 super2:1", "super2:2 spine2:10")
	}
	return wired(t, links...)
}

// TestGapsByTTL: what lies between two switches that saw the flow follows from the TTL between them, the
// links of the ports that were named, and from nothing else: where two ways are left none is told.
func TestGapsByTTL(t *testing.T) {
	const whole = true
	type seen struct {
		name    string
		in, out uint32
		ttl     int16
	}
	for name, tc := range map[string]struct {
		second bool // a second super spine
		seen   []seen
		want   string
		whole  bool
	}{
		"neighbours by their TTL":                           {false, []seen{{"leaf1", 0, 0, 64}, {"spine1", 0, 9, 63}}, "leaf1 spine1 super1? spine2? leaf2?", whole},
		"a named link beats the TTL":                        {false, []seen{{"leaf1", 1, 49, 64}, {"spine1", 0, 9, 61}}, "leaf1 spine1 super1? spine2? leaf2?", whole},
		"from its other end too":                            {false, []seen{{"leaf1", 1, 0, 64}, {"spine1", 1, 9, 61}}, "leaf1 spine1 super1? spine2? leaf2?", whole},
		"one between, no port named":                        {false, []seen{{"spine1", 0, 0, 63}, {"spine2", 0, 0, 61}}, "leaf1? spine1 super1? spine2 leaf2?", whole},
		"one of two between":                                {true, []seen{{"spine1", 0, 0, 63}, {"spine2", 0, 0, 61}}, "leaf1? spine1 spine2 leaf2?", false},
		"one of two, the first names it":                    {true, []seen{{"spine1", 0, 10, 63}, {"spine2", 0, 0, 61}}, "leaf1? spine1 super2? spine2 leaf2?", whole},
		"one of two, the second names it":                   {true, []seen{{"spine1", 0, 0, 63}, {"spine2", 9, 0, 61}}, "leaf1? spine1 super1? spine2 leaf2?", whole},
		"both name it":                                      {true, []seen{{"spine1", 0, 9, 63}, {"spine2", 9, 0, 61}}, "leaf1? spine1 super1? spine2 leaf2?", whole},
		"they name different ones":                          {true, []seen{{"spine1", 0, 9, 63}, {"spine2", 10, 0, 61}}, "leaf1? spine1 spine2 leaf2?", false},
		"a port that leads to nobody known":                 {false, []seen{{"spine1", 0, 77, 63}, {"spine2", 0, 0, 61}}, "leaf1? spine1 spine2 leaf2?", false},
		"it, and the other end's link":                      {false, []seen{{"spine1", 0, 77, 63}, {"spine2", 9, 0, 61}}, "leaf1? spine1 spine2 leaf2?", false},
		"the other end's port leads to nobody known":        {false, []seen{{"spine1", 0, 9, 63}, {"spine2", 77, 0, 61}}, "leaf1? spine1 spine2 leaf2?", false},
		"two between, both named":                           {true, []seen{{"leaf1", 1, 49, 64}, {"spine2", 10, 0, 61}}, "leaf1 spine1? super2? spine2 leaf2?", whole},
		"two between, one named":                            {false, []seen{{"leaf1", 1, 49, 64}, {"spine2", 0, 0, 61}}, "leaf1 spine2 leaf2?", false},
		"two between that are no neighbours":                {false, []seen{{"leaf1", 1, 49, 64}, {"leaf2", 49, 1, 61}}, "leaf1 leaf2", false},
		"three between, the middle follows":                 {false, []seen{{"leaf1", 1, 49, 64}, {"leaf2", 49, 1, 60}}, "leaf1 spine1? super1? spine2? leaf2", whole},
		"three between, the middle is one of two":           {true, []seen{{"leaf1", 1, 49, 64}, {"leaf2", 49, 1, 60}}, "leaf1 leaf2", false},
		"three between, one end unnamed":                    {false, []seen{{"leaf1", 1, 0, 64}, {"leaf2", 49, 1, 60}}, "leaf1 leaf2", false},
		"more between than a fabric has":                    {false, []seen{{"leaf1", 1, 49, 64}, {"leaf2", 49, 1, 59}}, "leaf1 leaf2", false},
		"all of them, in any order":                         {true, []seen{{"leaf2", 49, 1, 60}, {"super2", 1, 2, 62}, {"leaf1", 1, 49, 64}}, "leaf1 spine1? super2 spine2? leaf2", whole},
		"one switch twice, at two TTLs, is no path":         {false, []seen{{"leaf1", 1, 49, 64}, {"spine1", 1, 1, 63}, {"leaf1", 49, 1, 62}}, "leaf1 spine1 leaf1", false},
		"nothing before the first but an uplink":            {true, []seen{{"super1", 0, 2, 62}}, "leaf1? spine1? super1 spine2? leaf2?", whole},
		"walks over named links only, if there are several": {true, []seen{{"spine1", 0, 9, 63}}, "leaf1? spine1 super1? spine2? leaf2?", whole},
		"no way on where several lead":                      {true, []seen{{"leaf1", 1, 49, 64}}, "leaf1 spine1?", false},
	} {
		t.Run(name, func(t *testing.T) {
			n, id := fiveStages(t, tc.second)
			var obs []Obs
			for _, s := range tc.seen {
				obs = append(obs, Obs{Switch: id(s.name), In: s.in, Out: s.out, TTL: s.ttl})
			}
			src, dst := Place{Edges: []topology.SwitchID{id("leaf1")}, Sure: true}, Place{Edges: []topology.SwitchID{id("leaf2")}, Sure: true}
			r := infer(n.snap, obs, src, dst, nil)
			if got := n.names(r.Hops); got != tc.want || r.Complete != tc.whole {
				t.Errorf("%q, complete %v, want %q, %v", got, r.Complete, tc.want, tc.whole)
			}
		})
	}
}

// TestWhereAPathEnds: at a switch of the place, unless the port named there leads on.
func TestWhereAPathEnds(t *testing.T) {
	n, id := fiveStages(t, false)
	leaf1, leaf2 := id("leaf1"), id("leaf2")
	sure := func(ids ...topology.SwitchID) Place { return Place{Edges: ids, Sure: true} }
	obs := func(in, out uint32) []Obs {
		return []Obs{{Switch: leaf1, In: in, Out: 49, TTL: 64}, {Switch: leaf2, In: 49, Out: out, TTL: 60}}
	}
	for name, tc := range map[string]struct {
		obs      []Obs
		src, dst Place
		whole    bool
		at       topology.SwitchID // where it goes on unheard
		port     uint32
	}{
		"at both places":                                  {obs(1, 1), sure(leaf1), sure(leaf2), true, 0, 0},
		"ports that were not named":                       {obs(0, 0), sure(leaf1), sure(leaf2), true, 0, 0},
		"out by a link: there is more":                    {obs(1, 49), sure(leaf1), sure(leaf2), false, 0, 0},
		"in by a link: there is more":                     {obs(49, 1), sure(leaf1), sure(leaf2), false, 0, 0},
		"nobody knows the receiver":                       {obs(1, 1), sure(leaf1), Place{}, false, leaf2, 1},
		"nobody knows the sender":                         {obs(1, 1), Place{}, sure(leaf2), false, leaf1, 1},
		"nobody knows either":                             {obs(1, 1), Place{}, Place{}, false, leaf2, 1},
		"nor at which port":                               {obs(0, 0), Place{}, Place{}, false, 0, 0},
		"the receiver lives elsewhere":                    {obs(1, 1), sure(leaf1), sure(id("spine1")), false, leaf2, 1},
		"at one of two, which the TTL tells":              {obs(0, 1), sure(leaf1, id("spine2")), sure(leaf2), true, 0, 0},
		"at one of two, by a port that is no proven edge": {obs(1, 1), sure(leaf1, id("spine2")), sure(leaf2), false, leaf1, 1},
		"at one of two receivers' switches":               {obs(1, 1), sure(leaf1), sure(id("spine2"), leaf2), true, 0, 0},
		"kept from before, at that port":                  {obs(1, 1), sure(leaf1), Place{Edges: []topology.SwitchID{leaf2}, Sure: true, Kept: true, Port: 1}, true, 0, 0},
		"kept from before, at another port":               {obs(1, 1), sure(leaf1), Place{Edges: []topology.SwitchID{leaf2}, Sure: true, Kept: true, Port: 2}, false, leaf2, 1},
		"outside, by a port that is proven by no one":     {obs(1, 1), sure(leaf1), Place{Edges: []topology.SwitchID{leaf2}, Outside: true}, false, leaf2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := infer(n.snap, slices.Clone(tc.obs), tc.src, tc.dst, nil)
			if r.Complete != tc.whole || r.UnknownSwitch != tc.at || r.UnknownPort != tc.port {
				t.Errorf("complete %v, unknown at %d/%d: %s", r.Complete, r.UnknownSwitch, r.UnknownPort, n.names(r.Hops))
			}
		})
	}
	if r := infer(n.snap, nil, sure(leaf1), sure(leaf2), nil); r.Complete || len(r.Hops) != 0 {
		t.Errorf("of nothing: %+v", r)
	}
}

// TestSourceOnSeveral: a source that several switches hold sends from where its packets have a TTL that hosts begin with.
func TestSourceOnSeveral(t *testing.T) {
	n, id := fiveStages(t, false)
	both := Place{Edges: []topology.SwitchID{id("leaf1"), id("spine1")}}
	for ttl, want := range map[int16]bool{64: true, 128: true, 255: true, 63: false, 127: false} {
		obs := []Obs{{Switch: id("leaf1"), Out: 49, TTL: ttl}, {Switch: id("spine1"), In: 1, Out: 9, TTL: ttl - 1}}
		if r := infer(n.snap, obs, both, Place{Edges: []topology.SwitchID{id("leaf2")}, Sure: true}, nil); r.Complete != want {
			t.Errorf("TTL %d: complete %v: %s", ttl, r.Complete, n.names(r.Hops))
		}
	}
}

// TestGoal: only a place that is sure and single is walked to without a port that leads there.
func TestGoal(t *testing.T) {
	for _, tc := range []struct {
		p    Place
		want topology.SwitchID
	}{
		{Place{Edges: []topology.SwitchID{7}, Sure: true}, 7},
		{Place{Edges: []topology.SwitchID{7}}, 0},
		{Place{Edges: []topology.SwitchID{7, 8}, Sure: true}, 0},
		{Place{Sure: true}, 0},
	} {
		if got := tc.p.goal(); got != tc.want {
			t.Errorf("%+v: %d", tc.p, got)
		}
	}
}

// TestSimple: eight switches at most, none of them twice.
func TestSimple(t *testing.T) {
	row := func(ids ...topology.SwitchID) (hops []Hop) {
		for _, id := range ids {
			hops = append(hops, Hop{Switch: id})
		}
		return hops
	}
	for _, tc := range []struct {
		hops []Hop
		want bool
	}{
		{nil, true}, {row(1), true}, {row(1, 2, 3, 4, 5, 6, 7, 8), true}, {row(1, 2, 3, 4, 5, 6, 7, 8, 9), false}, {row(1, 2, 1), false}, {row(1, 1), false}, {row(1, 2, 3, 3), false},
	} {
		if got := (&inferrer{hops: tc.hops}).simple(); got != tc.want {
			t.Errorf("%v: %v", tc.hops, got)
		}
	}
}

// TestTunnelsInARow: two are as many as matter.
func TestTunnelsInARow(t *testing.T) {
	for want, list := range map[int][][]uint64{0: {nil, {0, 0}}, 1: {{5}, {0, 5, 5}}, 2: {{5, 6}, {0, 5, 0, 6, 7}}} {
		for _, marks := range list {
			var obs []Obs
			for _, m := range marks {
				obs = append(obs, Obs{tunnel: m})
			}
			if got := tunnels(obs); got != want {
				t.Errorf("%v: %d, want %d", marks, got, want)
			}
		}
	}
}

// TestPassed: routers that a packet passed inside its tunnel, by what its outer TTL is short of where tunnels begin.
func TestPassed(t *testing.T) {
	for ttl, want := range map[int16]int{64: 0, 63: 1, 62: 2, 255: 0, 254: 1, 300: 0, -5: 0} {
		if ttl == -5 {
			want = (&Obs{TTL: 0}).passed()
		}
		if got := (&Obs{TTL: ttl}).passed(); got != want {
			t.Errorf("TTL %d: %d, want %d", ttl, got, want)
		}
	}
}

// TestTunnelMarks: a tunnel is its two ends in their order, and is never none.
func TestTunnelMarks(t *testing.T) {
	a, b := addr("192.0.2.1"), addr("192.0.2.2")
	seen := map[uint64]string{}
	for name, m := range map[string]uint64{"there": TunnelOf(a, b), "back": TunnelOf(b, a), "to itself": TunnelOf(a, a), "v6": TunnelOf(addr("2001:db8::1"), b)} {
		if m == 0 || seen[m] != "" {
			t.Errorf("%s and %q have the mark %d", name, seen[m], m)
		}
		seen[m] = name
	}
}
