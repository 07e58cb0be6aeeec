package analytics

import (
	"slices"

	"spoor/analytics/path"
	"spoor/flow"
	"spoor/topology"
)

// linksOf gives the links that a flow passes, as far as they are known, in travel order.
func (s *shard) linksOf(d *detail) []passedLink {
	switch {
	case d.tracker.Complete:
		return s.pathLinks(d.tracker.Hops)
	case d.tracker.Sprayed():
		return s.sprayedLinks(d)
	}
	return s.seenLinks(d.tracker.Observed())
}

// passedLink is one link on a flow's way: the port that sends onto it, or the
// host's port of the switch.
type passedLink struct {
	from, to  flow.Port
	id        string
	host      bool // leads to or from a host
	hostSends bool
	speed     float64 // of what one flow can take: an aggregate's member
	capacity  float64 // of the whole
	threshold float64 // share from which a flow takes too much
	inferred  bool
	sure      bool    // the speed is beyond doubt
	part      float64 // of a sprayed flow that takes it, 0 all
}

func (s *shard) pathLinks(hops []path.Hop) []passedLink {
	var links []passedLink
	for i, h := range hops {
		if i == 0 && h.In != 0 {
			links = append(links, s.inLink(h.Switch, h.In, true))
		}
		if h.Out != 0 {
			links = append(links, s.outLink(h.Switch, h.Out, i == len(hops)-1))
		} else if i+1 < len(hops) && hops[i+1].In != 0 {
			links = append(links, s.inLink(hops[i+1].Switch, hops[i+1].In, false))
		}
	}
	return links
}

// seenLinks: of a flow whose path is not known each sampled port counts once.
func (s *shard) seenLinks(obs []path.Obs) []passedLink {
	var links []passedLink
	seen := func(l passedLink) bool {
		return slices.ContainsFunc(links, func(o passedLink) bool { return o.id == l.id })
	}
	for i := range obs {
		o := &obs[i]
		if o.Out != 0 {
			if l := s.outLink(o.Switch, o.Out, false); !seen(l) {
				links = append(links, l)
			}
		}
		if o.In != 0 {
			if l := s.inLink(o.Switch, o.In, false); !seen(l) {
				links = append(links, l)
			}
		}
	}
	return links
}

// outLink gives the link onto which a port sends.
func (s *shard) outLink(sw topology.SwitchID, ifIndex uint32, last bool) passedLink {
	l := s.portLink(sw, ifIndex)
	l.from = s.snap.FlowPort(sw, ifIndex)
	if p := s.snap.Port(sw, ifIndex); p != nil && p.Peer != 0 {
		l.to = s.snap.FlowPort(p.Peer, p.PeerPort)
		return l
	}
	l.host = last || s.isEdge(sw, ifIndex)
	return l
}

// inLink gives the link from which a port receives.
func (s *shard) inLink(sw topology.SwitchID, ifIndex uint32, first bool) passedLink {
	l := s.portLink(sw, ifIndex)
	if p := s.snap.Port(sw, ifIndex); p != nil && p.Peer != 0 {
		l.from, l.to = s.snap.FlowPort(p.Peer, p.PeerPort), s.snap.FlowPort(sw, ifIndex)
		return l
	}
	if l.host = first || s.isEdge(sw, ifIndex); l.host {
		l.from, l.hostSends = s.snap.FlowPort(sw, ifIndex), true
	} else { // from a switch that we do not hear
		l.to = s.snap.FlowPort(sw, ifIndex)
	}
	return l
}

func (s *shard) isEdge(sw topology.SwitchID, ifIndex uint32) bool {
	p := s.snap.Port(sw, ifIndex)
	return p != nil && p.Edge
}

// portLink gives what is known of the link at a port, of the slower of its ends.
func (s *shard) portLink(sw topology.SwitchID, ifIndex uint32) passedLink {
	l := passedLink{}
	if p := s.snap.Port(sw, ifIndex); p != nil {
		l.speed, l.capacity, l.threshold, l.inferred, l.sure, l.id = p.Lane(), p.Speed, p.Share, p.SpeedInferred, p.SpeedSure, p.LinkID
		if q := s.snap.Port(p.Peer, p.PeerPort); q != nil && q.Speed > 0 && (l.speed == 0 || q.Limit() < p.Limit()) {
			l.speed, l.capacity, l.threshold, l.sure = q.Lane(), q.Speed, q.Share, q.SpeedSure
		}
	}
	if l.id == "" {
		l.id = portID(s.agent(sw), ifIndex)
	}
	return l
}
