package pipeline

// Bounds of a sample's event time.
const (
	timestampTrust = int64(3e9) // ns before arrival in which record 1043 is believed
	sampleBytes    = 40         // no flow sample is smaller: bounds the count that a datagram claims
)

// spread gives the samples of one datagram the times at which they were
// probably taken. sFlow carries no clock: an agent gathers samples for up to a
// second, so they are laid evenly over the time since its datagram before.
type spread struct {
	from, to int64
	n, i     int64
}

// newSpread is for a datagram that claims n samples in size bytes.
func newSpread(from, to int64, n uint32, size int) spread {
	return spread{from: min(from, to), to: to, n: max(1, min(int64(n), int64(size)/sampleBytes+1))}
}

// next gives the time of the next sample: timestamp (record 1043) where it lies
// within the 3 s before arrival, else the middle of the sample's part of the gap.
func (s *spread) next(timestamp int64) int64 {
	i := min(s.i, s.n-1)
	s.i++
	if timestamp != 0 && timestamp > s.to-timestampTrust && timestamp <= s.to {
		return timestamp
	}
	// (i+0.5)/n of a gap of at most a second: no overflow.
	return s.from + (s.to-s.from)*(2*i+1)/(2*s.n)
}
