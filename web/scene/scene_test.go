package scene_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/web/scene"
)

// small is two leaves and two spines; leaf1 has a host, leaf2 a way out.
func small() *scene.Fabric {
	nodes := []scene.Node{
		{Name: "leaf1", Agent: "10.0.0.1", Hosts: 1},
		{Name: `<img src=x onerror="alert(1)">`, Agent: "10.0.0.2", Hosts: 3},
		{Name: "spine1", Agent: "10.0.0.3"},
		{Name: "dark-1", State: scene.Dark},
		{Name: "10.1.1.1", Kind: scene.Hosts},
		{Name: "beyond leaf2", Kind: scene.Outside, State: scene.Dark},
	}
	links := []scene.Link{
		{A: 2, B: 0, AIndex: 1, BIndex: 49, APort: "p1", BPort: "p49", Speed: 10e9},
		{A: 0, B: 3, AIndex: 50, Speed: 10e9, State: scene.Down},
		{A: 1, B: 2, AIndex: 49, BIndex: 2, Speed: 0},
		{A: 0, B: 4, AIndex: 1, Speed: 1e9, Inferred: true, Member: 5e8},
		{A: 5, B: 1, BIndex: 9, Speed: 1e9},
	}
	return scene.NewFabric(nodes, links, 2)
}

func TestFabric(t *testing.T) {
	f := small()
	tiers := []int{}
	for _, n := range f.Nodes {
		tiers = append(tiers, n.Tier)
	}
	if d := cmp.Diff([]int{1, 1, 2, 2, 0, 0}, tiers); d != "" {
		t.Error(d)
	}
	for i, l := range f.Links {
		if f.Nodes[l.A].Tier > f.Nodes[l.B].Tier {
			t.Errorf("link %d stands on its head: %+v", i, l)
		}
	}
	if i, j := f.Link("10.0.0.3/1"), f.Link("10.0.0.1/49"); i < 0 || i != j || !f.Inner(i) {
		t.Errorf("the two ends of a link are %d and %d", i, j)
	}
	for _, none := range []string{"", "/0", "/1", "10.0.0.1/999", "dark-1/0"} {
		if i := f.Link(none); i >= 0 {
			t.Errorf("%q is a port of link %d", none, i)
		}
	}
	if !f.Same(small()) || f.Same(nil) {
		t.Error("the same fabric is another")
	}
}

// TestTiers: what makes a tier, and what is none.
func TestTiers(t *testing.T) {
	f := func(name string, hosts []int, links [][2]int, want []int) {
		t.Helper()
		nodes, list := make([]scene.Node, len(hosts)), make([]scene.Link, len(links))
		for i, h := range hosts {
			nodes[i] = scene.Node{Name: string(rune('a' + i)), Agent: "x", Hosts: h}
		}
		for i, l := range links {
			list[i] = scene.Link{A: l[0], B: l[1]}
		}
		got := []int{}
		for _, n := range scene.NewFabric(nodes, list, 0).Nodes {
			got = append(got, n.Tier)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	f("nothing", nil, nil, []int{})
	f("alone", []int{0}, nil, []int{1})
	f("leaf and spine", []int{1, 1, 0}, [][2]int{{0, 2}, {1, 2}}, []int{1, 1, 2})
	f("a leaf without hosts", []int{1, 1, 0, 0}, [][2]int{{0, 2}, {1, 2}, {3, 2}}, []int{1, 1, 2, 1})
	f("two pods and a core", []int{1, 0, 1, 0, 0}, [][2]int{{0, 1}, {2, 3}, {1, 4}, {3, 4}}, []int{1, 2, 1, 2, 3})
	f("a pair of leaves", []int{1, 1, 0}, [][2]int{{0, 1}, {0, 2}, {1, 2}}, []int{1, 1, 2})
}

func frame(n uint64, use ...int16) *scene.Frame {
	f := &scene.Frame{N: n, Time: 1000 + int64(n), Fabric: small(), Use: make([]int16, 10), Health: []byte(`{"flows":1}`), Drops: []byte(`[]`), Alerts: []byte(`{"items":[],"total":0}`)}
	copy(f.Use, use)
	return f
}

func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

func none(string, int64) ([]float32, int) { return nil, 1 }

func TestFull(t *testing.T) {
	f := frame(7, 500, -1)
	f.Lost = []scene.Loss{{Direction: 3, PerSecond: 12.34}}
	f.Elephants = []scene.Elephant{
		{Message: &scene.Message{Alert: "a-1", Text: []byte(`{"alert":"a-1","state":"updated"`), Active: true, Share: 0.2, Bits: 2e9}, Rate: scene.Rate{Bits: 3e9, Low: 2e9, High: 4e9}},
		{Message: &scene.Message{Alert: "b-1", Text: []byte(`{"alert":"b-1","state":"ended"`)}},
	}
	series := func(string, int64) ([]float32, int) { return []float32{1, 2.7}, 10 }
	m := decode(t, f.AppendFull(nil, &scene.Head{Collector: "dc\u202e1", Version: "1"}, f.Use, []scene.Mark{{Time: 5, Most: -1}}, series))
	for name, want := range map[string]any{
		"n": 7.0, "t": 1007.0, "collector": "dc\u202e1", "more": 2.0,
		"u": []any{500.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
		"x": []any{3.0, 12.3},
		"r": []any{[]any{"a-1", 3e9, 2e9, 4e9, 0.3, 0.2, 0.4}},
		"k": []any{[]any{5.0, -1.0, 0.0}},
		"d": []any{}, "h": map[string]any{"flows": 1.0},
	} {
		if d := cmp.Diff(want, m[name]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	e := m["e"].([]any)[0].(map[string]any)
	if d := cmp.Diff([]any{1.0, 2.0}, e["rates"]); d != "" || e["rates_step"] != 10.0 || len(m["nodes"].([]any)) != 6 || len(m["links"].([]any)) != 5 {
		t.Errorf("%v", m)
	}
	if name := m["nodes"].([]any)[1].([]any)[0]; name != `<img src=x onerror="alert(1)">` {
		t.Errorf("a name was changed: %v", name)
	}
}

func TestDeltaHasOnlyWhatChanged(t *testing.T) {
	a := frame(1, 100, 200, 300, 400)
	b := frame(2, 104, 200, 290, 400, 0, -1)
	b.Health, b.Drops, b.Alerts = a.Health, a.Drops, a.Alerts
	sent := append([]int16{}, a.Use...)
	m := decode(t, b.AppendDelta(nil, a, sent, nil))
	if d := cmp.Diff([]any{1.0, 290.0, 400.0, 2.0, 0.0, -1.0}, m["u"]); d != "" {
		t.Error(d)
	}
	for _, name := range []string{"d", "h", "a", "k", "nodes"} {
		if _, ok := m[name]; ok {
			t.Errorf("%s did not change and was sent", name)
		}
	}
	if sent[0] != 100 || sent[2] != 290 || sent[5] != -1 {
		t.Errorf("what pages know is %v", sent)
	}
	c := frame(3, 106, 200, 290, 400, 0, -1)
	c.Drops = []byte(`[1]`)
	m = decode(t, c.AppendDelta(nil, b, sent, &scene.Mark{Time: 3, Most: 7, Lost: 1.5}))
	if d := cmp.Diff([]any{0.0, 106.0, 200.0}, m["u"]); d != "" { // small steps add up
		t.Error(d)
	}
	if d := cmp.Diff([]any{3.0, 7.0, 1.5}, m["k"]); d != "" || m["d"] == nil {
		t.Errorf("%s %v", d, m)
	}
}

func TestElephantsOfADelta(t *testing.T) {
	known := &scene.Message{Alert: "a", Text: []byte(`{"alert":"a"`), Active: true, Share: 0.1, Bits: 1e9}
	fresh := &scene.Message{Alert: "b", Text: []byte(`{"alert":"b"`), Active: true, Share: 0.1, Bits: 1e9}
	a, b := frame(1), frame(2)
	a.Elephants = []scene.Elephant{{Message: known, Rate: scene.Rate{Bits: 1e9}}}
	b.Elephants = []scene.Elephant{{Message: known, Rate: scene.Rate{Bits: 2e9}}, {Message: fresh, Rate: scene.Rate{Bits: 1e9}}}
	text := b.AppendDelta(nil, a, make([]int16, 10), nil)
	m := decode(t, text)
	if e := m["e"].([]any); len(e) != 1 || e[0].(map[string]any)["alert"] != "b" {
		t.Errorf("%s", text)
	}
	if r := m["r"].([]any); len(r) != 2 {
		t.Errorf("%s", text)
	}
}

func TestMark(t *testing.T) {
	f := frame(1, 100, 200, -1, -1, 0, 0, 950, 990)
	for i := range f.Use { // the busiest is a host's link: it does not count
		if !f.Fabric.Inner(i/2) && f.Use[i] == 0 {
			f.Use[i] = 999
		}
	}
	f.Lost = []scene.Loss{{0, 1}, {1, 2.5}}
	if m := f.Mark(); m.Lost != 3.5 || m.Time != 1001 || m.Most == 999 {
		t.Errorf("%+v", m)
	}
	f.Use = []int16{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
	if m := f.Mark(); m.Most != -1 {
		t.Errorf("unknown became %d", m.Most)
	}
}

func TestSizeCountsWhatIsNotShared(t *testing.T) {
	a := frame(1)
	b := *a
	if first, second := a.Size(nil), b.Size(a); second >= first || second > 300 {
		t.Errorf("a frame alone takes %d bytes, one that shares all with it %d", first, second)
	}
	if !strings.Contains(string(a.AppendFull(nil, &scene.Head{}, a.Use, nil, none)), `"nodes"`) {
		t.Error("no nodes")
	}
}
