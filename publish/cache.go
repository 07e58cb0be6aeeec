package publish

import "spoor/flow"

// headCache keeps the encoded fields that all samples of a datagram share.
type headCache struct {
	agent        flow.Addr
	received     int64
	sequence     uint32
	samplingRate uint32
	subAgent     uint32
	fresh        []byte // what each datagram has anew
	encoded      []byte // the rest
}

// encode gives fields 4 and 110, and 1, 3, 10, 11 and 201, both borrowed until the next call.
func (c *headCache) encode(s *flow.Sample) (fresh, rest []byte) {
	other := c.sequence ^ s.DatagramSeq | c.samplingRate ^ s.SamplingRate | c.subAgent ^ s.SubAgent
	if c.received == s.Received && other == 0 && c.agent == s.Agent && c.encoded != nil {
		return c.fresh, c.encoded
	}
	c.agent, c.received, c.sequence, c.samplingRate, c.subAgent = s.Agent, s.Received, s.DatagramSeq, s.SamplingRate, s.SubAgent
	b := appendUint(c.fresh[:0], 4, uint64(s.DatagramSeq))
	c.fresh = padded(appendUint(b, 110, uint64(max(s.Received, 0))))
	b = appendUint(c.encoded[:0], 1, 1) // SFLOW_5
	b = appendUint(b, 3, uint64(s.SamplingRate))
	b = appendUint(b, 10, 1) // packets
	b = appendAddr(b, 11, &s.Agent)
	c.encoded = padded(appendUint(b, 201, uint64(s.SubAgent)))
	return c.fresh, c.encoded
}

// inputNames gives fields 220, 221 and 223, which are written once for the port
// and copied from then on: names cost more than the rest of a record.
func inputNames(n *flow.Names) []byte {
	if n == nil {
		return nil
	}
	if len(n.Encoded) == 0 {
		if n.Encoded == nil {
			n.Encoded = n.InRoom[:0]
		}
		b := appendString(n.Encoded, fieldSwitch, n.Switch)
		b = appendString(b, fieldInName, n.Port)
		n.Encoded = padded(appendString(b, fieldLink, n.Link))
	}
	return n.Encoded
}

// outputNames gives field 222 in the same way.
func outputNames(n *flow.Names) []byte {
	if n == nil {
		return nil
	}
	if len(n.EncodedOut) == 0 {
		if n.EncodedOut == nil {
			n.EncodedOut = n.OutRoom[:0]
		}
		n.EncodedOut = padded(appendString(n.EncodedOut, fieldOutName, n.Port))
	}
	return n.EncodedOut
}
