package fabric

import (
	"math/rand/v2"

	"spoor/flow"
)

// chatter makes frames that switches send to their neighbours: they are sampled like all others,
// and belong to no flow between hosts.
type chatter struct {
	r     *rand.Rand
	ports []*port // by which they leave
}

// message is a kind of such frames.
type message struct {
	proto    uint8
	src, dst uint16
	ttl      byte
	between  ends
}

// ends says which addresses a message has.
type ends uint8

const (
	linkEnds  ends = iota // of the link
	loopbacks             // of the switches
	linkLocal             // IPv6, of the link
	allOnLink             // from the link's end to a group
)

// messages are what switches send. Ports of 0 are for protocols without any.
var messages = [...]message{
	{flow.ProtoTCP, 41000, 179, 255, linkEnds},
	{flow.ProtoTCP, 179, 41000, 255, linkEnds}, // BGP
	{flow.ProtoTCP, 42000, 179, 64, loopbacks},
	{flow.ProtoTCP, 179, 43000, 255, linkLocal},
	{flow.ProtoUDP, 49152, 3784, 255, linkEnds},
	{flow.ProtoUDP, 49152, 3784, 255, linkEnds}, // BFD
	{flow.ProtoUDP, 49153, 4784, 255, loopbacks},
	{flow.ProtoICMPv6, 0, 0, 255, linkLocal}, // neighbour discovery
	{89, 0, 0, 1, allOnLink},                 // OSPF
	{112, 0, 0, 255, allOnLink},              // VRRP
	{flow.ProtoICMP, 0, 0, 64, linkEnds},     // ping
}

func newChatter(n *network, r *rand.Rand) chatter {
	c := chatter{r: r}
	for _, v := range n.nodes {
		for _, p := range v.ports {
			if p.far != nil && p.members == nil {
				c.ports = append(c.ports, p)
			}
		}
	}
	return c
}

// chat samples the frames of a slice. As with the flood, what was not sampled leaves no trace but in counters.
func (f *Fabric) chat(t0, t1 int64) {
	s := &f.chatter
	if f.cfg.Control == 0 || len(s.ports) == 0 {
		return
	}
	for range poisson(s.r, float64(f.cfg.Control)*float64(t1-t0)/1e9) {
		p := s.ports[s.r.IntN(len(s.ports))]
		t := controlTap(p, f.cfg.Direction, s.r.IntN(2) == 0)
		c := p.message(&messages[s.r.IntN(len(messages))])
		at := t0 + s.r.Int64N(t1-t0)
		if p.down || t.agent == nil {
			continue
		}
		t.wire.ttl = c.ttl
		n := uint64(t.source.source.rate)
		p.out.add(n, n*c.stream.bytesUpTo(1))
		p.far.in.add(n, n*c.stream.bytesUpTo(1))
		t.agent.pending = append(t.agent.pending, sample{at: at, conduit: &c.conduit, tap: t})
	}
}

// controlTap is where such a frame is sampled: as the neighbour takes it, or as it leaves.
func controlTap(p *port, d Direction, either bool) *tap {
	w := &wire{smac: p.mac, dmac: p.far.mac}
	if d == Egress || d == Both && either {
		return &tap{agent: p.node.agent, source: p, out: p, egress: true, wire: w, next: p.far.node}
	}
	return &tap{agent: p.far.node.agent, source: p.far, in: p.far, wire: w}
}

// spoken is a frame on its way.
type spoken struct {
	conduit
	ttl byte
}

// message gives one that leaves a port.
func (p *port) message(m *message) *spoken {
	key := flow.Key{Proto: m.proto, SrcPort: m.src, DstPort: m.dst}
	switch m.between {
	case loopbacks:
		key.Src, key.Dst = flow.AddrFromNetip(p.node.addr), flow.AddrFromNetip(p.far.node.addr)
	case linkLocal:
		key.Src, key.Dst = p.linkLocal(), p.far.linkLocal()
	case allOnLink:
		key.Src, key.Dst = p.address(), flow.AddrFrom4([4]byte{224, 0, 0, 5})
	default:
		key.Src, key.Dst = p.address(), p.far.address()
	}
	none := &host{ttl: m.ttl}
	return &spoken{conduit{key: key, src: none, dst: none, hash: key.ID(), stream: newStream(&key, 576, 1, 64, 0)}, m.ttl}
}

// address is that of a port of a link between switches.
func (p *port) address() flow.Addr {
	return flow.AddrFrom4([4]byte{172, byte(16 + p.node.tier), byte(p.node.number), byte(p.number)})
}

// linkLocal is its IPv6 address on the link.
func (p *port) linkLocal() flow.Addr {
	a := flow.Addr{0: 0xfe, 1: 0x80}
	for i := range 6 {
		a[15-i] = byte(p.mac >> (8 * i))
	}
	return a
}
