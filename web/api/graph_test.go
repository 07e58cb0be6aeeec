package api_test

import (
	"math"
	"net/http"
	"slices"
	"testing"
)

// graph asks, and looks whether the answer is a graph: names are unique, ends of edges are there, arcs add up to 1.
func (r *rig) graph(url string) (nodes, edges map[string]map[string]any, more float64) {
	r.t.Helper()
	status, body := r.get(url)
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %v", url, status, body)
	}
	nodes, edges = make(map[string]map[string]any), make(map[string]map[string]any)
	for _, v := range body["nodes"].([]any) {
		n := v.(map[string]any)
		sum := 0.0
		for _, arc := range []string{"arc__used", "arc__free", "arc__unknown", "arc__silent"} {
			sum += n[arc].(float64)
		}
		if nodes[text(n["id"])] != nil || math.Abs(sum-1) > 1e-9 {
			r.t.Errorf("%s: node %v", url, n)
		}
		nodes[text(n["id"])] = n
	}
	seen := map[string]bool{}
	for _, v := range body["edges"].([]any) {
		e := v.(map[string]any)
		if id := text(e["id"]); seen[id] || nodes[text(e["source"])] == nil || nodes[text(e["target"])] == nil {
			r.t.Errorf("%s: edge %v", url, e)
		}
		seen[text(e["id"])] = true
		edges[text(e["source"])+">"+text(e["target"])] = e
	}
	return nodes, edges, body["more"].(float64)
}

func TestFabricGraph(t *testing.T) {
	r := newRig(t)
	nodes, edges, more := r.graph("/api/v1/graph")
	if len(nodes) != 3 || len(edges) != 2 || more != 0 {
		t.Fatalf("%v %v %v", nodes, edges, more)
	}
	e := edges["leaf1>spine1"]
	if e["mainstat"] == "" || e["detail__ports"] != "swp49 > swp1" || e["detail__speed"] != "0.1 Gbit/s" || e["detail__state"] != "up" || e["thickness"].(float64) <= 1 {
		t.Errorf("%v", e)
	}
	if n := nodes["leaf1"]; n["title"] != "leaf1" || n["detail__agent"] != "10.255.0.1" || n["mainstat"] != e["mainstat"] || n["arc__used"].(float64) <= 0 {
		t.Errorf("%v", n)
	}
	// One switch comes with what hangs on it, under either name.
	for _, name := range []string{"LEAF2", "10.255.0.2"} {
		nodes, edges, _ = r.graph("/api/v1/graph?switch=" + name)
		if nodes["leaf2"] == nil || nodes["spine1"] == nil || nodes["leaf1"] != nil || edges["leaf2>spine1"] == nil {
			t.Errorf("%s: %v %v", name, nodes, edges)
		}
	}
	// What is too much is counted.
	if nodes, edges, more = r.graph("/api/v1/graph?limit=2"); len(nodes) != 2 || len(edges) != 1 || more != 1 {
		t.Errorf("of three two: %v %v %v", nodes, edges, more)
	}
	if nodes, edges, more = r.graph("/api/v1/graph?limit=1"); len(edges) != 0 || more != 2 {
		t.Errorf("of three one: %v %v %v", nodes, edges, more)
	}
	if nodes, edges, _ = r.graph("/api/v1/graph?switch=leaf9"); len(nodes)+len(edges) != 0 {
		t.Errorf("nobody has: %v %v", nodes, edges)
	}
}

func TestFlowGraph(t *testing.T) {
	r := newRig(t)
	nodes, edges, _ := r.graph("/api/v1/graph?flow=" + elephant())
	var names []string
	for n := range nodes {
		names = append(names, n)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"10.1.1.1", "10.2.1.1", "leaf1", "leaf2", "spine1"}) || len(edges) != 4 {
		t.Fatalf("%v %v", names, edges)
	}
	if e := edges["leaf1>spine1"]; e["mainstat"] == "" || e["detail__ports"] != "swp49 > swp1" || e["detail__state"] != "complete" {
		t.Errorf("%v", e)
	}
	if nodes["10.1.1.1"]["subtitle"] != "source" || nodes["10.2.1.1"]["subtitle"] != "destination" || edges["leaf2>10.2.1.1"] == nil {
		t.Errorf("the ends: %v %v", nodes, edges)
	}
}
