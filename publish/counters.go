package publish

import (
	"math"
	"strconv"

	"spoor/flow"
)

// appendCountersKey appends "agent/ifIndex", or "agent/class:index" of the data
// source where the sample speaks of no port.
func appendCountersKey(b []byte, c *flow.Counters) []byte {
	if a := c.Agent.Netip(); a.IsValid() {
		b = a.AppendTo(b)
	}
	b = append(b, '/')
	if i := c.IfIndex(); i != 0 {
		return strconv.AppendUint(b, uint64(i), 10)
	}
	b = strconv.AppendUint(b, uint64(c.SourceClass), 10)
	b = append(b, ':')
	return strconv.AppendUint(b, uint64(c.SourceIndex), 10)
}

// appendCounters appends a CountersMessage.
func (e *Encoder) appendCounters(b []byte, c *flow.Counters, l *flow.Labels, r *rates) []byte {
	b = appendUint(b, 1, uint64(max(c.Received, 0)))
	b = appendAddr(b, 2, &c.Agent)
	b = appendUint(b, 3, uint64(c.SubAgent))
	b = appendUint(b, 4, uint64(c.DatagramSeq))
	b = appendUint(b, 5, uint64(c.Sequence))
	b = appendUint(b, 6, uint64(c.SourceClass))
	b = appendUint(b, 7, uint64(c.SourceIndex))
	b = appendUint(b, 8, uint64(c.Uptime))
	b = appendUint(b, 9, uint64(c.IfIndex()))
	b = appendString(b, 20, l.Input().Switch)
	if name := l.Input().Port; name != "" {
		b = appendString(b, 21, name)
	} else if c.Records&flow.HasPortName != 0 {
		b = appendString(b, 21, c.PortName)
	}
	b = appendString(b, 22, l.Input().Link)
	b = e.appendParts(b, c)
	if r.interval > 0 {
		e.part = appendRates(e.part[:0], r)
		b = appendField(b, 40, e.part)
	}
	return append(b, e.schema...)
}

// appendParts appends the structures that the sample held. A part may be empty:
// it says that the structure was there.
func (e *Encoder) appendParts(b []byte, c *flow.Counters) []byte {
	if c.Records&flow.HasIf != 0 {
		e.part = appendIf(e.part[:0], &c.If)
		b = appendMessage(b, 30, e.part)
	}
	if c.Records&flow.HasEthernet != 0 {
		e.part = appendEthernet(e.part[:0], &c.Ethernet)
		b = appendMessage(b, 31, e.part)
	}
	if c.Records&flow.HasPortName != 0 {
		b = appendString(b, 32, c.PortName)
	}
	if c.Records&flow.HasHost != 0 {
		e.part = appendHost(e.part[:0], &c.Host)
		b = appendMessage(b, 33, e.part)
	}
	if c.Records&flow.HasAdapters != 0 {
		for i := range c.Adapters {
			a := &c.Adapters[i]
			e.part = appendUint(appendUint(e.part[:0], 1, uint64(a.IfIndex)), 2, a.MAC)
			b = appendMessage(b, 34, e.part)
		}
	}
	return b
}

// appendMessage appends a submessage, empty or not.
func appendMessage(b []byte, field int, v []byte) []byte {
	if len(v) == 0 {
		return append(appendTag(b, field, wireBytes), 0)
	}
	return appendField(b, field, v)
}

func appendAddr(b []byte, field int, a *flow.Addr) []byte {
	switch {
	case a.IsZero():
		return b
	case a.Is4():
		return appendField(b, field, a[12:])
	}
	return appendField(b, field, a[:])
}

// appendCounter appends a counter unless the agent does not have it (all ones).
func appendCounter(b []byte, field int, v uint32) []byte {
	if v == math.MaxUint32 {
		return b
	}
	return appendKnown(b, field, uint64(v))
}

func appendOctets(b []byte, field int, v uint64) []byte {
	if v == math.MaxUint64 {
		return b
	}
	return appendKnown(b, field, v)
}

func appendIf(b []byte, f *flow.IfCounters) []byte {
	b = appendUint(b, 1, uint64(f.Index))
	b = appendUint(b, 2, uint64(f.Type))
	b = appendUint(b, 3, f.Speed)
	b = appendUint(b, 4, uint64(f.Direction))
	b = appendUint(b, 5, uint64(f.Status))
	b = appendOctets(b, 6, f.InOctets)
	b = appendCounter(b, 7, f.InUcast)
	b = appendCounter(b, 8, f.InMulticast)
	b = appendCounter(b, 9, f.InBroadcast)
	b = appendCounter(b, 10, f.InDiscards)
	b = appendCounter(b, 11, f.InErrors)
	b = appendCounter(b, 12, f.InUnknownProtos)
	b = appendOctets(b, 13, f.OutOctets)
	b = appendCounter(b, 14, f.OutUcast)
	b = appendCounter(b, 15, f.OutMulticast)
	b = appendCounter(b, 16, f.OutBroadcast)
	b = appendCounter(b, 17, f.OutDiscards)
	b = appendCounter(b, 18, f.OutErrors)
	b = appendCounter(b, 19, f.Promiscuous)
	if f.SpeedRepaired {
		b = appendUint(b, 20, 1)
	}
	return b
}

func appendEthernet(b []byte, f *flow.EthernetCounters) []byte {
	for i, v := range [...]uint32{
		f.AlignmentErrors, f.FCSErrors, f.SingleCollisions, f.MultipleCollisions, f.SQETestErrors, f.DeferredTransmits,
		f.LateCollisions, f.ExcessiveCollisions, f.InternalMACTxErrors, f.CarrierSenseErrors, f.FrameTooLongs,
		f.InternalMACRxErrors, f.SymbolErrors,
	} {
		b = appendCounter(b, i+1, v)
	}
	return b
}

func appendHost(b []byte, h *flow.HostDescr) []byte {
	b = appendString(b, 1, h.Hostname)
	if h.UUID != [16]byte{} {
		b = appendField(b, 2, h.UUID[:])
	}
	b = appendUint(b, 3, uint64(h.MachineType))
	b = appendUint(b, 4, uint64(h.OSName))
	return appendString(b, 5, h.OSRelease)
}

func appendRates(b []byte, r *rates) []byte {
	b = appendDouble(b, 1, r.interval)
	for i, v := range [...]rate{
		r.inBits, r.outBits, r.inPackets, r.outPackets, r.inDiscards, r.outDiscards, r.inErrors, r.outErrors,
		r.inUtilized, r.outUtilized,
	} {
		if v >= 0 {
			b = appendDouble(b, i+2, v)
		}
	}
	return b
}
