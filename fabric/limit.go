package fabric

// limited tells whether the agent drops a sample because it took as many in this
// second as it may. Its sequence does not count that one, its pool and drops do.
func (a *agent) limited(s *sample) bool {
	if a.cfg.SampleLimit == 0 || s.discard {
		return false
	}
	if second := s.at / 1e9; second != a.second {
		a.second, a.sampled = second, 0
	}
	if a.sampled++; a.sampled <= a.cfg.SampleLimit {
		return false
	}
	a.over = true
	src := &s.tap.source.source
	src.drops++
	src.pool += src.rate
	return true
}

// backOff doubles the sampling rates of agents that were over their limit.
func (f *Fabric) backOff() {
	for _, a := range f.agents {
		if !a.over || !f.cfg.BackOff {
			continue
		}
		a.over = false
		for _, p := range a.node.ports {
			p.source.setRate(min(2*p.source.rate, maxRate))
		}
		f.rates++
	}
}

// maxRate keeps a rate that is doubled within 24 bits.
const maxRate = 1 << 23
