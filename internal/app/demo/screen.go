package demo

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Styles of a line, on terminals that have colours.
const (
	plain  = ""
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	normal = "\x1b[0m"
)

// indent is where a line goes on: below what follows the time.
const indent = "              "

// screen writes lines: as they are into a file, broken between columns on a terminal.
type screen struct {
	out    io.Writer
	width  func() int
	colour bool
	err    error
}

// line writes one line; once writing has failed it does nothing.
func (s *screen) line(style, text string) {
	if s.err != nil {
		return
	}
	if width := s.width(); width > 0 {
		text = wrap(text, width)
	}
	if s.colour && style != plain {
		text = style + text + normal
	}
	_, s.err = io.WriteString(s.out, text+"\n")
}

// wrap breaks a line that is too long where two blanks part its columns, and a
// sentence where one parts its words.
func wrap(line string, width int) string {
	gap, indent := "  ", indent
	if !strings.Contains(line, gap) {
		gap, indent = " ", ""
	}
	var done strings.Builder
	row := ""
	for _, column := range strings.SplitAfter(line, gap) {
		shown := strings.TrimRight(column, " ")
		if shown != "" && utf8.RuneCountInString(row+shown) > width && len(row) > len(indent) {
			done.WriteString(strings.TrimRight(row, " ") + "\n")
			row, column = indent, strings.TrimLeft(column, " ")
		}
		row += column
	}
	return done.String() + strings.TrimRight(row, " ")
}
