package jsonmap

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"spoor/proto/flowpb"
)

// types are all messages that we publish.
func types() []proto.Message {
	return []proto.Message{new(flowpb.FlowMessage), new(flowpb.CountersMessage), new(flowpb.DropMessage)}
}

// official gives what protojson makes, without its white space.
func official(t *testing.T, m proto.Message, names Names) string {
	t.Helper()
	loose, err := protojson.MarshalOptions{UseProtoNames: names == Proto}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, loose); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// agree wants what protojson makes of the same bytes.
func agree(t *testing.T, m proto.Message, encoded []byte) {
	t.Helper()
	proto.Reset(m)
	refused := proto.Unmarshal(encoded, m)
	for _, names := range []Names{Camel, Proto} {
		got, err := New(m.ProtoReflect().Descriptor(), names).Append([]byte("x"), encoded)
		if (err != nil) != (refused != nil) {
			t.Fatalf("%x: %v, protobuf says %v", encoded, err, refused)
		}
		if err != nil {
			if string(got) != "x" {
				t.Errorf("%q after an error", got)
			}
			continue
		}
		if want := "x" + official(t, m, names); string(got) != want {
			t.Fatalf("%x:\n%s, want\n%s", encoded, got, want)
		}
	}
}

// random gives a value of a field's kind, odd ones often.
func random(r *rand.Rand, fd protoreflect.FieldDescriptor) protoreflect.Value {
	n := []uint64{0, 1, uint64(r.Uint32()), r.Uint64(), math.MaxUint64, uint64(r.IntN(300))}[r.IntN(6)]
	texts := []string{"", "swp1", "a\"\\\b\f\n\r\t\x00\x1f\x7f<>&é\u2028\U0001f418"}
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n&1 == 1)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(int32(n)))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(n)
	case protoreflect.DoubleKind:
		odd := []float64{0, math.Copysign(0, -1), 1e-7, 1e21, 1.5e-9, 1e-10, 123456.789, math.NaN(), math.Inf(1), math.Inf(-1), r.NormFloat64()}
		return protoreflect.ValueOfFloat64(odd[r.IntN(len(odd))])
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(texts[r.IntN(len(texts))])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(texts[r.IntN(len(texts))]))
	default:
		panic("no message")
	}
}

// fill sets about half of the fields.
func fill(r *rand.Rand, m protoreflect.Message) {
	list := m.Descriptor().Fields()
	for i := range list.Len() {
		fd := list.Get(i)
		if r.IntN(2) == 0 {
			continue
		}
		switch {
		case fd.IsList():
			l := m.Mutable(fd).List()
			for range r.IntN(4) {
				if fd.Kind() == protoreflect.MessageKind {
					fill(r, l.AppendMutable().Message())
				} else {
					l.Append(random(r, fd))
				}
			}
		case fd.Kind() == protoreflect.MessageKind:
			fill(r, m.Mutable(fd).Message())
		default:
			m.Set(fd, random(r, fd))
		}
	}
}

func TestAgreesWithProtojson(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, m := range types() {
		agree(t, m, nil)
		for range 300 {
			proto.Reset(m)
			fill(r, m.ProtoReflect())
			encoded, err := proto.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, m, encoded)
		}
	}
}

// TestOddEncodings: what our own encoder never writes and others may.
func TestOddEncodings(t *testing.T) {
	tag := func(n protowire.Number, w protowire.Type) []byte { return protowire.AppendTag(nil, n, w) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, b := range map[string][]byte{
		"the last one counts":        join(tag(20, 0), []byte{6}, tag(20, 0), []byte{17}),
		"a zero takes it back":       join(tag(20, 0), []byte{6}, tag(20, 0), []byte{0}),
		"32 bits of 64":              join(tag(20, 0), protowire.AppendVarint(nil, 1<<32)),
		"unknown fields":             join(tag(5000, 0), []byte{1}, tag(5001, 2), []byte{1, 1}, tag(5002, 5), make([]byte, 4), tag(5003, 1), make([]byte, 8)),
		"another wire type":          join(tag(20, 2), []byte{1, 6}),
		"list, packed and not":       join(tag(101, 2), []byte{2, 1, 2}, tag(101, 0), []byte{3}, tag(101, 2), []byte{0}),
		"list, packed, nothing":      join(tag(101, 2), []byte{0}),
		"field 0":                    {0, 1},
		"cut in a varint":            append(tag(20, 0), 0x80),
		"cut in a list":              join(tag(101, 2), []byte{1, 0x80}),
		"length beyond the end":      join(tag(6, 2), []byte{200}),
		"cut in 64 bits":             join(tag(200, 1), []byte{1}),
		"text that is not UTF-8":     join(tag(220, 2), []byte{1, 0xff}),
		"varint of more than 64 bit": join(tag(20, 0), bytes.Repeat([]byte{0xff}, 10)),
	} {
		t.Run(name, func(t *testing.T) { agree(t, new(flowpb.FlowMessage), b) })
	}
	for name, b := range map[string][]byte{
		"a message in two parts": join(tag(30, 2), []byte{2, 8, 1}, tag(30, 2), []byte{2, 16, 2}),
		"cut in a message":       join(tag(30, 2), []byte{1, 8}),
	} {
		t.Run(name, func(t *testing.T) { agree(t, new(flowpb.CountersMessage), b) })
	}
}

func FuzzAppend(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for i, m := range types() {
		for range 3 {
			fill(r, m.ProtoReflect())
			b, _ := proto.Marshal(m)
			f.Add(uint8(i), b)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		m := types()[int(which)%3]
		if proto.Unmarshal(b, m) != nil {
			return // groups, for one, are read by protobuf alone
		}
		if got, err := New(m.ProtoReflect().Descriptor(), Camel).Append(nil, b); err == nil {
			if want := official(t, m, Camel); string(got) != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	})
}

// everyday is a flow message as there are many.
func everyday(tb testing.TB) []byte {
	tb.Helper()
	b, err := proto.Marshal(&flowpb.FlowMessage{
		Type: flowpb.FlowMessage_SFLOW_5, TimeReceivedNs: 1e18, TimeFlowStartNs: 1e18, TimeFlowEndNs: 1e18, SequenceNum: 1, SamplingRate: 100,
		SamplerAddress: []byte{10, 255, 0, 1}, Bytes: 1500, Packets: 1, SrcAddr: []byte{10, 1, 1, 1}, DstAddr: []byte{10, 2, 1, 1}, Etype: 0x800,
		Proto: 6, SrcPort: 40112, DstPort: 5201, InIf: 101, OutIf: 150, SrcMac: 1 << 40, DstMac: 1 << 41, IpTtl: 64, FlowId: 1 << 60,
		Switch: "leaf1", InIfName: "swp1", OutIfName: "swp5", Collector: "dc1", Schema: 1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestAllocatesNothing(t *testing.T) {
	b, m := everyday(t), New((&flowpb.FlowMessage{}).ProtoReflect().Descriptor(), Camel)
	dst, _ := m.Append(nil, b)
	if n := testing.AllocsPerRun(100, func() { dst, _ = m.Append(dst[:0], b) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	encoded := everyday(b)
	b.Run("jsonmap", func(b *testing.B) {
		m := New((&flowpb.FlowMessage{}).ProtoReflect().Descriptor(), Camel)
		var dst []byte
		b.ReportAllocs()
		for b.Loop() {
			dst, _ = m.Append(dst[:0], encoded)
		}
	})
	b.Run("protojson", func(b *testing.B) {
		m := new(flowpb.FlowMessage)
		b.ReportAllocs()
		for b.Loop() {
			proto.Reset(m)
			if err := proto.Unmarshal(encoded, m); err != nil {
				b.Fatal(err)
			}
			loose, err := protojson.Marshal(m)
			if err != nil {
				b.Fatal(err)
			}
			var out bytes.Buffer
			if err := json.Compact(&out, loose); err != nil {
				b.Fatal(err)
			}
		}
	})
}
