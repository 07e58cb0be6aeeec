package fabric

import "spoor/flow"

// Sizes of headers on the wire.
const (
	ethernetBytes = 14
	ipv4Bytes     = 20
	ipv6Bytes     = 40
	tcpBytes      = 32 // with the timestamp option
	synBytes      = 40 // with those that only a SYN has
	udpBytes      = 8
	vxlanOverhead = ipv4Bytes + udpBytes + 8 + ethernetBytes
	fcsBytes      = 4
)

// stream says in closed form what the k-th packet of a flow is, so that the
// packets between two sampled ones need not be made.
//
// A TCP stream begins with a SYN. Data come in messages of group packets, all
// full but for the last. An acknowledging stream has no payload.
type stream struct {
	proto    uint8
	ipv6     bool
	overhead uint64 // bytes of headers of a data packet
	full     uint64 // payload of all packets of a message but the last
	tail     uint64 // payload of the last
	group    uint64 // packets of a message
	isn      uint32 // TCP's initial sequence number
	mtu      uint64 // bytes of the largest IP packet
	acks     *stream
}

func newStream(key *flow.Key, mtu, group, tail uint64, isn uint32) stream {
	s := stream{proto: key.Proto, ipv6: !key.Src.Is4(), mtu: mtu, group: group, tail: tail, isn: isn}
	s.overhead = ethernetBytes + s.ipBytes() + udpBytes
	if s.proto == flow.ProtoTCP {
		s.overhead = ethernetBytes + s.ipBytes() + tcpBytes
	}
	s.full = mtu + ethernetBytes - s.overhead
	s.tail = min(s.tail, s.full)
	return s
}

func (s *stream) ipBytes() uint64 {
	if s.ipv6 {
		return ipv6Bytes
	}
	return ipv4Bytes
}

// acknowledging gives the stream of s's receiver.
func (s *stream) acknowledging(isn uint32) stream {
	a := *s
	a.full, a.tail, a.group, a.isn, a.acks = 0, 0, 1, isn, s
	return a
}

// payloadUpTo gives the payload bytes of the first k packets.
func (s *stream) payloadUpTo(k uint64) uint64 {
	if s.proto == flow.ProtoTCP && k > 0 {
		k-- // the SYN
	}
	return k/s.group*((s.group-1)*s.full+s.tail) + k%s.group*s.full
}

// bytesUpTo gives the Ethernet bytes, without FCS, of the first k packets at a host.
func (s *stream) bytesUpTo(k uint64) uint64 {
	n := k*s.overhead + s.payloadUpTo(k)
	if s.proto == flow.ProtoTCP && k > 0 {
		n += synBytes - tcpBytes
	}
	return n
}

// packet is one packet of a stream as it leaves its host.
type packet struct {
	index    uint64
	frame    uint64 // Ethernet bytes without FCS
	payload  uint64
	syn, fin bool
	seq      uint32
	ack      uint32 // of an acknowledging stream
}

// at gives the k-th packet.
func (s *stream) at(k uint64) packet {
	p := packet{index: k, frame: s.bytesUpTo(k+1) - s.bytesUpTo(k), payload: s.payloadUpTo(k+1) - s.payloadUpTo(k)}
	if s.proto != flow.ProtoTCP {
		return p
	}
	p.syn = k == 0
	p.seq = s.isn
	if k > 0 {
		p.seq += 1 + uint32(s.payloadUpTo(k))
	}
	if s.acks != nil { // every second packet is acknowledged
		p.ack = s.acks.isn + 1 + uint32(s.acks.payloadUpTo(2*k+1))
	}
	return p
}

// message gives the Ethernet bytes of a message.
func (s *stream) message() uint64 { return s.group*s.overhead + (s.group-1)*s.full + s.tail }

// fit gives how many packets from the k-th on fit into some bytes.
func (s *stream) fit(k, bytes uint64) uint64 {
	base := s.bytesUpTo(k)
	n := bytes * s.group / s.message()
	for s.bytesUpTo(k+n+1)-base <= bytes {
		n++
	}
	for n > 0 && s.bytesUpTo(k+n)-base > bytes {
		n--
	}
	return n
}
