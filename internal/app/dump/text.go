package dump

import (
	"strconv"
	"strings"
	"unicode"
)

// maxHex is how many bytes the text form shows of a string of them.
const maxHex = 32

// appendText appends a datagram for people: a line for itself and each sample,
// record and part, indented by what holds it.
func appendText(b []byte, name string, o object, depth int) []byte {
	var below []field
	b = append(b, strings.Repeat("  ", depth)...)
	b = append(b, name...)
	for _, f := range o {
		switch v := f.value.(type) {
		case object:
			if isFlat(v) {
				b = appendPair(b, f.key, flat(v))
				continue
			}
			below = append(below, f)
		case list:
			if len(v) > 0 {
				below = append(below, f)
			}
		default:
			if f.key != "kind" {
				b = appendPair(b, f.key, scalar(v))
			}
		}
	}
	b = append(b, '\n')
	for _, f := range below {
		if v, ok := f.value.(object); ok {
			b = appendText(b, f.key, v, depth+1)
			continue
		}
		b = appendList(b, f.key, f.value.(list), depth+1)
	}
	return b
}

// appendList appends the objects of a list each on its line, other elements on one line together.
func appendList(b []byte, key string, l list, depth int) []byte {
	var plain []string
	for _, e := range l {
		o, ok := e.(object)
		if !ok {
			plain = append(plain, scalar(e))
			continue
		}
		name := strings.TrimSuffix(key, "s")
		if kind, ok := o[0].value.(string); ok && o[0].key == "kind" {
			name = kind
		}
		b = appendText(b, name, o, depth)
	}
	if plain != nil {
		b = append(b, strings.Repeat("  ", depth)...)
		b = appendPair(append(b, key...), "", strings.Join(plain, " "))
		b = append(b, '\n')
	}
	return b
}

func appendPair(b []byte, key, text string) []byte {
	b = append(b, ' ')
	if key != "" {
		b = append(append(b, key...), '=')
	}
	return append(b, text...)
}

// isFlat reports whether an object fits among its holder's values: ports, and the like.
func isFlat(o object) bool {
	for _, f := range o {
		switch f.value.(type) {
		case object, list:
			return false
		}
	}
	return len(o) <= 3
}

// flat gives "ifindex:101" for {"kind":"ifindex","value":101}.
func flat(o object) string {
	parts := make([]string, 0, len(o))
	for _, f := range o {
		parts = append(parts, scalar(f.value))
	}
	return strings.Join(parts, ":")
}

// scalar gives a value for people. What is not plain is quoted, so that no
// agent can write on somebody's terminal.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		if v == "" || strings.ContainsFunc(v, func(r rune) bool { return r == ' ' || r == '"' || !unicode.IsPrint(r) }) {
			return strconv.QuoteToGraphic(v)
		}
		return v
	case hexBytes:
		if len(v) <= maxHex {
			return string(appendJSON(nil, v))
		}
		return strings.Trim(string(appendJSON(nil, v[:maxHex])), `"`) + "...(" + strconv.Itoa(len(v)) + " bytes)"
	case list:
		return "[" + strconv.Itoa(len(v)) + "]"
	}
	return strings.Trim(string(appendJSON(nil, v)), `"`)
}
