package flow

import (
	"fmt"
	"net/netip"
)

// IP protocol numbers that the analytics treat apart.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
	ProtoSCTP   = 132
)

// Key is the Flow Key (RFC 7011): the directional 5-tuple of the innermost
// packet that the sampled header shows. A tunnel's VNI and outer addresses are
// attributes of a flow, never part of its key: the encapsulating leaf samples
// the packet bare, the spine inside its tunnel, and both must meet.
//
// Ports are 0 for fragments and for protocols without ports. The zero Key
// means "not IP": no flow.
type Key struct {
	Src, Dst         Addr
	SrcPort, DstPort uint16
	Proto            uint8
}

// keyBytes is the length of a key's canonical form.
const keyBytes = 37

// IsZero reports whether k names no flow.
func (k *Key) IsZero() bool { return k.Proto == 0 && *k == Key{} }

// HasPorts reports whether the protocol knows ports (they are 0 for fragments all the same).
func (k *Key) HasPorts() bool {
	return k.Proto == ProtoTCP || k.Proto == ProtoUDP || k.Proto == ProtoSCTP
}

// ID gives the published flow id: XXH64 with seed 0 over source address,
// destination address (16 bytes each, IPv4 as ::ffff:a.b.c.d), source port and
// destination port (big-endian) and protocol. It is stable for ever. 0 for the
// zero key.
func (k *Key) ID() uint64 {
	if k.IsZero() {
		return 0
	}
	return xxh64(&k.Src, &k.Dst, k.SrcPort, k.DstPort, k.Proto)
}

// Exchange gives the hash that picks the shard, and later the partition of the
// exchange topic: as ID, but with the lower end (by address, then port) first,
// so that both directions of a conversation meet. Unseeded and stable.
func (k *Key) Exchange() uint64 {
	if k.lowerFirst() {
		return xxh64(&k.Src, &k.Dst, k.SrcPort, k.DstPort, k.Proto)
	}
	return xxh64(&k.Dst, &k.Src, k.DstPort, k.SrcPort, k.Proto)
}

// Hashes gives ID and Exchange, which are the same for one of two directions.
func (k *Key) Hashes() (id, exchange uint64) {
	if id = k.ID(); id != 0 && k.lowerFirst() {
		return id, id
	}
	return id, k.Exchange()
}

// lowerFirst reports whether the source is the lower end.
func (k *Key) lowerFirst() bool {
	c := k.Src.Compare(k.Dst)
	return c < 0 || c == 0 && k.SrcPort <= k.DstPort
}

// Reverse gives the key of the other direction.
func (k *Key) Reverse() Key {
	return Key{Src: k.Dst, Dst: k.Src, SrcPort: k.DstPort, DstPort: k.SrcPort, Proto: k.Proto}
}

// String gives "src:port > dst:port tcp" for people.
func (k Key) String() string {
	if k.IsZero() {
		return "no flow"
	}
	return fmt.Sprintf("%s > %s %s", k.end(k.Src, k.SrcPort), k.end(k.Dst, k.DstPort), ProtoName(k.Proto))
}

func (k *Key) end(a Addr, port uint16) string {
	if !k.HasPorts() {
		return a.String()
	}
	return netip.AddrPortFrom(a.Netip(), port).String()
}

// ProtoName gives the usual short name of an IP protocol, or its number.
func ProtoName(p uint8) string {
	switch p {
	case ProtoICMP:
		return "icmp"
	case ProtoTCP:
		return "tcp"
	case ProtoUDP:
		return "udp"
	case ProtoICMPv6:
		return "icmp6"
	case ProtoSCTP:
		return "sctp"
	}
	return fmt.Sprintf("proto %d", p)
}

// AppendID appends a flow id as its 16 hex digits.
func AppendID(dst []byte, id uint64) []byte {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := 15; i >= 0; i-- {
		b[i] = digits[id&15]
		id >>= 4
	}
	return append(dst, b[:]...)
}

// FormatID gives a flow id as its 16 hex digits.
func FormatID(id uint64) string { return string(AppendID(nil, id)) }
