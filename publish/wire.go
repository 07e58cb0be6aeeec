package publish

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// schemaVersion is what every message carries as schema.
const schemaVersion = 1

// maxName bounds the bytes of a name in a record.
const maxName = 255

// Protobuf wire types.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
)

func appendTag(b []byte, field, wire int) []byte {
	return binary.AppendUvarint(b, uint64(field)<<3|uint64(wire))
}

// appendUint appends a field unless it is 0.
func appendUint(b []byte, field int, v uint64) []byte {
	if v == 0 {
		return b
	}
	return appendKnown(b, field, v)
}

// appendKnown appends a field with explicit presence, 0 as well.
func appendKnown(b []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(appendTag(b, field, wireVarint), v)
}

func appendDouble(b []byte, field int, v float64) []byte {
	return binary.LittleEndian.AppendUint64(appendTag(b, field, wireFixed64), math.Float64bits(v))
}

func appendFixed64(b []byte, field int, v uint64) []byte {
	return binary.LittleEndian.AppendUint64(appendTag(b, field, wireFixed64), v)
}

// appendField appends a byte string unless it is empty.
func appendField(b []byte, field int, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	b = binary.AppendUvarint(appendTag(b, field, wireBytes), uint64(len(v)))
	return append(b, v...)
}

// appendString appends a name as valid UTF-8 of bounded length, unless it is empty.
func appendString[T string | []byte](b []byte, field int, v T) []byte {
	if len(v) == 0 {
		return b
	}
	var scratch [maxName]byte
	return appendField(b, field, appendClean(scratch[:0], v))
}

// appendClean appends at most maxName bytes of s as valid UTF-8: proto3 and
// JSON demand it, switches and configuration may not keep to it.
func appendClean[T string | []byte](dst []byte, s T) []byte {
	n := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = decodeRune(s[i:min(i+utf8.UTFMax, len(s))])
		}
		if n += utf8.RuneLen(r); n > maxName {
			break
		}
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}

func decodeRune[T string | []byte](s T) (r rune, size int) {
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], s)])
}
