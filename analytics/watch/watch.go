// Package watch finds what an operator should know of: ports that are down or
// damaged, links that are full or lose frames, uplinks out of balance, agents
// that fall silent or lose samples, drops, and elephants that get in the way of
// others. What it finds goes to an alert.Book, which decides what is told.
//
// It is told of counters, elephants, agents and drops as they come, and looks at
// the fabric's snapshot for what faces what. It has no clock, no goroutine and
// no lock.
package watch

import (
	"cmp"
	"maps"
	"slices"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// Watch keeps what is wrong now.
type Watch struct {
	book  *alert.Book
	ports *links.Table
	snap  *topology.Snapshot
	now   int64

	held       map[place]*held
	order      []place // of held, by their first sight
	downs      map[links.ID]*down
	damaged    map[links.ID]bool           // ports that counted errors lately
	mixed      map[topology.SwitchID]int64 // until when counters are not believed: several devices send them under one address
	discarding map[links.ID]bool           // ports that counted discards at their latest poll
	gone       map[topology.SwitchID]bool  // all links to them are down
	many       map[manyKey]bool            // what is told of many switches at once
	silent     []Silence                   // those whom one alert tells of together
	flaps      map[links.ID]*flaps
	agents     map[AgentKey]*agent
	drops      map[dropKey]*drops
	elephants  map[uint64]*elephant
	hosts      map[pair]int                            // elephants by the two hosts, and by the receiver
	onLink     map[links.ID]map[uint64]struct{}        // elephants by the port that sends onto the link
	listened   int64                                   // when figures of agents came last
	balanced   int64                                   // second in which uplinks were last compared
	lags       map[topology.SwitchID]map[uint32]uint32 // aggregates by their members
	herds      herds
	slow       map[topology.SwitchID]*slowSwitch
	socket     socket
	socketFull int64 // until when what agents lose is lost there
}

// place is what a finding that lasts until it is looked at again is about.
type place struct {
	kind alert.Kind
	port links.ID
	what string
}

// held is a finding between two looks.
type held struct {
	finding alert.Finding
	until   int64
}

// maxHeld bounds the findings that are held, flapping ports and drops' subjects.
const maxHeld = 1 << 16

// New gives a watch that reports to a book and reads a table of loads.
func New(book *alert.Book, ports *links.Table) *Watch {
	return &Watch{
		book: book, ports: ports, held: map[place]*held{}, downs: map[links.ID]*down{}, flaps: map[links.ID]*flaps{},
		agents: map[AgentKey]*agent{}, drops: map[dropKey]*drops{}, elephants: map[uint64]*elephant{}, hosts: map[pair]int{}, onLink: map[links.ID]map[uint64]struct{}{},
		damaged: map[links.ID]bool{}, discarding: map[links.ID]bool{}, mixed: map[topology.SwitchID]int64{}, gone: map[topology.SwitchID]bool{}, slow: map[topology.SwitchID]*slowSwitch{}, lags: map[topology.SwitchID]map[uint32]uint32{}, many: map[manyKey]bool{}, herds: newHerds(),
	}
}

// Begin opens a tick with the snapshot in force.
func (w *Watch) Begin(snap *topology.Snapshot, now int64) { w.snap, w.now = snap, now }

// Tick closes the tick: it gives the alerts to be told. Once a second is enough.
func (w *Watch) Tick() []*flow.Alert {
	w.seeDrops() // before what counters say of the same ports
	w.seeHeld()
	w.seeDowns()
	w.seeAgents()
	w.seeDetection()
	w.seeElephants()
	if second := w.now / int64(1e9); second != w.balanced {
		w.balanced = second
		w.balance()
	}
	return w.book.Tick(w.now)
}

// Mute replaces the rules that mute alerts.
func (w *Watch) Mute(rules []alert.Rule) { w.book.Mute(rules) }

// Finish gives the ends of all alerts that are up, as when a replay ends or the collector stops.
func (w *Watch) Finish() []*flow.Alert { return w.book.Finish(w.now) }

// Kept gives the alerts that are up, to be kept over a restart.
func (w *Watch) Kept() []alert.Kept { return w.book.Kept() }

// Restore puts them back, before anything is found.
func (w *Watch) Restore(list []alert.Kept) { w.book.Restore(list, w.now) }

// Active calls yield with the name and the severity of each alert that is raised.
func (w *Watch) Active(yield func(name string, s flow.Severity)) {
	w.book.Active(func(f *alert.Finding, s flow.Severity) { yield(f.Kind.String(), s) })
}

// keep holds a finding until the next look at what it is about.
func (w *Watch) keep(p place, f alert.Finding, until int64) {
	h := w.held[p]
	if h == nil {
		if len(w.held) >= maxHeld {
			return
		}
		h = &held{}
		w.held[p] = h
		w.order = append(w.order, p)
	}
	h.finding, h.until = f, until
}

// holds reports whether something is held about a place.
func (w *Watch) holds(p place) bool {
	h := w.held[p]
	return h != nil && h.until >= w.now
}

// release ends what is held about a place.
func (w *Watch) release(p place) {
	if h := w.held[p]; h != nil {
		h.until = 0
	}
}

// seeHeld shows what is held to the book, and forgets what nobody looked at again.
func (w *Watch) seeHeld() {
	kept := w.order[:0]
	for _, p := range w.order {
		h := w.held[p]
		if h.until < w.now {
			delete(w.held, p)
			continue
		}
		w.book.See(&h.finding, w.now)
		kept = append(kept, p)
	}
	w.order = kept
}

// subject names a port.
func (w *Watch) subject(id links.ID) alert.Subject {
	p := w.snap.FlowPort(id.Switch, id.IfIndex)
	return alert.Subject{Agent: p.Agent, Switch: p.Switch, IfIndex: id.IfIndex, Port: p.Name}
}

// linkSubject names the link onto which a port sends.
func (w *Watch) linkSubject(id links.ID) alert.Subject {
	s := w.subject(id)
	if p := w.snap.Port(id.Switch, id.IfIndex); p != nil && p.Peer != 0 {
		s.LinkID = p.LinkID
		from, to := w.snap.FlowPort(id.Switch, id.IfIndex), w.snap.FlowPort(p.Peer, p.PeerPort)
		s.Link = from.String() + ">" + to.String()
	}
	return s
}

// sortedKeys gives the keys of a map in their order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
