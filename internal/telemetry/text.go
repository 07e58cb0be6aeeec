package telemetry

import (
	"io"
	"strconv"
	"strings"
)

// Text writes series in Prometheus' text format, for values that their owner
// keeps and that are read at each scrape. Series of one name must follow each other.
type Text struct {
	w    io.Writer
	last string
	buf  []byte
}

// NewText writes to w. Errors of w are its own affair: a scraper that has gone
// needs no answer.
func NewText(w io.Writer) *Text { return &Text{w: w} }

// Counter writes a cumulative value; labels are `a="b",c="d"` or "".
func (t *Text) Counter(name, labels string, value uint64) {
	t.begin(name, labels, "counter")
	t.buf = strconv.AppendUint(t.buf, value, 10)
	t.end()
}

// Gauge writes a present value.
func (t *Text) Gauge(name, labels string, value float64) {
	t.begin(name, labels, "gauge")
	t.buf = strconv.AppendFloat(t.buf, value, 'g', -1, 64)
	t.end()
}

// begin writes the type once for each name.
func (t *Text) begin(name, labels, kind string) {
	t.buf = t.buf[:0]
	if name != t.last {
		t.buf = append(t.buf, "# HELP "+name+"\n# TYPE "+name+" "+kind+"\n"...)
		t.last = name
	}
	t.buf = append(t.buf, name...)
	if labels != "" {
		t.buf = append(t.buf, '{')
		t.buf = append(t.buf, labels...)
		t.buf = append(t.buf, '}')
	}
	t.buf = append(t.buf, ' ')
}

// Quote gives a label's value as Prometheus' text format wants it: only the backslash, the quote and the end of a line are
// escaped. Names come from switches, so bytes that are no UTF-8 are replaced, or the whole scrape would be refused.
func Quote(value string) string {
	return `"` + quoter.Replace(strings.ToValidUTF8(value, "\ufffd")) + `"`
}

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (t *Text) end() {
	t.buf = append(t.buf, '\n')
	_, _ = t.w.Write(t.buf)
}
