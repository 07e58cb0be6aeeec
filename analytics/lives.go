package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/flow"
)

// life is one elephant's: from its start until a minute after its end.
type life struct {
	slot      uint32
	key       flow.Key
	id        uint64
	first     int64 // since of the first episode: names the alert
	episode   uint32
	since     int64
	detected  int64
	told      int64   // latest message
	speedless int64   // first sample since which no speed is known on its way, 0: one is
	ended     int64   // the latest episode that was announced
	doubted   float64 // bit/s, the limit at which its rate seemed more than its link can carry, 0 it did not
	announced bool
	updated   bool // since the start
	again     bool // a message is due at the next tick
	window    float64
	proof     flow.Proof
	peak      float64 // bit/s, and bytes, of before a restart
	before    uint64
}

// recentFor: a flow that becomes an elephant again within this time of its end goes on
// with the same life, as a further episode.
const recentFor = int64(60e9)

// updateEvery: the longest time without a message while an elephant lasts. The
// first update comes sooner, for by then the estimate is much better than at the
// start. expiresAfter says until when the latest message holds.
const (
	updateFirst  = int64(5e9)
	updateEvery  = int64(30e9)
	expiresAfter = int64(60e9)
)

// speedlessFor: an elephant ends once no speed was known on its way for so long. Agents
// poll as often; what is open after that is that a speed turned out to be none.
const speedlessFor = int64(30e9)

// lacksSpeed notes a sample of an elephant that cannot be judged for want of a speed, and ends
// it after a while: its threshold may never have been one.
func (s *shard) lacksSpeed(l *life, at int64) {
	switch {
	case l.speedless == 0:
		l.speedless = at
	case at-l.speedless > speedlessFor:
		s.end(l, flow.EndBelow)
	}
}

// start begins a life, or a further episode of one that ended less than recentFor ago.
func (s *shard) start(d *detail, e *flowtable.Entry, x *observed) {
	cold := s.table.Cold(d.slot)
	st := state(e)
	since := min(st.SinceTime(x.at), x.at)
	if l := s.adopt(x.id); l != nil {
		l.slot, l.updated = d.slot, true
		s.live(l, d, e)
		s.emitElephant(l, flow.ElephantUpdated, flow.EndNone)
		return
	}
	l := s.recent[x.id]
	if l == nil || x.at-l.ended > recentFor {
		l = &life{key: cold.Key, id: x.id, first: since}
	}
	delete(s.recent, x.id)
	l.slot, l.since, l.detected, l.announced, l.updated, l.speedless, l.doubted = d.slot, since, x.at, false, false, 0, 0
	l.proof, l.window = flow.Proof(st.Proof), float64(x.at-since)/1e9
	s.live(l, d, e)
	s.announce(l)
}

// live notes a life at its flow, whose entry and detail then stay.
func (s *shard) live(l *life, d *detail, e *flowtable.Entry) {
	d.life = l
	e.Flags |= flowtable.Pinned
	s.lives = append(s.lives, l)
}

// announce publishes the start once the flow has carried and lasted what is asked of an elephant.
func (s *shard) announce(l *life) {
	c := &s.cfg.Elephants
	e := s.table.Entry(l.slot)
	if e.Bytes < c.MinBytes || s.clock-l.since < int64(c.MinDuration/time.Nanosecond) {
		return
	}
	d := s.details.at(e.Detail)
	if s.doubt(l, d, e) {
		return
	}
	l.announced = true
	l.episode++
	s.stats.Started++
	if d.told.open {
		s.emitElephant(l, flow.ElephantStarted, flow.EndNone)
		s.tellComplete(d, e, 0, s.clock)
		return
	}
	s.emitElephant(l, flow.ElephantStarted, flow.EndNone)
}

// end closes a life; one that was never announced leaves no trace.
func (s *shard) end(l *life, reason flow.EndReason) {
	e := s.table.Entry(l.slot)
	st := state(e)
	if l.announced {
		l.ended = s.clock
		s.stats.Ended++
		s.emitElephant(l, flow.ElephantEnded, reason)
	}
	if l.episode > 0 && len(s.recent) < s.table.Cap() {
		s.recent[l.id] = l
	}
	if st.On { // the detector did not see the end itself
		*st = elephant.State{T: st.T, Q: st.Q, Starts: st.Starts, Since: st.T}
	}
	e.Flags &^= flowtable.Pinned
	s.details.at(e.Detail).life = nil
	s.lives = slices.DeleteFunc(s.lives, func(o *life) bool { return o == l })
}

// tickLives ends the elephants whose samples stopped and keeps the others fresh.
func (s *shard) tickLives() {
	for _, l := range slices.Clone(s.lives) {
		e := s.table.Entry(l.slot)
		switch {
		case s.preset.Idle(state(e), s.clock) == elephant.Ended:
			s.end(l, s.whySilent(e))
		case !l.announced:
			s.announce(l)
		case l.again, s.clock-l.told >= updateEvery, !l.updated && s.clock-l.told >= updateFirst:
			l.updated = l.updated || !l.again
			s.emitElephant(l, flow.ElephantUpdated, flow.EndNone)
		}
	}
}

// tellAgain lets an elephant's next message come at the next tick.
func (s *shard) tellAgain(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lives {
		if l.id == id {
			l.again = l.announced
		}
	}
}

// idleAfter: a flow of which nothing was sampled for so long is idle; of one that was
// sampled later the rate fell.
const idleAfter = int64(4e9)

// whySilent: if all agents that saw the flow are silent, it is their telemetry that was lost.
func (s *shard) whySilent(e *flowtable.Entry) flow.EndReason {
	for _, o := range s.details.at(e.Detail).tracker.Observed() {
		if s.taps.alive(o.Switch, s.clock) {
			if s.clock-s.lastSeen(e) > idleAfter {
				return flow.EndIdle
			}
			return flow.EndBelow
		}
	}
	return flow.EndTelemetryLost
}

// emitElephant makes the message of a step in a life.
func (s *shard) emitElephant(l *life, step flow.ElephantState, reason flow.EndReason) {
	e := s.table.Entry(l.slot)
	d := s.details.at(e.Detail)
	l.told, l.again = s.clock, false
	now := s.clock
	at := now
	if step == flow.ElephantEnded { // the figures of its life, not of the silence after it
		at = min(now, state(e).LastTime(now))
	}
	v := d.estimate.At(at)
	m := &flow.Elephant{
		Key: l.key, ID: l.id, Attributes: d.attrs, AlertSince: l.first, Episode: l.episode, State: step,
		EndReason: reason, Time: now, Since: l.since, Detected: l.detected, Expires: now + expiresAfter,
		Rate: v.Rate, RateLow: v.Low, RateHigh: v.High, Threshold: s.cfg.Elephants.Share,
		Bytes: l.before + e.Bytes, PeakRate: max(l.peak, d.estimate.Peak(), v.Rate), PathState: d.told.state,
		Evidence: flow.Evidence{
			Proof: l.proof, Samples: d.estimate.Count(), Stages: d.stages.Count(), Taps: d.stages.Taps(), SamplingRates: d.stages.Rates(nil), Window: l.window,
		},
	}
	slices.Sort(m.Evidence.SamplingRates)
	if step == flow.ElephantEnded {
		m.Ended = min(max(state(e).FallTime(now), l.since), now)
		m.Expires = now
	}
	if d.tracker.Complete {
		m.PathState, m.Path = flow.PathComplete, s.hops(d.tracker.Agreed(s.snap))
	} else if d.told.known {
		m.Path = s.hops(d.told.hops)
	}
	s.shares(m, d, v)
	s.emit(Event{Elephant: m})
}

// shares fills what depends on the links: those that the flow takes too much of, and the top-level figures of the tightest.
func (s *shard) shares(m *flow.Elephant, d *detail, v elephant.Interval) {
	tightest, limit := passedLink{}, math.Inf(1)
	for _, l := range s.linksOf(d) {
		if l.speed <= 0 {
			continue
		}
		l.part = cmp.Or(l.part, 1)
		if own := l.threshold * l.speed / l.part; own < limit {
			tightest, limit = l, own
		}
		if share := v.Rate * l.part / l.speed; share >= l.threshold {
			m.Links = append(m.Links, s.elephantLink(&l, share, m))
		}
	}
	if math.IsInf(limit, 1) {
		return
	}
	m.Threshold = tightest.threshold
	whole := tightest.speed / tightest.part
	m.Share, m.ShareLow, m.ShareHigh = v.Rate/whole, v.Low/whole, v.High/whole
	m.Probability = v.Probability(limit)
	slices.SortStableFunc(m.Links, func(a, b flow.ElephantLink) int { return cmp.Compare(b.Share, a.Share) })
}

func (s *shard) elephantLink(l *passedLink, share float64, m *flow.Elephant) flow.ElephantLink {
	out := flow.ElephantLink{
		ID: l.id, From: l.from, To: l.to, HostSends: l.hostSends, Speed: l.speed, Capacity: l.capacity, SpeedInferred: l.inferred,
		Share: share, Threshold: l.threshold,
		Utilization: -1, DiscardRate: -1,
	}
	if l.host {
		out.Host = m.Key.Dst
		if l.hostSends {
			out.Host = m.Key.Src
		}
	}
	return out
}

// portID names a port that is no learned link.
func portID(agent flow.Addr, ifIndex uint32) string { return fmt.Sprintf("%s/%d", agent, ifIndex) }
