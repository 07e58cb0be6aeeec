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
	discards []flow.Discard
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

func (r *recorder) DiscardedPacket(x *flow.Discard) {
	k := *x
	k.Function, k.TrapGroup, k.Trap = bytes.Clone(x.Function), bytes.Clone(x.TrapGroup), bytes.Clone(x.Trap)
	k.LinuxReason, k.ACL.Name = bytes.Clone(x.LinuxReason), bytes.Clone(x.ACL.Name)
	r.discards = append(r.discards, k)
}

// counter is a sink that only counts.
type counter struct {
	flow, counters int
	discards       int
	bytes          uint64
}

func (c *counter) Datagram(*decode.Header) bool { return true }

func (c *counter) FlowSample(s *flow.Sample) {
	c.flow++
	c.bytes += uint64(s.FrameLength)
}

func (c *counter) CountersSample(*flow.Counters) { c.counters++ }

func (c *counter) DiscardedPacket(*flow.Discard) { c.discards++ }

// decodeAll decodes one datagram with a decoder of its own.
func decodeAll(payload []byte) (*recorder, decode.Result, *decode.Stats) {
	r := &recorder{}
	d := decode.New(r)
	res := d.Decode(payload)
	return r, res, d.Stats()
}
