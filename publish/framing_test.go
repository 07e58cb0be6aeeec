package publish

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
)

// blocksOf gives sealed blocks with records of all topics, odd ones among them.
func blocksOf(t *testing.T) map[Topic]*Block {
	t.Helper()
	sink := &heldSink{}
	p := New(testConfig(), sink)
	e, r := p.Encoder(), rand.New(rand.NewPCG(1, 2))
	for i := range 50 {
		s, l := randomSample(r), randomLabels(r)
		if i%2 == 0 {
			s, l = everydaySample(r), nil
		}
		e.Flow(s, l)
		e.Counters(&flow.Counters{Agent: v4(1, 2, 3, byte(i)), SourceIndex: 9, Received: t0}, nil)
		e.Drop(&flow.Discard{Agent: v4(1, 2, 3, byte(i)), Received: t0, Function: []byte("f")}, nil)
	}
	e.Close()
	for i := range 3 {
		p.Path(&flow.Path{Key: tcp, ID: tcp.ID(), Time: t0, Revision: uint32(i), Cause: flow.PathExpired})
	}
	p.events.close()
	blocks := make(map[Topic]*Block)
	for _, b := range sink.take() {
		blocks[b.Topic] = b
	}
	if len(blocks) != 4 {
		t.Fatalf("%d topics", len(blocks))
	}
	return blocks
}

// framed gives the records of a block after framing, read back as any block's.
func framed(t *testing.T, f *Framer, b *Block, how Framing, id uint32) []Record {
	t.Helper()
	out, err := f.Append(make([]byte, Headroom), b, how, id)
	if err != nil {
		t.Fatal(err)
	}
	c := Block{Topic: b.Topic, Records: b.Records, FirstTime: b.FirstTime, buf: out}
	if !c.sound() {
		t.Fatal("these are no records")
	}
	var list []Record
	for r := range c.All() {
		list = append(list, r)
	}
	return list
}

// TestFraming: independent readers find the plain message in each framing; key,
// time and the other headers stay.
func TestFraming(t *testing.T) {
	var f Framer
	for topic, b := range blocksOf(t) {
		for _, how := range []Framing{FramingPlain, FramingDelimited, FramingConfluent, FramingJSON} {
			if !topic.Allows(how) {
				continue
			}
			i, list := 0, framed(t, &f, b, how, 0x01020304)
			for plain := range b.All() {
				got := list[i]
				i++
				if got.Time != plain.Time || !bytes.Equal(got.Key, plain.Key) || (got.Value == nil) != (plain.Value == nil) {
					t.Fatalf("%s %s: %+v, was %+v", topic, how, got, plain)
				}
				checkHeaders(t, topic, how, got.Headers(), plain.Headers())
				if plain.Value != nil {
					checkFramed(t, topic, how, got.Value, plain.Value)
				}
			}
		}
	}
}

// checkHeaders wants the same headers but for the content type.
func checkHeaders(t *testing.T, topic Topic, how Framing, got, plain []Header) {
	t.Helper()
	if len(plain) > 0 {
		plain[0].Value = []byte(contentType(topic, how))
	}
	if d := cmp.Diff(plain, got); d != "" {
		t.Fatalf("%s %s: -want +got:\n%s", topic, how, d)
	}
}

func checkFramed(t *testing.T, topic Topic, how Framing, got, plain []byte) {
	t.Helper()
	message, asJSON, err := Unframe(got, contentType(topic, how))
	if err != nil || asJSON != (!topic.Policy().Protobuf || how == FramingJSON) || how != FramingJSON && !bytes.Equal(message, plain) {
		t.Fatalf("%s %s: %x, %v", topic, how, message, err)
	}
	if !topic.Policy().Protobuf {
		if how == FramingConfluent && (got[0] != 0 || binary.BigEndian.Uint32(got[1:]) != 0x01020304) {
			t.Fatalf("%x", got)
		}
		return
	}
	want, m := descriptorMessage(topic), descriptorMessage(topic)
	if err := proto.Unmarshal(plain, want); err != nil {
		t.Fatal(err)
	}
	switch how {
	case FramingDelimited:
		err = protodelim.UnmarshalFrom(bytes.NewReader(got), m)
	case FramingConfluent:
		if !bytes.HasPrefix(got, []byte{0, 1, 2, 3, 4, 0}) {
			t.Fatalf("%x", got)
		}
		err = proto.Unmarshal(got[6:], m)
	case FramingJSON:
		err = protojson.Unmarshal(got, m)
		if topic == Flows && !bytes.Contains(got, []byte(`"time_received_ns":"`)) {
			t.Fatalf("names are not those of the schema: %s", got)
		}
	default:
		err = proto.Unmarshal(got, m)
	}
	if err != nil || !proto.Equal(m, want) {
		t.Fatalf("%s %s: %v\n%v, want\n%v", topic, how, err, m, want)
	}
}

func descriptorMessage(t Topic) proto.Message {
	return map[Topic]proto.Message{Flows: &flowpb.FlowMessage{}, Counters: &flowpb.CountersMessage{}, Drops: &flowpb.DropMessage{}}[t]
}

// TestMessageIndex: confluent's index 0 is the first message of its file.
func TestMessageIndex(t *testing.T) {
	for _, x := range []Topic{Flows, Counters, Drops} {
		if d := descriptor(x); d.Index() != 0 || string(d.FullName()) != x.Policy().Schema {
			t.Errorf("%s is message %d", d.FullName(), d.Index())
		}
	}
}

func TestUnframe_Failure(t *testing.T) {
	for _, c := range []struct {
		content string
		value   []byte
	}{
		{contentDelimited, nil},
		{contentDelimited, []byte{2, 1}},
		{contentDelimited, bytes.Repeat([]byte{0xff}, 11)},
		{contentConfluent, []byte{0, 1, 2, 3, 4}},
		{contentConfluent, []byte{1, 1, 2, 3, 4, 0}},
		{contentConfluent, []byte{0, 1, 2, 3, 4, 2}},
		{contentJSONID, []byte("{}")},
	} {
		if _, _, err := Unframe(c.value, c.content); err == nil {
			t.Errorf("%s %x was taken", c.content, c.value)
		}
	}
	if v, asJSON, err := Unframe([]byte{1}, "something else"); len(v) != 1 || asJSON || err != nil {
		t.Error("what is not framed is not left alone")
	}
}

func TestFramingAllocatesNothing(t *testing.T) {
	b := blocksOf(t)[Flows]
	for _, how := range []Framing{FramingDelimited, FramingConfluent, FramingJSON} {
		var f Framer
		out, _ := f.Append(nil, b, how, 1)
		if n := testing.AllocsPerRun(100, func() { out, _ = f.Append(out[:0], b, how, 1) }); n > 0 {
			t.Errorf("%s: %v allocations for %d records", how, n, b.Records)
		}
	}
}

func BenchmarkFraming(b *testing.B) {
	sink := &heldSink{}
	p := New(testConfig(), sink)
	e, r := p.Encoder(), rand.New(rand.NewPCG(1, 2))
	for range 500 {
		e.Flow(everydaySample(r), nil)
	}
	e.Close()
	block := sink.take()[0]
	for _, how := range []Framing{FramingDelimited, FramingConfluent, FramingJSON} {
		b.Run(string(how), func(b *testing.B) {
			var f Framer
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out, _ = f.Append(out[:0], block, how, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(block.Records), "ns/record")
		})
	}
}
