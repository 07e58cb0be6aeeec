package alertday

import (
	"fmt"
	"strings"
	"time"

	"spoor/flow"
)

// Markdown writes the table for docs/alerts.md.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("| When | What happened | Should be told | Was told | |\n|---|---|---|---|---|\n")
	pages, wanted := 0, 0
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		got := make([]string, 0, len(o.Told))
		want := make([]string, 0, len(o.Want))
		for _, w := range o.Want {
			want = append(want, kind(w.Page)+" `"+w.Name+"`")
			if w.Page {
				wanted++
			}
		}
		for _, t := range o.Told {
			s := fmt.Sprintf("%s `%s` after %s", kind(t.Severity >= flow.SeverityWarning), t.Name, short(t.Raised-o.At))
			if t.Resolved != 0 {
				s += ", resolved " + short(t.Resolved-o.At-o.For) + " after the end"
			}
			if t.Severity >= flow.SeverityWarning {
				pages++
			}
			got = append(got, s)
		}
		verdict := "right"
		if len(o.Wrong) > 0 {
			verdict = "**wrong**: " + strings.Join(o.Wrong, "; ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", at(o.At), o.About, or(want), or(got), verdict)
	}
	for _, t := range r.Unexpected {
		if t.Severity >= flow.SeverityWarning {
			pages++
		}
		fmt.Fprintf(&b, "| %s | nothing | nothing | %s `%s`: %s | **wrong** |\n", at(t.Raised), kind(t.Severity >= flow.SeverityWarning), t.Name, t.Summary)
	}
	fmt.Fprintf(&b, "\nAlerts that page: %d, of %d that should. Elephants in their topic: %d.\n", pages, wanted, r.Elephants)
	return b.String()
}

func kind(page bool) string {
	if page {
		return "page"
	}
	return "note"
}

func or(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, "; ")
}

// at writes a time of the day.
func at(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// short writes a span.
func short(d time.Duration) string {
	if d > -2*time.Minute && d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}
