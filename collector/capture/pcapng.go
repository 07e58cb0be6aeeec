package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Blocks and options of pcapng (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6

	byteOrderMagic = 0x1a2b3c4d
	optionTsresol  = 9
	optionTsoffset = 14
)

// pcapng reads the next generation format.
type pcapng struct {
	r     *bufio.Reader
	order binary.ByteOrder
	ifs   []pcapngInterface
	last  int64 // time of the last packet: simple packets have none
	buf   []byte
	head  [28]byte
	left  uint32 // bytes of the current block's body not yet read
}

type pcapngInterface struct {
	link   linkType
	snap   uint32
	units  uint64 // of time per second
	offset int64  // seconds
}

// newPcapng reads from r, which begins with a section header.
func newPcapng(r *bufio.Reader) *pcapng {
	return &pcapng{r: r, order: binary.LittleEndian}
}

// next reads blocks up to the next packet.
func (p *pcapng) next(f *frame) error {
	for {
		kind, err := p.block()
		if err != nil {
			return err
		}
		var found bool
		switch kind {
		case blockSection:
			err = p.section()
		case blockInterface:
			err = p.description()
		case blockEnhanced, blockPacket:
			found, err = true, p.packet(f, kind)
		case blockSimple:
			found, err = true, p.simple(f)
		}
		if err != nil {
			return err
		}
		if err := p.end(); err != nil {
			return err
		}
		if found {
			return nil
		}
	}
}

// block reads a block's type and length; a section header brings its byte order.
func (p *pcapng) block() (uint32, error) {
	h := p.head[:8]
	if err := readStart(p.r, h); err != nil {
		return 0, err
	}
	kind := p.order.Uint32(h)
	if kind == blockSection {
		if err := readFull(p.r, p.head[8:12]); err != nil {
			return 0, err
		}
		switch {
		case binary.LittleEndian.Uint32(p.head[8:]) == byteOrderMagic:
			p.order = binary.LittleEndian
		case binary.BigEndian.Uint32(p.head[8:]) == byteOrderMagic:
			p.order = binary.BigEndian
		default:
			return 0, damaged("a section without byte order")
		}
	}
	length := p.order.Uint32(h[4:])
	read := uint32(12) // type, length, and length again at the end
	if kind == blockSection {
		read += 4
	}
	if length < read || length%4 != 0 {
		return 0, damaged("a block claims %d bytes", length)
	}
	p.left = length - read
	return kind, nil
}

// end skips what is left of a block, and its closing length.
func (p *pcapng) end() error {
	if err := p.discard(p.left); err != nil {
		return err
	}
	p.left = 0
	return readFull(p.r, p.head[:4])
}

func (p *pcapng) discard(n uint32) error {
	for n > 0 {
		step := min(n, 1<<30) // an int may have 32 bits
		if _, err := p.r.Discard(int(step)); err != nil {
			return cutError(err)
		}
		n -= step
	}
	return nil
}

// take reads n bytes of the block's body into the scratch.
func (p *pcapng) take(n uint32) ([]byte, error) {
	if n > p.left {
		return nil, damaged("a block is too short for its fields")
	}
	p.left -= n
	b := p.head[:n]
	return b, readFull(p.r, b)
}

func (p *pcapng) section() error {
	b, err := p.take(12)
	if err != nil {
		return err
	}
	if major := p.order.Uint16(b); major != 1 {
		return damageError(fmt.Sprintf("is pcapng of version %d, which is not supported: convert it with editcap", major))
	}
	p.ifs = p.ifs[:0]
	return nil
}

// description reads an interface: its link type and the resolution of its times.
func (p *pcapng) description() error {
	b, err := p.take(8)
	if err != nil {
		return err
	}
	if len(p.ifs) >= maxInterfaces {
		return damaged("too many interfaces")
	}
	i := pcapngInterface{link: linkType(p.order.Uint16(b)), snap: p.order.Uint32(b[4:]), units: 1e6}
	for p.left >= 4 {
		b, err := p.take(4)
		if err != nil {
			return err
		}
		code, length := p.order.Uint16(b), uint32(p.order.Uint16(b[2:]))
		padded := (length + 3) &^ 3
		if code == 0 || padded > p.left {
			break
		}
		if length == 0 || length > 8 {
			p.left -= padded
			if err := p.discard(padded); err != nil {
				return err
			}
			continue
		}
		if b, err = p.take(padded); err != nil {
			return err
		}
		switch {
		case code == optionTsresol:
			if i.units = timeUnits(b[0]); i.units == 0 {
				return damaged("time resolution %d", b[0])
			}
		case code == optionTsoffset && length == 8:
			i.offset = int64(p.order.Uint64(b))
		}
	}
	p.ifs = append(p.ifs, i)
	return nil
}

// timeUnits gives the units per second: a negative power of 2 or 10; 0 if there
// is no such number.
func timeUnits(resolution uint8) uint64 {
	if resolution&0x80 != 0 {
		return 1 << (resolution & 0x7f) // 0 from 64 on
	}
	if resolution > 19 {
		return 0
	}
	units := uint64(1)
	for range resolution {
		units *= 10
	}
	return units
}

// packet reads an enhanced or an obsolete packet block.
func (p *pcapng) packet(f *frame, kind uint32) error {
	b, err := p.take(20)
	if err != nil {
		return err
	}
	index := p.order.Uint32(b)
	if kind == blockPacket {
		index = uint32(p.order.Uint16(b))
	}
	if uint64(index) >= uint64(len(p.ifs)) {
		return damaged("a packet of interface %d, which nothing describes", index)
	}
	i := &p.ifs[index]
	f.time = i.nanoseconds(uint64(p.order.Uint32(b[4:]))<<32 | uint64(p.order.Uint32(b[8:])))
	captured, length := p.order.Uint32(b[12:]), p.order.Uint32(b[16:])
	return p.data(f, i, captured, length)
}

// simple reads a simple packet block, which has no time.
func (p *pcapng) simple(f *frame) error {
	b, err := p.take(4)
	if err != nil {
		return err
	}
	if len(p.ifs) == 0 {
		return damaged("a packet before any interface")
	}
	length := p.order.Uint32(b)
	captured := min(length, p.left)
	if snap := p.ifs[0].snap; snap != 0 {
		captured = min(captured, snap)
	}
	f.time = p.last
	return p.data(f, &p.ifs[0], captured, length)
}

func (p *pcapng) data(f *frame, i *pcapngInterface, captured, length uint32) error {
	if captured > p.left || captured > maxFrame {
		return damaged("a packet claims %d bytes", captured)
	}
	var err error
	if p.buf, err = fill(p.r, p.buf, int(captured)); err != nil {
		return err
	}
	p.left -= captured
	p.last = f.time
	f.data, f.link, f.cut = p.buf, i.link, captured < length
	return nil
}

// nanoseconds converts a time; one that Unix nanoseconds cannot tell becomes 0,
// which the reader's clock lifts to the time before it.
func (i *pcapngInterface) nanoseconds(t uint64) int64 {
	seconds, fraction := t/i.units, t%i.units
	hi, lo := bits.Mul64(fraction, 1e9)
	ns, _ := bits.Div64(hi, lo, i.units) // fraction < units, so that it fits
	const most = math.MaxInt64/1_000_000_000 - 1
	if seconds > most {
		return 0
	}
	s := int64(seconds) + i.offset
	if s < 0 || s > most {
		return 0
	}
	return s*1e9 + int64(ns)
}
