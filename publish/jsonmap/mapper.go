package jsonmap

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxDepth bounds messages within messages.
const maxDepth = 8

// Mapper writes messages of one type. Not for concurrent use.
type Mapper struct {
	root  *message
	found [maxDepth]found // scratch
}

// found is what a message held: the last value of each field, the first bytes of
// a repeated one.
type found struct {
	values []item
	set    []uint64 // bits by place
}

// New makes a mapper. A type with kinds of fields that our schemas do not have panics.
func New(d protoreflect.MessageDescriptor, names Names) *Mapper {
	return &Mapper{root: newMessage(d, names)}
}

// Append appends the message as JSON to dst, which is given back grown. After an
// error dst is as before.
func (m *Mapper) Append(dst, encoded []byte) ([]byte, error) {
	out, err := m.append(dst, encoded, m.root, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (m *Mapper) append(dst, encoded []byte, t *message, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errors.New("messages are nested too deep")
	}
	f := &m.found[depth]
	if err := f.scan(encoded, t); err != nil {
		return nil, err
	}
	dst = append(dst, '{')
	begin := len(dst)
	for w := range f.set {
		for left := f.set[w]; left != 0; left &= left - 1 {
			i := w*64 + bits.TrailingZeros64(left)
			at := len(dst)
			if at > begin {
				dst = append(dst, ',')
			}
			x, v := &t.fields[i], f.values[i]
			dst = append(dst, x.name...)
			var err error
			if x.repeated {
				dst, err = m.list(dst, encoded, x, t, depth)
			} else {
				dst, err = m.value(dst, x, &v, depth)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return append(dst, '}'), nil
}

// scan finds the fields.
func (f *found) scan(encoded []byte, t *message) error {
	f.values = slices.Grow(f.values[:0], len(t.fields))[:len(t.fields)]
	words := (len(t.fields) + 63) / 64
	f.set = slices.Grow(f.set[:0], words)[:words]
	clear(f.set)
	for c := (cursor{encoded}); len(c.b) > 0; {
		it, err := c.next()
		if err != nil {
			return err
		}
		i := t.find(it.number, it.wire)
		if i < 0 {
			continue
		}
		x, bit := &t.fields[i], uint64(1)<<(i%64)
		before := f.set[i/64]&bit != 0
		switch {
		case x.repeated:
			if it.wire == length && x.wire != length && len(it.data) == 0 {
				continue // packed, and nothing in it
			}
		case x.sub != nil && before:
			it.data = append(slices.Clone(f.values[i].data), it.data...) // they are one message
		case !x.explicit && it.zero(x):
			f.set[i/64] &^= bit
			continue
		}
		f.values[i] = it
		f.set[i/64] |= bit
	}
	return nil
}

// zero reports whether the value is the default.
func (it *item) zero(x *field) bool {
	if x.kind == protoreflect.Uint32Kind || x.kind == protoreflect.EnumKind {
		return uint32(it.num) == 0
	}
	return it.num == 0 && len(it.data) == 0
}

// list writes a repeated field, by going over the message again.
func (m *Mapper) list(dst, encoded []byte, x *field, t *message, depth int) ([]byte, error) {
	dst = append(dst, '[')
	begin := len(dst)
	one := func(v *item) (err error) {
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		dst, err = m.value(dst, x, v, depth)
		return err
	}
	for c := (cursor{encoded}); len(c.b) > 0; {
		it, err := c.next()
		if err != nil {
			return nil, err
		}
		i := t.find(it.number, it.wire)
		if i < 0 || &t.fields[i] != x {
			continue
		}
		if it.wire == x.wire {
			if err := one(&it); err != nil {
				return nil, err
			}
			continue
		}
		for packed := it.data; len(packed) > 0; {
			n := 8
			if x.wire == varint {
				it.num, n = binary.Uvarint(packed)
			} else if len(packed) >= 8 {
				it.num = binary.LittleEndian.Uint64(packed)
			}
			if n <= 0 || n > len(packed) {
				return nil, errMalformed
			}
			packed = packed[n:]
			if err := one(&it); err != nil {
				return nil, err
			}
		}
	}
	return append(dst, ']'), nil
}

// value writes one value.
func (m *Mapper) value(dst []byte, x *field, v *item, depth int) ([]byte, error) {
	switch x.kind {
	case protoreflect.BoolKind:
		return strconv.AppendBool(dst, v.num != 0), nil
	case protoreflect.Uint32Kind:
		return strconv.AppendUint(dst, uint64(uint32(v.num)), 10), nil
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		dst = strconv.AppendUint(append(dst, '"'), v.num, 10)
		return append(dst, '"'), nil
	case protoreflect.EnumKind:
		if name, known := x.enum[int32(v.num)]; known {
			return append(dst, name...), nil
		}
		return strconv.AppendInt(dst, int64(int32(v.num)), 10), nil
	case protoreflect.DoubleKind:
		return appendDouble(dst, math.Float64frombits(v.num)), nil
	case protoreflect.StringKind:
		return appendString(dst, v.data)
	case protoreflect.BytesKind:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.data)
		return append(dst, '"'), nil
	default:
		return m.append(dst, v.data, x.sub, depth+1)
	}
}

// appendDouble writes a number as ECMAScript does, what is no number as text.
func appendDouble(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-Infinity"`...)
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, v, format, -1, 64)
	if n := len(dst); format == 'e' && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 is e-9
		dst = dst[:n-1]
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// appendString writes text, which must be UTF-8.
func appendString(dst, s []byte) ([]byte, error) {
	if !utf8.Valid(s) {
		return nil, errors.New("text in a protobuf message is no UTF-8")
	}
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(dst, '"'), nil
}
