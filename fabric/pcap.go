package fabric

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
)

// pcap file format with times in nanoseconds.
const (
	pcapMagic    = 0xa1b23c4d
	pcapSnap     = 262144
	pcapEthernet = 1
)

// PcapWriter is a Sink that writes a capture (pcap, nanoseconds) of what a
// collector receives: each datagram in UDP, IP and Ethernet, from the agent's address.
// An agent and a collector of different address families meet at the family of
// the agent: the collector's address is then mapped into 64:ff9b::/96, or 192.0.2.1.
type PcapWriter struct {
	w   *bufio.Writer
	to  netip.AddrPort
	buf []byte
}

// NewPcapWriter begins a capture at a collector with some address.
func NewPcapWriter(w io.Writer, to netip.AddrPort) (*PcapWriter, error) {
	p := &PcapWriter{w: bufio.NewWriterSize(w, 1<<16), to: to}
	le := binary.LittleEndian
	b := le.AppendUint32(nil, pcapMagic)
	b = le.AppendUint16(b, 2) // version 2.4
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...) // UTC, no accuracy
	b = le.AppendUint32(b, pcapSnap)
	b = le.AppendUint32(b, pcapEthernet)
	if _, err := p.w.Write(b); err != nil {
		return nil, fmt.Errorf("write capture: %w", err)
	}
	return p, nil
}

// Datagram writes one packet.
func (p *PcapWriter) Datagram(d *Datagram) error {
	le := binary.LittleEndian
	b := append(p.buf[:0], make([]byte, 16)...)
	b = appendMAC(b, 0x025c00000001)
	b = appendMAC(b, 0x025d00000000|uint64(d.Number))
	b = p.appendPacket(b, d)
	p.buf = b
	le.PutUint32(b, uint32(d.Time/1e9))
	le.PutUint32(b[4:], uint32(d.Time%1e9))
	le.PutUint32(b[8:], uint32(len(b)-16))
	le.PutUint32(b[12:], uint32(len(b)-16))
	if _, err := p.w.Write(b); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	return nil
}

// Flush writes what is buffered; call it at the end.
func (p *PcapWriter) Flush() error {
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	return nil
}

func (p *PcapWriter) appendPacket(b []byte, d *Datagram) []byte {
	size := udpBytes + len(d.Payload)
	src, dst := d.Agent, p.to.Addr().Unmap()
	if src.Is4() {
		if !dst.Is4() {
			dst = ipv4(192, 0, 2, 1)
		}
		b = binary.BigEndian.AppendUint16(b, typeIPv4)
		b = appendIPv4(b, src, dst, 0, uint16(size+ipv4Bytes), uint16(d.order), 62, 17)
	} else {
		if dst.Is4() {
			v := dst.As4()
			dst = netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: v[0], 13: v[1], 14: v[2], 15: v[3]})
		}
		b = binary.BigEndian.AppendUint16(b, typeIPv6)
		b = binary.BigEndian.AppendUint32(b, 6<<28)
		b = binary.BigEndian.AppendUint16(b, uint16(size))
		b = append(b, 17, 62)
		s, t := src.As16(), dst.As16()
		b = append(append(b, s[:]...), t[:]...)
	}
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, sourcePort(d.Number))
	b = binary.BigEndian.AppendUint16(b, p.to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(size))
	b = append(b, 0, 0)
	b = append(b, d.Payload...)
	v := ^fold(pseudoSum(src, dst, b[at:]))
	if v == 0 {
		v = 0xffff
	}
	binary.BigEndian.PutUint16(b[at+6:], v)
	return b
}

// sourcePort gives the port from which an agent sends.
func sourcePort(number int) uint16 { return uint16(32768 + number%28000) }

// pseudoSum adds up a UDP packet and its pseudo-header.
func pseudoSum(src, dst netip.Addr, udp []byte) uint32 {
	s := uint32(17 + len(udp))
	s = sum(sum(s, src.AsSlice()), dst.AsSlice())
	s = sum(s, udp)
	if n := len(udp); n%2 == 1 {
		s += uint32(udp[n-1]) << 8
	}
	return s
}
