package topology

import "spoor/flow"

// portKey names a port.
type portKey struct {
	sw  SwitchID
	idx uint32
}

// port is what evidence says of one port.
type port struct {
	key       portKey
	far       uint64    // MAC of the far end, from forwarded frames only
	farAt     int       // where the port stands in byFar[far]
	own       uint64    // the switch's own MAC on it
	kept      *keptPort // what the last learner knew, unproven
	keptSide  uint32    // the port that stands for those that led to the same side of a bridge then, 0 unknown
	downAt    int64     // when its link was told to be down
	upLast    int64     // when it was last told to be up before that
	failed    int64     // when it was last up, as told, before it was down the latest time
	back      int64     // and when it was up again
	perhaps   []*host   // addresses that may have lost it, while it is down
	void      int64     // what was seen of it before is void: it led elsewhere
	down      bool
	via       uint64 // the far MAC that proved peer, 0 if something else did
	against   uint32 // frames in a row that do not fit it
	fresh     uint32 // ingress frames, in no tunnel, that nobody had forwarded
	routed    uint32 // ingress frames that somebody had
	tunnels   uint32 // ingress frames of tunnels that nobody had: of hosts, or of switches where they begin
	since     int64
	heard     int64 // latest evidence that names it
	stale     bool  // it and the other end of its link were not named for half of Config.Expire
	peer      SwitchID
	peerPort  uint32
	alone     bool // peerPort rests on no other port being known to lead there
	given     bool // peer comes from the given topology
	learned   bool // peer was proven by evidence
	voted     bool // peer was proven by votes
	edge      bool
	leads     lead               // what is behind it though frames look as if forwarded
	sunk      uint32             // frames that left it for addresses
	relays    bool               // frames that left it went to another router, as the switch said
	handsOver bool               // the peer link of a pair: bridged frames come from another switch, and what tunnels brought it
	twins     [maxTwins]portKey  // of other switches, where its MACs enter as well
	gate      uint64             // MAC to which fresh frames were addressed that was no host's
	mac       uint64             // from which fresh frames came
	several   bool               // they came from others too
	lastFar   uint64             // from which forwarded frames came last
	fars      bool               // and from others before
	hosts     map[*host]struct{} // addresses sighted here
	votes     []*vote            // that name this port
	beyond    *beyond            // nil unless forwarded frames enter and no link is known
	listed    bool               // among the learner's open ports
	dark      SwitchID           // the inferred switch to which it leads, 0 unknown
	wasDark   SwitchID           // the latest that it led to
	name      string             // as the agent says
	label     string             // as configured, which counts more
	alias     string             // as configured: what the port is for
	speed     float64            // as the agent reports it
	inferred  float64            // from the highest rate counted
	rate      float64            // the highest that was counted under this speed
	sampled   float64            // that samples prove and this speed does not allow, 0 none
	aggregate uint32             // ifIndex of the aggregate that it is member of
}

// node is what is known of one switch.
type node struct {
	id       SwitchID
	agent    flow.Addr
	hostname string
	given    string // configured name
	router   bool   // forwarded frames were addressed to it
	direct   bool   // it samples on ingress
	edges    int    // proven edge ports
	shares   int    // its tunnel ends that another switch owns as well
	rivals   int    // its tunnel ends that perhaps a silent switch has too
	duals    int    // addresses that live here and on another switch
	alone    int    // flow buckets of its hosts beyond each one's first
	ports    map[uint32]*port
	bundles  map[uint32]int      // members of its aggregates
	links    map[string]struct{} // ids of the links published for it
	dirty    bool
	outside  int   // ports that lead out of the fabric
	heard    int64 // first evidence
	host     bool  // it is a host that runs an agent
	named    bool  // as configured
	transit  bool  // it forwards, so that it is none
	internal bool  // it sends frames of its own, or receives some
	joins    bool  // it forwards from one switch to another
	local    locals
	unnamed  int64  // latest sample of it that named no port
	void     int64  // what was seen of its ports before is void
	bumped   uint32 // port that lately turned out to lead elsewhere
	bumpedAt int64
	members  []*port             // that lead to it, if it is inferred
	next     map[SwitchID]uint32 // inferred switches next to it, with the frames that say so
	leaf     bool                // it is inferred and has hosts
	told     int64               // since when it was told that it is inferred, 0 it is not told
}

func (l *Learner) node(agent flow.Addr) *node {
	id := l.registry.ID(agent)
	if id == 0 {
		return nil
	}
	for int(id) >= len(l.nodes) {
		l.nodes = append(l.nodes, nil)
	}
	if l.nodes[id] == nil {
		n := &node{id: id, agent: agent, ports: map[uint32]*port{}, links: map[string]struct{}{}}
		n.named = l.cfg.namesHost(agent)
		n.host = n.named
		l.nodes[id] = n
		l.touch(l.nodes[id])
	}
	return l.nodes[id]
}

// port gives a port of a switch, nil once there are too many.
func (l *Learner) port(n *node, idx uint32) *port {
	p := n.ports[idx]
	if p == nil {
		if l.ports >= l.max.ports || len(n.ports) >= l.max.switchPorts {
			l.Ignored++
			return nil
		}
		p = &port{key: portKey{n.id, idx}, hosts: map[*host]struct{}{}}
		n.ports[idx] = p
		l.ports++
	}
	return p
}
