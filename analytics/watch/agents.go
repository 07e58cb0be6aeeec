package watch

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/analytics/alert"
	"spoor/flow"
)

// AgentKey names an agent.
type AgentKey struct {
	Addr     flow.Addr
	SubAgent uint32
}

// Agent is what is known of an agent's telemetry so far; counts are since the start.
type Agent struct {
	AgentKey
	Heard     int64  // arrival of its latest datagram, Unix ns
	Datagrams uint64 // received
	Lost      uint64 // missing in the numbering
	Samples   uint64 // received
	Dropped   uint64 // by the agent itself, as it says
	Rate      uint32 // one in so many packets is sampled on its busiest data source, 0 unknown
	Shared    bool   // several devices use the address
}

// agent is what is remembered of one.
type agent struct {
	now     Agent
	told    int64            // when
	history [lossSlots]Agent // one each 10 s
	at      int64            // of the newest
	next    int
	longest int64 // between two datagrams, seen lately
	rate    uint32
	changed int64 // when the rate changed
	before  uint32
}

// Bounds of what is wrong with an agent.
const (
	lossSlots    = 7
	lossEvery    = int64(10e9)
	lossRatio    = 0.01
	lossWeak     = 0.002
	dropRatio    = 0.05
	dropWeak     = 0.01
	fewDatagrams = 20
	leastSilence = int64(20e9)
	mostSilence  = int64(300e9)
	rateFor      = int64(300e9) // how long a change of the sampling rate is told
)

// Agents takes the present figures of all agents. Who is not among them is
// forgotten, and whoever is silent is told of only while this is called: when
// nothing can arrive, nobody is silent.
func (w *Watch) Agents(list []Agent) {
	w.listened = w.now
	for i := range list {
		w.agent(&list[i])
	}
	for k, x := range w.agents { // order does not matter
		if x.told != w.now {
			delete(w.agents, k)
		}
	}
}

func (w *Watch) agent(a *Agent) {
	x := w.agents[a.AgentKey]
	if x == nil {
		if len(w.agents) >= maxHeld {
			return
		}
		x = &agent{}
		w.agents[a.AgentKey] = x
	}
	if x.now.Heard != 0 && a.Heard > x.now.Heard {
		x.longest = max(x.longest-x.longest/100, a.Heard-x.now.Heard)
	}
	back := x.now.Heard != 0 && a.Heard-x.now.Heard > leastSilence
	x.now, x.told = *a, w.now
	if back { // what was missed in its silence was told of as that
		x.next = 0
	}
	if w.now-x.at >= lossEvery || x.next == 0 {
		x.at = w.now
		x.history[x.next%lossSlots] = *a
		x.next++
	}
	if a.Rate != 0 && a.Rate != x.rate {
		if x.rate != 0 {
			x.before, x.changed = x.rate, w.now
		}
		x.rate = a.Rate
	}
}

// mixedFor: counters that were mixed are compared with pure ones at the next polls.
const mixedFor = int64(120e9)

// listenedFor is how long the figures of agents are believed.
const listenedFor = int64(3e9)

func (w *Watch) seeAgents() {
	if w.now-w.listened > listenedFor {
		return
	}
	keys := make([]AgentKey, 0, len(w.agents))
	for k := range w.agents {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b AgentKey) int {
		return cmp.Or(a.Addr.Compare(b.Addr), cmp.Compare(a.SubAgent, b.SubAgent))
	})
	var silent, lost, dropped []alert.Finding
	for _, k := range keys {
		x := w.agents[k]
		if id := w.snap.ID(k.Addr); x.now.Shared {
			w.mixed[id] = w.now + mixedFor
		} else if w.mixed[id] < w.now {
			delete(w.mixed, id)
		}
		subject := w.agentSubject(k)
		// An agent that is heard rarely (counters each 30 s, no traffic) is not silent at once.
		patience := min(max(leastSilence, 3*x.longest), mostSilence)
		if quiet := w.now - x.now.Heard; quiet > patience {
			if !w.gone[w.snap.ID(k.Addr)] { // its links say so
				silent = append(silent, alert.Finding{
					Kind: alert.AgentSilent, Subject: subject, Incident: "switch/" + subject.Switch, Since: x.now.Heard,
					Summary: fmt.Sprintf("%s has sent no sFlow for %s", subject.Switch, minutes(float64(quiet)/1e9)),
				})
			}
			continue
		}
		if f := lossOf(subject, x); f != nil && w.now > w.socketFull {
			lost = append(lost, *f)
		}
		if f := droppedOf(subject, x); f != nil {
			dropped = append(dropped, *f)
		}
		w.seeAgent(k, x, subject)
	}
	w.silent = w.silent[:0]
	w.seeEach(alert.AgentSilent, "", "have sent no sFlow for a while", silent)
	w.seeEach(alert.TelemetryLoss, lostDatagrams, "lose datagrams on the way to this collector", lost)
	w.seeEach(alert.TelemetryLoss, droppedSamples, "drop samples themselves", dropped)
}

// Reasons of lost telemetry.
const (
	lostDatagrams  = "lost_datagrams"
	droppedSamples = "dropped_samples"
	socketOverflow = "socket_overflow"
)

func (w *Watch) agentSubject(k AgentKey) alert.Subject {
	s := alert.Subject{Agent: k.Addr, Switch: w.snap.Name(w.snap.ID(k.Addr))}
	if k.SubAgent != 0 {
		s.Reason = fmt.Sprintf("sub-agent %d", k.SubAgent)
	}
	return s
}

// seeAgent shows what is wrong with an agent beside its losses.
func (w *Watch) seeAgent(k AgentKey, x *agent, subject alert.Subject) {
	if x.now.Shared {
		w.book.See(&alert.Finding{
			Kind: alert.AgentAddressShared, Subject: subject,
			Summary: fmt.Sprintf("several devices send sFlow as agent %s", k.Addr),
		}, w.now)
	}
	if x.changed != 0 && w.now-x.changed < rateFor {
		w.book.See(&alert.Finding{
			Kind: alert.SamplingRateChanged, Subject: subject, Since: x.changed,
			Summary: fmt.Sprintf("%s samples 1 in %d packets now, 1 in %d before", subject.Switch, x.rate, x.before),
		}, w.now)
	}
}

// minuteAgo gives the figures of about a minute ago.
func (x *agent) minuteAgo() *Agent {
	if x.next >= lossSlots {
		return &x.history[x.next%lossSlots]
	}
	return &x.history[0]
}

// lossOf tells what of an agent's datagrams got lost within a minute, nil if too little.
func lossOf(subject alert.Subject, x *agent) *alert.Finding {
	old := x.minuteAgo()
	got, lost := float64(x.now.Datagrams-old.Datagrams), float64(x.now.Lost-old.Lost)
	ratio := lost / (got + lost)
	if got+lost < fewDatagrams || ratio <= lossWeak {
		return nil
	}
	subject.Reason = lostDatagrams
	return &alert.Finding{
		Kind: alert.TelemetryLoss, Subject: subject, Weak: ratio < lossRatio,
		Summary: fmt.Sprintf("%s of the datagrams of %s got lost on the way within the last minute", percent(ratio), subject.Switch),
	}
}

// droppedOf tells what of its samples an agent itself dropped within a minute, nil if too little.
func droppedOf(subject alert.Subject, x *agent) *alert.Finding {
	old := x.minuteAgo()
	samples, dropped := float64(x.now.Samples-old.Samples), float64(x.now.Dropped-old.Dropped)
	ratio := dropped / (samples + dropped)
	if samples+dropped < fewDatagrams || ratio <= dropWeak {
		return nil
	}
	subject.Reason = droppedSamples
	return &alert.Finding{
		Kind: alert.TelemetryLoss, Subject: subject, Weak: ratio < dropRatio,
		Summary: fmt.Sprintf("%s itself dropped %s of its samples within the last minute", subject.Switch, percent(ratio)),
	}
}

// Socket takes what the collector's sockets received since the start, and what
// the system dropped there because it was not read in time.
func (w *Watch) Socket(received, dropped uint64) {
	s := &w.socket
	if w.now-s.at < lossEvery && s.at != 0 {
		return
	}
	got, lost := float64(received-s.received), float64(dropped-s.dropped)
	begun := s.at != 0
	s.at, s.received, s.dropped = w.now, received, dropped
	p := place{kind: alert.TelemetryLoss, what: socketOverflow}
	ratio := lost / max(got+lost, 1)
	if !begun || got+lost < fewDatagrams || ratio <= lossWeak {
		w.release(p)
		return
	}
	w.socketFull = w.now + (lossSlots+1)*lossEvery // agents' losses are those of the last minute
	w.keep(p, alert.Finding{
		Kind: alert.TelemetryLoss, Subject: alert.Subject{Reason: socketOverflow}, Weak: ratio < lossRatio,
		Summary: fmt.Sprintf("%s of all datagrams were dropped at this collector's socket within the last 10 seconds: its buffer or its processors do not suffice", percent(ratio)),
	}, w.now+3*lossEvery)
}

// socket is what the collector's sockets had received and dropped at a time.
type socket struct {
	at                int64
	received, dropped uint64
}
