package kafka

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/VictoriaMetrics/metrics"
	"github.com/pierrec/lz4/v4"
	"github.com/twmb/franz-go/pkg/kmsg"

	"spoor/publish"
)

// grab is a sink that keeps blocks.
type grab struct{ blocks []*publish.Block }

func (*grab) Name() string                   { return "grab" }
func (*grab) Partitions(publish.Topic) int32 { return 1 }
func (*grab) Start() error                   { return nil }
func (*grab) Close(context.Context) error    { return nil }
func (*grab) Metrics() *metrics.Set          { return nil }
func (g *grab) Put(b []*publish.Block)       { g.blocks = append(g.blocks, b...) }

// block gives one block of n flow records.
func block(n int) *publish.Block {
	g := &grab{}
	e := publish.New(publishConfig(), g).Encoder()
	for i := range n {
		e.Flow(sample(i), nil)
	}
	e.Close()
	return g.blocks[0]
}

// TestFrame reads the header of each codec's batch with franz-go, with and
// without a producer id.
func TestFrame(t *testing.T) {
	b := block(100)
	for codec := range len(codecs) {
		for _, id := range []producer{anonymous, {77, 3}} {
			var c compressor
			batch, _, err := frame(b, codec, &c, id, 1234, nil)
			if err != nil {
				t.Fatal(err)
			}
			var rb kmsg.RecordBatch
			if err := rb.ReadFrom(batch); err != nil {
				t.Fatal(err)
			}
			sequence := int32(1234)
			if id.id < 0 {
				sequence = -1
			}
			if int(rb.Attributes) != codec || rb.NumRecords != 100 || rb.LastOffsetDelta != 99 || rb.ProducerID != id.id ||
				rb.ProducerEpoch != id.epoch || rb.FirstSequence != sequence || rb.FirstTimestamp != b.FirstTime || rb.MaxTimestamp != b.MaxTime ||
				int(rb.Length) != len(batch)-12 {
				t.Errorf("codec %d: %+v", codec, rb)
			}
		}
	}
}

// TestFrameFlows: what lz4 makes of flow records, of which it is told the parts, is
// smaller than a third and comes back as it was.
func TestFrameFlows(t *testing.T) {
	b := block(700)
	if len(b.Sections()) != 700 {
		t.Fatalf("the parts of %d records are known", len(b.Sections()))
	}
	var c compressor
	batch, _, err := frame(b, codecLZ4, &c, anonymous, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	records, err := io.ReadAll(lz4.NewReader(bytes.NewReader(batch[publish.Headroom:])))
	if err != nil || !bytes.Equal(records, b.Payload()) {
		t.Errorf("of %d bytes %d come back: %v", len(b.Payload()), len(records), err)
	}
	if 3*len(batch) > len(records) {
		t.Errorf("%d bytes are %d", len(records), len(batch))
	}
}

func TestFrameAllocatesNothing(t *testing.T) {
	b := block(500)
	for _, codec := range []int{codecNone, codecLZ4, codecZstd} {
		var c compressor
		var out []byte
		run := func() {
			var err error
			if _, out, err = frame(b, codec, &c, producer{1, 1}, 0, out[:0]); err != nil {
				t.Fatal(err)
			}
		}
		run()
		if n := testing.AllocsPerRun(20, run); n > 2 { // the codec's own, for 500 records
			t.Errorf("codec %d: %v allocations", codec, n)
		}
	}
}

// BenchmarkFrame says what a batch of 1000 records costs by codec.
func BenchmarkFrame(b *testing.B) {
	for name, codec := range codecs {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			x := block(1000)
			var c compressor
			var out, batch []byte
			b.SetBytes(int64(len(x.Payload())))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if batch, out, err = frame(x, codec, &c, producer{1, 1}, 0, out[:0]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(batch))/float64(len(x.Bytes())), "ratio")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
		})
	}
}
