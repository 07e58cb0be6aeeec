package analytics

import (
	"math"

	"spoor/flow"
	"spoor/topology"
)

// portKey names a port of an agent.
type portKey struct {
	sw   topology.SwitchID
	port uint32
}

// maxPorts bounds the ports whose counters are kept.
const maxPorts = 1 << 20

// portMemory is the latest counters of a port, for rates.
type portMemory struct {
	at                      int64
	inOctets, outOctets     uint64
	inDiscards, outDiscards uint32
	name                    string
	speed, peak             float64
}

// load is what one poll says of a port's traffic since the poll before.
type load struct {
	key           portKey
	at            int64
	in, out       float64 // bit/s
	discardsIn    float64 // per second
	discardsOut   float64
	discardsKnown bool
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
	if len(f.infos) >= maxPending || len(f.loads) >= maxPending || f.witness.Len() >= maxPending {
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
	k := portKey{id, c.IfIndex()}
	m := f.ports[k]
	if m == nil {
		if len(f.ports) >= maxPorts {
			f.engine.skipped.Add(1)
			return
		}
		m = &portMemory{}
		f.ports[k] = m
	}
	f.inform(c, k, m)
}

// inform sends what is new of a port, and its load since the last poll.
func (f *Feed) inform(c *flow.Counters, k portKey, m *portMemory) {
	info := topology.PortInfo{Agent: c.Agent, IfIndex: k.port}
	if raw := c.PortName[:min(len(c.PortName), maxName)]; c.Records&flow.HasPortName != 0 && string(raw) != m.name {
		m.name = string(raw)
		info.Name = clean(raw)
	}
	if c.Records&flow.HasIf != 0 {
		if speed := ifSpeed(&c.If); speed != m.speed {
			m.speed, info.Speed = speed, speed
		}
		if l, ok := m.update(c, k); ok {
			f.loads = append(f.loads, l)
			if rate := max(l.in, l.out); rate > m.peak*1.1 {
				m.peak, info.Rate = rate, rate
			}
		}
	}
	if info.Name != "" || info.Speed > 0 || info.Rate > 0 {
		f.infos = append(f.infos, info)
	}
}

// ifSpeed gives a speed to rely on, 0 for "unknown".
func ifSpeed(c *flow.IfCounters) float64 {
	if c.Speed == 0 || c.Speed == math.MaxUint64 || c.Speed == math.MaxUint32 {
		return 0
	}
	return float64(c.Speed)
}

// Polls closer or further apart than this say nothing of a rate.
const (
	minPoll = int64(5e8)
	maxPoll = int64(600e9)
)

// update keeps the counters and gives the load since the ones before; counters
// that ran backwards (a reset) give none.
func (m *portMemory) update(c *flow.Counters, k portKey) (load, bool) {
	i := &c.If
	l := load{key: k, at: c.Received}
	dt := c.Received - m.at
	ok := m.at != 0 && dt >= minPoll && dt < maxPoll && i.InOctets >= m.inOctets && i.OutOctets >= m.outOctets
	if ok {
		seconds := float64(dt) / 1e9
		l.in = 8 * float64(i.InOctets-m.inOctets) / seconds
		l.out = 8 * float64(i.OutOctets-m.outOctets) / seconds
		if l.discardsKnown = i.InDiscards != math.MaxUint32 && i.OutDiscards != math.MaxUint32; l.discardsKnown {
			l.discardsIn = float64(i.InDiscards-m.inDiscards) / seconds // wraps
			l.discardsOut = float64(i.OutDiscards-m.outDiscards) / seconds
		}
	}
	if m.at == 0 || dt >= minPoll || dt < 0 {
		m.at, m.inOctets, m.outOctets, m.inDiscards, m.outDiscards = c.Received, i.InOctets, i.OutOctets, i.InDiscards, i.OutDiscards
	}
	return l, ok
}
