package topology

import (
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"spoor/flow"
)

// TestSameKnowsAllFields: a view of a switch differs if any field of it does.
func TestSameKnowsAllFields(t *testing.T) {
	if !new(Switch).same(new(Switch)) || new(Switch).same(nil) {
		t.Fatal("nothing is not the same as nothing, or as no switch")
	}
	for f := range reflect.TypeFor[Switch]().Fields() {
		if f.Name == "since" {
			continue
		}
		a, b := new(Switch), new(Switch)
		other(t, reflect.NewAt(f.Type, unsafe.Add(unsafe.Pointer(a), f.Offset)).Elem())
		if a.same(b) {
			t.Errorf("%s may differ", f.Name)
		}
	}
	for f := range reflect.TypeFor[Port]().Fields() {
		p := new(Port)
		other(t, reflect.NewAt(f.Type, unsafe.Add(unsafe.Pointer(p), f.Offset)).Elem())
		if (&Switch{Ports: map[uint32]*Port{1: p}}).same(&Switch{Ports: map[uint32]*Port{1: {}}}) {
			t.Errorf("%s of a port may differ", f.Name)
		}
	}
}

// TestSameWholeKnowsAllFields: so does a snapshot, but for what Changed, SwitchChanged and AddressChanged tell otherwise.
func TestSameWholeKnowsAllFields(t *testing.T) {
	told := []string{
		"Version", "whole", "switched", "resettled", "registry", "switches", "places", // of switches and addresses
		"owners", "vteps", "bridged", "witnesses", "anyBridged", // the learner looks whether they were written to
	}
	for f := range reflect.TypeFor[Snapshot]().Fields() {
		if slices.Contains(told, f.Name) {
			continue
		}
		a, b := new(Snapshot), new(Snapshot)
		other(t, reflect.NewAt(f.Type, unsafe.Add(unsafe.Pointer(a), f.Offset)).Elem())
		if !b.sameWhole(b) || a.sameWhole(b) {
			t.Errorf("%s may differ", f.Name)
		}
	}
}

// other sets a field to another value than its zero.
func other(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		other(t, v.Field(0))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.String:
		v.SetString("x")
	case reflect.Array:
		other(t, v.Index(0))
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		e := reflect.New(v.Type().Elem()).Elem()
		if e.Kind() == reflect.Pointer {
			e.Set(reflect.New(e.Type().Elem()))
		}
		v.SetMapIndex(reflect.Zero(v.Type().Key()), e)
	default:
		t.Fatalf("a field of kind %s", v.Kind())
	}
}

// TestWhatChanged: a snapshot tells which switches and addresses are otherwise than before.
func TestWhatChanged(t *testing.T) {
	near, far := flow.AddrFrom4([4]byte{10, 0, 1, 1}), flow.AddrFrom4([4]byte{10, 0, 2, 1})
	s := &Snapshot{Version: 9, whole: 3, switched: 8, switches: []*Switch{nil, {ID: 1, since: 4}, {ID: 2, since: 8}}, places: newCow[flow.Addr, *Place]()}
	s.places.set(near, &Place{Edges: []SwitchID{1}, since: 5})
	s.places.set(far, &Place{Edges: []SwitchID{2}, since: 2})
	for _, c := range []struct {
		since                        uint64
		whole, one, two, three, a, b bool
	}{
		{2, true, true, true, true, true, true},
		{3, false, true, true, true, true, true},
		{4, false, false, true, true, true, true},
		{5, false, false, true, true, false, true},
		{8, false, false, false, false, false, false},
		{10, true, false, false, false, false, false}, // of another run
	} {
		if got := s.Changed(c.since); got != c.whole {
			t.Errorf("since %d the whole changed: %v", c.since, got)
		}
		for id, want := range []bool{1: c.one, 2: c.two, 3: c.three} {
			if got := s.SwitchChanged(SwitchID(id), c.since); id > 0 && got != want {
				t.Errorf("since %d switch %d changed: %v", c.since, id, got)
			}
		}
		if a, b := s.AddressChanged(near, c.since), s.AddressChanged(far, c.since); a != c.a || b != c.b {
			t.Errorf("since %d the addresses changed: %v, %v", c.since, a, b)
		}
	}
	s.resettled.add(near, 5)
	for since, want := range map[uint64]bool{4: true, 8: false} {
		if got := s.AddressChanged(near, since); got != want {
			t.Errorf("since %d the address in the list changed: %v", since, got)
		}
	}
	for i := range uint64(20) { // more than the list holds
		s.resettled.add(flow.AddrFrom4([4]byte{10, 1, 1, byte(i)}), 9)
	}
	if !s.AddressChanged(near, 4) || s.AddressChanged(far, 8) {
		t.Error("a list that ran over is not looked up")
	}
	if s.AddressChanged(flow.AddrFrom4([4]byte{10, 9, 9, 9}), 8) {
		t.Error("an address that is nowhere is somewhere else")
	}
}
