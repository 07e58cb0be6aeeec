package watch

import (
	"cmp"
	"slices"

	"spoor/analytics/links"
	"spoor/flow"
)

// DropCount is what notifications told of the packets discarded at one port for one reason.
type DropCount struct {
	Port      flow.Port // IfIndex 0 unknown
	Reason    string
	PerSecond float64 // notifications, mean of the last 10 s; agents bound them
	Total     uint64  // since the first one that is remembered
	Last      int64   // arrival of the latest, Unix ns
	Flows     []flow.Key
	In, Out   float64 // discards a second of the port by its counters, -1 unknown
}

// counted is the reason of discards that only a port's counters tell of.
const counted = "discards"

// Drops gives what was discarded in the last half hour, and which ports discard now
// by their counters without telling what, what is worst now first, at most limit.
func (w *Watch) Drops(limit int) []DropCount {
	list := make([]DropCount, 0, len(w.drops))
	told := map[links.ID]bool{}
	for k, d := range w.drops {
		id := links.ID{Switch: w.snap.ID(k.agent), IfIndex: k.port}
		told[id] = true
		list = append(list, DropCount{
			Port: w.snap.FlowPort(w.snap.ID(k.agent), k.port), Reason: k.reason, PerSecond: float64(d.recent(w.now)) / dropSlots,
			Total: d.total, Last: d.last, Flows: slices.Clone(d.keys),
		})
		w.count(&list[len(list)-1], id)
	}
	for id := range w.discarding {
		if told[id] {
			continue
		}
		x := DropCount{Port: w.snap.FlowPort(id.Switch, id.IfIndex), Reason: counted, Last: w.ports.Status(id).Polled}
		if w.count(&x, id); x.In > 0 || x.Out > 0 {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b DropCount) int {
		return cmp.Or(cmp.Compare(b.worst(), a.worst()), cmp.Compare(b.Last, a.Last), a.Port.Agent.Compare(b.Port.Agent),
			cmp.Compare(a.Port.IfIndex, b.Port.IfIndex), cmp.Compare(a.Reason, b.Reason))
	})
	return list[:min(len(list), limit)]
}

// count fills what the port's counters say.
func (w *Watch) count(x *DropCount, id links.ID) {
	x.In, x.Out = -1, -1
	if id.IfIndex != 0 {
		x.In, x.Out = w.ports.Load(id, flow.Ingress, w.now).Discards, w.ports.Load(id, flow.Egress, w.now).Discards
	}
}

// worst is by what rows are sorted.
func (x *DropCount) worst() float64 {
	if x.Total == 0 {
		return max(x.In, x.Out)
	}
	return x.PerSecond
}

// Raised gives the alerts that are up as messages of now, at most limit, and how many there are.
func (w *Watch) Raised(limit int) (list []*flow.Alert, total int) {
	return w.book.Raised(limit, w.now)
}

// Resolved gives the latest alerts that were resolved, the newest last. They are the watch's.
func (w *Watch) Resolved() []*flow.Alert { return w.book.Resolved() }

// Refused gives how many findings were not remembered, for there were too many, and Muted those that a rule hid.
func (w *Watch) Refused() (refused, muted uint64) { return w.book.Refused, w.book.Muted }

// Watched is what the watch knows of an elephant.
type Watched struct {
	Elephant bool // it is one, and was announced
	Severity flow.Severity
	Incident string
	Muted    bool
}

// Watched gives what is known of a flow as an elephant.
func (w *Watch) Watched(id uint64) (x Watched) {
	if e := w.elephants[id]; e != nil {
		x = Watched{Elephant: true, Severity: e.severity, Incident: e.incident, Muted: e.muted}
	}
	return x
}
