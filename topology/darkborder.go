package topology

import (
	"math/bits"

	"spoor/flow"
)

// A silent leaf may be a border as well: frames that come by it from its own
// hosts passed one router, those from outside many, at many distances.
const (
	nearHops  = 2 // routers, at most, between a silent leaf's hosts, or its mate's, and the switch next to it
	nearHosts = 3 // that only one router parts from a switch next to leaves: behind it is a leaf
)

// depths is what is known of frames that came from farther away than a leaf's hosts are.
type depths struct {
	n     uint32 // sightings
	alien uint32 // of them from addresses that live at switches that report
	addrs uint32 // buckets of the addresses
}

// fathom notes an address whose frames passed many routers before they entered an open port.
func (b *beyond) fathom(e *Evidence, alien bool) {
	if e.Hops <= nearHops {
		return
	}
	b.deep.n = add(b.deep.n, e.Count)
	b.deep.addrs |= addrBucket(&e.Addr)
	if alien {
		b.deep.alien = add(b.deep.alien, e.Count)
	}
}

// addrBucket gives the bit of an address in a set of 32 buckets.
func addrBucket(a *flow.Addr) uint32 { return 1 << (mixAddr(slotSeed, a) % 32) }

// nearAndFar: behind an open port next to leaves is a leaf with hosts of its own, and from behind it come
// frames of strangers from farther away, none of the fabric's.
func (b *beyond) nearAndFar(p *port) bool {
	return b.deep.n > 0 && b.deep.alien <= b.deep.n/100 && p.cameOver(1) >= nearHosts
}

// outsideBehind: they come from outside: many addresses, at many distances.
func (b *beyond) outsideBehind() bool {
	values, most := b.values()
	return b.deep.n >= outsideFrom && b.deep.alien <= b.deep.n/100 && bits.OnesCount32(b.deep.addrs) >= outsideSets && values >= outsideHops && most >= outsideFar
}

// leadOutside notes which inferred leaves are borders.
func (l *Learner) leadOutside(borders map[SwitchID]bool) {
	for _, n := range l.dark.nodes {
		switch is := borders[n.id]; {
		case is && n.outside == 0:
			l.border(n, 1)
		case !is && n.outside > 0:
			l.border(n, -1)
		}
	}
}
