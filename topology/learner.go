package topology

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"spoor/flow"
)

// Config says what the learner may do.
type Config struct {
	Learn  bool           // learn links and places from samples; false: only what is given
	Speeds []Speed        // configured speeds, the most specific wins
	Share  float64        // of any link from which a flow takes too much; 0 = 1
	Shares []Share        // and of some, the most specific wins
	Names  []Name         // what people call switches and ports
	Hosts  []netip.Prefix // agents that run on hosts, even if these route for others
	Static *Static        // overrides what is learned, and Names
	Memory *Memory        // of the learner before, nil: none
	Expire time.Duration  // what no evidence spoke for in so long is forgotten; 0: never
}

// Times of the learner, in nanoseconds.
const (
	settleAfter = int64(15e9) // without a new link: what follows from something not being seen waits for that
	edgeAfter   = int64(1e9)  // a port proves itself an edge port over more than that
	edgeFrames  = 3
)

// maxSightings is how many ports are remembered of an address or a MAC.
const maxSightings = 8

// bounds: beyond them evidence is left aside and counted, so that no agent,
// spoofed or not, makes memory grow without end.
type bounds struct {
	ports         int // of all switches together
	switchPorts   int // of one
	portAddresses int // sighted at one port
	addresses     int // of hosts, and of tunnel ends
	outside       int // of hosts: those outside the fabric
	macs          int // of routers, of hosts, and of interfaces that agents list
	votes         int // pairs of ports
	sites         int // switches at which MACs of bridged hosts were seen
}

var defaultBounds = bounds{ports: 1 << 20, switchPorts: 1 << 13, portAddresses: 1 << 13, addresses: 1 << 20, outside: 1 << 18, macs: 1 << 20, votes: 1 << 18, sites: 1 << 20}

// Learner turns evidence into snapshots. It has no clock and no goroutine; one
// goroutine calls it. The rules are those of docs/analytics.md, section 2, whose bold
// names stand in the comments here in quotes. Evidence comes in by learn and weigh; what it makes
// different is marked (touch, dirtyHosts) and worked out once a tick, by show (publish.go):
// most evidence repeats what is known.
type Learner struct {
	cfg      Config
	max      bounds
	speeds   map[portAddr]float64
	shares   shares
	registry *Registry
	now      int64
	linkAt   int64 // when a link was last learned
	began    int64 // when learning began
	nodes    []*node
	ports    int // of all nodes
	outside  int // hosts outside the fabric
	owners   map[uint64]owner
	byFar    map[uint64][]*port
	nameless map[uint64]int64    // MACs on wires of switches that name no ports, when last seen
	listedBy map[uint64]SwitchID // MACs that agents list as their own, 0 if several do
	hostMACs map[uint64]SwitchID // of hosts that are configured as such
	hosts    map[flow.Addr]*host
	stations map[uint64]*station // by MAC
	tunnels  map[flow.Addr]*tunnelEnd
	votes    map[voteKey]*vote
	bridges  bridges
	dark     darkness
	names    map[string]map[*node]struct{} // which agents claim a host name
	young    []*port                       // ports that may become edge ports as time passes
	links    map[string]Record
	placed   map[flow.Addr]placement
	records  []Record
	bumped   []*port // that lead elsewhere than before
	recalled []*node // with kept ports

	expiredAt int64 // when was last looked for what is to be forgotten
	expireAt  int   // the node that was looked at last
	sweeps    sweeps

	wasSettled bool // when the memory was made that was recalled

	edges      int        // proven edge ports of all switches
	ingressed  bool       // frames were sampled on ingress
	tunnelled  bool       // frames in tunnels were seen
	borders    []SwitchID // with ports that lead out of the fabric; snapshots share it
	duals      int        // addresses behind several switches
	bonds      int        // addresses that get frames where they do not send
	endsAlone  int        // flow buckets of tunnel ends beyond each one's first
	sharedEnds int        // tunnel ends on several switches
	pairs      bool       // a pair of switches may share tunnel ends, and bridge over a link between them

	dirtyNodes []*node
	dirtyHosts map[*host]struct{}
	switched   uint64   // the version in which a switch's view changed last
	resettled  settling // the places that changed last
	snap       *Snapshot
	next       tables
	changed    bool   // the next snapshot differs, whatever the places of the dirty hosts are
	Ignored    uint64 // evidence left aside because a bound was reached
	Renewed    uint64 // ports that started anew: evidence of them is wanted again
}

// tables are the parts of the next snapshot that are copied bucket by bucket.
type tables struct {
	places  cow[flow.Addr, *Place]
	owners  cow[uint64, SwitchID]
	vteps   cow[flow.Addr, End]
	bridged cow[uint64, *bridgedView]
}

// NewLearner gives a learner that knows what cfg gives. The registry may be shared.
func NewLearner(cfg Config, registry *Registry) *Learner {
	l := &Learner{
		cfg: cfg, max: defaultBounds, registry: registry,
		owners: map[uint64]owner{}, byFar: map[uint64][]*port{}, nameless: map[uint64]int64{}, listedBy: map[uint64]SwitchID{}, hostMACs: map[uint64]SwitchID{}, hosts: map[flow.Addr]*host{},
		stations: map[uint64]*station{}, tunnels: map[flow.Addr]*tunnelEnd{}, votes: map[voteKey]*vote{}, names: map[string]map[*node]struct{}{},
		links: map[string]Record{}, placed: map[flow.Addr]placement{}, dirtyHosts: map[*host]struct{}{},
		next:    tables{newCow[flow.Addr, *Place](), newCow[uint64, SwitchID](), newCow[flow.Addr, End](), newCow[uint64, *bridgedView]()},
		bridges: newBridges(), dark: darkness{ports: map[*port]struct{}{}, starts: map[flow.Addr]SwitchID{}, rivals: map[flow.Addr]SwitchID{}},
	}
	l.configure()
	if cfg.Memory != nil {
		l.Recall(cfg.Memory)
	}
	l.show() // the records follow with the first Apply, which knows the time
	return l
}

// Snapshot gives the present version.
func (l *Learner) Snapshot() *Snapshot { return l.snap }

// Apply takes evidence in the order of Evidence.Compare, moves the clock to now
// and gives the snapshot in force and the records of what changed.
func (l *Learner) Apply(evidence []Evidence, now int64) (*Snapshot, []Record) {
	if l.now == 0 && l.linkAt == 0 {
		l.begin(now)
	}
	if l.cfg.Learn {
		for i := range evidence {
			l.learn(&evidence[i])
		}
	}
	l.now = max(l.now, now)
	l.age() // after the evidence: what speaks against an edge port must be heard before it becomes one
	if l.changed || len(l.dirtyHosts) > 0 {
		l.show()
	}
	return l.snap, l.tell()
}

// begin starts the clock of settling, which has run out where a settled fabric was recalled ("Memory").
func (l *Learner) begin(now int64) {
	l.linkAt, l.began = now, now
	if l.wasSettled {
		l.linkAt -= settleAfter + 1
	}
}

// learn takes one piece of evidence, unless it is of before its ports were renumbered ("Restarts"), of
// an agent that is a host ("Hosts with agents"), or of before a link went down ("Failures").
func (l *Learner) learn(e *Evidence) {
	l.now = max(l.now, e.Last)
	if l.linkAt == 0 {
		l.begin(e.First)
	}
	n := l.node(e.Agent)
	if n == nil {
		l.Ignored++
		return
	}
	if n.heard == 0 {
		n.heard = e.First
		if len(l.bridges.kept) > 0 && !slices.Contains(l.recalled, n) {
			l.beStrange()
		}
	}
	if e.First < n.void && e.Kind != SawRestart {
		return
	}
	if l.ofHost(n, e) || l.stale(n, e) {
		return
	}
	l.weigh(n, e)
	l.hear(n, e)
	if len(l.bumped) > 0 { // at once: two such ports are a restart, and it decides what of the evidence that follows is void
		l.bump()
	}
}

// age does what time alone brings about: edge ports prove themselves, the topology settles.
// young holds the ports that have sent enough for that but not yet for long enough.
func (l *Learner) age() {
	keep := l.young[:0]
	for _, p := range l.young {
		switch {
		case p.edge || p.routed > 0 || p.peer != 0:
		case l.edgeNow(p):
			l.setEdge(p, true)
		default:
			keep = append(keep, p)
		}
	}
	clear(l.young[len(keep):])
	l.young = keep
	l.agePairs()
	l.ageBridged()
	l.ageKept()
	l.ageDark()
	l.expire()
	if settled := l.now-l.linkAt > settleAfter; settled != l.snap.Settled {
		l.changed = true
		l.doubts()
		for _, h := range l.hosts { // order does not matter: a set of marks
			if len(h.sinks) > 0 { // who only receives has a place only in a settled fabric: see sinkPort
				l.dirtyHosts[h] = struct{}{}
			}
		}
	}
}

// settled: so long without a new link that what was not seen counts as not there.
func (l *Learner) settled() bool { return l.now-l.linkAt > settleAfter }

// add counts without starting anew from 0, which would mean "never".
func add(n, more uint32) uint32 {
	if n > math.MaxUint32-more {
		return math.MaxUint32
	}
	return n + more
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
	l.edges--
	if edge {
		n.edges += 2
		l.edges += 2
	}
	l.touchPort(p)
	if st := l.stations[p.mac]; st != nil { // addresses of its MAC may have been sighted elsewhere only
		for _, h := range st.hosts {
			l.dirtyHosts[h] = struct{}{}
		}
	}
	if (was == 0) != (n.edges == 0) { // for all of its ports, see sinkPort
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
