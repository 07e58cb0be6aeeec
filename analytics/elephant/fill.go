package elephant

// Fill is how full a flow's two buckets are, in threshold-seconds, and how full
// they must be for it to become an elephant.
type Fill struct {
	Slow, SlowFull float64
	Fast, FastFull float64
	Level          float64 // the flow's rate over the threshold, by the EWMA of 2 s
}

// Fill tells how far a flow is from becoming an elephant as of t.
func (p *Preset) Fill(s *State, t int64) Fill {
	dt := max(elapsed(s.T, Clock(t)), 0)
	return Fill{
		Slow: float64(max(0, s.S1-dt)), SlowFull: float64(max(float32(p.Slow)*s.Q, floor)),
		Fast: float64(max(0, s.S2-fastLeak*dt)), FastFull: float64(max(float32(p.Fast)*s.Q, floor)),
		Level: s.Level(t),
	}
}
