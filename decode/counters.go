package decode

import (
	"math"
	"slices"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
)

// maxString is the longest name that is handed over; the standard's own limits are 64 and 255.
const maxString = 255

// countersSample reads a counters_sample or counters_sample_expanded and hands it over.
func (d *Decoder) countersSample(body []byte, expanded bool) {
	var w sflow.CountersSample
	var b []byte
	var ok bool
	if expanded {
		b, ok = w.ParseExpanded(body)
	} else {
		b, ok = w.Parse(body)
	}
	if !ok {
		d.stats.Samples[KindCounter][Refused]++
		d.refuse(ReasonSampleShort)
		return
	}
	d.counters = flow.Counters{
		Agent: d.header.Agent, SubAgent: d.header.SubAgentID, DatagramSeq: d.header.SequenceNumber, Uptime: d.header.Uptime,
		Sequence: w.SequenceNumber, SourceClass: w.SourceID.Type, SourceIndex: w.SourceID.Index,
	}
	claimed := w.Records
	for ; claimed > 0; claimed-- {
		format, record, rest, ok := sflow.Item(b)
		if !ok {
			break
		}
		b = rest
		d.counterRecord(format, record)
	}
	if len(b) > 0 || claimed > 0 {
		d.endRecords(b, claimed)
	}
	if c := &d.counters; !expanded && c.Records&flow.HasIf != 0 && overflows(c.SourceClass, c.SourceIndex, c.If.Index) {
		c.SourceClass, c.SourceIndex = 0, c.If.Index
		d.stats.RepairedSources++
	}
	d.result.Counter++
	d.stats.Samples[KindCounter][Decoded]++
	d.sink.CountersSample(&d.counters)
}

// counterRecord reads one record into the sample. A refused one leaves no trace in it.
func (d *Decoder) counterRecord(format sflow.Format, b []byte) {
	c := &d.counters
	var r Record
	var fault xdr.Fault
	var has flow.CounterRecords
	switch format {
	case sflow.FormatIfCounters:
		r, has, fault = RecordIfCounters, flow.HasIf, sflow.ParseIfCounters(b, &c.If)
		d.mendSpeed(&c.If)
	case sflow.FormatEthernetCounters:
		r, has, fault = RecordEthernetCounters, flow.HasEthernet, sflow.ParseEthernetCounters(b, &c.Ethernet)
	case sflow.FormatPortName:
		r, has = RecordPortName, flow.HasPortName
		c.PortName, fault = sflow.ParsePortName(b)
		c.PortName = cutString(c.PortName)
	case sflow.FormatHostDescr:
		r, has = RecordHostDescr, flow.HasHost
		if fault = sflow.ParseHostDescr(b, &c.Host); fault != xdr.OK {
			c.Host = flow.HostDescr{}
		}
		c.Host.Hostname, c.Host.OSRelease = cutString(c.Host.Hostname), cutString(c.Host.OSRelease)
	case sflow.FormatHostAdapters:
		r, has = RecordHostAdapters, flow.HasAdapters
		d.adapters, fault = sflow.AppendHostAdapters(d.adapters[:0], b)
		c.Adapters = d.adapters
	case sflow.FormatLAGPortStats:
		r, has, fault = RecordLAGPortStats, flow.HasLAG, d.lag.Parse(b)
		c.Aggregate = d.lag.AttachedAgg
	default:
		known, ok := d.counterReaders[format]
		if !ok {
			d.passed(RecordUnknownCounter, KindCounter, format)
			return
		}
		r, fault = known.record, known.into.Parse(b)
	}
	if fault == xdr.OK {
		c.Records |= has
	} else {
		c.Records &^= has
	}
	d.count(r, fault)
}

func cutString(s []byte) []byte { return s[:min(len(s), maxString)] }

// cutSpeeds are the speeds that Open vSwitch 3.2 to 3.7 sends for faster ports: the low 32 bits of the speed.
var cutSpeeds = [...]struct{ sent, speed uint64 }{
	{1410065408, 10e9},
	{3525163520, 25e9},
	{1345294336, 40e9},
	{2755359744, 50e9},
	{1215752192, 100e9},
	{2431504384, 200e9},
	{568041472, 400e9},
}

// slowest is the speed of the slowest port that carries frames worth following. Below it
// lie the numbers of agents that give megabits a second (ifHighSpeed) as ifSpeed.
const slowest = 1_000_000

// megabits are the speeds of ports, in Mbit/s.
var megabits = [...]uint64{10, 100, 1000, 2500, 5000, 10_000, 20_000, 25_000, 40_000, 50_000, 100_000, 200_000, 400_000, 800_000}

// isEthernet reports whether a port of an ifType (IANA) carries Ethernet at one of the usual speeds.
func isEthernet(ifType uint32) bool {
	const ethernet, gigabit, lag = 6, 117, 161
	return ifType == ethernet || ifType == gigabit || ifType == lag
}

// mendSpeed restores a speed that was cut to 32 bits or given in Mbit/s, and makes all ones, as some agents say unknown, 0.
func (d *Decoder) mendSpeed(c *flow.IfCounters) {
	if c.Speed == math.MaxUint64 {
		c.Speed = 0
	}
	if c.Speed < slowest {
		if isEthernet(c.Type) && slices.Contains(megabits[:], c.Speed) {
			c.Speed, c.SpeedRepaired = c.Speed*1_000_000, true
			d.stats.RepairedSpeeds++
		}
		return
	}
	for i := range cutSpeeds {
		if c.Speed == cutSpeeds[i].sent {
			c.Speed, c.SpeedRepaired = cutSpeeds[i].speed, true
			d.stats.RepairedSpeeds++
		}
	}
}
