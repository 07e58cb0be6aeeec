package analytics

import (
	"slices"

	"spoor/analytics/elephant"
	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
)

// PortName names a port as programs do: by agent and ifIndex.
type PortName struct {
	Agent   flow.Addr
	IfIndex uint32
}

// PortTraffic is what a port carries in both directions. In is what enters the switch.
type PortTraffic struct {
	In, Out links.Load
	Status  links.Status
}

// Traffic appends what each of the ports carries now. It is safe for concurrent
// use and holds up the engine's tick for its time: some 300 ns a port.
func (e *Engine) Traffic(ports []PortName, dst []PortTraffic) []PortTraffic {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	for _, p := range ports {
		k := portKey{Switch: e.registry.ID(p.Agent), IfIndex: p.IfIndex}
		dst = append(dst, PortTraffic{
			In: e.desk.ports.Load(k, flow.Ingress, e.desk.now), Out: e.desk.ports.Load(k, flow.Egress, e.desk.now),
			Status: e.desk.ports.Status(k),
		})
	}
	return dst
}

// Rates calls yield with the flow id and the rate now (bit/s, with its interval)
// of each elephant that is active and announced. It is safe for concurrent use.
func (e *Engine) Rates(yield func(id uint64, v elephant.Interval)) {
	for _, s := range e.shards {
		s.rates(yield)
	}
}

func (s *shard) rates(yield func(id uint64, v elephant.Interval)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lives {
		if d := s.table.Entry(l.slot).Detail; l.announced && d != 0 {
			yield(l.id, s.details.at(d).estimate.At(s.clock))
		}
	}
}

// Drops gives the discarded packets that notifications told of in the last half hour,
// by port and reason, and the ports that only count discards, those with most now first, at most limit. It is safe for concurrent use.
func (e *Engine) Drops(limit int) []watch.DropCount {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	return e.watch.Drops(limit)
}

// Raised gives the alerts that are up, in the order in which they came, at most
// limit, and how many there are. The messages are the caller's. It is safe for concurrent use.
func (e *Engine) Raised(limit int) (list []*flow.Alert, total int) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	return e.watch.Raised(limit)
}

// Silent gives the agents that are silent where one alert tells of many together.
// It is safe for concurrent use.
func (e *Engine) Silent() []watch.Silence {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	return e.watch.Silent()
}

// Resolved gives the latest alerts that were resolved, the newest last, at most
// limit. The messages are the caller's, but for their slices beside the labels. It is safe for concurrent use.
func (e *Engine) Resolved(limit int) (list []flow.Alert) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	past := e.watch.Resolved()
	for _, a := range past[max(0, len(past)-limit):] {
		x := *a
		x.Labels = slices.Clone(a.Labels) // Fingerprint sorts them
		list = append(list, x)
	}
	return list
}

// AlertCounts are the engine's counts about alerts since its start.
type AlertCounts struct {
	Refused uint64 // findings that were not remembered: there were too many
	Muted   uint64 // findings that a rule hid, each second that they lasted
	Ports   uint64 // polls and samples of ports beyond the bound
}

// AlertCounts gives them. It is safe for concurrent use.
func (e *Engine) AlertCounts() (c AlertCounts) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	c.Refused, c.Muted = e.watch.Refused()
	c.Ports = e.desk.ports.Refused
	return c
}

// Now gives engine time: that of the latest tick, Unix ns.
func (e *Engine) Now() int64 {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	return e.desk.now
}
