package path

import "spoor/topology"

// Vote is a link that two sightings of one flow speak for.
type Vote struct {
	From, To Obs
	Gap      bool // a switch that nobody reports may be between the two
	HandOver bool // From, where the tunnel ends, hands over to its mate
}

// speak votes for a link when one flow left a at one TTL and entered b one lower.
func speak(snap *topology.Snapshot, a, b *Obs, votes []Vote) []Vote {
	a, b = order(a, b)
	gap, next := vote(snap, a, b)
	if !gap && !next {
		return votes
	}
	a.told, b.told = a.n, b.n
	return append(votes, Vote{From: *a, To: *b, Gap: gap})
}

// across votes for links between a switch where the flow was seen now, of those in mine, and others: some of the two fit the
// path, some speak against it. Where a flow leaves its path by a port of which nothing is known, that switch fits still. Only two
// such ports make a link: one that is known to lead somewhere may be of the path of before.
func (t *Tracker) across(snap *topology.Snapshot, mine []Obs, at topology.SwitchID, others []Obs, votes []Vote) []Vote {
	i := find(mine, at)
	if i < 0 || t.Encap {
		return votes
	}
	for j := range others {
		a, b := order(&mine[i], &others[j])
		if others[j].n > others[j].told && mine[i].Seen-others[j].Seen < voteWindow && a.Switch != b.Switch && leadsNowhere(snap, a.Switch, a.Out) && leadsNowhere(snap, b.Switch, b.In) {
			votes = speak(snap, a, b, votes)
		}
	}
	return votes
}

// leadsNowhere: nothing is known of where a port leads.
func leadsNowhere(snap *topology.Snapshot, id topology.SwitchID, port uint32) bool {
	return snap.Peer(id, port) == 0 && !toHost(snap, id, port)
}

// order gives two sightings in travel order.
func order(a, b *Obs) (first, second *Obs) {
	if a.TTL < b.TTL && !a.before(b) || b.before(a) {
		return b, a
	}
	return a, b
}

// vote tells what two sightings in travel order speak for that is not known: a
// silent switch between two open ports, or a link.
func vote(snap *topology.Snapshot, a, b *Obs) (gap, next bool) {
	if a.before(b) && b.begins == a.Switch && b.mate == 0 && b.passed() == 1 {
		return betweenOpen(snap, a, b), false
	}
	if !bareBetween(snap, a, b) || a.before(b) && !b.enteredAt(a) || a.tunnel != 0 && b.tunnel != 0 && a.tunnel != b.tunnel {
		return false, false
	}
	switch a.TTL - b.TTL {
	case 1:
		if a.Out == 0 || b.In == 0 {
			return false, false
		}
		p := snap.Port(a.Switch, a.Out)
		return false, p == nil || p.Peer != b.Switch || p.PeerPort != b.In
	case 2:
		return a.tunnel == b.tunnel && betweenOpen(snap, a, b), false
	}
	return false, false
}

// betweenOpen: a silent switch may join the ports by which the flow went from a to b, and nobody knows it yet.
func betweenOpen(snap *topology.Snapshot, a, b *Obs) bool {
	return snap.Open(a.Switch, a.Out) && snap.Open(b.Switch, b.In) && !sharesPeer(snap, a, b)
}

// sharesPeer: both ports lead to the same inferred switch already.
func sharesPeer(snap *topology.Snapshot, a, b *Obs) bool {
	p := snap.Peer(a.Switch, a.Out)
	return p != 0 && p == snap.Peer(b.Switch, b.In)
}
