package analytics

import (
	"spoor/flow"
	"spoor/internal/mem"
	"spoor/topology"
)

// agentMemo is what a feed remembers of one agent, so that a sample costs no
// look-up in what all share.
type agentMemo struct {
	id    topology.SwitchID
	heard int64
	ports []portMemo // open addressing by ifIndex
	used  int
	// internal: it names an internal interface at times.
	internal bool
	named    bool     // some sample named a port
	source   uint32   // data source of the first that did not
	sources  bool     // and there are others
	sideless int64    // arrival of the first sample that did not tell its side
	nobody   portMemo // for a port that a sample does not name: the switch has a name all the same
}

// portMemo is what a feed remembers of one port: of one cache line, what a sample
// touches in its first 56 bytes, for an allocation may begin 8 bytes into a line.
type portMemo struct {
	ifIndex uint32
	known   bool // as counts
	open    bool // frames come from a switch that nobody reports, or not yet
	entry   bool // frames enter the fabric by it
	told    bool // it is on the list of ports with bits to tell
	names   *flow.Names
	as      *topology.Switch  // the view of its switch from which link to entry are, nil: there was none
	link    topology.SwitchID // switch to which it leads; 0 none known
	// aggregate is the ifIndex of the one that it is member of, 0 none.
	aggregate uint32
	rates     [2]uint32  // of its taps by direction (ingress, egress), as they were told; 0: there is none
	bits      [2]float32 // that passed as samples say and that were not told yet, by direction
	frames    [2]uint16  // those samples
	taps      *[2]*tap   // nil while there is none
}

// leads gives the switch to which the port is known to lead, 0 if none.
func (p *portMemo) leads() topology.SwitchID {
	if p == nil {
		return 0
	}
	return p.link
}

// Bounds of what a feed remembers; a port beyond them is looked up each time.
const (
	maxAgentPorts = 1 << 13
	maxFeedPorts  = 1 << 17
)

// agentOf gives what is remembered of an agent, nil if it has no number.
func (f *Feed) agentOf(a flow.Addr) *agentMemo {
	if a == f.agent {
		return f.memo
	}
	m := f.agents[a]
	if m == nil {
		id := f.engine.registry.ID(a)
		if id == 0 {
			return nil
		}
		m = &agentMemo{id: id}
		f.agents[a] = m
	}
	f.agent, f.memo = a, m
	return m
}

// port gives what is remembered of a port, nil for 0. It is valid until the next
// one of the same agent is asked for; then it may be a copy of old.
func (f *Feed) port(m *agentMemo, ifIndex uint32, snap *topology.Snapshot) *portMemo {
	if ifIndex == 0 {
		return nil
	}
	p := f.find(m, ifIndex)
	p.renew(snap.Switch(m.id))
	return p
}

// renew takes what a snapshot knows of the port, unless it says what it said before.
func (p *portMemo) renew(sw *topology.Switch) {
	if p.known && p.as == sw {
		return
	}
	p.known, p.as, p.link, p.open, p.entry, p.aggregate = true, sw, 0, false, false, 0
	if sw == nil {
		p.name("", "", "")
		return
	}
	q := sw.Ports[p.ifIndex]
	if q == nil {
		p.name(sw.Name, "", "")
		return
	}
	p.aggregate = q.Aggregate
	p.link, p.open, p.entry = q.Peer, q.Dark, !sw.Host && q.Peer == 0 && !q.Dark && !q.Kept
	p.name(sw.Name, q.Name, q.LinkID)
}

// find gives the place of a port, one of the spare ones for a port beyond the bounds.
func (f *Feed) find(m *agentMemo, ifIndex uint32) *portMemo {
	if len(m.ports) == 0 {
		m.ports = make([]portMemo, 8)
	}
	mask := uint32(len(m.ports) - 1)
	i := spread32(ifIndex) & mask
	for ; m.ports[i].ifIndex != 0; i = (i + 1) & mask {
		if m.ports[i].ifIndex == ifIndex {
			return &m.ports[i]
		}
	}
	if m.used >= maxAgentPorts || f.known >= maxFeedPorts {
		f.turn = (f.turn + 1) % len(f.spareName)
		p := &f.spare[f.turn%len(f.spare)]
		*p = portMemo{ifIndex: ifIndex, names: &f.spareName[f.turn]}
		return p
	}
	if 2*m.used >= len(m.ports) {
		m.grow()
		return f.find(m, ifIndex)
	}
	f.known++
	m.used++
	m.ports[i].ifIndex = ifIndex
	return &m.ports[i]
}

// fetch asks for the memory in which find will most likely find a port.
func (m *agentMemo) fetch(ifIndex uint32) {
	if len(m.ports) > 0 {
		mem.Fetch(&m.ports[spread32(ifIndex)&uint32(len(m.ports)-1)])
	}
}

// spread32 is the ports' hash.
func spread32(x uint32) uint32 { return x*0x9e3779b1>>16 ^ x }

func (m *agentMemo) grow() {
	old := m.ports
	m.ports = make([]portMemo, 2*len(old))
	mask := uint32(len(m.ports) - 1)
	for k := range old {
		if old[k].ifIndex == 0 {
			continue
		}
		i := spread32(old[k].ifIndex) & mask
		for m.ports[i].ifIndex != 0 {
			i = (i + 1) & mask
		}
		m.ports[i] = old[k]
	}
}

// tap notes the sampling rate of the tap at which a sample was taken, if any is known.
func (f *Feed) tap(m *agentMemo, p *portMemo, egress bool, rate uint32) {
	if p == nil {
		return
	}
	d := 0
	if egress {
		d = 1
	}
	if p.rates[d] == rate {
		return
	}
	if p.taps == nil {
		p.taps = new([2]*tap)
	}
	if p.taps[d] == nil {
		p.taps[d] = f.engine.taps.get(tapKey{m.id, p.ifIndex, egress})
	}
	if t := p.taps[d]; t != nil {
		t.rate.Store(rate)
		p.rates[d] = rate
	}
}
