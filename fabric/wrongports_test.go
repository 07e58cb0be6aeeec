package fabric

import (
	"testing"

	"spoor/flow"
)

// TestWrongPorts: each kind of misnaming shows in all samples of the named switch, and in no other's.
func TestWrongPorts(t *testing.T) {
	t.Parallel()
	index := func(v uint32) flow.Interface { return flow.Interface{Kind: flow.InterfaceIndex, Value: v} }
	for k, so := range map[WrongKind]func(s *flow.Sample) bool{
		WrongZero: func(s *flow.Sample) bool {
			return s.Input.Kind == flow.InterfaceUnknown && s.Output.Kind == flow.InterfaceUnknown
		},
		WrongSame:     func(s *flow.Sample) bool { return s.Input == index(3) && s.Output == index(3) && s.SourceIndex == 3 },
		WrongInternal: func(s *flow.Sample) bool { return s.Output.Kind == flow.InterfaceInternal },
		WrongDiscard: func(s *flow.Sample) bool {
			return s.Output.Kind == flow.InterfaceDiscarded || s.Quirks&flow.QuirkOutput != 0
		},
		WrongMultiple: func(s *flow.Sample) bool { return s.Output.Kind == flow.InterfaceMultiple },
		WrongOffset: func(s *flow.Sample) bool {
			return s.Input.Value > wrongOffset && s.Output.Value > wrongOffset && s.SourceIndex > wrongOffset
		},
		WrongSource: func(s *flow.Sample) bool { return s.SourceIndex == 0 },
	} {
		w, err := ParseWrongPorts(k.String() + ":leaf1")
		if err != nil || w.Kind != k || w.String() != k.String()+":leaf1" {
			t.Fatalf("%v %v", w, err)
		}
		f, all := run(t, small(func(c *Config) { c.WrongPorts = []WrongPorts{w} }))
		wrong, right := 0, 0
		for _, s := range hearAll(t, all).samples {
			switch is := so(&s); {
			case is != (s.Agent == flow.AddrFromNetip(f.net.leaves[0].addr)):
				t.Fatalf("%v: %+v", k, s)
			case is:
				wrong++
			default:
				right++
			}
		}
		if wrong < 100 || right < 100 {
			t.Errorf("%v: %d and %d samples", k, wrong, right)
		}
	}
	for _, text := range []string{"", "odd", ":leaf1"} {
		if w, err := ParseWrongPorts(text); err == nil {
			t.Errorf("%q is %v", text, w)
		}
	}
	c := small(func(c *Config) { c.WrongPorts = []WrongPorts{{Switch: "leaf99"}} })
	if _, err := New(c); err == nil {
		t.Error("leaf99 exists")
	}
}
