package series

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"spoor/analytics"
	"spoor/flow"
	"spoor/internal/telemetry"
)

// maxElephantSeries bounds the elephants that have a series of their own: the largest.
const maxElephantSeries = 50

// Elephants is an outbox that keeps what metrics tell of the active elephants.
type Elephants struct {
	analytics.Outbox

	mu   sync.Mutex
	list map[activeKey]active
}

type activeKey struct {
	flow  uint64
	since int64
}

// active is one elephant, as its latest message has it.
type active struct {
	labels string
	rate   float64 // bit/s
}

// NewElephants gives one that passes everything on.
func NewElephants(to analytics.Outbox) *Elephants {
	return &Elephants{Outbox: to, list: map[activeKey]active{}}
}

// Elephant notes and passes on.
func (a *Elephants) Elephant(e *flow.Elephant) {
	a.note(e)
	a.Outbox.Elephant(e)
}

func (a *Elephants) note(e *flow.Elephant) {
	k := activeKey{e.ID, e.AlertSince}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.State == flow.ElephantEnded {
		delete(a.list, k)
		return
	}
	a.list[k] = active{rate: e.Rate, labels: fmt.Sprintf("flow=\"%016x\",src=%q,dst=%q,link=%s", e.ID, end(e.Key.Src, e.Key.SrcPort), end(e.Key.Dst, e.Key.DstPort), telemetry.Quote(linkOf(e)))}
}

func end(a flow.Addr, port uint16) string {
	if port == 0 {
		return a.String()
	}
	if a.Is4() {
		return a.String() + ":" + strconv.Itoa(int(port))
	}
	return "[" + a.String() + "]:" + strconv.Itoa(int(port))
}

// linkOf names the link of which the flow takes the largest share, "" if it takes too much of none by now.
func linkOf(e *flow.Elephant) string {
	if len(e.Links) == 0 {
		return ""
	}
	l := slices.MaxFunc(e.Links, func(x, y flow.ElephantLink) int { return cmp.Compare(x.Share, y.Share) })
	name := func(p *flow.Port) string { return p.Switch + ":" + cmp.Or(p.Name, strconv.Itoa(int(p.IfIndex))) }
	switch {
	case l.Host.IsZero():
		return name(&l.From) + ">" + name(&l.To)
	case l.HostSends:
		return l.Host.String() + ">" + name(&l.From)
	}
	return name(&l.From) + ">" + l.Host.String()
}

// Write writes a series of each of the largest.
func (a *Elephants) Write(w io.Writer) {
	a.mu.Lock()
	list := make([]active, 0, len(a.list))
	for _, x := range a.list {
		list = append(list, x)
	}
	a.mu.Unlock()
	slices.SortFunc(list, func(x, y active) int {
		return cmp.Or(cmp.Compare(y.rate, x.rate), cmp.Compare(x.labels, y.labels))
	})
	t := telemetry.NewText(w)
	for _, x := range list[:min(len(list), maxElephantSeries)] {
		t.Gauge("spoor_elephant_bits_per_second", x.labels, x.rate)
	}
}
