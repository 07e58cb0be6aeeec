package topology

import (
	"spoor/flow"
)

// Config says what the learner may do.
type Config struct {
	Learn  bool    // learn links and places from samples; false: only what is given
	Speeds []Speed // configured speeds, the most specific wins
	Static *Static // overrides what is learned
}

// Times of the learner, in nanoseconds.
const (
	settleAfter = int64(15e9) // without a new link
	edgeAfter   = int64(1e9)  // a port proves itself an edge port over more than that
	edgeFrames  = 3
)

// Bounds: beyond them evidence is left aside and counted.
const (
	maxAddresses = 1 << 20
	maxVotes     = 1 << 18
	maxSightings = 8 // ports remembered per address
)

// portKey names a port.
type portKey struct {
	sw  SwitchID
	idx uint32
}

// port is what evidence says of one port.
type port struct {
	key      portKey
	far      uint64 // MAC of the far end, from forwarded frames only
	own      uint64 // the switch's own MAC on it
	fresh    uint32 // ingress frames that nobody had forwarded
	routed   uint32 // ingress frames that somebody had
	since    int64
	seen     int64
	peer     SwitchID
	peerPort uint32
	given    bool // peer comes from the given topology
	learned  bool // peer was proven by evidence
	edge     bool
	hosts    []*host // addresses sighted here
	votes    []*vote // that name this port
	name     string
	named    bool    // name is configured
	speed    float64 // as the agent reports it
	inferred float64 // from the highest rate counted
}

// edgeNow: frames that nobody has forwarded over at least a second, and none that somebody has.
func (p *port) edgeNow(now int64) bool {
	return p.peer == 0 && p.routed == 0 && p.fresh >= edgeFrames && now-p.since > edgeAfter
}

type owner struct {
	sw   SwitchID
	weak bool // claimed by an egress sample only
}

// node is what is known of one switch.
type node struct {
	id       SwitchID
	agent    flow.Addr
	hostname string
	given    string // configured name
	router   bool   // forwarded frames were addressed to it
	edges    int    // proven edge ports
	ports    map[uint32]*port
	links    map[string]struct{} // ids of the links published for it
	dirty    bool
}

// Learner turns evidence into snapshots. It has no clock and no goroutine; one
// goroutine calls it.
type Learner struct {
	cfg      Config
	registry *Registry
	now      int64
	linkAt   int64 // when a link was last learned
	nodes    []*node
	owners   map[uint64]owner
	byFar    map[uint64][]*port
	listedBy map[uint64]SwitchID // MACs that agents list as their own, 0 if several do
	hosts    map[flow.Addr]*host
	macAt    map[uint64][]portKey // where a host's MAC entered, one port a switch
	byMAC    map[uint64][]*host
	tunnels  map[flow.Addr]*tunnelEnd
	votes    map[voteKey]*vote
	names    map[string][]*node // which agents claim a host name
	young    []*port            // ports that may become edge ports as time passes
	links    map[string]Record
	placed   map[flow.Addr]Record
	records  []Record

	dirtyNodes []*node
	dirtyHosts map[*host]struct{}
	snap       *Snapshot
	next       tables
	changed    bool
	Ignored    uint64 // evidence left aside because a bound was reached
}

// tables are the parts of the next snapshot that are copied bucket by bucket.
type tables struct {
	places cow[flow.Addr, *Place]
	owners cow[uint64, SwitchID]
	vteps  cow[flow.Addr, SwitchID]
}

// NewLearner gives a learner that knows what cfg gives. The registry may be shared.
func NewLearner(cfg Config, registry *Registry) *Learner {
	l := &Learner{
		cfg: cfg, registry: registry,
		owners: map[uint64]owner{}, byFar: map[uint64][]*port{}, listedBy: map[uint64]SwitchID{}, hosts: map[flow.Addr]*host{}, macAt: map[uint64][]portKey{},
		byMAC: map[uint64][]*host{}, tunnels: map[flow.Addr]*tunnelEnd{}, votes: map[voteKey]*vote{}, names: map[string][]*node{},
		links: map[string]Record{}, placed: map[flow.Addr]Record{}, dirtyHosts: map[*host]struct{}{},
		next: tables{newCow[flow.Addr, *Place](), newCow[uint64, SwitchID](), newCow[flow.Addr, SwitchID]()},
	}
	l.applyStatic()
	l.publish()
	return l
}

// Snapshot gives the present version.
func (l *Learner) Snapshot() *Snapshot { return l.snap }

// Apply takes evidence in the order of Evidence.Compare, moves the clock to now
// and gives the snapshot in force and the records of what changed.
func (l *Learner) Apply(evidence []Evidence, now int64) (*Snapshot, []Record) {
	if l.now == 0 {
		l.linkAt = now
	}
	if l.cfg.Learn {
		for i := range evidence {
			l.learn(&evidence[i])
		}
	}
	l.now = max(l.now, now)
	l.age()
	if !l.changed {
		return l.snap, nil
	}
	l.publish()
	records := l.records
	l.records = nil
	return l.snap, records
}

func (l *Learner) learn(e *Evidence) {
	l.now = max(l.now, e.Last)
	if l.linkAt == 0 {
		l.linkAt = e.First
	}
	n := l.node(e.Agent)
	if n == nil {
		l.Ignored++
		return
	}
	switch e.Kind {
	case SawIngress:
		l.ingress(n, e)
	case SawEgress:
		l.egress(n, e)
	case SawSource:
		l.source(n, e)
	case SawSink:
		l.sink(n, e)
	case SawVote:
		l.vote(n, e)
	case SawVTEP:
		l.vtep(n, e)
	case SawOwnMAC:
		l.listed(n, e.Own)
	}
}

// age does what time alone brings about: edge ports prove themselves, the topology settles.
func (l *Learner) age() {
	keep := l.young[:0]
	for _, p := range l.young {
		switch {
		case p.edge || p.routed > 0 || p.peer != 0:
		case p.edgeNow(l.now):
			l.setEdge(p, true)
		default:
			keep = append(keep, p)
		}
	}
	clear(l.young[len(keep):])
	l.young = keep
	if settled := l.now-l.linkAt > settleAfter; settled != l.snap.Settled {
		l.changed = true
		for _, h := range l.hosts { // order does not matter: a set of marks
			if len(h.sinks) > 0 {
				l.dirtyHosts[h] = struct{}{}
			}
		}
	}
}

func (l *Learner) settled() bool { return l.now-l.linkAt > settleAfter }

func (l *Learner) node(agent flow.Addr) *node {
	id := l.registry.ID(agent)
	if id == 0 {
		return nil
	}
	for int(id) >= len(l.nodes) {
		l.nodes = append(l.nodes, nil)
	}
	if l.nodes[id] == nil {
		l.nodes[id] = &node{id: id, agent: agent, ports: map[uint32]*port{}, links: map[string]struct{}{}}
		l.touch(l.nodes[id])
	}
	return l.nodes[id]
}

func (n *node) port(idx uint32) *port {
	p := n.ports[idx]
	if p == nil {
		p = &port{key: portKey{n.id, idx}}
		n.ports[idx] = p
	}
	return p
}

// setEdge notes that a port is an edge port, or is none after all. The first of
// a switch decides whether receivers that never send may live there.
func (l *Learner) setEdge(p *port, edge bool) {
	if p.edge == edge {
		return
	}
	p.edge = edge
	n := l.nodes[p.key.sw]
	was := n.edges
	n.edges--
	if edge {
		n.edges += 2
	}
	l.touchPort(p)
	if (was == 0) != (n.edges == 0) {
		for _, q := range n.ports {
			l.touchPort(q)
		}
	}
}

// touch marks a switch for the next snapshot.
func (l *Learner) touch(n *node) {
	l.changed = true
	if !n.dirty {
		n.dirty = true
		l.dirtyNodes = append(l.dirtyNodes, n)
	}
}

// touchPort marks a port's switch, and the addresses sighted there, whose place may change with it.
func (l *Learner) touchPort(p *port) {
	l.touch(l.nodes[p.key.sw])
	for _, h := range p.hosts {
		l.dirtyHosts[h] = struct{}{}
	}
}
