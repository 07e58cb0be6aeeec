package decode_test

import (
	"slices"
	"testing"

	"spoor/decode"
	"spoor/flow"
)

// TestQuirks: what is repaired, bounded or not to be scaled is marked in the sample.
func TestQuirks(t *testing.T) {
	data := hostileData(t)
	expanded := func(input, output uint32) []byte {
		return dgram(1, rec(3, u(1, 0, 7, 100, 100, 0, 0, input, 0, output, 1), raw4))
	}
	bridge := dgram(1, rec(1, u(1, 2<<24|1005, 100, 100, 0, 3, 0x40000100, 1), raw4)) // Open vSwitch: discarded, reason unknown
	stated := func(agent uint32) []byte { return join(u(5, 1, agent, 0, 1, 1000, 1), good) }
	longWay := join(u(5, 1, 0x7f000001, 0, 1, 1000, 1), rec(1, u(1, 7, 0, 100, 0, 7, 8, 1), raw4))
	for name, tt := range map[string]struct {
		data []byte
		want flow.Quirks
	}{
		"none":                        {data["samples-fewer"], 0},
		"rate 0":                      {data["rate-0"], flow.QuirkNoRate},
		"frame of 4 GiB":              {data["raw-frame-2e32"], flow.QuirkFrame},
		"header cut":                  {data["tcp-cut"], flow.QuirkTruncated},
		"the device, compact's way":   {expanded(7, 0x3fffffff), flow.QuirkInternal},
		"input, compact's way":        {expanded(0x3fffffff, 7), flow.QuirkInternal},
		"the device, by the errata":   {expanded(7, 1<<32-1), 0},
		"Open vSwitch says discarded": {bridge, flow.QuirkOutput},
		"agent of type 0":             {data["addr-type-0"], flow.QuirkAgent},
		"agent 0.0.0.0":               {stated(0), flow.QuirkAgent},
		"agent 127.0.0.1":             {stated(0x7f000001), flow.QuirkAgent},
		"agent 127.0.0.1, long way":   {longWay, flow.QuirkAgent | flow.QuirkNoRate},
	} {
		r, res, stats := decodeAll(tt.data)
		if nameless := tt.want&flow.QuirkAgent != 0; nameless != (stats.NamelessAgents == 1) {
			t.Errorf("%s: %d agents without a name", name, stats.NamelessAgents)
		}
		if res.Outcome != decode.OK || r.samples[0].Quirks != tt.want {
			t.Errorf("%s: %v, quirks %b, want %b", name, res.Outcome, r.samples[0].Quirks, tt.want)
		}
	}
}

// gateways is a sink that asks for what BGP told.
type gateways struct {
	counter
	d *decode.Decoder
	g flow.Gateway
}

func (s *gateways) FlowSample(x *flow.Sample) {
	if x.HasGateway {
		s.d.AppendGateway(&s.g, 5)
	}
}

// TestAppendGateway: all segments of the path follow each other, up to the bound.
func TestAppendGateway(t *testing.T) {
	s := &gateways{}
	s.d = decode.New(s)
	record := rec(1003, u(1, 0x0a000002, 65000, 1, 2, 2, 2, 3, 65001, 65002, 65003, 1, 3, 65004, 65005, 65006, 2, 650010001, 650010002, 100))
	if r := s.d.Decode(dgram(2, hostileFlow(usual, raw4), hostileFlow(usual, record, raw4))); r.Outcome != decode.OK {
		t.Fatalf("%+v", r)
	}
	if !slices.Equal(s.g.ASPath, []uint32{65001, 65002, 65003, 65004, 65005}) || !slices.Equal(s.g.Communities, []uint32{650010001, 650010002}) {
		t.Errorf("%+v", s.g)
	}
}
