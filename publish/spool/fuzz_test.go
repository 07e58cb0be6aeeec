package spool

import (
	"bytes"
	"testing"
)

// FuzzSegment reads anything as a segment: no panic, no memory beyond the
// bound, and what passes as whole can be read and written again.
func FuzzSegment(f *testing.F) {
	data := bytes.Clone(magic)
	for i := range 3 {
		// Short ones: the fuzzer spends all its time on making long ones smaller.
		data = appendRecord(data, &Batch{Topic: uint8(i), Partitions: 1, Records: 2, Payload: bytes.Repeat([]byte("ab"), 1+8*i)}, 5)
	}
	f.Add(data)
	f.Add(data[:len(data)-3])
	f.Fuzz(func(t *testing.T, data []byte) {
		g := segment{marks: map[int64]*Marks{}}
		g.scan(data)
		if g.size > int64(len(data)) {
			t.Fatalf("%d bytes of %d", g.size, len(data))
		}
		for at := int64(len(magic)); at < g.size; {
			h, n, err := readRecord(data[at:])
			if err != nil {
				t.Fatal(err)
			}
			body := data[at+headerSize : at+int64(n)]
			at += int64(n)
			if h.raw > 1<<20 {
				continue // the reader's bound is larger, the fuzzer's memory is not
			}
			h.Payload = make([]byte, h.raw)
			if h.unpack(h.Payload, body) != nil {
				continue
			}
			again, _, err := readRecord(appendRecord(nil, &h.Batch, h.written))
			if err != nil || again.Records != h.Records || again.raw != h.raw || again.written != h.written {
				t.Fatalf("%+v, %v; was %+v", again, err, h)
			}
		}
	})
}

// FuzzJournal reads anything as a journal.
func FuzzJournal(f *testing.F) {
	e := entry{attempted, 8, 5, 1, Stamp{1, 2, 3}}
	log := e.append(nil)
	e.state = finished
	f.Add(e.append(log))
	f.Fuzz(func(t *testing.T, data []byte) {
		marks, whole := readJournal(data)
		if whole > len(data) || len(marks)*entrySize > whole {
			t.Fatalf("%d marks in %d bytes of %d", len(marks), whole, len(data))
		}
		for _, m := range marks {
			if len(m.Parts) == 0 || m.Partitions < 1 {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// BenchmarkAppend writes blocks of a usual size.
func BenchmarkAppend(b *testing.B) {
	s, err := Open(Config{Dir: b.TempDir(), MaxBytes: 256 << 20, Sync: 1 << 60})
	if err != nil {
		b.Fatal(err)
	}
	x := batch(1)
	x.Payload = bytes.Repeat(x.Payload, 64<<10/len(x.Payload)+1)
	b.SetBytes(int64(len(x.Payload)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Append(&x); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
