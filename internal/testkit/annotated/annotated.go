// Package annotated reads the bytes of tests that are written as texts with remarks.
package annotated

import (
	"encoding/hex"
	"strings"
	"testing"
)

// Bytes gives the bytes of a text of hexadecimal digits, in any groups; what follows a "#" on a line is a remark.
func Bytes(tb testing.TB, text string) []byte {
	tb.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		tb.Fatalf("%v in\n%s", err, text)
	}
	return b
}
