package path

import (
	"slices"

	"spoor/topology"
)

// A flow that is seen at two switches with one TTL was bridged from one to the other, as a pair does over its peer link, or it moved with
// its hosts. Seen at the first again it did not move. Until then the order tells in which it was seen: first at the one alone, then at the other alone.

// bounce is what is known of that.
type bounce struct {
	from topology.SwitchID // where the flow was seen before, with the TTL that it then had elsewhere; 0 never
	to   topology.SwitchID // the other one
	n    uint32            // how often it was seen at from
	back bool              // it was seen there again
}

// leaves notes that a flow, so far seen as in obs, is seen at another switch, with one TTL perhaps.
func (b *bounce) leaves(obs []Obs, y *Obs) {
	if i := slices.IndexFunc(obs, func(o Obs) bool { return o.TTL == y.TTL && o.Switch != y.Switch }); i >= 0 {
		b.back = b.back || b.from == y.Switch
		b.from, b.to, b.n = obs[i].Switch, y.Switch, obs[i].n
	}
}

// movedOdds: frames that pass both switches are seen in one of so many orders, each of which is as likely as any other.
const movedOdds = 32

// moved: what was seen since then is of a flow that moved, if it was seen elsewhere at all. That a host's agent saw it as well tells nothing.
func (b *bounce) moved(snap *topology.Snapshot, obs []Obs) bool {
	if b.from == 0 || isHost(snap, b.from) || isHost(snap, b.to) {
		return true
	}
	if b.back || len(obs) != 1 {
		return false
	}
	few, many := uint64(min(b.n, obs[0].n)), uint64(max(b.n, obs[0].n))
	orders := uint64(1)
	for i := uint64(1); i <= few && orders < movedOdds; i++ {
		orders = orders * (many + i) / i
	}
	return orders >= movedOdds
}

func isHost(snap *topology.Snapshot, id topology.SwitchID) bool {
	sw := snap.Switch(id)
	return sw != nil && sw.Host
}
