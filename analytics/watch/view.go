package watch

import (
	"cmp"
	"slices"

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
}

// Drops gives what was discarded in the last half hour, what is worst now first, at most limit.
func (w *Watch) Drops(limit int) []DropCount {
	list := make([]DropCount, 0, len(w.drops))
	for k, d := range w.drops {
		list = append(list, DropCount{
			Port: w.snap.FlowPort(w.snap.ID(k.agent), k.port), Reason: k.reason, PerSecond: float64(d.recent(w.now)) / dropSlots,
			Total: d.total, Last: d.last, Flows: slices.Clone(d.keys),
		})
	}
	slices.SortFunc(list, func(a, b DropCount) int {
		return cmp.Or(cmp.Compare(b.PerSecond, a.PerSecond), cmp.Compare(b.Last, a.Last), a.Port.Agent.Compare(b.Port.Agent),
			cmp.Compare(a.Port.IfIndex, b.Port.IfIndex), cmp.Compare(a.Reason, b.Reason))
	})
	return list[:min(len(list), limit)]
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
	Dropped  int64 // when a packet of it was discarded last, Unix ns; 0 never
}

// Watched gives what is known of a flow as an elephant.
func (w *Watch) Watched(id uint64) (x Watched) {
	if e := w.elephants[id]; e != nil {
		x = Watched{Elephant: true, Severity: e.severity, Incident: e.incident, Muted: e.muted, Dropped: e.dropped}
	}
	return x
}
