package telemetry

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// describer writes the help texts into what passes, and leaves out the series of
// the process and of the Go runtime that have none: there are some hundred of
// them, not all well-formed, and few that anybody looks at.
type describer struct {
	w    *bufio.Writer
	help map[string]string
	rest []byte // a line that is not ended yet
	skip bool   // the family at hand is left out
}

func newDescriber(w io.Writer, help map[string]string) *describer {
	return &describer{w: bufio.NewWriterSize(w, 64<<10), help: help}
}

// Write takes text of whole or broken lines. Its error is that of the writer behind it.
func (d *describer) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			d.rest = append(d.rest, p...)
			return n, nil
		}
		line := p[:i+1]
		if len(d.rest) > 0 {
			d.rest = append(d.rest, line...)
			line = d.rest
		}
		if err := d.line(line); err != nil {
			return 0, err
		}
		d.rest, p = d.rest[:0], p[i+1:]
	}
}

var helpMark = []byte("# HELP ")

func (d *describer) line(line []byte) error {
	if !bytes.HasPrefix(line, helpMark) {
		if d.skip {
			return nil
		}
		_, err := d.w.Write(line)
		return err
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(line[len(helpMark):])), " ")
	text, known := d.help[name]
	d.skip = !known && (strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_"))
	if d.skip {
		return nil
	}
	_, err := d.w.WriteString("# HELP " + name + " " + helpEscape.Replace(text) + "\n")
	return err
}

var helpEscape = strings.NewReplacer("\\", `\\`, "\n", `\n`)

// flush writes what is left.
func (d *describer) flush() error { return d.w.Flush() }
