package decode

import (
	"math"

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

// mendSpeed restores a speed that was cut to 32 bits, and makes all ones, as some agents say unknown, 0.
func (d *Decoder) mendSpeed(c *flow.IfCounters) {
	if c.Speed == math.MaxUint64 {
		c.Speed = 0
	}
	for i := range cutSpeeds {
		if c.Speed == cutSpeeds[i].sent {
			c.Speed, c.SpeedRepaired = cutSpeeds[i].speed, true
			d.stats.RepairedSpeeds++
		}
	}
}
