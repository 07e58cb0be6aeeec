package decode_test

import (
	"bytes"
	"testing"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"spoor/decode"
)

// BenchmarkDecode decodes whole recordings; ns/sample is what the budget speaks of.
func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"ovs-l3-elephants", "hsflowd-elephants", "ovs-l3-vxlan"} {
		b.Run(name, func(b *testing.B) {
			datagrams := capture(b, name)
			sink := &counter{}
			d := decode.New(sink)
			size := 0
			for _, p := range datagrams {
				size += len(p)
				d.Decode(p)
			}
			samples := sink.flow + sink.counters
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range datagrams {
					d.Decode(p)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(samples), "ns/sample")
		})
	}
}

// BenchmarkGoflow2 is the same work, without the dissection of headers, by goflow2.
func BenchmarkGoflow2(b *testing.B) {
	datagrams := capture(b, "ovs-l3-elephants")
	size, samples := 0, 0
	for _, p := range datagrams {
		size += len(p)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		samples = 0
		for _, p := range datagrams {
			var m sflow.Packet
			if err := sflow.DecodeMessageVersion(bytes.NewBuffer(p), &m); err != nil {
				b.Fatal(err)
			}
			samples += len(m.Samples)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(samples), "ns/sample")
}

// TestDecodeDoesNotAllocate decodes recordings of every kind of agent, and the hostile datagrams.
func TestDecodeDoesNotAllocate(t *testing.T) {
	var datagrams [][]byte
	for _, name := range captures(t) {
		c := capture(t, name)
		datagrams = append(datagrams, c[:min(len(c), 200)]...)
	}
	for _, c := range hostileCases(t) {
		datagrams = append(datagrams, c.data)
	}
	d := decode.New(&counter{})
	n := testing.AllocsPerRun(5, func() {
		for _, p := range datagrams {
			d.Decode(p)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for %d datagrams", n, len(datagrams))
	}
}
