package decode_test

import (
	"testing"

	"spoor/decode"
	"spoor/flow"
)

// TestLargeSource: an ifIndex of more than 24 bits in the data source of a compact sample, all of
// it or cut, is known by the port that the sample names with it.
func TestLargeSource(t *testing.T) {
	const in, out = 0x1a000200, 0x1a001400 // Ethernet1/2 and 1/11 of a Nexus
	type source struct{ class, index uint32 }
	for name, tt := range map[string]struct {
		source, in, out uint32
		want            source
		direction       flow.Direction
	}{
		"input, class too":     {in, in, out, source{0, in}, flow.Ingress},
		"output, class too":    {out, in, out, source{0, out}, flow.Egress},
		"input, cut":           {in & 0xffffff, in, out, source{0, in}, flow.Ingress},
		"output, cut":          {out & 0xffffff, in, out, source{0, out}, flow.Egress},
		"output alone":         {out, 0, out, source{0, out}, flow.Egress},
		"output discarded":     {in, in, 0x40000102, source{0, in}, flow.Ingress},
		"another port":         {in + 0x200, in, out, source{0x1a, 0x400}, flow.DirectionUnknown},
		"another port, cut":    {0x400, in, out, source{0, 0x400}, flow.DirectionUnknown},
		"an entity":            {0x02000200, in, out, source{2, 0x200}, flow.DirectionUnknown},
		"none":                 {0, 0x1a000000, out, source{0, 0}, flow.DirectionUnknown},
		"the class of no port": {0x1b000200, in, out, source{0x1b, 0x200}, flow.DirectionUnknown},
		"small numbers":        {7, 7, 8, source{0, 7}, flow.Ingress},
		"the device itself":    {0xffffff, 0x3fffffff, out, source{0, 0xffffff}, flow.DirectionUnknown},
	} {
		p := newPair()
		p.check(t, dgram(1, rec(1, u(1, tt.source, 100, 100, 0, tt.in, tt.out, 1), raw4)))
		for _, s := range []flow.Sample{p.fromShort.samples[0], p.fromLong.samples[0]} {
			mended := tt.source != tt.want.class<<24|tt.want.index&0xffffff || tt.want.index > 0xffffff
			if got := (source{s.SourceClass, s.SourceIndex}); got != tt.want || s.Direction != tt.direction || (s.Quirks&flow.QuirkSource != 0) != mended {
				t.Errorf("%s: source %+v, %v, quirks %b", name, got, s.Direction, s.Quirks)
			}
		}
		if n := p.short.Stats().RepairedSources; (n == 1) != (tt.want.index > 0xffffff) {
			t.Errorf("%s: %d counted", name, n)
		}
	}
	expanded := dgram(1, rec(3, u(1, 0, in&0xffffff, 100, 100, 0, 0, in, 0, out, 1), raw4))
	if r, _, _ := decodeAll(expanded); r.samples[0].SourceIndex != in&0xffffff {
		t.Errorf("an expanded sample has room for all: %+v", r.samples[0])
	}
}

// TestLargeSourceOfCounters: counters are of the port that they name.
func TestLargeSourceOfCounters(t *testing.T) {
	const port = 0x1a000200
	record := rec(1, u(port, 6), zeros(80))
	for sent, want := range map[uint32]uint32{port: port, port & 0xffffff: port, 7: 7} {
		r, res, stats := decodeAll(dgram(1, rec(2, u(1, sent, 1), record)))
		if c := &r.counters[0]; res.Outcome != decode.OK || c.SourceClass != 0 || c.SourceIndex != want || c.IfIndex() != port ||
			(stats.RepairedSources == 1) != (want == port) {
			t.Errorf("%x became %d:%x of %x, %d counted", sent, c.SourceClass, c.SourceIndex, c.IfIndex(), stats.RepairedSources)
		}
	}
}
