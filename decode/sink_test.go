package decode_test

import (
	"bytes"
	"slices"

	"spoor/decode"
	"spoor/flow"
)

// recorder keeps copies of all that a decoder hands over.
type recorder struct {
	headers  []decode.Header
	samples  []flow.Sample
	counters []flow.Counters
	refuse   bool
	agent    flow.Addr // replaces the agent's address unless zero
}

func (r *recorder) Datagram(h *decode.Header) bool {
	r.headers = append(r.headers, *h)
	if !r.agent.IsZero() {
		h.Agent = r.agent
	}
	return !r.refuse
}

func (r *recorder) FlowSample(s *flow.Sample) { r.samples = append(r.samples, *s) }

func (r *recorder) CountersSample(c *flow.Counters) {
	k := *c
	k.PortName, k.Adapters = bytes.Clone(c.PortName), slices.Clone(c.Adapters)
	k.Host.Hostname, k.Host.OSRelease = bytes.Clone(c.Host.Hostname), bytes.Clone(c.Host.OSRelease)
	r.counters = append(r.counters, k)
}

// counter is a sink that only counts.
type counter struct {
	flow, counters int
	bytes          uint64
}

func (c *counter) Datagram(*decode.Header) bool { return true }

func (c *counter) FlowSample(s *flow.Sample) {
	c.flow++
	c.bytes += uint64(s.FrameLength)
}

func (c *counter) CountersSample(*flow.Counters) { c.counters++ }

// decodeAll decodes one datagram with a decoder of its own.
func decodeAll(payload []byte) (*recorder, decode.Result, *decode.Stats) {
	r := &recorder{}
	d := decode.New(r)
	res := d.Decode(payload)
	return r, res, d.Stats()
}
