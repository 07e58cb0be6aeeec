package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
)

// A lean flow's path is not worked out anew with each snapshot. What would make that of a flow with a detail be taken back is
// looked for once a round of the sweep.

// rounds are the snapshots by which the sweep's rounds began.
type rounds struct{ last, this uint64 }

// begin notes that the sweep begins a round.
func (r *rounds) begin(version uint64) { r.last, r.this = r.this, version }

// withdraw takes back what was told of a lean flow's path if that cannot be maintained: it takes a link that may have been down when the
// flow was seen last, or ends where its receiver did not live any longer, or begins where its sender did not.
func (s *shard) withdraw(slot uint32, e *flowtable.Entry) {
	if e.Flags&lean == 0 || s.snap.Version <= s.rounds.last {
		return
	}
	c := s.table.Cold(slot)
	hops := s.knownHops(slot, e)
	if path.Untouched(s.snap, hops, c.Key.Src, c.Key.Dst, s.rounds.last) {
		return
	}
	t := &s.spare.tracker
	t.Reset(c.Key.Src, c.Key.Dst)
	t.Encap = e.Flags&tunnelled != 0
	if !t.Outdated(s.snap, hops, s.lastSeen(e)) {
		return
	}
	var seen []path.Hop
	for _, h := range hops {
		if h.Observed {
			seen = append(seen, h)
		}
	}
	fatten(e)
	s.clearPath(slot, e)
	e.Revision++
	s.countState(e, flow.PathProvisional)
	s.emit(Event{Path: &flow.Path{
		Key: c.Key, ID: c.Key.ID(), Time: s.clock, State: flow.PathProvisional, Cause: flow.PathCorrected, Revision: e.Revision, Hops: s.hops(seen),
		FirstSeen: c.First, LastSeen: s.lastSeen(e), Samples: uint64(e.N), Bytes: e.Bytes,
	}})
}
