package publish

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestPartition compares with franz-go's copy of Java's partitioner.
func TestPartition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	java := kgo.StickyKeyPartitioner(nil).ForTopic("t")
	for n := range 300 {
		key := make([]byte, 1+n%40)
		for i := range key {
			key[i] = byte(r.Uint32())
		}
		parts := 1 + r.IntN(100)
		if got, want := place(murmur2(key), int32(parts)), java.Partition(&kgo.Record{Key: key}, parts); int(got) != want {
			t.Fatalf("key %x among %d: %d, Java: %d", key, parts, got, want)
		}
	}
}

// TestRecords reads a block's records back with ours and with franz-go's reader.
func TestRecords(t *testing.T) {
	p := New(testConfig(), &heldSink{})
	l := p.lanes[0]
	b := l.pool.get(0)
	type rec struct {
		time       int64
		key, value []byte
	}
	list := []rec{
		{1000, []byte("a"), []byte("one")}, {900, nil, []byte{}}, {5_000_000, []byte{}, nil}, {1000, bytes.Repeat([]byte("k"), 300), bytes.Repeat([]byte("v"), 5000)},
	}
	hs := appendHeaders(nil, "x", "1", "y", "")
	for _, x := range list {
		l.pool.reserve(b, recordSize(x.key, x.value, hs))
		b.add(x.time, x.key, x.value, hs)
	}
	if b.FirstTime != 1000 || b.MaxTime != 5_000_000 || b.Records != int32(len(list)) {
		t.Errorf("times %d %d, %d records", b.FirstTime, b.MaxTime, b.Records)
	}
	i, rest := 0, b.Payload()
	for r := range b.All() {
		got := rec{r.Time, r.Key, r.Value}
		if d := cmp.Diff(list[i], got, cmp.AllowUnexported(rec{})); d != "" {
			t.Errorf("record %d: %s", i, d)
		}
		if d := cmp.Diff([]Header{{"x", []byte("1")}, {"y", []byte{}}}, r.Headers()); d != "" {
			t.Errorf("headers of %d: %s", i, d)
		}
		var theirs kmsg.Record
		size := len(rest)
		if _, after, err := readRecord(rest, 0); err == nil {
			size -= len(after)
		}
		if err := theirs.ReadFrom(rest[:size]); err != nil {
			t.Fatalf("record %d: %v", i, err)
		}
		if int(theirs.OffsetDelta) != i || theirs.TimestampDelta64 != got.time-1000 || !bytes.Equal(theirs.Key, got.key) || !bytes.Equal(theirs.Value, got.value) {
			t.Errorf("record %d: franz-go reads %+v", i, theirs)
		}
		rest = rest[size:]
		i++
	}
	if i != len(list) || len(rest) != 0 {
		t.Errorf("%d records, %d bytes left", i, len(rest))
	}
}

func FuzzReadRecord(f *testing.F) {
	f.Add([]byte{12, 0, 0, 0, 1, 1, 0}, int64(0))
	f.Fuzz(func(t *testing.T, p []byte, base int64) {
		r, rest, err := readRecord(p, base)
		if err != nil {
			return
		}
		if len(r.Key)+len(r.Value)+len(r.headers)+len(rest) > len(p) {
			t.Errorf("more than was there: %+v", r)
		}
	})
}

func TestRepartition(t *testing.T) {
	sink := &heldSink{partitions: map[Topic]int32{Paths: 64}}
	p := New(testConfig(), sink)
	l := p.lanes[0]
	b := l.pool.get(0)
	b.Topic, b.Partition, b.Partitions = Paths, 9, 64
	told := 0
	const n = 500
	for i := range n {
		key := []byte(fmt.Sprint(i % 50))
		if i%10 == 0 {
			key = nil
		}
		if i%100 == 3 {
			b.acks = append(b.acks, ack{b.Records, func(Outcome) { told++ }})
		}
		l.pool.reserve(b, 64)
		b.add(int64(i), key, []byte(fmt.Sprint(i)), []byte{0})
	}
	l.seal([]*Block{b})
	blocks := sink.take()[0].Repartition(4)
	if s := p.Stats()[Paths]; s.Records != n || s.Queued != n {
		t.Errorf("%+v", s)
	}
	last := map[int32]int64{}
	total := 0
	for _, b := range blocks {
		for r := range b.All() {
			want := int32(9 % 4)
			if r.Key != nil {
				want = place(murmur2(r.Key), 4)
			}
			if b.Partition != want || b.Partitions != 4 || r.Time < last[b.Partition] {
				t.Fatalf("key %q at %d in partition %d of %d, want %d", r.Key, r.Time, b.Partition, b.Partitions, want)
			}
			last[b.Partition] = r.Time
			total++
		}
		b.Done(Acknowledged)
	}
	if s := p.Stats()[Paths]; total != n || told != 5 || s.Acknowledged != n || s.QueuedBytes != 0 {
		t.Errorf("%d records, %d acknowledgements, %+v", total, told, s)
	}
}

func TestDoneTwice(t *testing.T) {
	sink := &heldSink{}
	p := New(testConfig(), sink)
	b := p.pool.get(0)
	b.add(1, nil, []byte("x"), []byte{0})
	p.lanes[0].seal([]*Block{b})
	sink.finish(Acknowledged)
	defer func() {
		if recover() == nil {
			t.Error("the second Done passed")
		}
	}()
	b.Done(Acknowledged)
}

// TestPool checks that buffers come back, within the bound, and that an
// abandoned one does not.
func TestPool(t *testing.T) {
	p := &pool{limit: 2 * minBlock}
	a, b := p.get(0), p.get(0)
	p.reserve(a, minBlock) // outgrows its buffer, which is kept
	if cap(a.buf) != 2*minBlock || p.bytes != minBlock {
		t.Errorf("capacity %d, kept %d", cap(a.buf), p.bytes)
	}
	b.Abandon()
	p.put(b)
	p.put(a) // too large for the bound
	if p.bytes != minBlock {
		t.Errorf("kept %d", p.bytes)
	}
	if c := p.get(0); len(c.buf) != Headroom || p.bytes != 0 {
		t.Errorf("length %d, kept %d", len(c.buf), p.bytes)
	}
	for range 4 {
		p.put(&Block{buf: make([]byte, 0, minBlock)})
	}
	p.trim()
	p.trim()
	if p.bytes != 0 {
		t.Errorf("kept %d after trimming", p.bytes)
	}
}

func TestHex(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		id := r.Uint64() >> r.IntN(64)
		var b [16]byte
		putHex(&b, id)
		if want := fmt.Sprintf("%016x", id); string(b[:]) != want {
			t.Fatalf("%s, want %s", b, want)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	block := &Block{buf: make([]byte, Headroom, maxBlock)}
	key, value := make([]byte, 8), make([]byte, 180)
	b.SetBytes(int64(len(key) + len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if len(block.buf)+recordSize(key, value, noHeaders) > maxBlock {
			block.buf, block.Records = block.buf[:Headroom], 0
		}
		block.add(1, key, value, noHeaders)
	}
}
