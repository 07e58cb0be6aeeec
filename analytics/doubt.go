package analytics

import (
	"cmp"

	"spoor/analytics/flowtable"
	"spoor/flow"
)

// outrun: a flow that seems to take so many times what its link can carry tells of a wrong speed,
// where nothing but its agent's word speaks for it.
const outrun = 3

// doubt reports whether an elephant is not to be announced yet, or no longer: its rate is more than
// its tightest link can carry. It is asked again at each tick. Once another limit holds, what
// was seen by the old one says nothing: the flow is judged anew.
func (s *shard) doubt(l *life, d *detail, e *flowtable.Entry) bool {
	limit := s.theta(d, e)
	if l.doubted != 0 && limit != l.doubted {
		s.end(l, flow.EndBelow)
		return true
	}
	if limit == 0 || !s.outruns(d) {
		return false
	}
	l.doubted = limit
	return true
}

// outruns reports whether a flow's rate is more than the link with the least limit on its way can
// carry, and the speed of that is no more than its agent's word.
func (s *shard) outruns(d *detail) bool {
	rate := d.estimate.At(s.clock).Rate
	var tightest passedLink
	least := 0.0
	for _, l := range s.linksOf(d) {
		if l.speed <= 0 {
			continue
		}
		if own := l.threshold * l.speed / cmp.Or(l.part, 1); least == 0 || own < least {
			tightest, least = l, own
		}
	}
	return least > 0 && !tightest.sure && rate*cmp.Or(tightest.part, 1) > outrun*tightest.capacity
}
