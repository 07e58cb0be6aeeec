package kafka

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"spoor/publish"
)

// TestChecksum: a sum made of two is that of the whole, for any lengths.
func TestChecksum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 300_000)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	for range 300 {
		n := r.IntN(len(b) >> r.IntN(18))
		at := r.IntN(n + 1)
		first, second := crc32.Checksum(b[:at], castagnoli), crc32.Checksum(b[at:n], castagnoli)
		if got, want := combine(first, second, n-at), crc32.Checksum(b[:n], castagnoli); got != want {
			t.Fatalf("%d and %d bytes: %x, want %x", at, n-at, got, want)
		}
	}
}

// TestNoted: batches of noted blocks have the same checksum, and only what is
// sent as it is gets a note.
func TestNoted(t *testing.T) {
	for compression, want := range map[string]bool{"none": true, "lz4": false} {
		cfg := DefaultConfig()
		cfg.Brokers, cfg.Compression = []string{"127.0.0.1:1"}, compression
		s, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 1000} {
			b := block(n)
			s.Put([]*publish.Block{b})
			if got := b.Note != 0; got != (want && len(b.Payload()) >= noteBytes) {
				t.Errorf("%s, %d bytes: note %x", compression, len(b.Payload()), b.Note)
			}
			batch, _, err := frame(b, codecNone, nil, producer{77, 3}, 1234, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := checksum(batch, b.Note), checksum(batch, 0); got != want {
				t.Errorf("%s, %d records: %x, want %x", compression, n, got, want)
			}
		}
	}
}

func BenchmarkCombine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		combine(1, 2, 256<<10)
	}
}
