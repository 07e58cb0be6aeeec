package analytics

import (
	"cmp"
	"math"
	"slices"

	"spoor/analytics/flowtable"
	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// A change of a path's share that is worth a message: that much beside what so many samples leave uncertain.
const (
	shareMoved = 0.1
	waySamples = 128
)

// toldWay is one path of a sprayed flow as it was published.
type toldWay struct {
	via   []topology.SwitchID
	share float64
}

// tellSprayed publishes the paths of a sprayed flow if they are news.
func (s *shard) tellSprayed(d *detail, e *flowtable.Entry, now int64) {
	s.ways = d.tracker.Alternatives(s.ways[:0])
	slices.SortStableFunc(s.ways, func(a, b path.Alternative) int { return cmp.Compare(b.Share, a.Share) })
	was := d.told.known && d.told.state == flow.PathMultipath
	few := 1 / math.Sqrt(float64(min(e.N, waySamples)))
	if len(s.ways) < 2 || was && sameWays(d.told.ways, s.ways, shareMoved+few) {
		return
	}
	p := s.message(d, e, flow.PathMultipath, now)
	p.Hops = []flow.Hop{}
	if d.told.known {
		p.Cause = flow.PathCorrected
		if d.told.state == flow.PathComplete {
			p.Cause, p.Previous = flow.PathMoved, s.switchNames(d.tracker.Previous)
		}
	}
	ways := make([]toldWay, 0, len(s.ways))
	for i := range s.ways {
		w := &s.ways[i]
		ways = append(ways, toldWay{switches(w.Hops), w.Share})
		p.Alternatives = append(p.Alternatives, flow.PathAlternative{Switches: s.switchNames(w.Hops), Share: math.Round(w.Share*1000) / 1000})
	}
	s.tell(d, e, p, nil)
	d.told.ways = ways
}

func switches(hops []path.Hop) []topology.SwitchID {
	ids := make([]topology.SwitchID, len(hops))
	for i := range hops {
		ids[i] = hops[i].Switch
	}
	return ids
}

func sameWays(told []toldWay, ways []path.Alternative, tolerance float64) bool {
	if len(told) != len(ways) {
		return false
	}
	for i := range ways {
		k := slices.IndexFunc(told, func(w toldWay) bool {
			return slices.EqualFunc(w.via, ways[i].Hops, func(id topology.SwitchID, h path.Hop) bool { return h.Switch == id })
		})
		if k < 0 || math.Abs(told[k].share-ways[i].Share) > tolerance {
			return false
		}
	}
	return true
}

// sprayedLinks gives the links of all paths of a sprayed flow, each with the part of the flow that takes it.
func (s *shard) sprayedLinks(d *detail) []passedLink {
	var links []passedLink
	s.ways = d.tracker.Alternatives(s.ways[:0])
	for i := range s.ways {
		for _, l := range s.pathLinks(s.ways[i].Hops) {
			k := slices.IndexFunc(links, func(o passedLink) bool { return o.id == l.id && o.from == l.from && o.hostSends == l.hostSends })
			if k < 0 {
				k = len(links)
				links = append(links, l)
			}
			links[k].part += s.ways[i].Share
		}
	}
	for i := range links {
		links[i].part = min(links[i].part, 1)
	}
	return links
}
