package flow

// PathState says how much of a flow's path is known.
type PathState uint8

// States of a path; only PathComplete claims to be the whole of it.
const (
	PathProvisional PathState = iota // ends not yet proven
	PathPartial                      // leads to a switch that we do not hear: UnknownAt
	PathComplete
	PathMultipath // sprayed: Alternatives
	PathUnordered // a set of switches: bridged, one pair of hosts
)

// String gives the name used in JSON.
func (s PathState) String() string {
	return [...]string{"provisional", "partial", "complete", "multipath", "unordered"}[s]
}

// PathCause says why a path was published.
type PathCause uint8

// Causes.
const (
	PathNew PathCause = iota
	PathCompleted
	PathMoved
	PathCorrected
	PathExpired
)

// String gives the name used in JSON.
func (c PathCause) String() string {
	return [...]string{"new", "completed", "moved", "corrected", "expired"}[c]
}

// Hop is one switch of a path. Agent is zero for a switch that no agent
// reports; In and Out are ifIndexes, 0 = unknown.
type Hop struct {
	Switch   string // best name known
	Agent    Addr
	In, Out  uint32
	InPort   string // names, "" = unknown
	OutPort  string
	Observed bool // a sample was taken here; else inferred from links
}

// Attributes are what is known of a flow beside its key.
type Attributes struct {
	VNI                uint32
	Tunnel             Tunnel
	OuterSrc, OuterDst Addr
	VLAN               uint16
	DSCP               uint8
	HasDSCP            bool
	SrcName, DstName   string
}

// Path is one message about a flow's path (docs/interfaces.md, section 1).
type Path struct {
	Key          Key
	ID           uint64
	Attributes   Attributes
	Time         int64
	Revision     uint32
	Cause        PathCause
	State        PathState
	Hops         []Hop
	Previous     []string // switches of the path before, nil if none
	Alternatives []PathAlternative
	UnknownAt    *Port // the port that leads to a switch we do not hear
	FirstSeen    int64
	LastSeen     int64
	Samples      uint64
	Bytes        uint64 // estimated bytes of the flow so far
}

// Switches gives the names in travel order.
func (p *Path) Switches() []string {
	s := make([]string, len(p.Hops))
	for i := range p.Hops {
		s[i] = p.Hops[i].Switch
	}
	return s
}

// PathAlternative is one of several paths that a flow takes at the same time.
type PathAlternative struct {
	Switches []string
	Share    float64
}

// Port names a switch port to people and to programs.
type Port struct {
	Switch  string
	Agent   Addr
	IfIndex uint32
	Name    string
}
