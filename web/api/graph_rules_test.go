package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spoor/flow"
	"spoor/web/scene"
)

// frame is a picture of two leaves, two spines, a host and the world outside; loads are per mille.
func frame(use ...int16) *scene.Frame {
	nodes := []scene.Node{
		{Name: "leaf1", Agent: "10.255.0.1", Hosts: 3},
		{Name: "leaf2", Agent: "10.255.0.2", State: scene.Silent},
		{Name: "spine1", Agent: "10.255.0.51"},
		{Name: "spine2"},
		{Name: "10.1.1.1", Kind: scene.Hosts},
		{Name: "uplink", Kind: scene.Outside},
	}
	links := []scene.Link{ // in the order that NewFabric gives them
		{A: 0, B: 2, AIndex: 49, BIndex: 1, APort: "swp49", BPort: "swp1", Speed: 100e9},
		{A: 0, B: 3, AIndex: 50},
		{A: 1, B: 2, AIndex: 49, BIndex: 2, BPort: "swp2", State: scene.Down, Speed: 2.5e9},
		{A: 2, B: 5, AIndex: 9},
		{A: 4, B: 0, BIndex: 1, BPort: "swp1"},
	}
	return &scene.Frame{Fabric: scene.NewFabric(nodes, links, 0), Use: use}
}

func nodesOf(g *graphJSON) string {
	var list []string
	for i := range g.Nodes {
		n := &g.Nodes[i]
		list = append(list, fmt.Sprintf("%s [%s|%s|%s] %.2f/%.2f/%.2f/%.2f", n.ID, n.Subtitle, n.Main, n.Secondary, n.Used, n.Free, n.Unknown, n.Silent))
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

func edgesOf(g *graphJSON) string {
	or := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	var list []string
	for i := range g.Edges {
		e := &g.Edges[i]
		list = append(list, fmt.Sprintf("%s>%s [%s|%s] %g %s (%s) %s %s", e.Source, e.Target, e.Main, e.Secondary, e.Thickness, or(e.Color), or(e.Ports), or(e.Speed), e.State))
	}
	return strings.Join(list, "\n")
}

func compare(t *testing.T, what, got, want string) {
	t.Helper()
	if want = strings.TrimSpace(strings.ReplaceAll(want, "\t", "")); got != want {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

// TestFabricGraphRules: only links between switches, the busiest first, coloured by what somebody should look at.
func TestFabricGraphRules(t *testing.T) {
	f := frame(812, 40, 799, 1200, 0, -1, 0, 0, 500, 500)
	g := fabricGraph(f, "", 100)
	compare(t, "edges", edgesOf(g), `
		leaf1>spine2 [79.9%|120%] 6 orange (50 > ?) - up
		leaf1>spine1 [81.2%|4%] 5.06 orange (swp49 > swp1) 100 Gbit/s up
		leaf2>spine1 [0%|] 1 red (49 > swp2) 2.5 Gbit/s down`)
	compare(t, "nodes", nodesOf(g), `
		leaf1 [|120%|3 hosts] 1.00/0.00/0.00/0.00
		leaf2 [silent|0%|] 0.00/0.00/0.00/1.00
		spine1 [|81.2%|] 0.81/0.19/0.00/0.00
		spine2 [|120%|] 1.00/0.00/0.00/0.00`)

	compare(t, "of one switch, with what hangs on it", edgesOf(fabricGraph(f, "LEAF1", 100)), `
		leaf1>spine2 [79.9%|120%] 6 orange (50 > ?) - up
		leaf1>spine1 [81.2%|4%] 5.06 orange (swp49 > swp1) 100 Gbit/s up
		10.1.1.1>leaf1 [50%|50%] 3.5 - (? > swp1) - up`)
	compare(t, "of its nodes", nodesOf(fabricGraph(f, "10.255.0.1", 100)), `
		10.1.1.1 [hosts|50%|] 0.50/0.50/0.00/0.00
		leaf1 [|120%|3 hosts] 1.00/0.00/0.00/0.00
		spine1 [|81.2%|] 0.81/0.19/0.00/0.00
		spine2 [|120%|] 1.00/0.00/0.00/0.00`)
	compare(t, "with what lies outside", nodesOf(fabricGraph(f, "spine1", 100)), `
		leaf1 [|81.2%|3 hosts] 0.81/0.19/0.00/0.00
		leaf2 [silent|0%|] 0.00/0.00/0.00/1.00
		spine1 [|81.2%|] 0.81/0.19/0.00/0.00
		uplink [outside|0%|] 0.00/1.00/0.00/0.00`)
	// An agent's address is no name that no agent has: "" must not take them all in.
	if g := fabricGraph(f, "10.255.0.9", 100); len(g.Nodes)+len(g.Edges) != 0 {
		t.Errorf("of nobody: %+v", g)
	}
}

// TestGraphLimit: a link is drawn with both its ends or counted, the busiest first; switches without one come last.
func TestGraphLimit(t *testing.T) {
	f := frame(100, 0, 200, 0, 300, 0)
	for limit, want := range map[int]string{
		1: "leaf1 more 3", 2: "leaf2 spine1 more 2", 3: "leaf1 leaf2 spine1 more 1", 4: "leaf1 leaf2 spine1 spine2 more 0", 9: "leaf1 leaf2 spine1 spine2 more 0",
	} {
		g := fabricGraph(f, "", limit)
		var names []string
		for i := range g.Nodes {
			names = append(names, g.Nodes[i].ID)
		}
		slices.Sort(names)
		if got := fmt.Sprint(strings.Join(names, " "), " more ", g.More); got != want {
			t.Errorf("limit %d: %s, want %s", limit, got, want)
		}
	}
	f.Fabric.More = 7 // that the picture itself left out
	if g := fabricGraph(f, "", 3); g.More != 8 {
		t.Errorf("%d more", g.More)
	}
	alone := &scene.Frame{Fabric: scene.NewFabric([]scene.Node{{Name: "a"}, {Name: "b"}, {Name: "h", Kind: scene.Hosts}}, nil, 0)}
	compare(t, "switches without links", nodesOf(fabricGraph(alone, "", 10)), `
		a [||] 0.00/0.00/1.00/0.00
		b [||] 0.00/0.00/1.00/0.00`)
	compare(t, "one of them", nodesOf(fabricGraph(alone, "B", 10)), "b [||] 0.00/0.00/1.00/0.00")
}

// TestGraphNames: two nodes of one name are told apart by agent, else by their place.
func TestGraphNames(t *testing.T) {
	b := scene.NewFabric([]scene.Node{{Name: "a", Agent: "10.255.0.1"}, {Name: "a", Agent: "10.255.0.2"}, {Name: "a"}, {Name: "b"}}, nil, 0)
	if got := names(b); !slices.Equal(got, []string{"a", "a (10.255.0.2)", "a (2)", "b"}) {
		t.Error(got)
	}
}

// TestGraphWords: loads, ports and colours at their bounds.
func TestGraphWords(t *testing.T) {
	if percent(-1) != "" || percent(0) != "0%" || percent(5) != "0.5%" || percent(1000) != "100%" {
		t.Errorf("%q %q %q %q", percent(-1), percent(0), percent(5), percent(1000))
	}
	for load, want := range map[int16]float64{-1: 1, 0: 1, 200: 2, 1000: 6, 3000: 6} {
		if got := thickness(load); got != want {
			t.Errorf("of %d per mille: %g pixels, want %g", load, got, want)
		}
	}
	for _, tc := range []struct {
		load  int16
		state scene.LinkState
		want  string
	}{{799, scene.Up, ""}, {800, scene.Up, "orange"}, {800, scene.Stale, "orange"}, {0, scene.Down, "red"}, {900, scene.Gone, "red"}, {-1, scene.Up, ""}} {
		got := ""
		if c := colour(tc.load, tc.state); c != nil {
			got = *c
		}
		if got != tc.want {
			t.Errorf("%d per mille, %v: %q, want %q", tc.load, tc.state, got, tc.want)
		}
	}
	for _, tc := range [][3]string{{"a", "b", "a > b"}, {"a", "", "a > ?"}, {"", "b", "? > b"}, {"", "", ""}} {
		got := ""
		if p := ports(tc[0], tc[1]); p != nil {
			got = *p
		}
		if got != tc[2] {
			t.Errorf("%q and %q: %q", tc[0], tc[1], got)
		}
	}
	if portOf("swp1", 7) != "swp1" || portOf("", 7) != "7" || portOf("", 0) != "" {
		t.Error("a port is its name, else its number")
	}
	f := frame(5, 6)
	if use(f, 0) != 5 || use(f, 1) != 6 || use(f, 2) != -1 || use(f, -1) != -1 {
		t.Error("directions beyond the picture's are unknown")
	}
}

// TestFlowGraphRules: each kind of path that there is.
func TestFlowGraphRules(t *testing.T) {
	f := frame(812, 40, 0, 0, 100, 200)
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), Proto: 6}
	leaf1 := flow.Hop{Switch: "leaf1", Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), In: 1, Out: 49, OutPort: "swp49", Observed: true}
	spine := flow.Hop{Switch: "spine1", Agent: flow.AddrFrom4([4]byte{10, 255, 0, 51}), In: 1, Out: 2, InPort: "swp1", Observed: true}
	leaf2 := flow.Hop{Switch: "leaf2", Agent: flow.AddrFrom4([4]byte{10, 255, 0, 2}), In: 49, Out: 7}
	for name, tc := range map[string]struct {
		path         *flow.Path
		nodes, edges string
	}{
		"nothing known": {
			nil, "10.1.1.1 [source||] 0.00/0.00/1.00/0.00\n10.2.1.1 [destination||] 0.00/0.00/1.00/0.00",
			"10.1.1.1>10.2.1.1 [|] 1 - (-) - unknown",
		},
		"no hops": {
			&flow.Path{State: flow.PathPartial}, "10.1.1.1 [source||] 0.00/0.00/1.00/0.00\n10.2.1.1 [destination||] 0.00/0.00/1.00/0.00",
			"10.1.1.1>10.2.1.1 [|] 1 - (-) - unknown",
		},
		"whole, the last hop inferred": {
			&flow.Path{State: flow.PathComplete, Hops: []flow.Hop{leaf1, spine, leaf2}},
			"10.1.1.1 [source||] 0.00/0.00/1.00/0.00\n10.2.1.1 [destination||] 0.00/0.00/1.00/0.00\nleaf1 [||] 0.00/0.00/1.00/0.00\nleaf2 [inferred||] 0.00/0.00/1.00/0.00\nspine1 [||] 0.00/0.00/1.00/0.00",
			"10.1.1.1>leaf1 [|] 1 - (-) - complete\nleaf1>spine1 [81.2%|] 5.06 orange (swp49 > swp1) - complete\nspine1>leaf2 [20%|] 2 red (2 > 49) - complete\nleaf2>10.2.1.1 [|] 1 - (-) - complete",
		},
		"into a switch that nobody hears": {
			&flow.Path{State: flow.PathPartial, Hops: []flow.Hop{leaf1, leaf2}, UnknownAt: &flow.Port{Switch: "leaf1", IfIndex: 50}},
			"10.1.1.1 [source||] 0.00/0.00/1.00/0.00\n10.2.1.1 [destination||] 0.00/0.00/1.00/0.00\n? [silent||] 0.00/0.00/1.00/0.00\nleaf1 [||] 0.00/0.00/1.00/0.00\nleaf2 [inferred||] 0.00/0.00/1.00/0.00",
			"10.1.1.1>leaf1 [|] 1 - (-) - partial\nleaf1>? [|] 1 - (50 > ?) - partial\n?>leaf2 [|] 1 - (-) - partial\nleaf2>10.2.1.1 [|] 1 - (-) - partial",
		},
		"several ways, shares of what they have in common added": {
			&flow.Path{State: flow.PathMultipath, Hops: []flow.Hop{leaf1, spine, leaf2}, Alternatives: []flow.PathAlternative{
				{Switches: []string{"leaf1", "spine1", "leaf2"}, Share: 0.6}, {Switches: []string{"leaf1", "spine2", "leaf2"}, Share: 0.4},
			}},
			"10.1.1.1 [source||] 0.00/0.00/1.00/0.00\n10.2.1.1 [destination||] 0.00/0.00/1.00/0.00\nleaf1 [||] 0.00/0.00/1.00/0.00\nleaf2 [||] 0.00/0.00/1.00/0.00\nspine1 [||] 0.00/0.00/1.00/0.00\nspine2 [||] 0.00/0.00/1.00/0.00",
			"10.1.1.1>leaf1 [100%|] 6 - (-) - multipath\nleaf1>spine1 [60%|] 4 - (-) - multipath\nspine1>leaf2 [60%|] 4 - (-) - multipath\nleaf2>10.2.1.1 [100%|] 6 - (-) - multipath\nleaf1>spine2 [40%|] 3 - (-) - multipath\nspine2>leaf2 [40%|] 3 - (-) - multipath",
		},
	} {
		g := flowGraph(f, &k, tc.path)
		compare(t, name+", edges", edgesOf(g), tc.edges)
		want := strings.Split(tc.nodes, "\n")
		slices.Sort(want)
		compare(t, name+", nodes", nodesOf(g), strings.Join(want, "\n"))
	}
}
