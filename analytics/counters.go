package analytics

import (
	"math"

	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// portKey names a port of an agent.
type portKey = links.ID

// maxPorts bounds the ports whose names and counters are kept.
const maxPorts = 1 << 20

// portMemory is what was told of a port.
type portMemory struct {
	name      string
	speed     float64
	aggregate uint32
	up        bool   // as it was last told
	upAt      int64  // arrival of the latest counters that said so
	boots     uint32 // restarts of its agent when that was told
}

// Counters takes a counters sample: names, speeds, utilisation, MACs.
func (f *Feed) Counters(c *flow.Counters) {
	id := f.engine.registry.ID(c.Agent)
	if id == 0 {
		f.engine.skipped.Add(1)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.infos) >= maxPending || len(f.polls) >= maxPending || f.witness.Len() >= maxPending {
		f.engine.skipped.Add(1)
		return
	}
	if c.Records&flow.HasHost != 0 && len(c.Host.Hostname) > 0 {
		f.infos = append(f.infos, topology.PortInfo{Agent: c.Agent, Hostname: clean(c.Host.Hostname)})
	}
	if c.Records&flow.HasAdapters != 0 {
		for _, a := range c.Adapters {
			f.witness.Adapter(c.Agent, a.MAC, c.Received)
		}
	}
	if c.IfIndex() == 0 || c.Records&(flow.HasIf|flow.HasPortName) == 0 {
		return
	}
	k := portKey{Switch: id, IfIndex: c.IfIndex()}
	m := f.ports[k]
	if m != nil && m.boots != f.boots[id] { // the number may be another port's now: all is told again
		*m = portMemory{boots: f.boots[id]}
	}
	if m == nil {
		if len(f.ports) >= maxPorts {
			f.engine.skipped.Add(1)
			return
		}
		m = &portMemory{boots: f.boots[id]}
		f.ports[k] = m
	}
	f.inform(c, k, m)
}

// inform sends what is new of a port, and its counters.
func (f *Feed) inform(c *flow.Counters, k portKey, m *portMemory) {
	info := topology.PortInfo{Agent: c.Agent, IfIndex: k.IfIndex}
	if raw := c.PortName[:min(len(c.PortName), maxName)]; c.Records&flow.HasPortName != 0 && string(raw) != m.name {
		m.name = string(raw)
		info.Name = clean(raw)
	}
	if c.Records&flow.HasIf != 0 {
		if speed := ifSpeed(&c.If); speed != m.speed {
			m.speed, info.Speed = speed, speed
		}
	}
	if c.Records&flow.HasLAG != 0 && c.Aggregate != m.aggregate {
		m.aggregate, info.Aggregate = c.Aggregate, c.Aggregate
	}
	if c.Records&flow.HasIf != 0 {
		p := poll(c, k, m)
		f.polls = append(f.polls, p)
		if p.UpKnown && p.Up != m.up { // one that was never up may be one whose agent does not know
			info.Down, info.Up = !p.Up, p.Up
			m.up = p.Up
			if info.Down {
				info.WasUp = m.upAt
			}
		}
		if p.UpKnown && p.Up {
			m.upAt = p.At
		}
	}
	if info != (topology.PortInfo{Agent: c.Agent, IfIndex: k.IfIndex}) {
		f.infos = append(f.infos, info)
	}
}

// ifSpeed gives a speed to rely on, 0 for "unknown".
func ifSpeed(c *flow.IfCounters) float64 {
	if c.Speed < slowest || c.Speed == math.MaxUint64 || c.Speed == math.MaxUint32 {
		return 0
	}
	return float64(c.Speed)
}

// slowest is the least speed of a port that is believed, in bit/s: nobody builds fabrics of slower
// ones, and a share of a speed in other units makes an elephant of any flow.
const slowest = 1_000_000

// Bits of ifStatus (sFlow version 5, if_counters).
const (
	adminUp = 1 << iota
	operUp
)

// poll gives the counters that load and loss are worked out from.
func poll(c *flow.Counters, k portKey, m *portMemory) links.Poll {
	i := &c.If
	lag := m.aggregate
	if lag == k.IfIndex {
		lag = 0
	}
	return links.Poll{
		Port: k, At: c.Received, Speed: m.speed, LAG: lag,
		In:       links.Count{Octets: i.InOctets, Frames: sum(i.InUcast, i.InMulticast, i.InBroadcast), Discards: i.InDiscards, Errors: i.InErrors},
		Out:      links.Count{Octets: i.OutOctets, Frames: sum(i.OutUcast, i.OutMulticast, i.OutBroadcast), Discards: i.OutDiscards, Errors: i.OutErrors},
		UpKnown:  i.Status != math.MaxUint32,
		Up:       i.Status&(adminUp|operUp) == adminUp|operUp,
		AdminOff: i.Status&adminUp == 0,
	}
}

// sum adds counters of which some may say that nobody counts (all ones).
func sum(counts ...uint32) (n uint32) {
	for _, c := range counts {
		if c != math.MaxUint32 {
			n += c
		}
	}
	return n
}
