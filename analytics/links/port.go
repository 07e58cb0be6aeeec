package links

import (
	"math"

	"spoor/topology"
)

// ID names a port of a switch.
type ID struct {
	Switch  topology.SwitchID
	IfIndex uint32
}

// Polls closer or further apart than this say nothing of a rate.
const (
	minPoll = int64(5e8)
	maxPoll = int64(600e9)
	// A rate between two polls closer than this does not prove a speed: slack is too much of it.
	peakPoll = int64(4e9)
)

// slack is what a port may have carried beyond its speed times the time between
// two polls: those are timed by their arrival, and agents hold datagrams back
// for up to a second.
const slack = 1.25

// Slots of the samples' rate: the last ones that are complete are averaged.
const (
	slots    = 8
	slotTime = int64(1e9)
	averaged = 4
)

// enough is how many samples make an estimate (one in 5 off by more than 30%).
const enough = 20

// sampled is what samples say of one direction.
type sampled struct {
	bits   [slots]float32 // by second
	frames [slots]uint16
	slot   int64 // second of the newest

	sinceBits   float64 // since the last poll
	sinceFrames float64
	// Of the latest polls, older ones forgotten by half at each.
	sumSampled, sumCounted, sumFrames float64
}

// add counts frames sampled at a time; bits are what they stand for.
func (s *sampled) add(at int64, bits float64, frames uint32) {
	s.move(at / slotTime)
	s.bits[s.slot%slots] += float32(bits)
	n := uint32(s.frames[s.slot%slots]) + frames
	s.frames[s.slot%slots] = uint16(min(n, math.MaxUint16))
	s.sinceBits += bits
	s.sinceFrames += float64(frames)
}

// move empties the slots up to the given one.
func (s *sampled) move(slot int64) {
	if slot <= s.slot {
		return
	}
	for i := max(s.slot+1, slot-slots+1); i <= slot; i++ {
		s.bits[i%slots], s.frames[i%slots] = 0, 0
	}
	s.slot = slot
}

// rate gives the mean of the latest complete seconds, and on how many samples it rests.
func (s *sampled) rate(now int64) (bits float64, frames int) {
	last := now/slotTime - 1
	for i := last - averaged + 1; i <= last; i++ {
		if i > s.slot-slots && i <= s.slot {
			bits += float64(s.bits[i%slots])
			frames += int(s.frames[i%slots])
		}
	}
	return bits / averaged, frames
}

// polled compares what was sampled since the last poll with what was counted.
func (s *sampled) polled(counted float64, ok bool) {
	if ok && s.sinceFrames > 0 {
		s.sumSampled = s.sumSampled/2 + s.sinceBits
		s.sumCounted = s.sumCounted/2 + counted
		s.sumFrames = s.sumFrames/2 + s.sinceFrames
	}
	s.sinceBits, s.sinceFrames = 0, 0
}

// Samples that were off by more than this are not mended by a factor: something else is wrong.
const maxOff = 2

// scale is by what the samples' rate is to be multiplied.
func (s *sampled) scale() float64 {
	if s.sumFrames < enough || s.sumSampled <= 0 {
		return 1
	}
	k := s.sumCounted / s.sumSampled
	if k > maxOff || k < 1.0/maxOff {
		return 1
	}
	return k
}

// port is what is known of one port.
type port struct {
	at       int64 // of the latest poll, 0 if there was none
	interval int64 // between the latest two that gave a rate
	speed    float64
	peak     float64  // highest rate counted, bit/s, as far as it was told
	count    [2]Count // in, out
	rate     [2]Rate
	known    [2]bool // rate is of the latest poll
	samples  [2]sampled
	distrust distrust // of its speed
	history  *history // of a port on a link; nil otherwise

	up, upKnown, adminOff bool
	changed               int64 // when up changed, 0 never
	flaps                 uint32
}

// poll takes new counters. It gives the rate if it is the highest so far by a tenth, else 0.
func (p *port) poll(c *Poll) (peak float64) {
	dt := c.At - p.at
	if p.at != 0 && dt >= 0 && dt < minPoll || dt < 0 {
		return 0 // the same poll by another way, or late
	}
	p.status(c)
	if c.Speed > 0 && c.Speed != p.speed {
		p.speed, p.peak = c.Speed, 0
		p.distrust = distrust{since: c.At}
	}
	usable := p.at != 0 && dt <= maxPoll
	seconds := float64(dt) / 1e9
	most := p.speed / 8 * (seconds*slack + 1)
	for d, is := range [2]*Count{&c.In, &c.Out} {
		p.known[d] = false
		if usable {
			p.rate[d], p.known[d] = between(&p.count[d], is, seconds, most)
		}
		p.samples[d].polled(p.rate[d].Bits*seconds, p.known[d])
		if p.known[d] && dt >= peakPoll && p.at >= p.distrust.since && p.rate[d].Bits > p.peak*1.1 {
			p.peak, peak = p.rate[d].Bits, p.rate[d].Bits
		}
		p.count[d] = *is
	}
	p.at, p.interval = c.At, dt
	if p.history != nil {
		p.history.add(c.At, seconds, p.rate, p.known)
	}
	return peak
}

// status notes whether the port is up.
func (p *port) status(c *Poll) {
	if !c.UpKnown {
		return
	}
	if p.upKnown && p.up != c.Up {
		p.changed = c.At
		if !c.AdminOff {
			p.flaps++
		}
	}
	p.up, p.upKnown, p.adminOff = c.Up, true, c.AdminOff
}
