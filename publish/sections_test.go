package publish

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestSections finds each record's parts where they are said to be.
func TestSections(t *testing.T) {
	sink := &heldSink{partitions: map[Topic]int32{Flows: 3}}
	e := New(testConfig(), sink).Encoder()
	samples, labels := everydaySamples()
	for i, s := range samples {
		if i%50 == 0 {
			s.FlowID = 0 // without a key
		}
		e.Flow(s, labels)
	}
	e.Close()
	records := 0
	for _, b := range sink.take() {
		p := b.Payload()
		for _, s := range b.Sections() {
			size, n := binary.Uvarint(p)
			record := p[:n+int(unzigzag(size))]
			r, rest, err := readRecord(p, b.FirstTime)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for k := range NumSections {
				part := record[sum : sum+s.Bytes(k)]
				sum += s.Bytes(k)
				for _, want := range [...]struct {
					k          int
					head, tail []byte
				}{
					{SectionKey, nil, r.Key}, {SectionNames, labels.In.Encoded, nil}, {SectionOutput, nil, labels.Out.EncodedOut}, {SectionEnd, e.end[:5], e.end[len(e.end)-5:]},
				} {
					if want.k == k && (!bytes.HasPrefix(part, want.head) || !bytes.HasSuffix(part, want.tail)) {
						t.Fatalf("part %d is %q: want %q to %q", k, part, want.head, want.tail)
					}
				}
			}
			if sum != len(record) {
				t.Fatalf("the parts have %d bytes of a record's %d", sum, len(record))
			}
			p = rest
			records++
		}
	}
	if records != len(samples) {
		t.Errorf("the parts of %d records are known, of %d", records, len(samples))
	}
}

// TestSectionsUnknown: a part may be longer than can be told; a block that was made of
// another one's records, or with other ones, tells nothing.
func TestSectionsUnknown(t *testing.T) {
	var pen sectionPen
	pen.end(1000)
	pen.end(1002)
	if s := pen.noted; s.Bytes(0) != 255 || s.Bytes(1) != 2 || s.Bytes(2) != 0 {
		t.Errorf("1000, 2 and 0 bytes are noted as %d, %d and %d", s.Bytes(0), s.Bytes(1), s.Bytes(2))
	}
	sink := &heldSink{partitions: map[Topic]int32{Flows: 1}}
	e := New(testConfig(), sink).Encoder()
	r := rand.New(rand.NewPCG(1, 2))
	fill := func() *Block {
		for range 10 {
			e.Flow(randomSample(r), nil)
		}
		e.Close()
		return sink.take()[0]
	}
	for _, b := range fill().Halve() {
		if b.Sections() != nil {
			t.Error("half a block tells of parts")
		}
	}
	for _, b := range fill().Repartition(2) {
		if b.Sections() != nil {
			t.Error("a block for other partitions tells of parts")
		}
	}
	e.Put([]byte("key"), []byte("value"), 1e9)
	if fill().Sections() != nil {
		t.Error("a block with a record of another kind tells of parts")
	}
}
