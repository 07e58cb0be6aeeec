package links

import "math"

// Unavailable is the value by which an agent says that it does not count
// something (sFlow version 5, section 5.3: all ones).
const (
	unavailable32 = math.MaxUint32
	unavailable64 = math.MaxUint64
)

// Count is what a port's counters say of one direction.
type Count struct {
	Octets   uint64
	Frames   uint32 // of any kind; all ones: not counted
	Discards uint32
	Errors   uint32
}

// Poll is the counters of a port at one moment.
type Poll struct {
	Port     ID
	At       int64 // arrival, Unix ns
	Speed    float64
	In, Out  Count
	Up       bool // both administratively and in fact
	UpKnown  bool
	AdminOff bool   // switched off by somebody: no fault
	LAG      uint32 // ifIndex of the aggregate that the port is member of, 0 none
}

// Rate is what passed in one direction between two polls, per second.
type Rate struct {
	Bits     float64
	Frames   float64 // -1 unknown
	Discards float64 // -1 unknown
	Errors   float64 // -1 unknown
}

// wrap32 is where counters of 32 bits begin anew.
const wrap32 = 1 << 32

// advance gives the octets since the poll before. A counter that is smaller
// than before has wrapped, if the port can have carried what that means (some
// agents fill the 64 bits from a counter of 32), or was reset.
func advance(was, is uint64, most float64) (octets uint64, ok bool) {
	switch {
	case was == unavailable64 || is == unavailable64:
		return 0, false
	case is >= was:
		return is - was, true
	case was < wrap32:
		octets = is + wrap32 - was
	default:
		octets = is - was // modulo 2^64
	}
	return octets, float64(octets) <= most
}

// advance32 gives the events since the poll before, per second; -1 if they are
// not counted or the counter was reset.
func advance32(was, is uint32, seconds float64) float64 {
	n := is - was // modulo 2^32
	if was == unavailable32 || is == unavailable32 || n > 1<<31 {
		return -1
	}
	return float64(n) / seconds
}

// Bounds of a frame's octets.
const (
	leastFrame = 60
	mostFrame  = 16_000
)

// frames believes a rate of frames that fits to that of octets: a counter of 32 bits
// may have wrapped more than once.
func frames(rate, octets float64) float64 {
	if octets < leastFrame*rate || octets > mostFrame*rate {
		return -1
	}
	return rate
}

// between gives the rate between two counts; most is how many octets the port
// can have carried, 0 if its speed is unknown.
func between(was, is *Count, seconds, most float64) (Rate, bool) {
	octets, ok := advance(was.Octets, is.Octets, most)
	if !ok {
		return Rate{}, false
	}
	r := Rate{
		Bits: 8 * float64(octets) / seconds, Frames: frames(advance32(was.Frames, is.Frames, seconds), float64(octets)/seconds), Discards: advance32(was.Discards, is.Discards, seconds),
		Errors: advance32(was.Errors, is.Errors, seconds),
	}
	return r, true
}
