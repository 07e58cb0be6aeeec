package judge

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints one row for each capture.
type Table struct{ w *tabwriter.Writer }

// NewTable begins a table on w.
func NewTable(w io.Writer) *Table {
	t := &Table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(t.w, "capture\tlinks\tpaths\tfirst p50\tof sample\tmoves\tp50/max\telephants\tdelays\tverdict")
	return t
}

// Row adds the score of a capture. Links and paths are right/wrong/missing, first paths in seconds after the flow's start
// and after its first sample, moves reported of all, elephants found of those that must be found. What is short is known,
// and no fault.
func (t *Table) Row(name string, r *Result, faults, short []string) {
	verdict := "right"
	switch {
	case len(faults) > 0:
		verdict = "WRONG: " + strings.Join(faults, ", ")
	case len(short) > 0:
		verdict = "short of the target: " + strings.Join(short, ", ")
	}
	p, e := &r.Paths, &r.Elephants
	fmt.Fprintf(t.w, "%s\t%d/%d/%d\t%d/%d/%d\t%s\t%s\t%d of %d\t%s/%s\t%d of %d\t%s\t%s\n",
		name, r.Links.Right, r.Links.Wrong, r.Links.Missing,
		p.FlowsRight, p.FlowsWrong, p.NeverComplete, seconds(p.FirstP50), seconds(p.SampledP50),
		p.MovesReported, p.Moves, seconds(p.LagP50), seconds(p.LagMax),
		e.Found, e.MustBeFound, e.delays(), verdict)
}

// Flush writes the table.
func (t *Table) Flush() error { return t.w.Flush() }
