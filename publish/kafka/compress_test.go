package kafka

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy/xerial"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// TestCompressorRoundTrip reads back what each codec makes of little, much,
// nothing, and bytes that cannot be made smaller, behind what was there before.
func TestCompressorRoundTrip(t *testing.T) {
	readers := map[int]func(b []byte) ([]byte, error){
		codecNone: func(b []byte) ([]byte, error) { return b, nil },
		codecGzip: func(b []byte) ([]byte, error) {
			r, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				return nil, err
			}
			return io.ReadAll(r)
		},
		codecSnappy: xerial.Decode,
		codecLZ4:    func(b []byte) ([]byte, error) { return io.ReadAll(lz4.NewReader(bytes.NewReader(b))) },
		codecZstd: func(b []byte) ([]byte, error) {
			r, err := zstd.NewReader(nil)
			if err != nil {
				return nil, err
			}
			defer r.Close()
			return r.DecodeAll(b, nil)
		},
	}
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 600<<10)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	inputs := [][]byte{nil, {7}, []byte("flow flow flow flow flow"), bytes.Repeat([]byte("leaf1 swp51 "), 60_000), noise, noise[:lz4Block], noise[:lz4Block+1], noise[:13]}
	for codec, read := range readers {
		var c compressor
		var out []byte
		for i, in := range inputs {
			const before = "before"
			var err error
			if out, err = c.append(append(out[:0], before...), in, nil, codec); err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(out, []byte(before)) {
				t.Fatalf("codec %d: what was there before is %q", codec, out[:len(before)])
			}
			got, err := read(out[len(before):])
			if err != nil || !bytes.Equal(got, in) {
				t.Errorf("codec %d, input %d of %d bytes: %d bytes come back: %v", codec, i, len(in), len(got), err)
			}
		}
	}
}
