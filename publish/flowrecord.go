package publish

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"spoor/flow"
	"spoor/internal/mem"
)

// Fields of flow.proto that are written once and then copied.
const (
	fieldSwitch    = 220
	fieldInName    = 221
	fieldOutName   = 222
	fieldLink      = 223
	fieldSrcName   = 224
	fieldDstName   = 225
	fieldCollector = 250
	fieldSchema    = 251
)

// flowBytes is the room made for a flow record beside the parts that are ready:
// framing, key, every field at its largest, and the window of the last of them.
const flowBytes = 128 + (windowMask+1)/2 + windowMask + 1 + 8

// flowParts are the parts of a flow record that the encoder has ready, all padded:
// those of the datagram, of the ports, and the message's end with the record's
// headers behind it.
type flowParts struct {
	fresh, head, input, output, end []byte
	tail                            int // bytes of end that belong to the message
}

// size bounds what addFlow appends.
func (p *flowParts) size() int {
	return flowBytes + len(p.fresh) + len(p.head) + len(p.input) + len(p.output) + len(p.end)
}

// Parts that are ready are copied in pieces of a fixed size: their own sizes vary, and
// to go by them costs more than a few bytes too many.
const smallPiece, piece = 16, 64

// padded gives b with room behind it to be read by putPadded.
func padded(b []byte) []byte {
	if len(b) <= smallPiece {
		return slices.Grow(b, smallPiece-len(b))
	}
	return slices.Grow(b, piece-1-(len(b)-1)%piece)
}

// putPadded copies src to i, and what lies behind it up to piece-1 bytes, and gives
// where src ends.
func putPadded(buf []byte, i int, src []byte) int {
	if len(src) <= smallPiece {
		if len(src) > 0 {
			*(*[smallPiece]byte)(buf[i:]) = *(*[smallPiece]byte)(src[:smallPiece])
		}
		return i + len(src)
	}
	for at := 0; at < len(src); at += piece {
		*(*[piece]byte)(buf[i+at:]) = *(*[piece]byte)(src[at : at+piece])
	}
	return i + len(src)
}

// addFlow appends a flow record. The message is written straight into the
// block by indexed stores, several times cheaper than appending field by field.
// Room for ready.size() has been made. id is the key, nil for none.
//
// First comes what each sample has anew, then what the flow decides, then the packet's
// way, last the ports and the end: what repeats lies together, in few and long pieces,
// so that every compressor is faster and better at it.
func (b *Block) addFlow(s *flow.Sample, l *flow.Labels, id *[16]byte, ready *flowParts) {
	start := len(b.buf)
	time := s.Received / 1e6
	b.noteTime(time)
	buf := b.buf[start:cap(b.buf)]
	// The record's length comes first and is known last: two bytes are left for it, which do for 64 to 8191 bytes.
	buf[2] = 0 // attributes
	i := 3 + binary.PutUvarint(buf[3:], zigzag(time-b.FirstTime))
	i += binary.PutUvarint(buf[i:], zigzag(int64(b.Records)))
	if id != nil {
		buf[i] = 32
		k := buf[i+1 : i+17] // in the halves that putHex has just stored: a wider load would wait until both have reached the cache
		binary.BigEndian.PutUint64(k, binary.BigEndian.Uint64(id[:]))
		binary.BigEndian.PutUint64(k[8:], binary.BigEndian.Uint64(id[8:]))
		i += 17
	} else {
		buf[i] = 1 // null
		i++
	}
	var pen sectionPen
	pen.end(i)
	at := i
	i += 2
	i += putFresh((*window)(buf[i:]), s)
	i = putPadded(buf, i, ready.fresh)
	pen.end(i)
	i += putPacket((*window)(buf[i:]), s.FlowID, &s.Packet)
	pen.end(i)
	i += putMACs((*window)(buf[i:]), &s.Packet)
	pen.end(i)
	i = putPadded(buf, i, ready.head)
	i += putInput((*window)(buf[i:]), s)
	pen.end(i)
	i = putPadded(buf, i, ready.input)
	pen.end(i)
	i += putOutput((*window)(buf[i:]), s, l)
	i = putPadded(buf, i, ready.output)
	pen.end(i)
	end := putPadded(buf, i, ready.end)
	i = closeLength(buf, at, i+ready.tail, end)
	i = closeLength(buf, 0, i, i)
	pen.end(i)
	b.note(pen.noted)
	b.buf = b.buf[:start+i]
	b.Records++
	mem.FetchSlice(buf[i:min(i+ahead, len(buf))])
}

// ahead is how much of a block is fetched before its next record comes, which others'
// records in their own blocks precede.
const ahead = 384

// closeLength writes the zigzag length of w[at+2:to] into the bytes at at, moving
// what follows up to end where two are not right, and gives the new end.
func closeLength(w []byte, at, to, end int) int {
	u := uint64(to-at-2) << 1
	if u-128 < 1<<14-128 {
		w[at], w[at+1] = byte(u)|0x80, byte(u>>7)
		return end
	}
	return moveLength(w, at, end, u)
}

// moveLength is closeLength for a length of another size.
func moveLength(w []byte, at, end int, u uint64) int {
	var tmp [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(tmp[:], u)
	copy(w[at+n:], w[at+2:end])
	copy(w[at:], tmp[:n])
	return end + n - 2
}

// putMACs writes the ends of the link on which the packet came.
func putMACs(w *window, p *flow.Packet) int {
	i := w.uint64(0, 27, p.SrcMAC)
	return w.uint64(i, 28, p.DstMAC)
}

// putFresh writes what is another in each sample of a flow.
func putFresh(w *window, s *flow.Sample) int {
	i := w.times(0, 111, 112, s.Time)
	i = w.uint32(i, 203, s.SamplePool)
	i = w.uint32(i, 202, s.Sequence)
	i = w.uint32(i, 204, s.Drops)
	if s.EgressQueue|s.QueueDepth|s.TransitDelay != 0 {
		i = w.uint32(i, 240, s.QueueDepth)
		i = w.uint32(i, 241, s.TransitDelay)
		i = w.uint32(i, 242, s.EgressQueue)
	}
	if p := &s.Packet; !p.Key.IsZero() {
		i = w.uint32(i, 216, p.TCPSequence)
		i = w.uint32(i, 35, p.FragmentID)
		i = w.uint16(i, 36, p.FragmentOffset)
		i = w.uint32(i, 217, p.PayloadLength)
		i = w.uint8(i, 26, p.TCPFlags)
	}
	i = w.low(i, 9, s.FrameLength)
	i = w.uint32(i, 212, s.HeaderLength)
	return w.uint8(i, 218, uint8(s.Quirks))
}

// putGateway writes the autonomous systems.
func putGateway(w *window, i int, s *flow.Sample) int {
	i = w.low(i, 14, s.SrcAS)
	i = w.low(i, 15, s.DstAS)
	i = w.low(i, 13, s.NextHopAS)
	return w.addr2(i, 100, &s.BGPNextHop)
}

// appendGateway appends the lists of numbers, packed.
func appendGateway(b []byte, g *flow.Gateway) []byte {
	return appendPacked(appendPacked(b, 101, g.Communities), 102, g.ASPath)
}

// appendPacked appends a field of repeated numbers unless there are none.
func appendPacked(b []byte, field int, list []uint32) []byte {
	if len(list) == 0 {
		return b
	}
	size := 0
	for _, v := range list {
		size += (bits.Len32(v|1) + 6) / 7
	}
	b = binary.AppendUvarint(b, uint64(field)<<3|2)
	b = binary.AppendUvarint(b, uint64(size))
	for _, v := range list {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return b
}

// putHex writes the 16 hex digits of a flow id, eight at a time, and gives their murmur2.
func putHex(b *[16]byte, id uint64) uint32 {
	high, low := hex8(uint32(id>>32)), hex8(uint32(id))
	binary.BigEndian.PutUint64(b[0:], high)
	binary.BigEndian.PutUint64(b[8:], low)
	h := uint32(murmurSeed ^ len(b))
	h = murmur(h, bits.ReverseBytes32(uint32(high>>32)))
	h = murmur(h, bits.ReverseBytes32(uint32(high)))
	h = murmur(h, bits.ReverseBytes32(uint32(low>>32)))
	h = murmur(h, bits.ReverseBytes32(uint32(low)))
	return murmurEnd(h)
}

// hex8 gives the eight hex digits of v, the first in the highest byte.
func hex8(v uint32) uint64 {
	x := uint64(v)
	x = x&0xffff | x<<16&0xffff00000000
	x = x&0x000000ff000000ff | x<<8&0x00ff000000ff0000
	x = x&0x000f000f000f000f | x<<4&0x0f000f000f000f00
	letters := (x + 0x0606060606060606) >> 4 & 0x0101010101010101 // 1 in each byte above 9
	return x + 0x3030303030303030 + letters*('a'-'0'-10)
}
