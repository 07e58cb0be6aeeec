package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// Batch is one record batch: what is known of it, and its records.
type Batch struct {
	Topic      uint8
	Partition  int32
	Partitions int32 // among how many Partition was chosen
	Records    int32
	FirstTime  int64 // Unix ms
	MaxTime    int64 // Unix ms
	Payload    []byte
}

// Sizes.
const (
	headerSize = 52
	maxPayload = 64 << 20
)

var magic = []byte("spoorsp\x01")

// Codecs.
const (
	codecNone = iota
	codecS2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errTorn says that bytes are no whole record.
var errTorn = errors.New("torn or corrupt record")

// header is a record's header as it was read.
type header struct {
	Batch
	body    int // bytes
	raw     int // bytes of the payload
	codec   byte
	written int64 // Unix ms
}

// appendRecord appends a record; it is given back grown.
func appendRecord(dst []byte, b *Batch, written int64) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, headerSize+s2.MaxEncodedLen(len(b.Payload)))...)
	body := s2.Encode(dst[at+headerSize:], b.Payload)
	codec := byte(codecS2)
	if len(body) >= len(b.Payload) {
		body, codec = append(dst[at+headerSize:at+headerSize], b.Payload...), codecNone
	}
	dst = dst[:at+headerSize+len(body)]
	h, be := dst[at:], binary.BigEndian
	be.PutUint32(h[4:], uint32(len(body)))
	be.PutUint32(h[8:], uint32(len(b.Payload)))
	h[12], h[13] = b.Topic, codec
	be.PutUint32(h[16:], uint32(b.Partition))
	be.PutUint32(h[20:], uint32(b.Partitions))
	be.PutUint32(h[24:], uint32(b.Records))
	be.PutUint64(h[28:], uint64(b.FirstTime))
	be.PutUint64(h[36:], uint64(b.MaxTime))
	be.PutUint64(h[44:], uint64(written))
	be.PutUint32(h, crc32.Checksum(h[4:], castagnoli))
	return dst
}

// readHeader reads a header, whose checksum is not known to be right yet.
func readHeader(p []byte) (h header, err error) {
	if len(p) < headerSize {
		return h, errTorn
	}
	be := binary.BigEndian
	h.body, h.raw = int(be.Uint32(p[4:])), int(be.Uint32(p[8:]))
	h.Topic, h.codec = p[12], p[13]
	h.Partition, h.Partitions = int32(be.Uint32(p[16:])), int32(be.Uint32(p[20:]))
	h.Records = int32(be.Uint32(p[24:]))
	h.FirstTime, h.MaxTime = int64(be.Uint64(p[28:])), int64(be.Uint64(p[36:]))
	h.written = int64(be.Uint64(p[44:]))
	ok := h.body <= maxPayload && h.raw <= maxPayload && h.Topic < maxTopics && h.codec <= codecS2 &&
		h.Partition >= 0 && h.Partition < h.Partitions && h.Records > 0 && int(h.Records) <= h.raw
	if !ok {
		return h, errTorn
	}
	return h, nil
}

// readRecord reads the first record of p and gives its size with its header.
func readRecord(p []byte) (h header, size int, err error) {
	if h, err = readHeader(p); err != nil {
		return h, 0, err
	}
	size = headerSize + h.body
	if len(p) < size || crc32.Checksum(p[4:size], castagnoli) != binary.BigEndian.Uint32(p) {
		return h, 0, errTorn
	}
	return h, size, nil
}

// unpack writes the payload of a body into dst, which is as long as the payload.
func (h *header) unpack(dst, body []byte) error {
	if h.codec == codecNone {
		if copy(dst, body) != h.raw || len(body) != h.raw {
			return errTorn
		}
		return nil
	}
	if n, err := s2.DecodedLen(body); err != nil || n != h.raw {
		return errTorn
	}
	if _, err := s2.Decode(dst, body); err != nil {
		return errTorn
	}
	return nil
}
