package elephant

// Recent puts samples in the order of their times. Agents gather samples and send them in lumps, each at its own time. Taken in
// the order of their arrival, samples of the same moment stand one behind the
// other: for an instant the buckets hold up to a lump of each agent too much. It
// keeps what came of the last 2 s by its time, so that a bucket which is
// full in the order of arrival can be checked in that of the samples' times.
//
// In the order of times the level is never higher, so that nothing needs to be
// looked at while the simple buckets are not full.
type Recent struct {
	bins   [recentBins]float32 // what the samples of each bin stand for, in threshold-seconds
	begin  uint32              // clock at which the oldest bin begins
	oldest uint32              // its index
	s1, s2 float32             // the buckets' levels at that time
	known  bool                // begin and the levels mean something
}

// 32 bins of 67 ms: samples more than 2 s late are not for the detector anyway.
const (
	recentBins = 32
	binShift   = 9 // units of Clock: 2^9 of them are a bin
	binSeconds = (1 << binShift) * (1 << clockShift) / 1e9
)

// Reset forgets all: what comes next begins with the levels that the buckets have then.
func (r *Recent) Reset() { r.known = false }

// add notes a sample with clock c that stands for x. s is the flow's state before it.
func (r *Recent) add(s *State, c uint32, x float32) {
	if !r.known {
		r.start(s, c)
	}
	k := int32(c-r.begin) >> binShift
	if k >= recentBins {
		r.forget(uint32(k) - recentBins + 1)
		k = recentBins - 1
	}
	r.bins[(r.oldest+uint32(max(k, 0)))%recentBins] += x // later than 2 s: as if just in time
}

// start begins with the levels that the buckets have. Where they are empty
// there is room for samples that were taken before this one.
func (r *Recent) start(s *State, c uint32) {
	*r = Recent{begin: s.T, s1: s.S1, s2: s.S2, known: true}
	if s.S1 == 0 && s.S2 == 0 {
		r.begin = c - recentBins/2<<binShift
	}
	r.begin &^= 1<<binShift - 1
}

// forget closes the n oldest bins: nothing of their time comes any more.
func (r *Recent) forget(n uint32) {
	r.begin += n << binShift
	for range min(n, recentBins) {
		x := &r.bins[r.oldest]
		r.s1, r.s2 = pour(r.s1, *x, 1), pour(r.s2, *x, fastLeak)
		*x = 0
		r.oldest = (r.oldest + 1) % recentBins
	}
	if n > recentBins {
		idle := float32(n-recentBins) * binSeconds
		r.s1, r.s2 = max(0, r.s1-idle), max(0, r.s2-fastLeak*idle)
	}
}

// pour fills what a bin holds into a bucket, which leaks for the time of the bin.
func pour(level, x, leak float32) float32 { return max(0, min(level+x, fullest)-leak*binSeconds) }

// full reports whether a bucket of one of these sizes ran full in the order of the samples' times.
func (r *Recent) full(slow, fast float32) bool {
	s1, s2 := r.s1, r.s2
	for i := range uint32(recentBins) {
		x := r.bins[(r.oldest+i)%recentBins]
		if s1+x >= slow || s2+x >= fast {
			return true
		}
		s1, s2 = pour(s1, x, 1), pour(s2, x, fastLeak)
	}
	return false
}
