package elephant

const (
	sequenceWindow  = 1_500_000_000 // ns, the least time over which a proof must hold
	sequenceSamples = 6             // and the least number of samples
	sequenceDecay   = 0.98          // per sample, of the mean ratio of frame to payload
)

// Sequence bounds a TCP flow's rate from below by its sequence numbers: two
// samples tell exactly how many bytes passed between them, and the time between
// them is at most that from the arrival of the datagram before the first one's
// to the arrival of the second one's. The zero value is ready; a SYN of a new
// connection between the same ports wants a zero value again.
type Sequence struct {
	first, next   mark    // beginning of the window that is judged, and of the one that follows
	position      int64   // bytes since the first sample, unwrapped
	frames, bytes float64 // decaying sums: their ratio turns goodput into what the link carries
	last          uint32
	count         uint32
	started       bool
}

// mark is a place in the stream and a time before which it was not sent.
type mark struct {
	position, after int64
	set             bool
}

// Add takes a sample with payload: the sequence number behind its payload (its
// first byte's does as well, but not both in turn), the bytes that the frame
// takes on the link, those of its payload, the arrival of the datagram before
// the sample's from the same sub-agent, and the arrival of the sample's own. It
// gives the proven mean rate in bit/s over the last 1.5 s or more, 0 while nothing is proven.
//
// Steps back (retransmissions, agents out of order) are left out. A gap of more
// than 2 GB looks smaller than it is or like a step back: the bound stays a bound.
func (s *Sequence) Add(sequence uint32, frame, payload float64, notBefore, received int64) float64 {
	if payload <= 0 {
		return 0
	}
	s.frames, s.bytes = s.frames*sequenceDecay+frame, s.bytes*sequenceDecay+payload
	if !s.started {
		s.started, s.last = true, sequence
	}
	s.count++
	step := int32(sequence - s.last)
	if step < 0 {
		return 0
	}
	s.last = sequence
	s.position += int64(step)
	if !s.first.set || received-s.first.after > 4*sequenceWindow {
		s.first, s.next = mark{s.position, notBefore, true}, mark{}
		return 0
	}
	rate := 0.0
	if d := received - s.first.after; d >= sequenceWindow && s.count >= sequenceSamples {
		rate = 8e9 * float64(s.position-s.first.position) * s.frames / s.bytes / float64(d)
	}
	s.advance(notBefore, received)
	return rate
}

// advance begins the next window one window's length after the first, and moves on to it after another.
func (s *Sequence) advance(notBefore, received int64) {
	if !s.next.set && received-s.first.after > sequenceWindow {
		s.next = mark{s.position, notBefore, true}
	}
	if s.next.set && received-s.next.after > sequenceWindow {
		s.first, s.next = s.next, mark{s.position, notBefore, true}
	}
}
