package kafka

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
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
	lz4  *lz4.Writer
	zstd *zstd.Encoder
	out  bytes.Buffer
}

// append appends src, compressed, to dst.
func (c *compressor) append(dst, src []byte, codec int) ([]byte, error) {
	switch codec {
	case codecGzip:
		return c.viaGzip(dst, src)
	case codecSnappy:
		return appendSnappy(dst, src), nil
	case codecLZ4:
		return c.viaLZ4(dst, src)
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

func (c *compressor) viaLZ4(dst, src []byte) ([]byte, error) {
	if c.lz4 == nil {
		c.lz4 = lz4.NewWriter(&c.out)
		if err := c.lz4.Apply(lz4.BlockSizeOption(lz4.Block256Kb), lz4.ChecksumOption(false)); err != nil {
			return nil, fmt.Errorf("lz4: %w", err)
		}
	}
	c.out.Reset()
	c.lz4.Reset(&c.out)
	if _, err := c.lz4.Write(src); err != nil {
		return nil, fmt.Errorf("lz4: %w", err)
	}
	if err := c.lz4.Close(); err != nil {
		return nil, fmt.Errorf("lz4: %w", err)
	}
	return append(dst, c.out.Bytes()...), nil
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
