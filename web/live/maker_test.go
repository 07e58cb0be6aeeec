package live

import (
	"testing"

	"spoor/flow"
	"spoor/topology"
	"spoor/web/scene"
)

// TestGone: a link that was believed for long is shown for a while after; a guess is not.
func TestGone(t *testing.T) {
	link := func(id string, a, b byte) topology.Record {
		r := topology.Record{ID: id, A: flow.Port{Switch: "a", IfIndex: 1}, B: flow.Port{Switch: "b", IfIndex: 2}}
		if a != 0 {
			r.A.Agent = flow.AddrFrom4([4]byte{10, 0, 0, a})
		}
		if b != 0 {
			r.B.Agent = flow.AddrFrom4([4]byte{10, 0, 0, b})
		}
		return r
	}
	m := &maker{}
	m.init()
	b := func(believed ...topology.Record) *builder {
		return &builder{ends: map[string]int{}, index: map[string]int{}, believed: believed}
	}
	m.remember(b(link("old", 1, 2), link("dark", 3, 0)), 1)
	m.remember(b(link("old", 1, 2), link("dark", 3, 0), link("new", 4, 5)), 100*second)
	m.remember(b(), 101*second)
	if _, ok := m.gone["old"]; !ok || len(m.gone) != 1 {
		t.Errorf("remembered: %v", m.gone)
	}
	drawn := newBuilder(newRig(t, 1, 1).engine.Snapshot(), "10.0.0.1/1")
	drawn.index["10.0.0.1"], drawn.index["10.0.0.2"] = 0, 1
	m.remember(drawn, 101*second)
	if len(drawn.list) != 1 || drawn.list[0].State != scene.Gone || drawn.list[0].B != 1 {
		t.Errorf("drawn: %+v", drawn.list)
	}
	taken := b()
	taken.ends["10.0.0.1/1"] = 7
	m.remember(taken, 102*second)
	if len(m.gone) != 0 {
		t.Errorf("its port is on another link: %v", m.gone)
	}
	m.remember(b(link("old", 1, 2)), 200*second)
	m.remember(b(link("old", 1, 2)), 300*second)
	m.remember(b(), 301*second)
	if m.remember(b(), 300*second+goneFor+2); len(m.gone) != 0 {
		t.Errorf("for ever: %v", m.gone)
	}
}
