package pipeline

import (
	"encoding/hex"
	"log/slog"
	"net/netip"

	"spoor/collector"
	"spoor/decode"
)

// complainEvery is how often a matter is told, in ns on the clock of the datagrams.
const complainEvery = int64(10e9)

// rejections tell in the log what a rejected datagram looks like, and what to do.
var rejections = [decode.NumReasons]string{
	decode.ReasonShort:        "no sFlow: the datagram ends inside its head",
	decode.ReasonVersion2:     "sFlow version 2 is not read: set the agent to version 5",
	decode.ReasonVersion4:     "sFlow version 4 is not read: set the agent to version 5",
	decode.ReasonVersionOther: "neither sFlow version 5 nor a protocol we know: does something else send to this port?",
	decode.ReasonNetFlow5:     "this looks like NetFlow version 5: the exporter must send to a NetFlow collector, or send sFlow",
	decode.ReasonNetFlow9:     "this looks like NetFlow version 9: the exporter must send to a NetFlow collector, or send sFlow",
	decode.ReasonIPFIX:        "this looks like IPFIX: the exporter must send to an IPFIX collector, or send sFlow",
	decode.ReasonAgentType:    "the agent's address is of an undefined type: is this sFlow version 5?",
}

// complaints tell in the log what is wrong with what a worker receives, each
// matter now and then and with the number of its datagrams since the last time.
type complaints struct {
	log  *slog.Logger
	told [decode.NumReasons]int64
	held [decode.NumReasons]uint64
}

// rejected takes a datagram that could not be read.
func (c *complaints) rejected(reason decode.Reason, d *collector.Datagram) {
	c.held[reason]++
	last := c.told[reason]
	if age := d.Received - last; last != 0 && age >= 0 && age < complainEvery {
		return
	}
	// One of a closed list of messages, each of which is throttled by itself.
	c.log.Warn("datagrams are rejected: "+rejections[reason], "source", d.From, "reason", reason.String(), "datagrams", c.held[reason], //nolint:sloglint // see above
		"begins", hex.EncodeToString(d.Payload[:min(len(d.Payload), 8)]))
	c.told[reason], c.held[reason] = d.Received, 0
}

// rival takes a datagram whose source was found to state another agent's address.
func (c *complaints) rival(h *decode.Header, from, first netip.Addr) {
	c.log.Warn("two agents state the same address: their ports and flows are mixed up; give each its own agent address",
		"agent", h.Agent.String(), "sub_agent", h.SubAgentID, "source", from, "other_source", first)
}
