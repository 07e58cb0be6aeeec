package fabric

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"spoor/flow"
)

// network is the fabric itself: switches, links, hosts.
type network struct {
	cfg    *Config
	leaves []*node
	spines []*node
	supers []*node
	nodes  []*node // all of them, and hosts with agents
	hosts  []*host // guests behind all others
	beyond []*host // outside
}

func build(cfg *Config) *network {
	n := &network{cfg: cfg}
	for pod := range cfg.Pods {
		for range cfg.Leaves {
			n.leaves = append(n.leaves, n.addNode(tierLeaf, pod, len(n.leaves), len(n.leaves)))
		}
		for s := range cfg.Spines {
			n.spines = append(n.spines, n.addNode(tierSpine, pod, s, len(n.spines)))
		}
	}
	if cfg.Pods > 1 {
		for range cfg.Spines {
			for s := range cfg.SuperSpines {
				n.supers = append(n.supers, n.addNode(tierSuper, -1, s, len(n.supers)))
			}
		}
	}
	n.silence(n.leaves, cfg.SilentLeaves)
	n.silence(n.spines, cfg.SilentSpines)
	n.addHosts()
	n.cable()
	n.pair()
	n.addGuests()
	n.addBorders()
	for _, p := range n.ports() {
		p.source.setRate(n.rate(p.speed))
	}
	return n
}

// rate gives the sampling rate of a port of some speed.
func (n *network) rate(speed uint64) uint32 {
	if n.cfg.SamplingRate != 0 {
		return n.cfg.SamplingRate
	}
	return uint32(max(speed/1e6, 1))
}

func (n *network) ports() []*port {
	var all []*port
	for _, v := range n.nodes {
		all = append(all, v.ports...)
	}
	return all
}

// silence takes the agents of some switches away, evenly spread.
func (n *network) silence(of []*node, count int) {
	for i := range count {
		of[(2*i+1)*len(of)/(2*count)].silent = true
	}
}

func (n *network) addNode(t tier, pod, index, number int) *node {
	v := &node{tier: t, pod: pod, index: index, number: number}
	v.name = [...]string{"leaf", "spine", "super", ""}[t] + fmt.Sprint(number+1)
	v.mac = 0x025e00000000 | uint64(t)<<24 | uint64(number)
	if mac := n.shared(t); mac != 0 {
		v.mac = mac
	}
	v.addr = n.agentAddr(t, number)
	v.vtep = ipv4(10, byte(240+int(t)), byte((number+1)>>8), byte(number+1))
	n.nodes = append(n.nodes, v)
	return v
}

func (n *network) agentAddr(t tier, number int) netip.Addr {
	a := ipv4(10, byte(255-int(t)), byte((number+1)>>8), byte(number+1))
	if !n.cfg.IPv6Agents {
		return a
	}
	b := a.As4()
	return netip.AddrFrom16([16]byte{0: 0xfd, 1: 0xff, 7: b[1], 14: b[2], 15: b[3]})
}

func ipv4(a, b, c, d byte) netip.Addr { return netip.AddrFrom4([4]byte{a, b, c, d}) }

func (n *network) addPort(v *node, speed uint64) *port {
	p := &port{node: v, number: len(v.ports) + 1, speed: speed}
	p.ifIndex = uint32(p.number + 2)
	p.name = fmt.Sprintf("swp%d", p.number)
	p.mac = v.mac
	if !n.cfg.SwitchMAC && n.shared(v.tier) == 0 {
		p.mac = 0x025f00000000 | uint64(v.tier)<<28 | uint64(v.number)<<12 | uint64(p.number)
	}
	v.ports = append(v.ports, p)
	return p
}

func (n *network) addHosts() {
	for _, leaf := range n.leaves {
		for slot := range n.cfg.Hosts {
			h := &host{leaf: leaf.number, slot: slot, number: len(n.hosts), load: &load{}}
			h.name = fmt.Sprintf("h%d-%d", leaf.number+1, slot+1)
			h.mac = 0x02aa00000000 | uint64(leaf.number+1)<<12 | uint64(slot+1)
			h.ttl = n.cfg.HostTTL[h.number%len(n.cfg.HostTTL)]
			h.subnet = slot % 8
			n.address(h)
			n.attach(h, leaf)
			n.hosts = append(n.hosts, h)
		}
	}
}

// address gives a host its addresses: of its leaf's subnet, or with VXLAN of a subnet stretched over all leaves.
func (n *network) address(h *host) {
	l := h.leaf + 1
	a := [4]byte{10, byte(l >> 8), byte(l), byte(10 + h.slot)}
	prefix := uint16(l)
	if n.cfg.VXLAN {
		id := h.leaf*8 + h.slot/8 + 1
		a = [4]byte{172, byte(16 + h.subnet), byte(id >> 8), byte(id)}
		prefix = uint16(0x1000 + h.subnet)
	}
	h.ip4 = flow.AddrFrom4(a)
	h.ip6 = flow.Addr{0: 0xfd, 15: byte(10 + h.slot)}
	binary.BigEndian.PutUint16(h.ip6[2:], prefix)
	binary.BigEndian.PutUint16(h.ip6[12:], uint16(l))
}

func (n *network) attach(h *host, leaf *node) *port {
	p := n.addPort(leaf, n.cfg.HostSpeed)
	p.host = h
	p.vlan = 10
	if slices.Contains(n.cfg.SharedMACs, SharedGateway) {
		p.mac = sharedMACs[SharedGateway]
	}
	if n.cfg.VXLAN {
		p.vlan += uint16(h.subnet)
	}
	h.ports = append(h.ports, p)
	return p
}

// cable links leaves to spines and spines to super-spines.
func (n *network) cable() {
	per := n.cfg.Spines
	for _, s := range n.spines {
		s.down = make([]bundle, 0, n.cfg.Leaves)
	}
	for _, leaf := range n.leaves {
		for s := range per {
			spine := n.spines[leaf.pod*per+s]
			up, down := n.link(leaf, spine)
			leaf.up = append(leaf.up, up)
			spine.down = append(spine.down, down)
		}
	}
	for i, super := range n.supers {
		plane := i / n.cfg.SuperSpines
		for pod := range n.cfg.Pods {
			spine := n.spines[pod*per+plane]
			up, down := n.link(spine, super)
			spine.up = append(spine.up, up)
			super.down = append(super.down, down)
		}
	}
}

// link makes the links of one bundle between two switches, and the aggregates where it is a LAG.
func (n *network) link(a, b *node) (bundle, bundle) {
	at, bt := make(bundle, 0, n.cfg.LAG), make(bundle, 0, n.cfg.LAG)
	for range n.cfg.LAG {
		p, q := n.addPort(a, n.cfg.FabricSpeed), n.addPort(b, n.cfg.FabricSpeed)
		p.far, q.far = q, p
		at, bt = append(at, p), append(bt, q)
	}
	if n.cfg.LAG > 1 {
		p, q := n.aggregate(a, at), n.aggregate(b, bt)
		p.far, q.far = q, p
	}
	return at, bt
}

func (n *network) aggregate(v *node, members bundle) *port {
	p := n.addPort(v, n.cfg.FabricSpeed*uint64(len(members)))
	p.name = fmt.Sprintf("bond%d", p.number)
	p.members = members
	for _, m := range members {
		m.lag = p
		m.mac = p.mac // members share the address of their aggregate
	}
	return p
}

// pair makes MLAG pairs of leaves: a peer link, one VTEP address and router MAC,
// and second ports for hosts that are dual-homed.
func (n *network) pair() {
	if n.cfg.DualHomed == 0 && !n.cfg.PeerLinks {
		return
	}
	for i := 0; i+1 < len(n.leaves); i += 2 {
		a, b := n.leaves[i], n.leaves[i+1]
		a.mate, b.mate = b, a
		a.peer, b.peer = n.addPort(a, n.cfg.FabricSpeed), n.addPort(b, n.cfg.FabricSpeed)
		a.peer.far, b.peer.far = b.peer, a.peer
		b.vtep, b.mac = a.vtep, a.mac
	}
	dual := 0
	for i, h := range n.hosts {
		if float64(dual) < n.cfg.DualHomed*float64(i+1) {
			n.attach(h, n.leaves[h.leaf].mate)
			dual++
		}
	}
}

// find gives the switch of some name, nil if there is none.
func (n *network) find(name string) *node {
	for _, v := range n.nodes {
		if v.name == name && v.tier != tierHost {
			return v
		}
	}
	return nil
}

// findHost gives the host of some name, nil if there is none.
func (n *network) findHost(name string) *host {
	for _, h := range n.hosts {
		if h.name == name {
			return h
		}
	}
	return nil
}
