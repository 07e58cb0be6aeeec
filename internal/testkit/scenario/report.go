package scenario

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Row is a scenario with what was reached.
type Row struct {
	Scenario *Scenario
	Score    *Score
	Gated    bool    // seeds that everybody knows: what is worse than before is a failure
	Known    *Target // what is known to be reached where the target is not; nil: nothing
}

// Verdict says whether the target was reached, else what is short of it, and
// whether that is worse than what is known.
func (r *Row) Verdict() (short, worse []string) {
	f, target := r.Score.Figures(), r.Scenario.target()
	short = f.Short(&target)
	worse = short
	if r.Known != nil {
		limit := r.Known.slack(&target)
		worse = f.Short(&limit)
	}
	if e := &r.Score.Judged.Elephants; e.Open > 0 {
		worse = append(worse, fmt.Sprintf("%d alerts left open", e.Open))
	}
	return short, worse
}

// Failed tells whether the row keeps a change from landing.
func (r *Row) Failed() bool {
	_, worse := r.Verdict()
	return r.Gated && len(worse) > 0
}

// text gives the verdict in words.
func (r *Row) text() string {
	short, worse := r.Verdict()
	switch {
	case len(worse) > 0 && r.Gated:
		return "WORSE: " + strings.Join(worse, ", ")
	case len(short) > 0:
		return "short of the target: " + strings.Join(short, ", ")
	case len(worse) > 0:
		return "not gated: " + strings.Join(worse, ", ")
	}
	return "reached"
}

// cells gives the figures: ours, the EWMA's, paths.
func (r *Row) cells() []string {
	f, e := r.Score.Figures(), figuresOf(&r.Score.Naive)
	p := &r.Score.Judged.Paths
	moves := "-"
	if p.Moves > 0 {
		moves = fmt.Sprintf("%d/%d", p.MovesReported, p.Moves)
	}
	return []string{
		r.Scenario.Name,
		share(f.Precision), share(f.Recall), fmt.Sprint(f.False), seconds(f.P50) + "/" + seconds(f.P99),
		share(e.Precision), share(e.Recall), fmt.Sprint(e.False), seconds(e.P50) + "/" + seconds(e.P99),
		fmt.Sprintf("%d/%d/%d", f.Right, f.Wrong, f.Open), moves,
	}
}

var heads = []string{
	"scenario", "precision", "recall", "false", "p50/p99 s",
	"EWMA precision", "recall", "false", "p50/p99 s", "paths right/wrong/missing", "moves",
}

// Print writes rows for a terminal.
func Print(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(append(heads, "verdict"), "\t"))
	for i := range rows {
		fmt.Fprintln(t, strings.Join(append(rows[i].cells(), rows[i].text()), "\t"))
	}
	return t.Flush()
}

// PrintMissing lists the flows whose paths are missing though their samples tell them.
func PrintMissing(w io.Writer, rows []Row) error {
	for i := range rows {
		for _, f := range rows[i].Score.Judged.Paths.Missing {
			k := &f.Key
			fmt.Fprintf(w, "%s: %s > %s, %d %d>%d, %d samples in %.1f s from %.1f on: %v\n", rows[i].Scenario.Name, k.Src, k.Dst, k.Proto, k.Sport, k.Dport,
				*f.Samples, f.End-f.Start, f.Start-math.Floor(f.Start/3600)*3600, f.Switches)
			for _, e := range f.Evidence() {
				for _, v := range e.Seen {
					if _, err := fmt.Fprintf(w, "\t%s\n", v); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// Markdown writes rows for docs/accuracy.md.
func Markdown(w io.Writer, rows []Row) error {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for i := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(rows[i].cells(), " | "))
	}
	var short []string
	for i := range rows {
		if why, _ := rows[i].Verdict(); len(why) > 0 {
			short = append(short, fmt.Sprintf("- `%s` (%s): %s.\n", rows[i].Scenario.Name, rows[i].Scenario.About, strings.Join(why, "; ")))
		}
	}
	if len(short) > 0 {
		b.WriteString("\nShort of the target:\n\n" + strings.Join(short, ""))
	}
	b.WriteString("\nThe scenarios:\n\n")
	for i := range rows {
		s := rows[i].Scenario
		fmt.Fprintf(&b, "- `%s`: %s.", s.Name, s.About)
		if t := s.target(); t.Missing > DefaultTarget.Missing {
			fmt.Fprintf(&b, " At most %.3g%% of the paths may be missing.", 100*t.Missing)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func share(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.3f", v)
}

func seconds(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.2f", v)
}
