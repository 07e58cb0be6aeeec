package dump

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
)

// object is a JSON object whose fields keep their order. Values are nil, bool,
// string, int64, uint64, float32, float64, hexBytes, object or list.
type object []field

type field struct {
	key   string
	value any
}

type list []any

// hexBytes are shown as hexadecimal digits.
type hexBytes []byte

// add appends a field.
func (o *object) add(key string, value any) { *o = append(*o, field{key, value}) }

// addUint appends a field unless it is 0, which here says nothing.
func (o *object) addUint(key string, v uint64) {
	if v != 0 {
		o.add(key, v)
	}
}

// appendJSON appends v.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, f.key), ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	case list:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	case string:
		return appendString(b, v)
	case hexBytes:
		return append(hex.AppendEncode(append(b, '"'), v), '"')
	}
	return appendScalar(b, v)
}

func appendScalar(b []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case float32:
		return appendFloat(b, float64(v), 32)
	case float64:
		return appendFloat(b, v, 64)
	}
	return append(b, "null"...)
}

// appendFloat appends a number; what is none is unknown.
func appendFloat(b []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, bits)
}

// appendString appends a JSON string; what is not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always can be
	}
	return append(b, quoted...)
}
