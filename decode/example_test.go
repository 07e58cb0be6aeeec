package decode_test

import (
	"fmt"

	"spoor/decode"
	"spoor/flow"
)

// printer is a sink that prints; it keeps nothing of what it is lent.
type printer struct{}

func (printer) Datagram(h *decode.Header) bool {
	fmt.Println("agent", h.Agent, "number", h.SequenceNumber)
	return true
}

func (printer) FlowSample(s *flow.Sample)       { fmt.Println("sample of", s.Packet.Key) }
func (printer) CountersSample(c *flow.Counters) { fmt.Println("counters of port", c.SourceIndex) }
func (printer) DiscardedPacket(x *flow.Discard) { fmt.Println("discarded packet of", x.Packet.Key) }

// One decoder walks datagram after datagram and lends what it finds to its sink.
func ExampleDecoder() {
	d := decode.New(printer{})
	payload := []byte{
		0, 0, 0, 5, // version
		0, 0, 0, 1, 10, 255, 0, 1, // agent
		0, 0, 0, 0, // sub-agent
		0, 0, 0, 7, // sequence number
		0, 0, 14, 16, // uptime, ms
		0, 0, 0, 2, // samples: one of an unknown format, and one whose length is a lie
		0, 0, 0, 99, 0, 0, 0, 4, 1, 2, 3, 4,
		0, 0, 0, 1, 0, 0, 255, 255,
	}
	r := d.Decode(payload)
	fmt.Println(r.Outcome, r.Reason)
	r = d.Decode(payload[:8])
	fmt.Println(r.Outcome, r.Reason)
	// Output:
	// agent 10.255.0.1 number 7
	// partial sample_overrun
	// rejected short
}
