package fabric

import (
	"slices"
	"time"
)

// flowTruth is what really happened to a flow.
type flowTruth struct {
	conduit   *conduit
	session   *session
	first     int64 // Unix ns of the first packet that reached the receiver, 0 = none
	last      int64
	frames    uint64
	bytes     uint64
	second0   int64
	bits      []uint64 // by second from second0
	segments  []segment
	discarded uint64
	samples   uint64 // that reached the collector
}

// told is a flow of which a datagram holds a sample, the segment in which it was taken, and what it shows.
type told struct {
	flow    *flowTruth
	segment int
	view    view
}

// sampled notes a sample of a segment that reaches the collector at some time.
func (t *flowTruth) sampled(segment int, v *view, at int64) {
	t.samples++
	if t.conduit != nil {
		t.conduit.show(v)
	}
	s := &t.segments[segment]
	if !slices.Contains(s.views, *v) {
		s.views = append(s.views, *v)
	}
	s.samples++
	if s.heard == 0 || at < s.heard {
		s.heard = at
	}
	if segment > 0 {
		s.note(at)
	}
}

// soon is how long after a move's first sample the judge waits for its message.
const soon = int64(5 * time.Second)

// note keeps when samples reach the collector that do so within soon of the first, not all in order.
func (s *segment) note(at int64) {
	if at > s.heard+soon {
		return
	}
	s.early = append(s.early, at)
	if at == s.heard { // perhaps before others
		s.early = slices.DeleteFunc(s.early, func(at int64) bool { return at > s.heard+soon })
	}
}

// segment is a time during which a flow kept its routes.
type segment struct {
	first, last int64
	routes      []*route
	samples     uint64
	heard       int64    // when the first of them reached the collector
	early       []int64  // when those did that came soon after, if the flow moved here
	views       []view   // what they show, each once
	ways        []*route // that the flow might have taken, as far as routing goes; nil until somebody asks
}

// begin notes that the flow now takes some routes.
func (t *flowTruth) begin(routes []*route) {
	if n := len(t.segments); n > 0 {
		last := &t.segments[n-1]
		if sameRoutes(last.routes, routes) {
			return
		}
		if last.first == 0 { // nothing was sent that way
			t.segments = t.segments[:n-1]
			t.begin(routes)
			return
		}
	}
	t.segments = append(t.segments, segment{routes: routes})
}

func sameRoutes(a, b []*route) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].same(b[i]) {
			return false
		}
	}
	return true
}

// add notes packets that reached the receiver between two times of the same second.
func (t *flowTruth) add(first, last int64, frames, bytes uint64) {
	s := &t.segments[len(t.segments)-1]
	if s.first == 0 {
		s.first = first
	}
	s.last = last
	if t.first == 0 {
		t.first = first
		t.second0 = first / int64(time.Second)
	}
	t.last = last
	t.frames += frames
	t.bytes += bytes
	i := int(first/int64(time.Second) - t.second0)
	for len(t.bits) <= i {
		t.bits = append(t.bits, 0)
	}
	t.bits[i] += 8 * bytes
}
