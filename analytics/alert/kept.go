package alert

import "spoor/flow"

// Kept is a raised alert as it is kept over a restart.
type Kept struct {
	Finding  Finding
	Severity flow.Severity // that was told
	Starts   int64         // Unix ns
	Told     int64         // when it was last told
}

// spared is how long a restored alert is believed although nobody finds it wrong
// any more: counters, agents and elephants have to be heard of anew.
const spared = int64(90e9)

// Kept gives what is raised, in the order in which it came.
func (b *Book) Kept() []Kept {
	var list []Kept
	for _, k := range b.sorted() {
		if e := b.open[k]; e.told != 0 {
			list = append(list, Kept{e.finding, e.severity, e.starts, e.told})
		}
	}
	return list
}

// Restore puts back what was raised before a restart, into an empty book: it is
// not raised again, but told again and resolved as if nothing had happened.
func (b *Book) Restore(list []Kept, now int64) {
	for i := range list {
		x := &list[i]
		k := x.Finding.key()
		if k.kind >= numKinds || b.open[k] != nil || len(b.open) >= b.cfg.Max {
			continue
		}
		b.order++
		starts := min(x.Starts, now) // the clock may have been ahead
		b.open[k] = &entry{
			finding: x.Finding, severity: x.Severity, order: b.order, first: starts, firm: now, seen: now,
			told: max(min(x.Told, now), 1), starts: starts, spared: now + spared,
		}
	}
}
