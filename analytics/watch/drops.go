package watch

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
)

// Drop is a notification of a discarded packet (sFlow version 5, sample kind 5).
type Drop struct {
	Agent  flow.Addr
	Port   uint32 // at which the packet was to leave, or had come in; 0 unknown
	Reason string
	Flow   uint64
	Key    flow.Key // of Flow, if that is not 0
	At     int64    // arrival, Unix ns
}

// dropKey is what discarded packets are counted by.
type dropKey struct {
	agent  flow.Addr
	port   uint32
	reason string
}

// drops are the discarded packets of the last seconds, as their notifications tell.
type drops struct {
	count  [dropSlots]uint32 // by second
	second int64             // of the newest
	flows  []uint64          // the latest ones hit, some
	keys   []flow.Key        // of flows
	total  uint64
	last   int64 // arrival of the latest, Unix ns
}

// Bounds of drops.
const (
	dropSlots  = 10
	dropFlows  = 8
	dropsKept  = int64(1800e9) // how long what was dropped is still told of by Drops
	toldFor    = int64(120e9)  // how long after its notifications a port's counters may still tell of the same drops
	leastDrops = 10            // notifications within 10 s; agents bound them, so few mean many
)

// Dropped takes a notification.
func (w *Watch) Dropped(x *Drop) {
	k := dropKey{x.Agent, x.Port, x.Reason}
	d := w.drops[k]
	if d == nil {
		if len(w.drops) >= maxHeld {
			return
		}
		d = &drops{}
		w.drops[k] = d
	}
	d.move(x.At / int64(1e9))
	d.count[d.second%dropSlots]++
	d.total++
	d.last = max(d.last, x.At)
	if x.Flow == 0 {
		return
	}
	if e := w.elephants[x.Flow]; e != nil {
		e.dropped = x.At
	}
	if !slices.Contains(d.flows, x.Flow) {
		if len(d.flows) == dropFlows {
			d.flows, d.keys = slices.Delete(d.flows, 0, 1), slices.Delete(d.keys, 0, 1)
		}
		d.flows, d.keys = append(d.flows, x.Flow), append(d.keys, x.Key)
	}
}

// named names the latest flow that was hit.
func (d *drops) named() string {
	if n := len(d.keys); n > 0 && !d.keys[n-1].IsZero() {
		return " (" + d.keys[n-1].String() + ")"
	}
	return ""
}

// move empties the seconds up to the given one.
func (d *drops) move(second int64) {
	if second <= d.second {
		return
	}
	for i := max(d.second+1, second-dropSlots+1); i <= second; i++ {
		d.count[i%dropSlots] = 0
	}
	d.second = second
}

// recent gives how many were told of in the last seconds.
func (d *drops) recent(now int64) (n uint32) {
	d.move(now / int64(1e9))
	for _, c := range d.count {
		n += c
	}
	return n
}

func (w *Watch) seeDrops() {
	keys := make([]dropKey, 0, len(w.drops))
	for k := range w.drops {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b dropKey) int {
		return cmp.Or(a.agent.Compare(b.agent), cmp.Compare(a.port, b.port), cmp.Compare(a.reason, b.reason))
	})
	for _, k := range keys {
		d := w.drops[k]
		n := d.recent(w.now)
		if w.now-d.last > dropsKept {
			delete(w.drops, k)
		}
		id := links.ID{Switch: w.snap.ID(k.agent), IfIndex: k.port}
		if n == 0 {
			if w.now-d.last < toldFor { // the counters tell of the same drops, later
				w.release(place{alert.PacketDrops, id, ""})
			}
			continue
		}
		p := w.snap.FlowPort(id.Switch, k.port)
		subject := alert.Subject{Agent: k.agent, Switch: p.Switch, IfIndex: k.port, Port: p.Name, Reason: k.reason}
		f := alert.Finding{
			Kind: alert.PacketDrops, Subject: subject, Weak: n < leastDrops, Flows: slices.Clone(d.flows),
			Summary: fmt.Sprintf("%s discards packets (%s), of at least %s", at(&subject), k.reason, flows(len(d.flows))) + d.named(),
		}
		if load := w.ports.Load(id, flow.Egress, w.now); k.port != 0 && load.Discards > 0 { // the counter tells how many, the notifications which
			f.Summary += fmt.Sprintf("; the port's counter says %s a second", number(load.Discards))
			w.release(place{alert.PacketDrops, id, ""})
		}
		// Those of a flow that is an elephant are the elephant's concern as well.
		if slices.ContainsFunc(d.flows, func(id uint64) bool { return w.elephants[id] != nil }) {
			f.Severity = flow.SeverityCritical
			f.Summary += ", an elephant among them"
		}
		w.book.See(&f, w.now)
	}
}
