package topology

import "spoor/flow"

// RecordKind says what a Record speaks of.
type RecordKind uint8

// Kinds of record.
const (
	LinkRecord RecordKind = iota
	HostRecord
	SwitchRecord // a switch that no agent reports but traffic proves
)

// Source says where knowledge comes from.
type Source uint8

// Sources.
const (
	Learned Source = iota
	Given
	Both
	Inferred
)

// String gives the name used in JSON.
func (s Source) String() string { return [...]string{"learned", "given", "both", "inferred"}[s] }

// State is that of a link, host or silent switch.
type State uint8

// States.
const (
	Up    State = iota
	Stale       // of a link: believed still, and not seen for half of Config.Expire
	Gone
)

// String gives the name used in JSON.
func (s State) String() string { return [...]string{"up", "stale", "gone"}[s] }

// Record is one message of the topology topic (docs/interfaces.md, section 1): the
// present state of a link, a host's location or a silent switch. Only the fields
// of its kind are set.
type Record struct {
	Kind   RecordKind
	ID     string // "10.255.0.1/150--10.255.0.51/5101", "host/10.1.1.1", "dark/1"
	Time   int64
	Source Source
	State  State
	Since  int64
	Seen   int64

	// Link: ends ordered by (agent address, ifIndex). An end whose agent does not report has a zero Agent.
	Link          string // "leaf1:swp5--spine1:swp1"
	A, B          flow.Port
	AliasA        string // as configured: what the port is for
	AliasB        string
	Speed         float64 // bit/s, 0 unknown
	SpeedInferred bool

	// Host.
	Host  flow.Addr
	MAC   uint64 // 0 unknown
	Ports []flow.Port
	VNI   uint32 // 0 none

	// Silent switch.
	Switch string
}
