package fabric

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"spoor/flow"
)

// sharedMACs are the addresses that switches have in common.
var sharedMACs = [...]uint64{SharedGateway: 0x0200005e0001, SharedLeaves: 0x0200005e0002, SharedSpines: 0x0200005e0003}

// shared gives the router MAC that all switches of a tier have, 0 = each its own.
func (n *network) shared(t tier) uint64 {
	if t == tierLeaf && slices.Contains(n.cfg.SharedMACs, SharedLeaves) {
		return sharedMACs[SharedLeaves]
	}
	if t == tierSpine && slices.Contains(n.cfg.SharedMACs, SharedSpines) {
		return sharedMACs[SharedSpines]
	}
	return 0
}

// guests is how many a host routes for; the last one has the host's address.
const guests = 6

// addGuests puts guests (virtual machines, pods) behind hosts that route for them.
func (n *network) addGuests() {
	routing := 0
	for i, h := range slices.Clone(n.hosts) {
		if float64(routing) >= n.cfg.Routing*float64(i+1) {
			continue
		}
		routing++
		h.shown.routes = true
		for k := range guests {
			g := *h
			g.number, g.home, g.nat = len(n.hosts), h, k == guests-1
			g.name = fmt.Sprintf("%s-%d", h.name, k+1)
			g.ttl = n.cfg.HostTTL[g.number%len(n.cfg.HostTTL)] - 1
			if id := g.number; !g.nat {
				g.ip4 = flow.AddrFrom4([4]byte{10, byte(64 + id>>16), byte(id >> 8), byte(id)})
				g.ip6 = flow.Addr{0: 0xfd, 1: 1}
				binary.BigEndian.PutUint32(g.ip6[12:], uint32(id))
			}
			n.hosts = append(n.hosts, &g)
		}
	}
}

// outsiders is how many addresses outside take part.
const outsiders = 400

// addBorders links the last leaves to routers outside, and puts addresses there:
// each is reached over every border.
func (n *network) addBorders() {
	if n.cfg.Borders == 0 {
		return
	}
	var links bundle
	for i := range n.cfg.Borders {
		leaf := n.leaves[len(n.leaves)-n.cfg.Borders+i]
		leaf.silent = leaf.silent || n.cfg.SilentBorder
		p := n.addPort(leaf, n.cfg.FabricSpeed)
		p.router = &router{fmt.Sprintf("outside%d", i+1), ipv4(192, 0, 2, byte(1+i)), 0x020e00000000 | uint64(i+1)}
		links = append(links, p)
	}
	r := rand.New(rand.NewPCG(n.cfg.Seed, 7))
	for i := range outsiders {
		h := &host{name: fmt.Sprintf("far%d", i+1), leaf: -1, subnet: -1, slot: i, number: i, ports: links, outside: true, load: &load{}}
		h.ttl = [...]byte{64, 64, 128, 255}[r.IntN(4)] - 3 - byte(r.IntN(14))
		h.ip4 = flow.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		h.ip6 = flow.Addr{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 14: byte(i >> 8), 15: byte(i)}
		n.beyond = append(n.beyond, h)
	}
}

// far picks the ends of a mouse between here and outside.
func (g *generator) far() (src, dst *host) {
	inside, outside := g.net.hosts, g.net.beyond
	for {
		src, dst = inside[g.r.IntN(len(inside))], outside[g.r.IntN(len(outside))]
		if g.r.IntN(2) == 0 {
			src, dst = dst, src
		}
		if g.may(src, false) && g.may(dst, true) {
			return src, dst
		}
	}
}
