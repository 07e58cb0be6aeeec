package fabric

import (
	"math"
	"net/netip"

	"spoor/flow"
)

// tier is a stage of the fabric.
type tier uint8

const (
	tierLeaf tier = iota
	tierSpine
	tierSuper
	tierHost // a host that runs an agent
)

// node is a switch, or a host with an agent.
type node struct {
	tier    tier
	pod     int // -1: super-spine
	index   int // leaf: among all leaves; spine: its plane; super-spine: in its plane
	number  int // among all of its tier, from 0
	name    string
	addr    netip.Addr // of the agent
	vtep    netip.Addr // leaves; shared by a pair where hosts are dual-homed
	mac     uint64     // router MAC of the tunnel's end, shared like vtep
	silent  bool
	drained bool
	ports   []*port
	up      []bundle // leaf: by spine of its pod; spine: by super-spine of its plane
	down    []bundle // spine: by leaf of its pod; super-spine: by pod
	mate    *node    // the other leaf of an MLAG pair
	peer    *port    // to mate
	agent   *agent   // nil: silent
}

// bundle is the links between two switches: one, or the members of a LAG.
type bundle []*port

// port is a physical port or the aggregate of several.
type port struct {
	node    *node
	number  int    // from 1, also among aggregates
	ifIndex uint32 // as the agent numbers it now
	before  uint32 // ifIndex before the agent's restart, 0 = the same
	name    string
	mac     uint64
	speed   uint64
	far     *port // of the other switch; nil at a host
	host    *host
	lag     *port   // aggregate that the port is member of
	members bundle  // of an aggregate
	vlan    uint16  // access VLAN of a host port, 0 = routed
	router  *router // outside, behind a border port

	in, out     tally
	outDiscards uint32
	inErrors    uint32
	grey        float64 // share of the frames sent that are lost on the link
	damage      float64 // share of them that arrive damaged
	down        bool    // the link is
	source      source
}

// tally counts frames and their bytes, without FCS.
type tally struct{ frames, bytes uint64 }

func (t *tally) add(frames, bytes uint64) {
	t.frames += frames
	t.bytes += bytes
}

// source is the state of an sFlow data source.
type source struct {
	rate        uint32  // 1 in N
	skip        float64 // -1/ln(1-1/N): exponential times this, cut off, is geometric
	flowSeq     uint32
	pool        uint32
	counterSeq  uint32
	discardSeq  uint32
	drops       uint32 // samples that the agent had no room for
	suppressed  uint32 // discarded packets that were not reported
	discardTime int64  // second of the last discarded packet, for the limit of reports
	discards    int    // reported in that second
}

func (s *source) setRate(n uint32) {
	s.rate = max(n, 1)
	s.skip = 0
	if s.rate > 1 {
		s.skip = -1 / math.Log1p(-1/float64(s.rate))
	}
}

// host is an end of flows.
type host struct {
	name     string
	number   int // among all hosts
	leaf     int // index of its first leaf
	slot     int // among the hosts of that leaf, from 0
	ip4, ip6 flow.Addr
	mac      uint64
	ttl      byte
	subnet   int     // with VXLAN: stretched over the leaves
	ports    []*port // of the leaves to which it is attached
	agent    *agent
	home     *host // of a guest: the host that routes for it
	inside   *port // of a guest: the host's port towards it, if the host has an agent
	nat      bool  // a guest that has its host's address
	outside  bool
	*load
}

// load is what a host has in common with its guests.
type load struct {
	shown    shown
	sent     float64 // bit/s that elephants take of its links at the same time
	received float64
	nextPort uint32
}

// router is a router outside the fabric.
type router struct {
	name string
	addr netip.Addr
	mac  uint64
}

// box gives the machine that a host is, or is on.
func (h *host) box() *host {
	if h.home != nil {
		return h.home
	}
	return h
}

// routed tells whether a host's address is in no subnet of the fabric.
func (h *host) routed() bool { return h.outside || h.home != nil && !h.nat }

// macOn gives the MAC address that frames of a host have on a link.
func (h *host) macOn(p *port) uint64 {
	if p.router != nil {
		return p.router.mac
	}
	return h.mac
}

// namesAggregates reports whether samples of the node's agent name aggregates instead of their members.
func (v *node) namesAggregates(naming LAGNaming) bool {
	return naming == NameAggregate || naming == NameMixed && (int(v.tier)+v.number)%2 == 1
}

// reported gives the ifIndex that the node's agent reports for p.
func (p *port) reported(naming LAGNaming) uint32 { return p.named(naming).ifIndex }

// at reports whether h is attached to n by a link that is up, and where.
func (h *host) at(n *node) *port {
	for _, p := range h.ports {
		if p.node == n && !p.down {
			return p
		}
	}
	return nil
}
