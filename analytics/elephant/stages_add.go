package elephant

import "math"

// Add takes one sample and gives the number of frames that it stands for,
// N * (1/N of its stage) / sum(1/N): unbiased for mixed N. It is 0 if the sample
// only discovers its stage (counting it would bias the start) or if its stage
// does not count. now is the sample's arrival.
func (s *Stages) Add(p *Point, routes Routes, now int64) float64 {
	if !(p.N >= 1) {
		return 0
	}
	i := s.find(p, routes)
	discovered := false
	if i < 0 {
		discovered = len(s.stages) > 0 // the very first one counts: there is no other to be biased against
		if i = s.open(p, now); i < 0 {
			return 0
		}
	}
	g := &s.stages[i]
	if !g.live {
		g.live, discovered = true, true
	}
	g.missed, g.last = 0, now
	passed := now - g.decayed
	e := decay(passed)
	s.hear(i, p, now, passed, e)
	g.weighed, g.counted, g.decayed = g.weighed*e+p.N, g.counted*e+1, now
	if !g.part {
		s.miss(i, now)
	}
	if g.shared {
		s.audit(now)
	}
	if discovered || g.part {
		return 0
	}
	return p.N * g.inverse / s.sum()
}

func decay(ns int64) float64 { return fade(float64(max(ns, 0)) / 1e9 / auditTau) }

// hear notes a sample at its tap and sets the stage's N: the largest of its taps of the last minute.
// e is the decay of the time that passed since the stage's latest sample, most often the tap's too.
func (s *Stages) hear(i int, p *Point, now, passed int64, e float64) {
	g, t := &s.stages[i], s.tap(i, p, now)
	if changed := t.N != p.N; changed || g.taps > 1 || g.promised {
		t.N = p.N
		largest := p.N
		for j := range s.taps {
			if o := &s.taps[j]; int(o.stage) == i && now-o.seen < tapMemory {
				largest = max(largest, o.N)
			}
		}
		g.inverse = 1 / largest
	}
	if now-t.seen != passed {
		e = decay(now - t.seen)
	}
	t.samples = t.samples*e + 1
	t.seen = now
}

// tap finds or makes the tap of p in stage i. Beyond maxTaps the one silent longest gives way.
func (s *Stages) tap(i int, p *Point, now int64) *tap {
	oldest := 0
	for j := range s.taps {
		t := &s.taps[j]
		if int(t.stage) == i && t.Agent == p.Agent && t.Sub == p.Sub && t.Port == p.Port {
			return t
		}
		if t.seen < s.taps[oldest].seen {
			oldest = j
		}
	}
	if len(s.taps) < maxTaps {
		oldest = len(s.taps)
		s.taps = append(s.taps, tap{})
	} else {
		s.stages[s.taps[oldest].stage].taps--
	}
	s.stages[i].taps++
	s.taps[oldest] = tap{Point: *p, seen: now, stage: uint8(i)}
	return &s.taps[oldest]
}

// miss counts what the other stages should have seen beside this sample of
// stage i, and drops those that stayed silent too long: silent agents, detours.
func (s *Stages) miss(i int, now int64) {
	sum := s.sum()
	for j := range s.stages {
		o := &s.stages[j]
		if j == i || !o.counts() {
			continue
		}
		o.missed += o.inverse / (sum - o.inverse)
		if o.missed > goneExpected && now-o.last > goneQuiet {
			o.live, o.promised = false, false
		}
	}
}

// audit looks at levels with several stages: one that sees significantly less
// than the fullest is a part of something (the order in a bridged fabric is
// unknown, say) and does not count until it is full again.
func (s *Stages) audit(now int64) {
	best, bestCount := 0.0, 1.0
	for i := range s.stages {
		if g := &s.stages[i]; g.live {
			e := decay(now - g.decayed)
			if v := g.weighed * e; v > best {
				best, bestCount = v, g.counted*e
			}
		}
	}
	for i := range s.stages {
		g := &s.stages[i]
		if !g.shared || !g.live {
			continue
		}
		e := decay(now - g.decayed)
		v, n := g.weighed*e, g.counted*e
		sigma := math.Sqrt(best*best/bestCount + v*v/max(n, 1))
		if g.part {
			g.part = v <= auditFull*best
		} else {
			g.part = best-v > auditSigma*sigma && v < auditPart*best
		}
	}
}

// Regroup forms the stages anew from the taps, once positions in a bridged path
// or routers became known. position gives a switch's place in the path from 1, 0 unknown.
func (s *Stages) Regroup(position func(agent uint32) int, routes Routes) {
	s.stages, s.oldStages = s.oldStages[:0], s.stages
	s.taps, s.oldTaps = s.oldTaps[:0], s.taps
	for i := range s.oldStages { // in the order of the stages, so that the result does not depend on evictions
		for j := range s.oldTaps {
			if int(s.oldTaps[j].stage) == i {
				s.regroupTap(&s.oldStages[i], s.oldTaps[j], position, routes)
			}
		}
	}
	s.share()
}

func (s *Stages) regroupTap(old *stage, t tap, position func(agent uint32) int, routes Routes) {
	t.Position = uint16(max(position(t.Agent), 0))
	k := s.find(&t.Point, routes)
	if k < 0 {
		if len(s.stages) == maxStages {
			return
		}
		g := *old
		g.taps, g.weighed, g.counted, g.part, g.shared = 0, 0, 0, false, false
		g.inverse = 1 / t.N
		k = len(s.stages)
		s.stages = append(s.stages, g)
	}
	g := &s.stages[k]
	t.stage = uint8(k)
	s.taps = append(s.taps, t)
	g.taps++
	g.last = max(g.last, old.last)
	g.decayed = max(g.decayed, old.decayed)
	g.live = g.live || old.live
	g.weighed += t.samples * t.N
	g.counted += t.samples
	g.inverse = min(g.inverse, 1/t.N)
}
