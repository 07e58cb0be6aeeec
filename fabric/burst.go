package fabric

import (
	"math"
	"time"

	"spoor/flow"
)

// burst is the state of a flow that comes in bursts.
type burst struct {
	bytes float64 // of each
	every int64   // ns from one to the next
	line  float64 // bit/s while it sends
}

// step gives the bytes that are sent between two times after the start.
func (b *burst) step(t0, t1 int64) float64 {
	return b.upTo(t1) - b.upTo(t0)
}

// upTo gives the bytes that were sent until t.
func (b *burst) upTo(t int64) float64 {
	if t <= 0 {
		return 0
	}
	full := float64(t / b.every)
	return b.bytes*full + min(b.bytes, b.line*float64(t%b.every)/8e9)
}

// active gives the ns between two times in which a session that pauses now and then sends.
func (s *session) active(t0, t1 int64) float64 {
	sent := func(t int64) int64 {
		t = max(0, t-s.start)
		return t/(s.on+s.pause)*s.on + min(s.on, t%(s.on+s.pause))
	}
	return float64(sent(t1) - sent(t0))
}

// bursts makes a flow that comes in bursts.
func (g *generator) bursts(b *Burst) *session {
	s := &session{
		elephant: -1, name: "burst", start: g.start + g.r.Int64N(int64(b.Every)), end: math.MaxInt64, factor: 1,
		burst: burst{float64(b.Bytes), int64(b.Every), reserve * float64(g.cfg.HostSpeed)},
	}
	src := g.sender()
	proto := uint8(flow.ProtoTCP)
	if g.cfg.OneWay {
		proto = flow.ProtoUDP
	}
	g.connect(s, src, g.partner(src), proto, false, 1, uint64(g.cfg.MTU))
	return s
}

// validateModes checks the traffic that is no mouse and no elephant.
func (c *Config) validateModes() error {
	if err := within([]limit{{"MTU", c.MTU, 576, 9216}, {"flood", c.Flood, 0, 10_000_000}, {"control", c.Control, 0, 1_000_000}}); err != nil {
		return err
	}
	if c.OneWay && c.Hosts < 2 {
		return bad("one-way traffic needs two hosts on each leaf")
	}
	flows := c.big()
	for _, b := range c.Bursts {
		if b.Bytes < 1 || b.Every < 100*time.Millisecond || b.Count < 1 {
			return bad("%d bursts of %d bytes every %v: all must be positive, and 100ms at least between them", b.Count, b.Bytes, b.Every)
		}
		if 8*float64(b.Bytes) > reserve*float64(c.HostSpeed)*b.Every.Seconds() {
			return bad("bursts of %d bytes every %v are more than a host's link carries", b.Bytes, b.Every)
		}
		flows += b.Count
	}
	if flows > c.Flows {
		return bad("%d elephants and bursts among %d flows", flows, c.Flows)
	}
	return nil
}
