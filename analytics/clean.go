package analytics

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName cuts names that agents send.
const maxName = 255

// clean makes text out of a name from the wire: valid UTF-8, printable, bounded.
func clean(b []byte) string {
	if len(b) > maxName {
		b = b[:maxName]
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, string(b)))
}
