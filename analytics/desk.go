package analytics

import (
	"spoor/flow"
	"spoor/topology"
)

// desk is where events pass on their way out: it knows what only all shards
// together know (which elephants share a link, how busy it is, which slots are
// taken) and keeps the pace of path messages. It belongs to the engine's goroutine.
type desk struct {
	cfg    *Config
	out    Outbox
	now    int64
	second int64 // of the pace
	room   int   // path messages that may still go out in this second
	held   []*flow.Path
	loads  map[portKey]load
	lives  map[uint64]*deskLife // active elephants by flow id
	onLink map[string]int       // active elephants by link id and direction
	slots  []bool               // taken
	links  int
	hosts  int
	delay  uint64 // path messages that had to wait
	lost   uint64 // path messages replaced by later ones or let go
	// Delays of detection since the start of the excess, for the histogram; drained by Stats.
	detections []float64
	ports      func(agent flow.Addr, ifIndex uint32) portKey
}

// deskLife is an elephant that is active or was until a minute ago.
type deskLife struct {
	slot  int
	links []string
	ended int64 // 0 while active
}

// Bounds of the desk.
const (
	maxHeld  = 100_000
	maxSlots = 1 << 16
)

// Severity rules of interfaces.md: a fabric link this busy, or with discards, warns.
const (
	busyLink  = 0.70
	freshLoad = int64(120e9)
)

func (d *desk) init(cfg *Config, out Outbox) {
	d.cfg, d.out = cfg, out
	d.loads, d.lives, d.onLink = map[portKey]load{}, map[uint64]*deskLife{}, map[string]int{}
}

func (d *desk) begin(now int64) {
	d.now = now
	if s := now / 1e9; s != d.second {
		d.second, d.room = s, d.cfg.Paths.MaxPerSecond
	}
}

func (d *desk) load(l load) { d.loads[l.key] = l }

func (d *desk) event(ev Event) {
	switch {
	case ev.Elephant != nil:
		d.elephant(ev.Elephant)
	case ev.urgent || d.room > 0 && len(d.held) == 0:
		d.room--
		d.out.Path(ev.Path)
	case len(d.held) < maxHeld:
		d.delay++
		d.held = append(d.held, ev.Path)
	default:
		d.lost++
	}
}

// flush publishes held path messages as far as there is room, and frees the slots of elephants that ended a while ago.
func (d *desk) flush() {
	for id, l := range d.lives { // order does not matter: slots are taken from the lowest
		if l.ended != 0 && d.now-l.ended > recentFor {
			d.slots[l.slot] = false
			delete(d.lives, id)
		}
	}
	n := min(max(d.room, 0), len(d.held))
	for _, p := range d.held[:n] {
		d.out.Path(p)
	}
	d.room -= n
	d.held = append(d.held[:0], d.held[n:]...)
}

// drain publishes all that is held, at the end.
func (d *desk) drain() {
	for _, p := range d.held {
		d.out.Path(p)
	}
	d.held = nil
}

func (d *desk) elephant(m *flow.Elephant) {
	l := d.lives[m.ID]
	if l == nil {
		l = &deskLife{slot: d.takeSlot()}
		d.lives[m.ID] = l
	}
	m.Slot, l.ended = l.slot, 0
	d.occupy(l, m)
	m.Severity = flow.SeverityInfo
	for i := range m.Links {
		d.describe(&m.Links[i])
		k := &m.Links[i]
		if k.Host.IsZero() && (k.Utilization > busyLink || k.DiscardRate > 0 || k.Elephants > 1) {
			m.Severity = flow.SeverityWarning
		}
	}
	if m.State == flow.ElephantStarted {
		d.detections = append(d.detections, float64(m.Detected-m.Since)/1e9)
	}
	d.out.Elephant(m)
	if m.State == flow.ElephantEnded {
		l.ended = d.now
		d.occupy(l, &flow.Elephant{})
	}
}

// occupy counts the elephant on its links.
func (d *desk) occupy(l *deskLife, m *flow.Elephant) {
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
	from, ok := d.loads[d.port(k.From)]
	rate, discards := from.out, from.discardsOut
	if k.HostSends {
		rate = from.in
	} else if !ok && k.To.IfIndex != 0 { // the other end counts the same frames
		from, ok = d.loads[d.port(k.To)]
		rate, discards = from.in, 0
	}
	if !ok || d.now-from.at > freshLoad || k.Speed <= 0 {
		return
	}
	k.Utilization, k.UtilizationAge = rate/k.Speed, float64(d.now-from.at)/1e9
	if from.discardsKnown && !k.HostSends {
		k.DiscardRate = discards
	}
}

func (d *desk) port(p flow.Port) portKey { return d.ports(p.Agent, p.IfIndex) }

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

// topology counts links and hosts.
func (d *desk) topology(r *topology.Record) {
	switch {
	case r.Kind == topology.LinkRecord && r.State == topology.Gone:
		d.links--
	case r.Kind == topology.LinkRecord && r.Since == r.Time:
		d.links++
	case r.Kind == topology.HostRecord && r.Since == r.Time:
		d.hosts++
	case r.Kind == topology.SwitchRecord:
	}
}
