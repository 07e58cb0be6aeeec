package fabric

import (
	"net/netip"
	"strings"

	"spoor/flow"
)

// encodeFlow appends a flow sample to the agent's scratch.
func (a *agent) encodeFlow(s *sample) {
	x, t := &a.scratch, s.tap
	src := &a.counts(t.source).source
	src.flowSeq++
	src.pool += src.rate
	at := x.open(form(a.expanded, sampleFlow, sampleExpandedFlow))
	x.u32(src.flowSeq)
	x.source(a.expanded, 0, a.dataSource(t.source))
	x.u32(src.rate, src.pool, src.drops)
	a.ports(s)
	count := len(x.b)
	x.u32(0)
	a.encodePacket(s)
	n := uint32(1)
	if a.cfg.Extended && a.host == nil {
		n += a.encodeForwarding(s)
	}
	x.set(count, n)
	x.close(at)
}

// index gives the ifIndex that the agent reports for a port.
func (a *agent) index(p *port) uint32 {
	if p == nil {
		return internal
	}
	return a.misnumber(p.reported(a.cfg.LAGNaming))
}

// encodePacket appends record 1, the sampled header.
func (a *agent) encodePacket(s *sample) {
	x, c, w := &a.scratch, s.conduit, s.tap.wire
	p := c.stream.at(s.index)
	p.fin = c.fin != 0 && s.index == c.fin
	a.header = c.header(a.header[:0], &p, w, s.at, a.cfg.HeaderBytes)
	at := x.open(recordHeader)
	x.u32(headerEthernet, uint32(p.frame+w.overhead()+fcsBytes), fcsBytes)
	x.opaque(a.header)
	x.close(at)
}

// encodeForwarding appends what the switch did with the packet: VLANs, next hop, VNIs.
func (a *agent) encodeForwarding(s *sample) uint32 {
	x, t := &a.scratch, s.tap
	at := x.open(recordSwitch)
	x.u32(vlanOf(t.in), 0, vlanOf(t.out), 0)
	x.close(at)
	n := uint32(1)
	if s.reason == 0 {
		at = x.open(recordRouter)
		a.encodeNextHop(s)
		x.close(at)
		n++
	}
	if t.vniIn != 0 {
		at = x.open(recordVNIIngress)
		x.u32(t.vniIn)
		x.close(at)
		n++
	}
	if t.vniOut != 0 && s.reason == 0 {
		at = x.open(recordVNIEgress)
		x.u32(t.vniOut)
		x.close(at)
		n++
	}
	return n
}

func vlanOf(p *port) uint32 {
	if p == nil || p.vlan == 0 {
		return unknown
	}
	return uint32(p.vlan)
}

// encodeNextHop appends the body of extended_router: the next router's address,
// of 0.0.0.0 where the receiver is attached.
func (a *agent) encodeNextHop(s *sample) {
	x := &a.scratch
	next := netip.IPv4Unspecified()
	if s.tap.next != nil {
		next = s.tap.next.addr
	}
	mask := uint32(24)
	if s.conduit.stream.ipv6 {
		mask = 64
	}
	from, to := mask, mask
	if s.conduit.src.outside {
		from = 0
	}
	if s.conduit.dst.outside {
		to = 0
	}
	if p := s.tap.out; p != nil && p.router != nil {
		next = p.router.addr
	}
	x.address(next)
	x.u32(from, to)
}

// address appends an address: its type, then its bytes.
func (x *xdr) address(a netip.Addr) {
	if a.Is4() {
		b := a.As4()
		x.u32(1)
		x.b = append(x.b, b[:]...)
		return
	}
	b := a.As16()
	x.u32(2)
	x.b = append(x.b, b[:]...)
}

// encodeDiscard appends a discarded-packet sample.
func (a *agent) encodeDiscard(s *sample) {
	x, t := &a.scratch, s.tap
	src := &t.source.source
	src.discardSeq++
	at := x.open(sampleDiscard)
	out := uint32(0)
	if t.out != nil {
		out = a.index(t.out)
	}
	x.u32(src.discardSeq, 0, t.source.ifIndex, src.suppressed, a.index(t.in), out, s.reason, 2)
	a.encodePacket(s)
	if s.reason == reasonACL {
		r := x.open(recordACL)
		x.u32(100)
		x.text("DENY-" + strings.ToUpper(flow.ProtoName(s.conduit.key.Proto)))
		x.u32(1) // in
		x.close(r)
	} else {
		r := x.open(recordEgressQueue)
		x.u32(0)
		x.close(r)
	}
	x.close(at)
}
