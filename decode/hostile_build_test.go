package decode_test

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// The words from which the hostile datagrams are made. Lengths and counts tell
// the truth unless a case gives another one.

// u gives 32-bit words.
func u(v ...uint32) []byte {
	var b []byte
	for _, w := range v {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// unhex gives the bytes of hexadecimal digits.
func unhex(digits string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func zeros(n int) []byte { return make([]byte, n) }

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// pad adds XDR padding.
func pad(b []byte) []byte { return join(b, zeros(-len(b)&3)) }

// opaque gives a counted byte string.
func opaque(b []byte) []byte { return join(u(uint32(len(b))), pad(b)) }

// tlv gives a sample or record; length overrides its own if it is not negative.
func tlv(format uint32, body []byte, length int64) []byte {
	if length < 0 {
		length = int64(len(body))
	}
	return join(u(format, uint32(length)), body)
}

// rec gives a record, or a sample, with its true length.
func rec(format uint32, body ...[]byte) []byte { return tlv(format, join(body...), -1) }

// flowOpts are what a flow sample of the cases can be told.
type flowOpts struct{ rate, in, out, count uint32 }

var usual = flowOpts{rate: 1000, in: 1, out: 2, count: math.MaxUint32 - 1} // that count means: as many as there are

// hostileFlow gives a compact flow sample of ifIndex 1.
func hostileFlow(o flowOpts, records ...[]byte) []byte {
	if o.count == usual.count {
		o.count = uint32(len(records))
	}
	return rec(1, u(1, 1, o.rate, 1000, 0, o.in, o.out, o.count), join(records...))
}

// hostileCounters gives a compact counters sample of ifIndex 1.
func hostileCounters(records ...[]byte) []byte {
	return rec(2, u(1, 1, uint32(len(records))), join(records...))
}

// dgram gives a datagram of 10.0.0.1 with as many samples as claimed.
func dgram(claimed uint32, samples ...[]byte) []byte {
	return join(u(5, 1, 0x0a000001, 0, 1, 1000, claimed), join(samples...))
}

// rawOpts are what a sampled_header of the cases can be told.
type rawOpts struct {
	protocol, stripped uint32
	frame, length      int64 // negative: the true ones
}

var whole = rawOpts{protocol: 1, stripped: 4, frame: -1, length: -1}

// rawHeader gives a sampled_header record.
func rawHeader(o rawOpts, header []byte) []byte {
	if o.frame < 0 {
		o.frame = int64(len(header)) + 4
	}
	if o.length < 0 {
		o.length = int64(len(header))
	}
	return rec(1, u(o.protocol, uint32(o.frame), o.stripped, uint32(o.length)), pad(header))
}

var macs = unhex("020000000002 020000000001")

// eth gives an Ethernet frame.
func eth(etherType uint16, payload []byte) []byte {
	return join(macs, binary.BigEndian.AppendUint16(nil, etherType), payload)
}

// ipOpts are what an IPv4 header of the cases can be told.
type ipOpts struct {
	first   byte // version and header length
	total   int  // negative: the true one
	offset  uint16
	options []byte
}

var plain = ipOpts{first: 0x45, total: -1}

// ipv4 gives an IPv4 packet from 10.1.1.1 to 10.2.2.2.
func ipv4(o ipOpts, proto byte, payload []byte) []byte {
	if o.total < 0 {
		o.total = 20 + len(o.options) + len(payload)
	}
	b := []byte{o.first, 0, byte(o.total >> 8), byte(o.total), 0, 1, byte(o.offset >> 8), byte(o.offset), 64, proto, 0, 0}
	return join(b, u(0x0a010101, 0x0a020202), o.options, payload)
}

// ipv6 gives an IPv6 packet from fd00::1 to fd00::2.
func ipv6(next byte, payload []byte) []byte {
	b := []byte{0x60, 0, 0, 0, byte(len(payload) >> 8), byte(len(payload)), next, 64}
	return join(b, unhex("fd000000000000000000000000000001 fd000000000000000000000000000002"), payload)
}

// tcpHeader gives a TCP header from port 40000 to 80 that claims a length in words.
func tcpHeader(words byte) []byte {
	return join(unhex("9c40 0050 00000001 00000001"), []byte{words << 4, 0x10, 0, 100, 0, 0, 0, 0})
}

// udpTo gives a UDP datagram from port 40000.
func udpTo(port uint16, payload []byte) []byte {
	n := 8 + len(payload)
	return join([]byte{0x9c, 0x40, byte(port >> 8), byte(port), byte(n >> 8), byte(n), 0, 0}, payload)
}

// repeat gives n copies of b.
func repeat(b []byte, n int) []byte {
	var out []byte
	for range n {
		out = append(out, b...)
	}
	return out
}

// nest wraps b in f n times.
func nest(b []byte, n int, f func([]byte) []byte) []byte {
	for range n {
		b = f(b)
	}
	return b
}
