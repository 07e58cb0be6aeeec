package kafka

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"spoor/publish"
)

// Codecs by their number in a batch's attributes.
const (
	codecNone = iota
	codecGzip
	codecSnappy
	codecLZ4
	codecZstd
)

var codecs = map[string]int{"none": codecNone, "gzip": codecGzip, "snappy": codecSnappy, "lz4": codecLZ4, "zstd": codecZstd}

// compressor compresses the records of one batch after the other, with state
// that it keeps. Not for concurrent use.
type compressor struct {
	gzip *gzip.Writer
	lz4  *lz4Encoder
	zstd *zstd.Encoder
	out  bytes.Buffer
}

// append appends src, compressed, to dst; parts are those of its records if it holds
// flow records as they were written, else nil.
func (c *compressor) append(dst, src []byte, parts []publish.Sections, codec int) ([]byte, error) {
	switch codec {
	case codecGzip:
		return c.viaGzip(dst, src)
	case codecSnappy:
		return appendSnappy(dst, src), nil
	case codecLZ4:
		return c.viaLZ4(dst, src, parts), nil
	case codecZstd:
		return c.viaZstd(dst, src)
	}
	return append(dst, src...), nil
}

func (c *compressor) viaGzip(dst, src []byte) ([]byte, error) {
	c.out.Reset()
	if c.gzip == nil {
		c.gzip = gzip.NewWriter(&c.out)
	} else {
		c.gzip.Reset(&c.out)
	}
	if _, err := c.gzip.Write(src); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := c.gzip.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return append(dst, c.out.Bytes()...), nil
}

// Parts of an LZ4 frame: magic; version 1 with independent blocks of at most
// 256 KiB and no checksums, for the batch has one; the header's own checksum.
var lz4Header = []byte{0x04, 0x22, 0x4d, 0x18, 0x60, 0x50, 0xfb}

const (
	lz4Block  = 256 << 10
	lz4Stored = 1 << 31 // a block's length with this bit is one of plain bytes
)

// viaLZ4 writes an LZ4 frame.
func (c *compressor) viaLZ4(dst, src []byte, parts []publish.Sections) []byte {
	if c.lz4 == nil {
		c.lz4 = new(lz4Encoder)
	}
	dst = append(dst, lz4Header...)
	if len(src) > lz4Block {
		parts = nil // they would have to be divided; a block of flow records is never so large
	}
	for len(src) > 0 {
		part := src[:min(len(src), lz4Block)]
		src = src[len(part):]
		at, bound := len(dst), lz4Bound(len(part))
		dst = slices.Grow(dst, 4+bound)
		var n int
		if parts != nil {
			n = c.lz4.encodeParts(dst[at+4:at+4+bound], part, parts)
		} else {
			n = c.lz4.encode(dst[at+4:at+4+bound], part)
		}
		size := uint32(n)
		if n >= len(part) {
			n = copy(dst[at+4:cap(dst)], part)
			size = uint32(n) | lz4Stored
		}
		dst = dst[:at+4+n]
		binary.LittleEndian.PutUint32(dst[at:], size)
	}
	return append(dst, 0, 0, 0, 0) // the end
}

func (c *compressor) viaZstd(dst, src []byte) ([]byte, error) {
	if c.zstd == nil {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		c.zstd = z
	}
	return c.zstd.EncodeAll(src, dst), nil
}

// snappyBlock is the block size of Java's framing of snappy.
const snappyBlock = 32 << 10

// snappyHeader begins that framing: magic, version, least compatible version.
var snappyHeader = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1}

// appendSnappy writes the framing that Java's client writes and all read.
func appendSnappy(dst, src []byte) []byte {
	dst = append(dst, snappyHeader...)
	for len(src) > 0 {
		n := min(len(src), snappyBlock)
		at := len(dst)
		dst = append(dst, make([]byte, 4+s2.MaxEncodedLen(n))...)
		block := s2.EncodeSnappy(dst[at+4:], src[:n])
		binary.BigEndian.PutUint32(dst[at:], uint32(len(block)))
		dst = dst[:at+4+len(block)]
		src = src[n:]
	}
	return dst
}
