package analytics

import (
	"cmp"
	"slices"

	"spoor/analytics/alert"
	"spoor/flow"
)

// Journal is what must not be forgotten over a restart: the alerts that are up.
type Journal struct {
	Time      int64           // engine time at which all of it was so
	Elephants []flow.Elephant // latest message of each active one
	Alerts    []alert.Kept
}

// Changes gives a number that moves with what Journal gives. It is called by the caller of Tick.
func (e *Engine) Changes() uint64 {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	return e.desk.changes
}

// Journal gives the alerts that are up. What the messages point to is shared with the outbox.
func (e *Engine) Journal() *Journal {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	j := &Journal{Time: e.desk.now, Alerts: e.watch.Kept()}
	for _, l := range e.desk.lives { // sorted below
		if l.last != nil {
			j.Elephants = append(j.Elephants, *l.last)
		}
	}
	slices.SortFunc(j.Elephants, func(a, b flow.Elephant) int { return cmp.Compare(a.ID, b.ID) })
	return j
}

// Suspend publishes all that is held, and leaves open what is open: the next
// start goes on with the journal.
func (e *Engine) Suspend(now int64) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	e.desk.begin(now)
	e.desk.drain()
	e.note()
}

// restoredFor is how long a flow that was an elephant before a restart has to be
// found to be one again: longer than the detector takes just over the threshold,
// and short enough that nobody who heard of it by then takes it for expired.
const restoredFor = int64(30e9)

// resume takes up what was open before a restart.
func (e *Engine) resume(j *Journal, now int64) {
	e.watch.Restore(j.Alerts)
	for i := range j.Elephants {
		m := &j.Elephants[i]
		if m.State == flow.ElephantEnded || m.Key.IsZero() || m.Key.ID() != m.ID || m.Episode == 0 || e.desk.lives[m.ID] != nil {
			continue
		}
		until := now + restoredFor
		if m.Expires < now {
			until = 0
		}
		m.Time = min(max(m.Time, j.Time), now)                        // when it was last known to be active
		m.Since, m.Detected = min(m.Since, now), min(m.Detected, now) // the clock may have been ahead
		e.desk.restore(m)
		told := *m
		e.watch.Elephant(&told)
		e.shards[m.Key.Exchange()%Shards].restore(m, until)
	}
}

// restore gives an elephant its slot and its links back.
func (d *desk) restore(m *flow.Elephant) {
	if m.Slot < 0 || m.Slot >= maxSlots || m.Slot < len(d.slots) && d.slots[m.Slot] {
		m.Slot = d.takeSlot()
	}
	for len(d.slots) <= m.Slot {
		d.slots = append(d.slots, false)
	}
	d.slots[m.Slot] = true
	l := &deskLife{slot: m.Slot, last: m}
	d.lives[m.ID] = l
	d.occupy(l, m)
}
