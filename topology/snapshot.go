package topology

import (
	"slices"

	"spoor/flow"
)

// Snapshot is the fabric as known at one moment. It is immutable: any number of
// goroutines may read it, and a later version leaves it as it is.
type Snapshot struct {
	Version uint64
	Settled bool // no link was learned for a while: what looks like an edge is one
	Dual    bool // some address lives behind several switches
	Bonds   bool // some address gets frames at a switch where it does not send

	whole      uint64   // the version since which all but switches and places is as it is
	switched   uint64   // the same of the switches
	resettled  settling // the places that changed last
	registry   *Registry
	switches   []*Switch
	inferred   []*Switch // by number less firstInferred
	places     cow[flow.Addr, *Place]
	owners     cow[uint64, SwitchID]
	vteps      cow[flow.Addr, End]
	bridged    cow[uint64, *bridgedView]
	witnesses  []*bridgedView // that tell switches of a bridged fabric apart
	anyBridged bool           // there are or were bridged hosts
	sharedEnds bool           // some tunnel end is on several switches
	borders    []SwitchID     // switches with ports that lead out of the fabric
	endsAlone  bool           // no tunnel end is shared, as far as enough flows tell
	tunnelled  bool           // there are tunnels
	anyHosts   bool           // some switch has proven edge ports
	anyIngress bool           // some switch samples on ingress
}

// Switch is one switch that an agent reports, or that traffic proves (then
// without agent and ports), as a snapshot shows it.
type Switch struct {
	ID         SwitchID
	Agent      flow.Addr
	Name       string // configured, else host_descr while unique, else the agent's address
	Kept       int    // ports that led to switches when we last knew, and were not seen since
	Dark       int    // ports that forwarded frames enter and that lead to nobody we hear or infer
	Dual       bool   // some of its hosts are on two switches
	Alone      bool   // flows enough of its hosts went nowhere else
	Host       bool   // it is a host that runs an agent: no hop
	Doubt      bool   // it may be a host that routes for guests: no path with it is certain
	Hosts      bool   // hosts are known to live there
	Void       int64  // what was seen of its ports before is void (arrival, Unix ns): the agent restarted
	PortVoid   int64  // the latest Void of its ports
	PortFailed int64  // the latest Failed of its ports
	Ports      map[uint32]*Port
	since      uint64 // the version since which it is as it is
	peers      map[SwitchID]peering
	delivers   bool // bare frames leave it for nobody known
	sharesEnd  bool // another switch owns one of its tunnel ends as well
	rival      bool // one that nobody hears perhaps does
}

// peering says over which port a neighbour is reached.
type peering struct {
	port  uint32 // the only one, 0 if there are several
	ports int
	mate  bool // what tunnels brought here may be handed over there
}

// Port is one port of a switch.
type Port struct {
	IfIndex       uint32
	Name          string
	Alias         string   // as configured: what the port is for
	Speed         float64  // bit/s, 0 unknown
	SpeedInferred bool     // not the agent's word, or doubted by the other end's
	SpeedSure     bool     // configured, or counters showed a tenth of it and never much more than it
	Disproved     float64  // bit/s, the speed that its agent states and its traffic disproves; 0 none
	Share         float64  // of the link from which a flow takes too much
	Member        float64  // bit/s of the slowest member, where the port is an aggregate; 0 it is none
	Aggregate     uint32   // ifIndex of the aggregate that the port is member of, 0 none or unknown
	Peer          SwitchID // 0 = no known link
	PeerPort      uint32   // 0 unknown
	Edge          bool     // proven by frames that nobody has forwarded
	Kept          bool     // it led to a switch when we last knew, and was not seen since
	Stale         bool     // nothing went over its link for half of Config.Expire
	Was           PortKey  // where it led, of a bridged fabric
	Outside       bool     // leads out of the fabric, to routers that are none of it
	Dark          bool     // forwarded frames enter, and it leads to nobody we hear; Peer may be inferred
	Home          bool     // of a host that sends odd TTLs, or routes for guests
	Down          int64    // since when its link may be down (arrival, Unix ns); 0: it is up as far as is known
	Failed        int64    // since when its link may have been down
	Back          int64    // until it was up again, 0 not yet or never
	Void          int64    // what was seen of it before is void (arrival, Unix ns): it led elsewhere
	LinkID        string   // topology's id once both ends are known
	LinkName      string
	via           uint64 // the MAC that proved Peer, 0 if something else did
	side          uint32 // the port that stands for all that lead to the same side of a bridge
	wasSide       uint32 // the same when we last knew, 0 unknown
}

// Place is where an address lives.
type Place struct {
	Edges   []SwitchID // switches behind which it was proven to live; several: a host on two leaves
	Switch  SwitchID   // the edge port, if one is proven
	Port    uint32
	Bridged bool               // enters several switches untouched: an L2 fabric
	MAC     uint64             // if Bridged
	Kept    bool               // only known from before, port included
	Flows   int                // buckets of 32 in which flows of this very address were seen; they went one way
	Both    bool               // it was seen to send and to receive
	Doubt   bool               // it sends through a switch that nobody reports as well
	Beside  [maxBeside]PortKey // where it enters from its other leaf, perhaps
	Parted  bool               // its link to another switch is down, which may hand over to this one
	Unsure  bool               // a link that is down may have been its own
	Doors   []PortKey          // of an address on several switches: where it was seen to enter them
	All     []SwitchID         // Edges and further switches where frames to it leave the fabric; nil: there are none
	Mute    bool               // it was not seen to send
	Got     int                // buckets of 32 in which flows to it came out at its one switch, and nowhere else; 0 while there are no Bonds
	Left    int64              // when it was found to live no longer at a switch that reports (arrival, Unix ns)
	Leaving int64              // since when that may have been so

	since uint64 // the version since which it is as it is
}

func (p *Place) equal(o *Place) bool {
	return p.Switch == o.Switch && p.Port == o.Port && p.Bridged == o.Bridged && p.MAC == o.MAC && p.Flows == o.Flows && p.Kept == o.Kept && p.Doubt == o.Doubt && p.Both == o.Both && p.Parted == o.Parted && p.Unsure == o.Unsure && p.Beside == o.Beside &&
		p.Got == o.Got && p.Mute == o.Mute && p.Left == o.Left && p.Leaving == o.Leaving && slices.Equal(p.Edges, o.Edges) && slices.Equal(p.All, o.All) && slices.Equal(p.Doors, o.Doors)
}

// Switch gives a switch by number, nil if unknown.
func (s *Snapshot) Switch(id SwitchID) *Switch {
	switch {
	case int(id) < len(s.switches):
		return s.switches[id]
	case id.Inferred() && int(id-firstInferred) < len(s.inferred):
		return s.inferred[id-firstInferred]
	}
	return nil
}

// Open reports whether forwarded frames enter a port that leads to no switch which reports.
func (s *Snapshot) Open(id SwitchID, ifIndex uint32) bool {
	p := s.Port(id, ifIndex)
	return p != nil && p.Dark
}

// Ingress reports whether some switch samples on ingress: then a port that
// forwarded frames seem to enter (Port.Dark) is one. On egress alone bridged frames look forwarded.
func (s *Snapshot) Ingress() bool { return s.anyIngress }

// Switches calls yield for each switch that reports, in the order of their numbers.
func (s *Snapshot) Switches(yield func(*Switch)) {
	for _, sw := range s.switches {
		if sw != nil {
			yield(sw)
		}
	}
}

// ID gives an agent's number, 0 if the registry is full.
func (s *Snapshot) ID(agent flow.Addr) SwitchID { return s.registry.ID(agent) }

// Port gives a port of a switch, nil if nothing is known of it.
func (s *Snapshot) Port(id SwitchID, ifIndex uint32) *Port {
	sw := s.Switch(id)
	if sw == nil {
		return nil
	}
	return sw.Ports[ifIndex]
}

// Peer gives the switch to which a port leads, 0 if it is no known link.
func (s *Snapshot) Peer(id SwitchID, ifIndex uint32) SwitchID {
	if p := s.Port(id, ifIndex); p != nil {
		return p.Peer
	}
	return 0
}

// Adjacent reports whether a link joins two switches, as a port of either tells:
// who does not say by which port tunnels leave a switch tells it at the other end alone.
func (s *Snapshot) Adjacent(a, b SwitchID) bool { return s.leadsTo(a, b) || s.leadsTo(b, a) }

func (s *Snapshot) leadsTo(a, b SwitchID) bool {
	sw := s.Switch(a)
	if sw == nil {
		return false
	}
	_, ok := sw.peers[b]
	return ok
}

// BesideLeaf reports whether a link leads from a switch to one with hosts.
func (s *Snapshot) BesideLeaf(a SwitchID) bool {
	if sw := s.Switch(a); sw != nil {
		for id := range sw.peers {
			if p := s.Switch(id); p != nil && p.Hosts {
				return true
			}
		}
	}
	return false
}

// PortTo gives the port of a that leads to b, 0 if none or several do.
func (s *Snapshot) PortTo(a, b SwitchID) uint32 {
	if sw := s.Switch(a); sw != nil {
		return sw.peers[b].port
	}
	return 0
}

// Mates reports whether a may hand over to b what a tunnel brought it.
func (s *Snapshot) Mates(a, b SwitchID) bool {
	sw := s.Switch(a)
	return sw != nil && sw.peers[b].mate
}

// Common gives the only switch that both a and b are linked to, once the
// topology has settled; 0 if there are several, if a silent one might be, or if a link between the two is down: until then there was another way.
func (s *Snapshot) Common(a, b SwitchID) SwitchID {
	x, y := s.Switch(a), s.Switch(b)
	if !s.Settled || x == nil || y == nil || x.Dark > 0 || y.Dark > 0 || x.Kept > 0 || y.Kept > 0 {
		return 0
	}
	if x.names(b) || y.names(a) {
		return 0
	}
	var common SwitchID
	for id := range x.peers {
		if _, ok := y.peers[id]; ok {
			if common != 0 {
				return 0
			}
			common = id
		}
	}
	return common
}

// names reports whether some port of a switch leads to another one, be it down. An inferred switch has no ports.
func (s *Switch) names(id SwitchID) bool {
	for _, p := range s.Ports { // order does not matter: any will do
		if p.Peer == id {
			return true
		}
	}
	return false
}

// Edges gives the switches behind which an address is proven to live. The slice is the snapshot's.
func (s *Snapshot) Edges(a flow.Addr) []SwitchID {
	if p, ok := s.places.get(a); ok && !p.Bridged {
		return p.Edges
	}
	return nil
}

// Beside reports whether an address that lives on several switches may enter a port over a link from another one of them.
func (s *Snapshot) Beside(a flow.Addr, id SwitchID, ifIndex uint32) bool {
	p, ok := s.places.get(a)
	return ok && ifIndex != 0 && slices.Contains(p.Beside[:], PortKey{id, ifIndex})
}

// Borders gives the switches by which the fabric leads to the outside, where
// addresses live that are known nowhere. The slice is the snapshot's.
func (s *Snapshot) Borders() []SwitchID { return s.borders }

// KeptAt gives the edge port of an address that is only known from before: it is
// there as far as what is seen agrees. kept is false for one that was seen.
func (s *Snapshot) KeptAt(a flow.Addr) (sw SwitchID, port uint32, kept bool) {
	p, ok := s.places.get(a)
	if !ok || !p.Kept {
		return 0, 0, false
	}
	return p.Switch, p.Port, true
}

// Locate gives the edge port behind which an address lives.
func (s *Snapshot) Locate(a flow.Addr) (SwitchID, uint32, bool) {
	p, ok := s.places.get(a)
	if !ok || p.Switch == 0 || p.Kept {
		return 0, 0, false
	}
	return p.Switch, p.Port, true
}

// Bridged reports whether an address is seen entering several switches untouched.
func (s *Snapshot) Bridged(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && p.Bridged
}

// Crosses reports whether an address of a bridged fabric was seen to enter several switches, not only when we last knew.
func (s *Snapshot) Crosses(a flow.Addr) bool {
	p, ok := s.places.get(a)
	return ok && p.Bridged && !p.Kept
}

// Routes reports whether a switch is known to own a MAC that frames were addressed to.
func (s *Snapshot) Routes(id SwitchID, mac uint64) bool {
	owner, ok := s.owners.get(mac)
	return ok && owner == id
}

// Name gives a switch's best name: "" only for a number that was never given.
func (s *Snapshot) Name(id SwitchID) string {
	if sw := s.Switch(id); sw != nil {
		return sw.Name
	}
	return s.registry.Addr(id).String()
}

// FlowPort names a port to people and programs.
func (s *Snapshot) FlowPort(id SwitchID, ifIndex uint32) flow.Port {
	p := flow.Port{Switch: s.Name(id), Agent: s.registry.Addr(id), IfIndex: ifIndex}
	if known := s.Port(id, ifIndex); known != nil {
		p.Name = known.Name
	}
	return p
}
