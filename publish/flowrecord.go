package publish

import (
	"encoding/binary"
	"math/bits"

	"spoor/flow"
)

// Fields of flow.proto that are written with their names elsewhere.
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

// flowBytes bounds a flow record without its names: framing, key, headers and
// every field at its largest, and the few bytes that wide stores write beyond.
const flowBytes = 1024

// addFlow appends a flow record. The message is written straight into the
// block by indexed stores: three times cheaper than appending field by field.
// Room for flowBytes and names has been made.
func (b *Block) addFlow(s *flow.Sample, countOnce bool, key, names, headers []byte) {
	start := len(b.buf)
	time := s.Received / 1e6
	b.stamp(time)
	w := b.buf[start:cap(b.buf)]
	// The record's length comes first and is known last: two bytes are left for it, which do for 64 to 8191 bytes.
	w[2] = 0 // attributes
	i := putVarint(w, 3, zigzag(time-b.FirstTime))
	i = putVarint(w, i, zigzag(int64(b.Records)))
	if len(key) == 16 {
		w[i] = 32
		copy(w[i+1:i+17], key)
		i += 17
	} else {
		w[i] = 1 // null
		i++
	}
	at := i
	i = putFlow(w, i+2, s, countOnce)
	i += copy(w[i:], names)
	i = closeLength(w, at, i)
	i += copy(w[i:], headers)
	i = closeLength(w, 0, i)
	b.buf = b.buf[:start+i]
	b.Records++
}

// closeLength writes the zigzag length of w[at+2:end] into the bytes at at,
// moving what follows where two are not right, and gives the new end.
func closeLength(w []byte, at, end int) int {
	u := uint64(end-at-2) << 1
	if u-128 < 1<<14-128 {
		w[at], w[at+1] = byte(u)|0x80, byte(u>>7)
		return end
	}
	var tmp [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(tmp[:], u)
	copy(w[at+n:], w[at+2:end])
	copy(w[at:], tmp[:n])
	return end + n - 2
}

// putFlow writes FlowMessage but for names, collector and schema.
func putFlow(w []byte, i int, s *flow.Sample, countOnce bool) int {
	w[i], w[i+1] = 1<<3, 1 // SFLOW_5
	i = put1(w, i+2, 3, uint64(s.SamplingRate))
	i = put1(w, i, 4, uint64(s.DatagramSeq))
	i = put1(w, i, 9, uint64(s.FrameLength))
	w[i], w[i+1] = 10<<3, 1
	i = putAddr1(w, i+2, 11, &s.Agent)
	i = putPacket(w, i, &s.Packet)
	i = put2(w, i, 18, uint64(ifIndex(s.Input)))
	i = put2(w, i, 19, uint64(ifIndex(s.Output)))
	if s.HasRouter {
		i = putAddr1(w, i, 12, &s.NextHop)
		i = put2(w, i, 16, uint64(s.SrcMask))
		i = put2(w, i, 17, uint64(s.DstMask))
	}
	if s.HasSwitch {
		i = putVLAN(w, i, 33, s.SrcVLAN)
		i = putVLAN(w, i, 34, s.DstVLAN)
	}
	i = putTime(w, i, 110, s.Received)
	at := i
	i = putTime(w, i, 111, s.Time)
	n := i - at
	copy(w[i:i+n], w[at:i])
	binary.LittleEndian.PutUint16(w[i:], tag2(112))
	return putSample(w, i+n, s, countOnce)
}

// putVLAN writes a VLAN unless it is unknown (all ones) or 0.
func putVLAN(w []byte, i int, field uint16, v uint32) int {
	if v == 1<<32-1 {
		return i
	}
	return put2(w, i, field, uint64(v))
}

// ifIndex is what in_if and out_if hold: the index, or the count of ports.
func ifIndex(i flow.Interface) uint32 {
	if i.Kind == flow.InterfaceMultiple {
		return i.Value
	}
	return i.Index()
}

// putSample writes what goflow2 does not have: fields 200 to 217.
func putSample(w []byte, i int, s *flow.Sample, countOnce bool) int {
	if s.FlowID != 0 {
		binary.LittleEndian.PutUint16(w[i:], 200&15<<3|wireFixed64|0x80|200>>4<<8)
		binary.LittleEndian.PutUint64(w[i+2:], s.FlowID)
		i += 10
	}
	i = put2(w, i, 201, uint64(s.SubAgent))
	i = put2(w, i, 202, uint64(s.Sequence))
	i = put2(w, i, 203, uint64(s.SamplePool))
	i = put2(w, i, 204, uint64(s.Drops))
	i = put2(w, i, 205, uint64(s.SourceClass))
	i = put2(w, i, 206, uint64(s.SourceIndex))
	i = put2(w, i, 207, uint64(s.Input.Kind))
	i = put2(w, i, 208, uint64(s.Output.Kind))
	if s.Output.Kind == flow.InterfaceDiscarded {
		i = put2(w, i, 209, uint64(s.Output.Value))
	}
	i = put2(w, i, 210, uint64(s.HeaderProtocol))
	i = put2(w, i, 211, uint64(s.Stripped))
	i = put2(w, i, 212, uint64(s.HeaderLength))
	i = put2(w, i, 213, uint64(s.Direction))
	if countOnce {
		i = put2(w, i, 214, 1)
	}
	i = put2(w, i, 215, uint64(s.EffectiveRate))
	vni := s.Packet.VNI
	if s.HasRecVNI && vni == 0 {
		vni = s.RecordVNI
	}
	return put2(w, i, 230, uint64(vni))
}

// tag2 is a two-byte tag of a varint field, little-endian.
func tag2(field uint16) uint16 { return field&15<<3 | 0x80 | field>>4<<8 }

// put1 writes a field below 16 unless it is 0.
func put1(w []byte, i int, field byte, v uint64) int {
	if v == 0 {
		return i
	}
	w[i] = field << 3
	return putVarint(w, i+1, v)
}

// put2 writes a field from 16 to 2047 unless it is 0.
func put2(w []byte, i int, field uint16, v uint64) int {
	if v == 0 {
		return i
	}
	binary.LittleEndian.PutUint16(w[i:], tag2(field))
	return putVarint(w, i+2, v)
}

// putVarint writes a varint below 1<<56 with one store.
func putVarint(w []byte, i int, v uint64) int {
	if v < 1<<7 {
		w[i] = byte(v)
		return i + 1
	}
	if v >= 1<<56 {
		return i + binary.PutUvarint(w[i:], v)
	}
	n := (bits.Len64(v)*9 + 64) >> 6
	binary.LittleEndian.PutUint64(w[i:], spread(v)|0x8080808080808080>>(72-8*n))
	return i + n
}

// spread puts each group of 7 bits into a byte of its own.
func spread(v uint64) uint64 {
	v = v&0x0fffffff | v<<4&0x0fffffff00000000
	v = v&0x00003fff00003fff | v<<2&0x3fff00003fff0000
	return v&0x007f007f007f007f | v<<1&0x7f007f007f007f00
}

// putTime writes a time in nanoseconds: after 1972 always nine bytes.
func putTime(w []byte, i int, field uint16, t int64) int {
	v := uint64(t)
	if v < 1<<56 || v >= 1<<63 {
		return put2(w, i, field, uint64(max(t, 0)))
	}
	binary.LittleEndian.PutUint16(w[i:], tag2(field))
	binary.LittleEndian.PutUint64(w[i+2:], spread(v&(1<<56-1))|0x8080808080808080)
	w[i+10] = byte(v >> 56)
	return i + 11
}

// putAddr1 writes an address into a field below 16, unless it is unknown.
func putAddr1(w []byte, i int, field byte, a *flow.Addr) int {
	if a.IsZero() {
		return i
	}
	w[i] = field<<3 | wireBytes
	return putAddr(w, i+1, a)
}

// putAddr2 writes an address into a field from 16 to 2047, unless it is unknown.
func putAddr2(w []byte, i int, field uint16, a *flow.Addr) int {
	if a.IsZero() {
		return i
	}
	binary.LittleEndian.PutUint16(w[i:], tag2(field)|wireBytes)
	return putAddr(w, i+2, a)
}

func putAddr(w []byte, i int, a *flow.Addr) int {
	if a.Is4() {
		w[i] = 4
		copy(w[i+1:i+5], a[12:])
		return i + 5
	}
	w[i] = 16
	copy(w[i+1:i+17], a[:])
	return i + 17
}
