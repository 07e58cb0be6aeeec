package links

import (
	"spoor/flow"
	"spoor/topology"
)

// Table is all ports. It is not for concurrent use.
type Table struct {
	ports map[ID]*port
	limit int

	// Refused counts polls and samples of ports beyond the limit.
	Refused uint64
}

// New gives a table of at most so many ports, about 500 B each, and 1 KiB more for those on links.
func New(limit int) *Table { return &Table{ports: map[ID]*port{}, limit: limit} }

func (t *Table) port(id ID) *port {
	p := t.ports[id]
	if p == nil {
		if len(t.ports) >= t.limit {
			t.Refused++
			return nil
		}
		p = &port{}
		t.ports[id] = p
	}
	return p
}

// Poll takes a port's counters. A poll that comes twice, or late, changes
// nothing. It gives the rate (bit/s) that was counted in one direction if that
// is the highest so far by a tenth, else 0: the link is at least that fast; and
// whether counters speak again of a speed that Sampled found outrun.
func (t *Table) Poll(c *Poll) (peak float64, counted bool) {
	if p := t.port(c.Port); p != nil {
		peak = p.poll(c)
		return peak, p.relent(c.At)
	}
	return 0, false
}

// Sampled counts frames that were sampled on a port at a time (Unix ns); bits
// are those that they stand for. It gives a rate (bit/s) that is proven by them
// and that the stated speed does not allow, -1 once that is over, else 0.
func (t *Table) Sampled(id ID, d flow.Direction, at int64, bits float64, frames uint32) (outrun float64) {
	p := t.port(id)
	if p == nil {
		return 0
	}
	p.samples[side(d)].add(at, bits, frames)
	return p.outrun(side(d), at, bits, frames)
}

// Restarted forgets the counts of the ports of switches whose agents began anew:
// their numbers may be other ports' now.
func (t *Table) Restarted(switches map[topology.SwitchID]bool) {
	for id, p := range t.ports { // order does not matter
		if switches[id.Switch] {
			p.at, p.known, p.history, p.upKnown = 0, [2]bool{}, nil, false
			p.distrust = distrust{told: p.distrust.told} // which is to be taken back
		}
	}
}

// side gives the index of a direction: that of traffic into the switch is 0.
func side(d flow.Direction) int {
	if d == flow.Egress {
		return 1
	}
	return 0
}

// Source says where a value comes from.
type Source uint8

// Sources.
const (
	Unknown  Source = iota
	Counters        // the mean between the latest two polls
	Samples         // the latest seconds' samples, scaled to the counters
)

// String gives the name used in JSON.
func (s Source) String() string { return [...]string{"unknown", "counters", "samples"}[s] }

// Load is the traffic in one direction of a port.
type Load struct {
	Bits   float64 // per second; means nothing if the source is unknown
	Source Source
	Age    float64 // seconds since the end of what it is the mean of
	Over   float64 // seconds that it is the mean of

	Frames   float64 // per second, -1 unknown; always by counters, as are the next two
	Discards float64 // per second, -1 unknown
	Errors   float64 // per second, -1 unknown
	Polled   float64 // seconds since the poll that the two are from
}

// A poll is believed for so many intervals, or for a minute where those are short.
const (
	fresh      = 3
	leastFresh = int64(60e9)
)

// Load gives the traffic in one direction of a port now.
func (t *Table) Load(id ID, d flow.Direction, now int64) Load {
	l := Load{Frames: -1, Discards: -1, Errors: -1}
	p := t.ports[id]
	if p == nil {
		return l
	}
	i := side(d)
	age := now - p.at
	if p.known[i] && age <= max(fresh*p.interval, leastFresh) {
		r := &p.rate[i]
		l = Load{
			Bits: r.Bits, Source: Counters, Age: float64(age) / 1e9, Over: float64(p.interval) / 1e9,
			Frames: r.Frames, Discards: r.Discards, Errors: r.Errors, Polled: float64(age) / 1e9,
		}
	}
	// Right after a poll the counters are better than a few seconds' samples.
	if l.Source == Counters && age < averaged*slotTime {
		return l
	}
	if bits, n := p.samples[i].rate(now); n >= enough {
		l.Bits, l.Source, l.Age, l.Over = bits*p.samples[i].scale(), Samples, 0, averaged
	}
	return l
}

// Agreement gives what the samples of a port said was passing, as a multiple of
// what its counters said, over the latest polls, and on how many samples that
// rests: its standard error is about 1.3 by their square root. ok is false if
// either is missing.
func (t *Table) Agreement(id ID, d flow.Direction) (ratio, samples float64, ok bool) {
	p := t.ports[id]
	if p == nil {
		return 0, 0, false
	}
	s := &p.samples[side(d)]
	if s.sumFrames < enough || s.sumCounted <= 0 {
		return 0, 0, false
	}
	return s.sumSampled / s.sumCounted, s.sumFrames, true
}

// Status is whether a port is up.
type Status struct {
	Known    bool
	Up       bool
	AdminOff bool
	Changed  int64   // Unix ns of the latest change that was seen, 0 if none
	Flaps    uint32  // changes that nobody commanded
	Polled   int64   // Unix ns of the latest poll, 0 if none
	Speed    float64 // bit/s, as the agent says; 0 unknown
}

// Status tells whether a port is up, as its counters say.
func (t *Table) Status(id ID) Status {
	p := t.ports[id]
	if p == nil {
		return Status{}
	}
	return Status{Known: p.upKnown, Up: p.up, AdminOff: p.adminOff, Changed: p.changed, Flaps: p.flaps, Polled: p.at, Speed: p.speed}
}
