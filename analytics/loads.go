package analytics

import (
	"maps"
	"slices"

	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// LinkLoad is what a link between two switches carries in one direction: that
// in which Port of Switch sends.
type LinkLoad struct {
	Link    string // topology's name of it
	LinkID  string // topology's id of it, "" while an end is unknown
	Agent   flow.Addr
	Switch  string
	Port    string // "" unknown
	IfIndex uint32
	To      flow.Port // the other end; IfIndex 0 unknown
	Speed   float64   // bit/s, 0 unknown

	Load      links.Load
	Elephants float64   // bit/s that elephants take
	Gap       links.Gap // what the other end did not receive, if GapKnown
	GapKnown  bool
	// Agreement is what samples said passed as a multiple of what counters said,
	// and from how many samples; 0 of them if that cannot be said.
	Agreement, Samples float64

	key portKey
}

// Links gives the load of the links between switches, by agent and port, at most
// limit of them, and how many there are beyond. It is safe for concurrent use
// and never holds up the engine's tick for more than a part of them.
func (e *Engine) Links(limit int) (list []LinkLoad, more int) {
	return e.LinksWhere(nil, 0, limit)
}

// LinksWhere does the same for the links that keep lets through (by their names and
// speeds alone; nil: all), less the first skip.
func (e *Engine) LinksWhere(keep func(*LinkLoad) bool, skip, limit int) (list []LinkLoad, more int) {
	snap := e.snap.Load()
	snap.Switches(func(sw *topology.Switch) {
		if sw.ID.Inferred() {
			return
		}
		for _, ifIndex := range slices.Sorted(maps.Keys(sw.Ports)) {
			p := sw.Ports[ifIndex]
			switch {
			case p.Peer == 0:
				continue
			case keep == nil && skip == 0 && len(list) == limit:
				more++
				continue
			}
			l := LinkLoad{
				Link: p.LinkName, LinkID: p.LinkID, Agent: sw.Agent, Switch: sw.Name, Port: p.Name, IfIndex: p.IfIndex,
				To: snap.FlowPort(p.Peer, p.PeerPort), Speed: p.Speed, key: portKey{Switch: sw.ID, IfIndex: p.IfIndex},
			}
			switch {
			case keep != nil && !keep(&l):
			case skip > 0:
				skip--
			case len(list) < limit:
				list = append(list, l)
			default:
				more++
			}
		}
	})
	for part := range slices.Chunk(list, loadsAtOnce) {
		e.fillLoads(snap, part)
	}
	return list, more
}

// loadsAtOnce is how many links are read before a tick that waits may go on: some 200 µs.
const loadsAtOnce = 256

// fillLoads fills what links carry now.
func (e *Engine) fillLoads(snap *topology.Snapshot, list []LinkLoad) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	for i := range list {
		l := &list[i]
		l.Load = e.desk.ports.Load(l.key, flow.Egress, e.desk.now)
		l.Elephants = e.watch.Elephants(l.key)
		l.Agreement, l.Samples, _ = e.desk.ports.Agreement(l.key, flow.Egress)
		if p := snap.Port(l.key.Switch, l.key.IfIndex); p != nil && p.PeerPort != 0 {
			l.Gap, l.GapKnown = e.desk.ports.Gap(l.key, portKey{Switch: p.Peer, IfIndex: p.PeerPort})
		}
	}
}

// Alerts counts the alerts that are raised now, by name and severity. It is safe for concurrent use.
func (e *Engine) Alerts() map[AlertName]int {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	count := map[AlertName]int{}
	e.watch.Active(func(name string, s flow.Severity) { count[AlertName{name, s}]++ })
	return count
}

// AlertName is the name and the severity of an alert.
type AlertName struct {
	Name     string
	Severity flow.Severity
}
