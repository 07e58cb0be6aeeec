package flow

import (
	"cmp"
	"encoding/binary"
	"net/netip"
)

// Addr is an IP address: IPv6, or IPv4 as ::ffff:a.b.c.d. The zero value is
// "unknown". Unlike netip.Addr it holds no pointer, so tables of it cost the
// garbage collector nothing.
type Addr [16]byte

// AddrFrom4 gives the address of four bytes in network order.
func AddrFrom4(b [4]byte) Addr {
	return Addr{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}
}

// Set4 makes a the IPv4 address in the first four bytes of b, in network order.
// In the hot path it is for preference: an address that is returned goes through
// memory byte by byte.
func (a *Addr) Set4(b []byte) {
	binary.LittleEndian.PutUint64(a[:8], 0)
	binary.LittleEndian.PutUint64(a[8:], 0xffff<<16|uint64(binary.LittleEndian.Uint32(b))<<32)
}

// AddrFromNetip converts a; a zone is dropped, the zero netip.Addr is unknown.
func AddrFromNetip(a netip.Addr) Addr {
	if !a.IsValid() {
		return Addr{}
	}
	return a.As16()
}

// Is4 reports whether a holds an IPv4 address.
func (a Addr) Is4() bool {
	return binary.LittleEndian.Uint64(a[:8]) == 0 && binary.LittleEndian.Uint32(a[8:12]) == 0xffff0000
}

// IsZero reports whether a is unknown.
func (a Addr) IsZero() bool { return a == Addr{} }

// NamesNobody reports whether a cannot tell one agent from another: it is
// unknown, unspecified, loopback, multicast or broadcast.
func (a Addr) NamesNobody() bool {
	if a.Is4() && a[12] != 0 && a[12] != 127 && a[12] < 224 {
		return false // nearly always
	}
	n := a.Netip()
	return !n.IsValid() || n.IsUnspecified() || n.IsLoopback() || n.IsMulticast() || n == broadcast
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// Netip converts a; unknown becomes the zero netip.Addr.
func (a Addr) Netip() netip.Addr {
	if a.IsZero() {
		return netip.Addr{}
	}
	return netip.AddrFrom16(a).Unmap()
}

// String gives the usual text form, "" if unknown.
func (a Addr) String() string {
	if a.IsZero() {
		return ""
	}
	return a.Netip().String()
}

// Compare orders addresses as numbers, IPv4 before most of IPv6.
func (a Addr) Compare(b Addr) int {
	be := binary.BigEndian
	if c := cmp.Compare(be.Uint64(a[:8]), be.Uint64(b[:8])); c != 0 {
		return c
	}
	return cmp.Compare(be.Uint64(a[8:]), be.Uint64(b[8:]))
}

// Words gives the address as two numbers, for hashing.
func (a *Addr) Words() (uint64, uint64) {
	return binary.LittleEndian.Uint64(a[:8]), binary.LittleEndian.Uint64(a[8:])
}
