package score

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints one row for each case.
type Table struct{ w *tabwriter.Writer }

// NewTable begins a table on w.
func NewTable(w io.Writer) *Table {
	t := &Table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(t.w, "capture\tlinks\tpaths\tfirst p50\tmoves\tp50/max\telephants\tdelays\tverdict")
	return t
}

// Row adds the score of a case. Links are right/wrong/missing, paths right of
// flows, moves reported of all, elephants found of those that must be found.
func (t *Table) Row(c *Case, r *Result, faults []string) {
	verdict := "right"
	switch {
	case len(faults) > 0 && c.Gated:
		verdict = "WRONG: " + strings.Join(faults, ", ")
	case len(faults) > 0:
		verdict = "not gated: " + strings.Join(faults, ", ")
	}
	p, e := &r.Paths, &r.Elephants
	fmt.Fprintf(t.w, "%s\t%d/%d/%d\t%d of %d\t%s\t%d of %d\t%s/%s\t%d of %d\t%s\t%s\n",
		c.Name, r.Links.Right, r.Links.Wrong, r.Links.Missing,
		p.FlowsRight, p.Flows, seconds(p.FirstP50),
		p.MovesReported, p.Moves, seconds(p.LagP50), seconds(p.LagMax),
		e.Found, e.MustBeFound, e.delays(), verdict)
}

// Flush writes the table.
func (t *Table) Flush() error { return t.w.Flush() }
