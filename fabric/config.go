package fabric

import "time"

// Direction says on which side of its ports a switch samples.
type Direction uint8

// Directions of sampling.
const (
	Ingress Direction = iota
	Egress
	Both
)

// String gives "ingress", "egress" or "both".
func (d Direction) String() string { return [...]string{"ingress", "egress", "both"}[d] }

// LAGNaming says which ifIndex an agent gives for a port that is member of a LAG.
type LAGNaming uint8

// What agents name.
const (
	NameMember LAGNaming = iota
	NameAggregate
	NameMixed // every second switch the aggregate, so that the ends of a link are named differently
)

// SharedMAC is a router MAC that several switches have in common.
type SharedMAC uint8

// Who shares one.
const (
	SharedGateway SharedMAC = iota // ports towards hosts, on all leaves: an anycast gateway
	SharedLeaves                   // all ports of all leaves
	SharedSpines                   // all ports of all spines
)

// BondHash says by what a host on two leaves chooses the link of each frame that it sends.
type BondHash uint8

// What hosts hash.
const (
	BondByFlow BondHash = iota // addresses and ports: flows spread over both links (layer3+4)
	BondByMAC                  // MACs: to the gateway all goes by one link (layer2, as Linux does unless told otherwise)
)

// Config describes a fabric, its traffic, its agents and what happens to them.
// The zero value is not usable: begin with DefaultConfig.
type Config struct {
	Seed     uint64
	Start    int64         // Unix ns of the run's first moment; 0 = 2026-01-01T00:00:00Z
	Duration time.Duration // 0 = until the context ends

	// The fabric. With Pods > 1 it has five stages: Spines and Leaves are per
	// pod, and SuperSpines per plane, that is for each spine of a pod.
	Spines      int // 1 to 32
	Leaves      int // 1 to 512 in a pod, 8190 in all of them
	Hosts       int // per leaf, 1 to 64
	Pods        int // 1 = three stages
	SuperSpines int
	LAG         int // physical links of each link between switches, 1 to 8
	LAGNaming   LAGNaming
	Weights     []float64 // of the leaves' uplinks, dealt to the spines in turn; none = equal
	HostSpeed   uint64    // bit/s
	FabricSpeed uint64    // bit/s of one physical link
	SwitchMAC   bool      // one router MAC a switch instead of one a port
	SharedMACs  []SharedMAC
	HostTTL     []byte  // initial TTLs, dealt to the hosts in turn
	Routing     float64 // share of hosts that route for guests: these send with a TTL one lower, some with the host's own address (NAT)
	Borders     int     // leaves (the last ones) with a link to the outside

	// Traffic.
	Flows     int // flows at any time, elephants included, acknowledgements not
	Elephants []Elephant
	Mouse     float64       // largest share of a mouse; less where mice together would take over 30% of the fabric
	Lifetime  time.Duration // mean life of a mouse; 0 = as long as the run
	UDP       float64       // share of mice that are UDP
	IPv6      float64       // share of mice that are IPv6
	Local     float64       // share of mice that stay within their leaf
	Acks      bool          // TCP flows have acknowledgements in the other direction
	Outside   float64       // share of mice to or from addresses outside, over the borders
	OneWay    bool          // every second host only sends, the others only receive; all of it UDP
	MTU       int           // bytes of the largest IP packet, 576 to 9216
	Bursts    []Burst
	Flood     int // samples a second of flows with spoofed addresses, a packet each
	Control   int // samples a second of frames that switches send to their neighbours: BGP, BFD, OSPF, VRRP, neighbour discovery, pings

	// Agents.
	SamplingRate uint32 // 1 in N; 0 = ifSpeed/1e6 for each port (8.2 samples/s for a 10% flow)
	SampleLimit  int    // samples a second of an agent; what is more it drops, and says so. 0 = none
	BackOff      bool   // an agent that was over its limit doubles its sampling rates
	Direction    Direction
	HeaderBytes  int // of a sampled packet, 64 to 256
	Polling      time.Duration
	Extended     bool // records 1001 and 1002 beside the header
	Expanded     bool // sample formats 3 and 4 instead of 1 and 2
	IPv6Agents   bool // agent addresses are IPv6
	WrongPorts   []WrongPorts
	SilentLeaves int  // leaves without an agent, spread over the fabric
	SilentSpines int  // spines without an agent
	SilentBorder bool // leaves at the border have none
	HostAgents   bool // hosts run an agent too, as hsflowd does

	// Modes.
	VXLAN     bool    // EVPN with symmetric IRB: leaves are VTEPs, routed flows in the L3VNI, bridged ones in an L2VNI
	DualHomed float64 // share of hosts on both leaves of a pair (leaf 1 and 2, 3 and 4, ...); with VXLAN a pair shares its VTEP address
	BondHash  BondHash
	PeerLinks bool    // the links between the leaves of a pair carry what only the mate can deliver or send up; with VXLAN they always do
	Spray     bool    // packets of a flow take all equal paths in turn
	Loss      float64 // share of datagrams lost on the way
	Duplicate float64 // share of datagrams that arrive twice
	Discards  float64 // share of an elephant's packets dropped for want of buffers; also adds a flow that an ACL drops. Both give 0:5 samples
	Events    []Event

	Truth bool // keep the ground truth; memory grows with the run
}

// Elephant is a large flow (RFC 7424).
type Elephant struct {
	Share    float64       // of the slowest link on its path
	Start    time.Duration // after the run's start
	Duration time.Duration // 0 = to the end
	Every    time.Duration // again, between other ports, this long after its last start; 0 = once
	UDP      bool
	On, Off  time.Duration // sends and pauses in turn; 0 = always on
	Flows    int           // flows of that share each between the same two hosts; 0 = one
}

// flows is how many flows it is.
func (e *Elephant) flows() int { return max(e.Flows, 1) }

// big is how many flows all elephants are.
func (c *Config) big() (n int) {
	for i := range c.Elephants {
		n += c.Elephants[i].flows()
	}
	return n
}

// Burst is a flow that sends some bytes as fast as its host can, again and again.
type Burst struct {
	Bytes uint64
	Every time.Duration
	Count int // such flows
}

// defaultStart is 2026-01-01T00:00:00Z.
const defaultStart int64 = 1767225600 * 1e9

// DefaultConfig gives the fabric of the demo: 2 spines, 4 leaves with 4 hosts
// each, 10 Gbit/s links, 100 flows of which 3 are elephants, 60 seconds.
func DefaultConfig() Config {
	return Config{
		Seed:     1,
		Duration: time.Minute,
		Spines:   2, Leaves: 4, Hosts: 4, Pods: 1, SuperSpines: 2, LAG: 1,
		HostSpeed: 10e9, FabricSpeed: 10e9,
		HostTTL: []byte{64},
		Flows:   100,
		Elephants: []Elephant{
			{Share: 0.30, Start: 3 * time.Second, Duration: 30 * time.Second, Every: time.Minute},
			{Share: 0.20, Start: 8 * time.Second, Duration: 35 * time.Second, Every: time.Minute},
			{Share: 0.15, Start: 14 * time.Second, Duration: 40 * time.Second, Every: time.Minute},
		},
		Mouse: 0.04, Lifetime: 30 * time.Second, UDP: 0.2, IPv6: 0.1, Local: 0.05, Acks: true, MTU: 1500,
		HeaderBytes: 128, Polling: 5 * time.Second, Extended: true,
		Truth: true,
	}
}

// start gives the Unix ns at which the run begins.
func (c *Config) start() int64 {
	if c.Start == 0 {
		return defaultStart
	}
	return c.Start
}

// linkSpeed gives the speed that shares refer to.
func (c *Config) linkSpeed() float64 { return float64(min(c.HostSpeed, c.FabricSpeed)) }
