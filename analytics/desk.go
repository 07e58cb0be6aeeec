package analytics

import (
	"slices"

	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// desk is where events pass on their way out: it knows what only all shards
// together know (which elephants share a link, how busy it is, which slots are
// taken). It belongs to the engine's goroutine.
type desk struct {
	cfg      *Config
	out      Outbox
	now      int64
	pace     pace
	ports    *links.Table
	watch    *watch.Watch
	news     bool                 // an elephant came or went in this tick
	moved    bool                 // links have other elephants than before
	regraded []*flow.Elephant     // latest messages of those whose severity changed: told again at the next tick
	lives    map[uint64]*deskLife // active elephants by flow id
	onLink   map[string]int       // active elephants by link id and direction
	slots    []bool               // taken
	// Delays of detection since the start of the excess, for the histogram; drained by Stats.
	detections []float64
	changes    uint64 // of what Engine.Journal gives
	id         func(agent flow.Addr) topology.SwitchID
}

// deskLife is an elephant that is active or was until a minute ago.
type deskLife struct {
	slot  int
	links []string       // of the latest message
	plain flow.Severity  // that it had by its links alone
	ended int64          // 0 while active
	last  *flow.Elephant // its latest message, nil once it ended
}

// Bounds of the desk.
const (
	maxSlots      = 1 << 16
	maxDetections = 1 << 12 // that nobody took yet
	maxKept       = 1 << 12 // elephants whose slots are kept for long
)

// slotFor is how long screens show an elephant that ended: its letter and colour
// are nobody else's for that time.
const slotFor = int64(1800e9)

// busyLink: elephants on a link between switches that is this busy are warned of.
const busyLink = 0.70

func (d *desk) init(cfg *Config, out Outbox) {
	d.cfg, d.out, d.pace = cfg, out, newPace(out)
	d.ports, d.lives, d.onLink = links.New(maxPorts), map[uint64]*deskLife{}, map[string]int{}
}

func (d *desk) begin(now int64) {
	d.now = now
	d.pace.begin(now, d.cfg.Paths.MaxPerSecond)
}

// event takes what a shard tells: elephants go at once, paths at their pace.
func (d *desk) event(ev Event) {
	if ev.Elephant != nil {
		d.elephant(ev.Elephant)
		return
	}
	d.pace.path(ev.Path, ev.urgent)
}

// flush publishes held path messages as far as there is room, and frees the slots of elephants that ended a while ago.
func (d *desk) flush() {
	kept := slotFor
	if len(d.lives) > maxKept {
		kept = recentFor
	}
	for id, l := range d.lives { // order does not matter: slots are taken from the lowest
		if l.ended != 0 && d.now-l.ended > kept {
			d.slots[l.slot] = false
			delete(d.lives, id)
		}
	}
	d.reconsider()
	d.pace.release(d.pace.room)
}

// reconsider finds the elephants that are warned of otherwise since others came to their links or left them.
func (d *desk) reconsider() {
	d.regraded = d.regraded[:0]
	if !d.moved {
		return
	}
	d.moved = false
	for _, l := range d.lives { // order does not matter
		if l.last == nil {
			continue
		}
		for i, id := range l.links {
			l.last.Links[i].Elephants = d.onLink[id]
		}
		if s := severity(l.last); s != l.plain {
			l.plain = s
			d.regraded = append(d.regraded, l.last)
		}
	}
}

// Warning is why a link makes the elephants on it worth a warning.
type Warning uint8

// The reasons.
const (
	WarnNone     Warning = iota
	WarnShared           // with other elephants
	WarnBusy             // above 70%
	WarnDiscards         // it discards packets
)

// Warns gives the reason why an elephant on this link is warned of.
func Warns(k *flow.ElephantLink) Warning {
	switch {
	case !k.Host.IsZero():
	case k.Elephants > 1:
		return WarnShared
	case k.Utilization > busyLink:
		return WarnBusy
	case k.DiscardRate > 0:
		return WarnDiscards
	}
	return WarnNone
}

// severity is that of an elephant by its links.
func severity(m *flow.Elephant) flow.Severity {
	for i := range m.Links {
		if Warns(&m.Links[i]) != WarnNone {
			return flow.SeverityWarning
		}
	}
	return flow.SeverityInfo
}

// drain publishes all that is held, at the end.
func (d *desk) drain() { d.pace.release(len(d.pace.held)) }

// elephant completes a message with what the whole fabric knows, and sends it.
func (d *desk) elephant(m *flow.Elephant) {
	l := d.lives[m.ID]
	if l == nil {
		l = &deskLife{slot: d.takeSlot()}
		d.lives[m.ID] = l
	}
	m.Slot, l.ended = l.slot, 0
	d.occupy(l, m)
	for i := range m.Links {
		d.describe(&m.Links[i])
	}
	m.Severity = severity(m)
	l.plain = m.Severity
	d.watch.Elephant(m)
	d.news = d.news || m.State != flow.ElephantUpdated
	if m.State == flow.ElephantStarted && len(d.detections) < maxDetections {
		d.detections = append(d.detections, float64(m.Detected-m.Since)/1e9)
	}
	told := *m
	told.Links = slices.Clone(m.Links) // reconsider changes them
	l.last = &told
	d.changes++
	d.out.Elephant(m)
	if m.State == flow.ElephantEnded { // only now: its last message still counts it among the elephants of its links
		l.ended, l.last = d.now, nil
		d.occupy(l, &flow.Elephant{})
	}
}

// occupy counts the elephant on its links.
func (d *desk) occupy(l *deskLife, m *flow.Elephant) {
	d.moved = d.moved || !slices.EqualFunc(l.links, m.Links, func(id string, k flow.ElephantLink) bool { return id == directed(&k) })
	for _, id := range l.links {
		if d.onLink[id]--; d.onLink[id] == 0 {
			delete(d.onLink, id)
		}
	}
	l.links = l.links[:0]
	for i := range m.Links {
		id := directed(&m.Links[i])
		l.links = append(l.links, id)
		d.onLink[id]++
	}
}

// directed names a link in one direction.
func directed(k *flow.ElephantLink) string {
	if k.HostSends {
		return k.ID + "<"
	}
	return k.ID + ">" + portID(k.From.Agent, k.From.IfIndex)
}

// describe fills what counters and the other elephants say of a link.
func (d *desk) describe(k *flow.ElephantLink) {
	k.Elephants = d.onLink[directed(k)]
	load, sends := d.ports.Load(d.port(k.From), flow.Egress, d.now), !k.HostSends
	if k.HostSends {
		load = d.ports.Load(d.port(k.From), flow.Ingress, d.now)
	} else if load.Source == links.Unknown && k.To.IfIndex != 0 { // the other end counts the same frames, but not those that were discarded
		load, sends = d.ports.Load(d.port(k.To), flow.Ingress, d.now), false
	}
	if load.Source == links.Unknown || k.Capacity <= 0 {
		return
	}
	k.Utilization, k.UtilizationAge = load.Bits/k.Capacity, load.Age
	if sends {
		k.DiscardRate = load.Discards
	}
}

func (d *desk) port(p flow.Port) portKey { return portKey{Switch: d.id(p.Agent), IfIndex: p.IfIndex} }

// takeSlot gives the lowest free slot; beyond the bound all share the last.
func (d *desk) takeSlot() int {
	for i, taken := range d.slots {
		if !taken {
			d.slots[i] = true
			return i
		}
	}
	if len(d.slots) == maxSlots {
		return maxSlots - 1
	}
	d.slots = append(d.slots, true)
	return len(d.slots) - 1
}
