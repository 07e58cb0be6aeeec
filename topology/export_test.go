package topology

import (
	"strings"
	"testing"
)

// TestExport: what is printed can be given, and then nothing has to be learned.
func TestExport(t *testing.T) {
	m := remembered(t)
	text, err := m.Export().MarshalIndent()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"leaf1": {`, `"swp49": {`, `"ifindex": "49"`, `"leaf1:swp49--10.255.0.51:1"`, `"10.255.0.2:49--10.255.0.51:2"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	given, err := ParseStatic(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	l := NewLearner(Config{Static: given}, NewRegistry())
	snap := l.Snapshot()
	for leaf := 1; leaf <= 2; leaf++ {
		if p := snap.Port(snap.ID(agent(leaf)), 49); p == nil || p.Peer != snap.ID(agent(51)) || p.PeerPort != uint32(leaf) {
			t.Errorf("leaf%d:49 leads to %+v", leaf, p)
		}
	}
	if again := l.Remember().Export(); len(again.Links) != 2 || len(again.Nodes) != 3 {
		t.Errorf("given links are exported as well: %d links of %d nodes", len(again.Links), len(again.Nodes))
	}
	if got := NewLearner(Config{Learn: true, Memory: l.Remember()}, NewRegistry()).Snapshot(); got.Port(got.ID(agent(1)), 49).Kept {
		t.Error("a link that was only given is evidence")
	}
}

func TestExportWithoutNames(t *testing.T) {
	p := []MemoryPort{{IfIndex: 1, Name: "eth0"}, {IfIndex: 2, Name: "eth0"}, {IfIndex: 3}}
	m := &Memory{
		Switches: []MemorySwitch{{Agent: agent(1), Name: "vm", Ports: p}, {Agent: agent(2), Name: "vm", Ports: p}, {Agent: agent(3)}},
		Links:    []MemoryLink{{A: MemoryEnd{agent(1), 2}, B: MemoryEnd{agent(2), 3}}, {A: MemoryEnd{agent(1), 1}, B: MemoryEnd{agent(3), 0}}},
	}
	text, err := m.Export().MarshalIndent()
	if err != nil {
		t.Fatal(err)
	}
	g, err := ParseStatic(text)
	if err != nil || len(g.Nodes) != 3 || len(g.Links) != 1 || g.Nodes["vm"].Ports["eth0#2"].IfIndex != 2 {
		t.Errorf("%v\n%s", err, text)
	}
}
