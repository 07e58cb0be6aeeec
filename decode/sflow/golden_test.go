package sflow_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// golden is one record as its text lays it out: the words of each field, and in
// the remark the field's standard name with the value that must be read.
type golden struct {
	enterprise, number uint32
	name               string
	bytes              string
	least              int   // bytes that suffice, where a part may lack; 0: all
	also               []int // lengths that are forms of their own
}

// field is a field by its standard name, the value as text, and where its bytes begin.
type field struct {
	name, value string
	at          int
}

// fields gives the fields that the remarks name.
func (g *golden) fields(t *testing.T) (want []field) {
	t.Helper()
	at, begin := 0, 0
	for line := range strings.Lines(g.bytes) {
		_, remark, found := strings.Cut(strings.TrimSpace(line), "# ")
		at += len(annotated.Bytes(t, line))
		if !found {
			continue // the field goes on
		}
		remark, _, _ = strings.Cut(remark, "; ")
		name, value, _ := strings.Cut(remark, " = ")
		want = append(want, field{name, value, begin})
		begin = at
	}
	return want
}

// TestGolden reads each structure from its bytes: its number, the order, the width and
// the meaning of each field stand as the standard's texts have them, whatever our structs say.
func TestGolden(t *testing.T) {
	checked := 0
	for _, list := range []struct {
		known  []sflow.Known
		golden [][]golden
	}{
		{sflow.FlowRecords(), [][]golden{packetRecords, programRecords}},
		{sflow.CounterRecords(), [][]golden{portRecords, hostRecords, serviceRecords}},
	} {
		byFormat := map[sflow.Format]sflow.Known{}
		for _, k := range list.known {
			byFormat[k.Format] = k
		}
		for _, records := range list.golden {
			for i := range records {
				g := &records[i]
				k, ok := byFormat[sflow.Format(g.enterprise<<12|g.number)]
				if !ok || k.Name != g.name {
					t.Errorf("%d:%d is %q in the list, want %q", g.enterprise, g.number, k.Name, g.name)
					continue
				}
				checked++
				t.Run(g.name, func(t *testing.T) { g.check(t, k) })
			}
		}
	}
	if want := len(sflow.FlowRecords()) + len(sflow.CounterRecords()); checked != want {
		t.Errorf("%d structures have their bytes here, of %d that are read", checked, want)
	}
}

func (g *golden) check(t *testing.T, k sflow.Known) {
	t.Helper()
	b, want := annotated.Bytes(t, g.bytes), g.fields(t)
	s := k.New()
	if f := s.Parse(b); f != xdr.OK {
		t.Fatal(f)
	}
	got := flatten(nil, "", reflect.ValueOf(s).Elem())
	for i := range got {
		got[i].at = want[min(i, len(want)-1)].at
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(field{})); d != "" {
		t.Errorf("-the remarks +what was read:\n%s", d)
	}
	// Structures may grow at their end; what was in the struct before does not stay.
	again := k.New()
	again.Parse(longer(b))
	if f := again.Parse(append(slices.Clip(b), 0xff, 0xff, 0xff, 0xff)); f != xdr.OK || !reflect.DeepEqual(again, s) {
		t.Errorf("with a tail: %v %+v, want %+v", f, again, s)
	}
	if n := testing.AllocsPerRun(10, func() { again.Parse(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	g.cuts(t, k, b, want)
	g.claims(t, k, b, want)
}

// longer gives b with other numbers in it, where they may be anything.
func longer(b []byte) []byte {
	other := make([]byte, len(b)+4)
	for i := range other {
		other[i] = 1
	}
	return other
}

// cuts: a structure that ends early is refused wherever it ends, but in the padding of its last string.
func (g *golden) cuts(t *testing.T, k sflow.Known, b []byte, want []field) {
	t.Helper()
	least := g.least
	if least == 0 {
		least = len(b)
		if last := want[len(want)-1]; last.value[0] == '"' || strings.HasPrefix(last.value, "0x") {
			least = last.at + 4 + int(binary.BigEndian.Uint32(b[last.at:]))
		}
	}
	for n := range b {
		ok := n >= least
		for _, also := range g.also {
			ok = ok || n == also
		}
		if f := k.New().Parse(b[:n:n]); (f == xdr.OK) != ok {
			t.Errorf("%d bytes of %d: %v", n, len(b), f)
		}
	}
}

// claims: a string or a list that claims more than there is costs the structure and no memory.
// What the header of a packet claims is cut instead (sampled_header).
func (g *golden) claims(t *testing.T, k sflow.Known, b []byte, want []field) {
	t.Helper()
	s := k.New()
	v := reflect.ValueOf(s).Elem()
	for i, f := range want {
		if g.name == "sampled_header" || !strings.ContainsAny(f.value[:1], `"[`) && !strings.Contains(f.value, ":[") &&
			!strings.HasPrefix(f.value, "0x") && !strings.HasPrefix(f.value, "{") || v.NumField() <= i || v.Field(i).Kind() == reflect.Array {
			continue
		}
		hostile := append([]byte(nil), b...)
		binary.BigEndian.PutUint32(hostile[f.at:], 1<<32-1)
		var fault xdr.Fault
		if n := testing.AllocsPerRun(10, func() { fault = s.Parse(hostile) }); n != 0 || fault != xdr.Length {
			t.Errorf("%s claims 2^32-1: %v, %v allocations", f.name, fault, n)
		}
	}
}

// flatten appends the fields of a structure under the standard's names, in their order.
func flatten(dst []field, prefix string, v reflect.Value) []field {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("sflow")
		switch name {
		case "-":
			continue
		case "":
			name = snake(f.Name)
		}
		switch value, ok := show(v.Field(i)); {
		case ok:
			dst = append(dst, field{name: prefix + name, value: value})
		case f.Anonymous:
			dst = flatten(dst, prefix, v.Field(i))
		default:
			dst = flatten(dst, prefix+name+".", v.Field(i))
		}
	}
	return dst
}

// show writes a value as the remarks have it.
func show(v reflect.Value) (string, bool) {
	switch x := v.Interface().(type) {
	case sflow.MAC:
		b := binary.BigEndian.AppendUint64(nil, uint64(x))
		return strings.ReplaceAll(fmt.Sprintf("% x", b[2:]), " ", ":"), true
	case sflow.Optional:
		return map[bool]string{true: fmt.Sprint(x.Value), false: "-"}[x.Known], true
	case flow.Addr:
		return x.String(), true
	case [16]byte:
		return hex.EncodeToString(x[:]), true
	case sflow.Text:
		return `"` + string(x) + `"`, true
	case []byte:
		return "0x" + hex.EncodeToString(x), true
	case sflow.Words:
		return list(x.Len(), func(i int) any { return x.At(i) }), true
	case sflow.Percentages:
		return list(x.Len(), func(i int) any { return x.At(i) }), true
	case sflow.ASPath:
		var all []string
		for kind, numbers := range x.All() {
			all = append(all, fmt.Sprint(kind, ":", list(numbers.Len(), func(i int) any { return numbers.At(i) })))
		}
		return strings.Join(all, " "), true
	case sflow.Lanes:
		var all []string
		for lane := range x.All() {
			all = append(all, fmt.Sprint(lane))
		}
		return strings.Join(all, " "), true
	case sflow.Adapters:
		var all []string
		for index, macs := range x.All() {
			all = append(all, fmt.Sprint(index, ":", list(macs.Len(), func(i int) any {
				s, _ := show(reflect.ValueOf(macs.At(i)))
				return s
			})))
		}
		return strings.Join(all, " "), true
	}
	return fmt.Sprint(v.Interface()), v.Kind() != reflect.Struct
}

func list(n int, at func(int) any) string {
	all := make([]any, n)
	for i := range all {
		all[i] = at(i)
	}
	return fmt.Sprint(all)
}

// snake gives "dst_as_path" for "DstASPath".
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
