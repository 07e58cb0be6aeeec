package fabric

import "encoding/binary"

// Formats of counter records.
const (
	recordIfCounters   = 1
	recordEthernet     = 2
	recordLAG          = 7
	recordPortName     = 1005
	recordHostDescr    = 2000
	recordHostAdapters = 2001
)

// Interface types (IANA) and others.
const (
	typeEthernet  = 6
	typeAggregate = 161
	fullDuplex    = 1
	adminUp       = 1
	operUp        = 2
	machineX86    = 3
	systemLinux   = 2
)

// beginCounters appends the start of a counters sample; endCounters its end.
func (a *agent) beginCounters(class, index, sequence uint32) (at, count int) {
	x := &a.scratch
	at = x.open(form(a.expanded, sampleCounters, sampleExpandedCounters))
	x.u32(sequence)
	x.source(a.expanded, class, index)
	count = len(x.b)
	x.u32(0)
	return at, count
}

func (a *agent) endCounters(at, count int, records uint32) {
	a.scratch.set(count, records)
	a.scratch.close(at)
}

// encodePort appends the counters of one port.
func (a *agent) encodePort(p *port) {
	x := &a.scratch
	p.source.counterSeq++
	at, count := a.beginCounters(0, p.ifIndex, p.source.counterSeq)
	n := uint32(3)
	a.encodeIf(p)
	r := x.open(recordEthernet)
	_, _, _, errors := p.totals()
	x.u32(0, errors) // alignment, FCS
	for range 11 {
		x.u32(0)
	}
	x.close(r)
	r = x.open(recordPortName)
	x.text(p.name)
	x.close(r)
	if p.lag != nil {
		a.encodeLAG(p)
		n++
	}
	a.endCounters(at, count, n)
}

// status gives ifStatus: an aggregate is up while a member is.
func (p *port) status() uint32 {
	if p.down || p.members != nil && len(p.members.up()) == 0 {
		return adminUp
	}
	return adminUp | operUp
}

// rated gives ifSpeed: of an aggregate what its members that are up can carry.
func (p *port) rated() uint64 {
	if n := len(p.members); n > 0 {
		return p.speed / uint64(n) * uint64(len(p.members.up()))
	}
	return p.speed
}

// encodeIf appends if_counters. Octets include the FCS (RFC 2863: framing
// characters), which tallies do not.
func (a *agent) encodeIf(p *port) {
	x := &a.scratch
	in, out, discards, errors := p.totals()
	kind := uint32(typeEthernet)
	if p.members != nil {
		kind = typeAggregate
	}
	r := x.open(recordIfCounters)
	x.u32(p.ifIndex, kind)
	x.u64(p.rated())
	x.u32(fullDuplex, p.status())
	x.u64(in.bytes + fcsBytes*in.frames)
	x.u32(uint32(in.frames), 0, 0, 0, errors, 0)
	x.u64(out.bytes + fcsBytes*out.frames)
	x.u32(uint32(out.frames), 0, 0, discards, 0, 0)
	x.close(r)
}

// encodeLAG appends lag_port_stats of a member.
func (a *agent) encodeLAG(p *port) {
	x := &a.scratch
	r := x.open(recordLAG)
	x.mac(p.node.mac)
	x.mac(p.far.node.mac)
	state := uint32(0x3d3d3d3d) // active, short, aggregating, in sync, collecting, distributing
	if p.down {
		state = 0x05050505 // active, aggregating
	}
	x.u32(p.lag.ifIndex, state)
	for range 8 {
		x.u32(0)
	}
	x.close(r)
}

// encodeDevice appends what the device says of itself: its name, and for a host its adapters.
func (a *agent) encodeDevice() {
	x := &a.scratch
	a.deviceSeq++
	at, count := a.beginCounters(classEntity, 1, a.deviceSeq)
	r := x.open(recordHostDescr)
	x.text(a.name)
	var uuid [16]byte
	binary.BigEndian.PutUint64(uuid[:], mix(uint64(2*a.number+2)))
	binary.BigEndian.PutUint64(uuid[8:], mix(uint64(2*a.number+3)))
	uuid[6], uuid[8] = uuid[6]&0x0f|0x40, uuid[8]&0x3f|0x80
	x.b = append(x.b, uuid[:]...)
	x.u32(machineX86, systemLinux)
	x.text("6.1.0")
	x.close(r)
	n := uint32(1)
	if a.host != nil {
		r = x.open(recordHostAdapters)
		p := a.node.ports[0]
		x.u32(1, p.ifIndex, 1)
		x.mac(p.mac)
		x.close(r)
		n++
	}
	a.endCounters(at, count, n)
}
