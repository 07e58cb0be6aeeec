package analytics

import (
	"cmp"
	"math"
	"slices"

	"spoor/analytics/elephant"
	"spoor/analytics/flowtable"
	"spoor/analytics/links"
	"spoor/analytics/path"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// Case is all that is known of a flow, for who asks why it was told of, or was
// not. All of it is the caller's.
type Case struct {
	FlowState
	Now   int64     // engine time
	Hops  []CaseHop // of the path as far as it is known, in travel order
	Taps  []CaseTap
	Links []CaseLink // that it passes, in travel order

	Estimate elephant.Interval // of the last ten seconds or so
	Behind   uint64            // samples behind the estimate since its excess began
	Peak     float64           // bit/s
	Stages   int
	Limit    float64 // bit/s from which it is an elephant, 0: no speed on its way is known
	Fill     elephant.Fill
	Lean     bool // far from any threshold: only a sum is kept of it
	Life     *CaseLife
	Watched  watch.Watched       // what the watch knows of it as an elephant
	Told     []flow.ElephantLink // of its latest message as an elephant: they have decided its severity
	Dropped  []watch.DropCount
}

// CaseHop is the evidence for one hop.
type CaseHop struct {
	flow.Hop
	Sightings uint32 // samples that showed it, 0: none is remembered
	Seen      int64  // the latest
	By        string // link that proves a hop that was not observed, "" none
}

// CaseTap is a place where the flow was sampled, or is expected to be.
type CaseTap struct {
	Port    flow.Port // IfIndex 0: expected
	Egress  bool
	Tunnel  bool
	Stage   int
	Counts  bool
	N       float64 // one in so many packets
	TTL     int
	Samples float64
	Seen    int64
}

// CaseLink is a link on the flow's way.
type CaseLink struct {
	flow.ElephantLink
	Source links.Source // of the utilisation
}

// CaseLife is its life as an elephant, or the latest within the last minute.
type CaseLife struct {
	Alert      string
	Episode    uint32
	Since      int64
	Detected   int64
	Ended      int64 // 0 while it lasts
	Announced  bool  // else it has not carried or lasted enough yet
	Proof      flow.Proof
	WindowSecs float64
}

// Explain gives all that is known of a flow; ok is false if it is not known. It is safe for concurrent use.
func (e *Engine) Explain(key *flow.Key) (c Case, ok bool) {
	s := e.shards[key.Exchange()%Shards]
	if c, ok = s.explain(key); !ok {
		return c, false
	}
	e.ticking.Lock()
	defer e.ticking.Unlock()
	for i := range c.Links {
		l := &c.Links[i]
		e.desk.describe(&l.ElephantLink)
		port, way := l.From, flow.Egress
		if l.HostSends {
			way = flow.Ingress
		}
		if port.IfIndex == 0 {
			port, way = l.To, flow.Ingress
		}
		l.Source = e.desk.ports.Load(e.desk.port(port), way, e.desk.now).Source
	}
	c.Now = max(c.Now, e.desk.now)
	c.Watched = e.watch.Watched(c.ID)
	if l := e.desk.lives[c.ID]; l != nil && l.last != nil {
		c.Told = slices.Clone(l.last.Links)
	}
	for _, d := range e.watch.Drops(math.MaxInt) {
		if slices.Contains(d.Flows, *key) {
			c.Dropped = append(c.Dropped, d)
		}
	}
	return c, true
}

func (s *shard) explain(key *flow.Key) (c Case, ok bool) {
	if c.FlowState, ok = s.flow(key); !ok {
		return c, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.table.Find(key)
	if slot == flowtable.NoSlot {
		return c, false
	}
	e := s.table.Entry(slot)
	c.Now, c.Lean = s.clock, e.Flags&lean != 0
	s.explainLife(&c, e)
	if e.Detail == 0 {
		c.Hops = s.hopEvidence(s.knownHops(slot, e), nil)
		if c.Lean {
			st := state(e)
			_, c.Limit = leanWorth(st)
			c.Fill = s.preset.Fill(st, s.clock)
		}
		if e.Path != 0 {
			c.Links = s.caseLinks(s.pathLinks(slices.Clone(s.knownHops(slot, e))), &c)
		}
		return c, true
	}
	d := s.details.at(e.Detail)
	c.Hops = s.hopEvidence(slices.Clone(s.hopsAt(slot, e)), d.tracker.Observed())
	c.Estimate, c.Behind, c.Peak, c.Stages = d.estimate.At(min(s.clock, max(d.last, s.clock-int64(1e9)))), d.estimate.Count(), d.estimate.Peak(), d.stages.Count()
	c.Limit, c.Fill = s.theta(d, e), s.preset.Fill(state(e), s.clock)
	c.Links = s.caseLinks(s.linksOf(d), &c)
	d.stages.Each(s.clock, func(v *elephant.View) {
		t := CaseTap{Egress: v.Egress, Tunnel: v.Tunnel != 0, Stage: v.Stage, Counts: v.Counts, N: v.N, TTL: int(v.TTL), Samples: v.Samples, Seen: v.Seen}
		if v.Agent != 0 {
			t.Port = s.snap.FlowPort(topology.SwitchID(v.Agent), v.Port)
		}
		c.Taps = append(c.Taps, t)
	})
	slices.SortStableFunc(c.Taps, func(a, b CaseTap) int {
		return cmp.Or(cmp.Compare(b.TTL, a.TTL), cmp.Compare(direction(a.Egress), direction(b.Egress)), cmp.Compare(a.Stage, b.Stage))
	})
	return c, true
}

// explainLife fills in the flow's life as an elephant.
func (s *shard) explainLife(c *Case, e *flowtable.Entry) {
	l := s.recent[c.ID]
	if e.Detail != 0 && s.details.at(e.Detail).life != nil {
		l = s.details.at(e.Detail).life
	}
	if l == nil {
		return
	}
	m := flow.Elephant{ID: l.id, AlertSince: l.first}
	c.Life = &CaseLife{Alert: m.Alert(), Episode: l.episode, Since: l.since, Detected: l.detected, Announced: l.announced, Proof: l.proof, WindowSecs: l.window}
	if s.recent[c.ID] == l {
		c.Life.Ended = l.ended
	}
}

// hopEvidence tells for each hop how it is known.
func (s *shard) hopEvidence(hops []path.Hop, seen []path.Obs) []CaseHop {
	out := make([]CaseHop, 0, len(hops))
	for i, h := range s.hops(hops) {
		x := CaseHop{Hop: h}
		for j := range seen {
			if o := &seen[j]; o.Switch == hops[i].Switch {
				x.Sightings, x.Seen = o.Sightings(), o.Seen
			}
		}
		if !h.Observed {
			x.By = s.provenBy(hops, i)
		}
		out = append(out, x)
	}
	return out
}

// provenBy names the link by which a hop that was not observed is known.
func (s *shard) provenBy(hops []path.Hop, i int) string {
	if i > 0 && hops[i-1].Out != 0 {
		if p := s.snap.Port(hops[i-1].Switch, hops[i-1].Out); p != nil && p.Peer == hops[i].Switch {
			return p.LinkName
		}
	}
	if i+1 < len(hops) && hops[i+1].In != 0 {
		if p := s.snap.Port(hops[i+1].Switch, hops[i+1].In); p != nil && p.Peer == hops[i].Switch {
			return p.LinkName
		}
	}
	return ""
}

// caseLinks gives the links on the flow's way with what it takes of each.
func (s *shard) caseLinks(passed []passedLink, c *Case) (list []CaseLink) {
	m := flow.Elephant{Key: c.Key}
	rate := c.Estimate.Rate
	if c.Behind == 0 {
		rate = max(c.Rate, 0)
	}
	for i := range passed {
		l := &passed[i]
		share := 0.0
		if l.speed > 0 {
			share = rate * cmp.Or(l.part, 1) / l.speed
		}
		list = append(list, CaseLink{ElephantLink: s.elephantLink(l, share, &m)})
	}
	return list
}
