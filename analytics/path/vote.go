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
