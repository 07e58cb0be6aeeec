package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
)

// The first word of a pcap file (draft-ietf-opsawg-pcap).
const (
	pcapMicro = 0xa1b2c3d4
	pcapNano  = 0xa1b23c4d

	pcapFileHeader   = 24
	pcapPacketHeader = 16
)

// pcap reads the classic format.
type pcap struct {
	r     *bufio.Reader
	order binary.ByteOrder
	scale int64 // ns per unit of the fraction
	link  linkType
	buf   []byte
	head  [pcapPacketHeader]byte
}

func openPcap(r *bufio.Reader, order binary.ByteOrder, scale int64) (container, error) {
	var h [pcapFileHeader]byte
	if err := readFull(r, h[:]); err != nil {
		return nil, err
	}
	if major := order.Uint16(h[4:]); major != 2 {
		return nil, damageError(fmt.Sprintf("is pcap of version %d, which is not supported: convert it with editcap", major))
	}
	// The upper half of the link word tells of a frame check sequence; IP's own
	// length leaves that out.
	link := linkType(order.Uint32(h[20:]) & 0xffff)
	if !link.supported() {
		return nil, unsupportedLink(link)
	}
	return &pcap{r: r, order: order, scale: scale, link: link}, nil
}

// next reads one packet. The snap length of the file header is not believed:
// writers are known to exceed it.
func (p *pcap) next(f *frame) error {
	if err := readStart(p.r, p.head[:]); err != nil {
		return err
	}
	o := p.order
	captured, length := o.Uint32(p.head[8:]), o.Uint32(p.head[12:])
	if captured > maxFrame {
		return damaged("a packet claims %d bytes", captured)
	}
	var err error
	if p.buf, err = fill(p.r, p.buf, int(captured)); err != nil {
		return err
	}
	f.data, f.link, f.cut = p.buf, p.link, captured < length
	f.time = int64(o.Uint32(p.head[:]))*1e9 + int64(o.Uint32(p.head[4:]))*p.scale
	return nil
}

// fill reads n bytes, at most maxFrame, into buf, which grows as needed.
func fill(r *bufio.Reader, buf []byte, n int) ([]byte, error) {
	if cap(buf) < n {
		buf = make([]byte, max(n, 2048))
	}
	buf = buf[:n]
	return buf, readFull(r, buf)
}
