package series

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/telemetry"
)

// Discards writes how many packets switches said that they discarded; name gives a switch's.
func Discards(w io.Writer, d *pipeline.Discards, name func(flow.Addr) string) {
	type row struct {
		labels string
		n      uint64
	}
	count, rest := d.Counts()
	rows := make([]row, 0, len(count))
	for k, n := range count {
		rows = append(rows, row{fmt.Sprintf("agent=%q,switch=%s,reason=%q", k.Agent, telemetry.Quote(name(k.Agent)), k.Reason), n})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.labels, b.labels) })
	t := telemetry.NewText(w)
	for _, r := range rows {
		t.Counter("spoor_discarded_packets_total", r.labels, r.n)
	}
	t.Counter("spoor_discarded_packets_total", `agent="other",switch="",reason=""`, rest)
}
