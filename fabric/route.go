package fabric

import "net/netip"

// wire is what a frame looks like between two hops.
type wire struct {
	smac, dmac uint64
	vlan       uint16 // 802.1Q tag, 0 = none
	ttl        byte   // of the flow's own IP header
	tunnel     tunnel // VXLAN, if src is valid
}

// tunnel is the outside of a VXLAN packet and its inner Ethernet header.
type tunnel struct {
	src, dst   netip.Addr
	ttl        byte
	vni        uint32
	smac, dmac uint64
}

func (w *wire) tunnelled() bool { return w.tunnel.src.IsValid() }

// overhead gives the bytes that a frame is longer on this wire than at a host.
func (w *wire) overhead() uint64 {
	n := uint64(0)
	if w.tunnelled() {
		n = vxlanOverhead
	}
	if w.vlan != 0 {
		n += 4
	}
	return n
}

// entryTTL gives the TTL that a router sees.
func (w *wire) entryTTL() byte {
	if w.tunnelled() {
		return w.tunnel.ttl
	}
	return w.ttl
}

// hop is a switch on a path, with physical ports.
type hop struct {
	node    *node
	in, out *port
}

// tap is a place where packets of a flow are sampled.
type tap struct {
	agent   *agent
	source  *port
	in, out *port // nil: the device itself
	hop     int   // index among the route's hops, -1 = the sending host, len(hops) = the receiving one
	egress  bool
	wire    *wire  // as the sampled header shows the frame
	next    *node  // router behind out, nil at the edge
	vniIn   uint32 // of the packet before and behind the switch, where a tunnel begins or ends; 0 = unknown
	vniOut  uint32
}

// route is one path between two hosts; it does not change once built.
type route struct {
	hops  []hop
	wires []wire // one more than hops: in front of each, and the last behind
	taps  []tap
	tolls []toll
	leaks []leak
	// Where it goes up to the spines and where it comes down; nil if it stays below.
	from, to *node
}

// toll is a counter that packets of a route pass, with what each frame is longer there than at a host.
type toll struct {
	tally    *tally
	overhead uint64
	stage    int // of the way, at which packets may have been lost: see lane.at
}

// same reports whether two routes use the same ports.
func (r *route) same(o *route) bool {
	if len(r.hops) != len(o.hops) {
		return false
	}
	for i := range r.hops {
		if r.hops[i] != o.hops[i] {
			return false
		}
	}
	return true
}

// choice narrows ECMP for packet spraying; -1 leaves it to the hash.
type choice struct{ spine, super int }

var byHash = choice{-1, -1}

// tracer follows a packet from a host to another.
type tracer struct {
	n        *network
	src, dst *host
	hash     uint64
	bridged  bool      // the two are in one subnet
	every    *odometer // decides in place of hashes, nil = they do
	r        *route
}

// trace gives the route of a flow: bond is the hash by which its host chooses a
// port, hash that by which switches choose. It is nil if no link leads there.
func (n *network) trace(src, dst *host, bond, hash uint64, c choice) *route {
	t := tracer{n: n, src: src, dst: dst, hash: hash, r: &route{}}
	return t.trace(bond, c)
}

func (t *tracer) trace(bond uint64, c choice) *route {
	n, src, dst := t.n, t.src, t.dst
	links := bundle(src.ports).up()
	if len(links) == 0 {
		return nil
	}
	in := t.first(links, bond)
	leaf := in.node
	local, beside := dst.at(leaf), t.beside(leaf)
	t.bridged = src.leaf == dst.leaf && (local != nil || beside)
	if n.cfg.VXLAN {
		t.bridged = src.subnet == dst.subnet
	}
	t.bridged = t.bridged && !src.routed() && !dst.routed()
	w := wire{smac: src.macOn(in), dmac: in.mac, ttl: src.ttl}
	if t.bridged {
		w.dmac = dst.mac
	}
	switch {
	case local != nil:
		t.deliver(in, w, local)
	case beside:
		t.overPeerLink(in, w)
	case !t.climb(in, w, c):
		return nil
	}
	t.r.taps = n.taps(t.r, src, dst)
	t.r.tolls = t.r.tollsOf(src, dst)
	t.r.leaks = t.r.leaksOf()
	return t.r
}

// first chooses the link by which the host sends. Where it hashes MACs that is always the same one, and no secret.
func (t *tracer) first(links bundle, bond uint64) *port {
	if t.n.cfg.BondHash == BondByMAC && !t.src.outside {
		return links[weigh(mix(t.src.mac), 1, len(links))]
	}
	return links[t.weigh(bond, 1, len(links))]
}

func (r *route) tollsOf(src, dst *host) []toll {
	var all []toll
	for i := range r.hops {
		h := &r.hops[i]
		all = append(all, toll{&h.in.in, r.wires[i].overhead(), 2 * i}, toll{&h.out.out, r.wires[i+1].overhead(), 2*i + 1})
	}
	if a := src.box().agent; a != nil {
		all = append(all, toll{&a.node.ports[0].out, 0, 0})
	}
	if a := dst.box().agent; a != nil {
		all = append(all, toll{&a.node.ports[0].in, 0, arrived})
	}
	return all
}

func (t *tracer) step(in *port, w wire, out *port) {
	t.r.hops = append(t.r.hops, hop{in.node, in, out})
	t.r.wires = append(t.r.wires, w)
}

// deliver hands the packet to the host behind out, and ends the route.
func (t *tracer) deliver(in *port, w wire, out *port) {
	t.step(in, w, out)
	last := wire{smac: out.mac, dmac: t.dst.macOn(out), ttl: w.ttl - 1}
	if t.bridged {
		last = wire{smac: t.src.mac, dmac: t.dst.mac, ttl: w.ttl}
	}
	t.r.wires = append(t.r.wires, last)
}

// overPeerLink routes (or bridges) to the host's VLAN, and lets the mate bridge the frame to the host.
func (t *tracer) overPeerLink(in *port, w wire) {
	leaf := in.node
	t.step(in, w, leaf.peer)
	next := wire{smac: leaf.mac, dmac: t.dst.mac, ttl: w.ttl - 1}
	if t.bridged {
		next.smac, next.ttl = t.src.mac, w.ttl
	}
	out := t.dst.at(leaf.mate)
	next.vlan = out.vlan
	t.step(leaf.peer.far, next, out)
	next.vlan = 0
	t.r.wires = append(t.r.wires, next)
}

// climb goes over spines, and in another pod over super-spines; it is false if there is no such way.
func (t *tracer) climb(in *port, w wire, c choice) bool {
	n, leaf := t.n, in.node
	last := t.lastLeaf(leaf)
	if last == nil {
		return t.detour(in, w, c)
	}
	t.r.from, t.r.to = leaf, last
	up := leaf.up[t.spine(leaf, last, c.spine)][0].far.node
	target := last
	var super *node
	if up.pod != last.pod {
		super = t.super(up, last, c.super)
		if n.cfg.VXLAN {
			target = super // a border gateway between the pods
		}
	}
	out := t.member(leaf.up[up.index])
	t.step(in, w, out)
	w = t.leave(w, leaf, target, out)
	cur := out.far
	if super != nil {
		cur, w = t.pass(cur, w, t.member(up.up[super.index]))
		down := t.member(super.down[last.pod])
		if n.cfg.VXLAN {
			t.step(cur, w, down)
			w = t.leave(w, super, last, down)
			cur = down.far
		} else {
			cur, w = t.pass(cur, w, down)
		}
	}
	spine := cur.node
	cur, w = t.pass(cur, w, t.member(spine.down[last.number-last.pod*n.cfg.Leaves]))
	if local := t.dst.at(last); local != nil {
		t.deliver(cur, w, local)
	} else {
		t.overPeerLink(cur, w)
	}
	return true
}

// pass routes an underlay packet through a switch.
func (t *tracer) pass(in *port, w wire, out *port) (*port, wire) {
	t.step(in, w, out)
	if w.tunnelled() {
		w.tunnel.ttl--
	} else {
		w.ttl--
	}
	w.smac, w.dmac = out.mac, out.far.mac
	return out.far, w
}

// leave routes a packet out of a switch, with VXLAN into the tunnel to target.
func (t *tracer) leave(w wire, from, target *node, out *port) wire {
	next := wire{smac: out.mac, dmac: out.far.mac, ttl: w.ttl - 1}
	if !t.n.cfg.VXLAN {
		return next
	}
	pod := uint32(max(from.pod, target.pod))
	if from.tier == tierSuper {
		pod = uint32(target.pod)
	}
	next.tunnel = tunnel{src: from.vtep, dst: target.vtep, ttl: 64, vni: l3VNI + pod, smac: from.mac, dmac: target.mac}
	if t.bridged {
		next.ttl = w.ttl
		next.tunnel.smac, next.tunnel.dmac, next.tunnel.vni = t.src.mac, t.dst.mac, l2VNI(t.src, pod)
	}
	return next
}

// VNIs: a tenant's, by pod, and those of its subnets.
const l3VNI = 50001

// l2VNI gives that of a host's subnet, 0 outside.
func l2VNI(h *host, pod uint32) uint32 {
	if h.outside {
		return 0
	}
	return 10010 + 1000*pod + uint32(h.subnet)
}

// weigh chooses one of n by a hash, or as every does.
func (t *tracer) weigh(hash, salt uint64, n int) int {
	if t.every != nil {
		return t.every.choose(n)
	}
	return weigh(hash, salt, n)
}

// weigh spreads hashes evenly over n.
func weigh(hash, salt uint64, n int) int {
	if n == 1 {
		return 0
	}
	return int(mix(hash^mix(salt)) % uint64(n))
}

// mix is the finalizer of MurmurHash3, a bijection that spreads every bit.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
