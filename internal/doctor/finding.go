package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says how bad it is.
type Severity uint8

// Severities, the later the worse.
const (
	Note    Severity = iota // worth knowing
	Warning                 // estimates or delays suffer
	Fault                   // data is lost, or nobody is heard
)

var severities = [...]string{"note", "warning", "fault"}

// String gives the name used in JSON.
func (s Severity) String() string { return severities[s] }

// MarshalText gives the same.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it.
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severities[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is no severity: note, warning or fault", text)
	}
	*s = Severity(i)
	return nil
}

// Finding is one thing that is wrong.
type Finding struct {
	Check    Check    `json:"check"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`            // a sentence: what is wrong
	Where    []string `json:"where,omitempty"` // switches, ports or links, the worst first, at most maxWhere
	More     int      `json:"more,omitempty"`  // so many beyond
	Do       string   `json:"do"`              // what to do, in words
	Type     []Lines  `json:"type,omitempty"`  // what to type
}

// Check names what was looked at; it is part of the JSON and never changes.
type Check string

// Checks.
const (
	CheckAgents       Check = "agents"
	CheckSilent       Check = "silent_agents"
	CheckDatagrams    Check = "datagram_loss"
	CheckSamples      Check = "sample_loss"
	CheckBackOff      Check = "sampling_rate"
	CheckCounters     Check = "counters"
	CheckAgreement    Check = "samples_against_counters"
	CheckSpeeds       Check = "speeds"
	CheckDetection    Check = "seconds_to_detect"
	CheckSocket       Check = "socket_buffer"
	CheckClock        Check = "clock"
	CheckKafka        Check = "kafka"
	CheckTopics       Check = "topics"
	CheckPublished    Check = "records_dropped"
	CheckSpool        Check = "spool"
	CheckTunnels      Check = "tunnel_headers"
	CheckUptime       Check = "agent_uptime"
	CheckPortNames    Check = "port_names"
	CheckShared       Check = "shared_addresses"
	CheckSilentSwitch Check = "silent_switches"
	CheckRefused      Check = "refused_datagrams"
	CheckLedger       Check = "ledger"
)

// Counts reports whether the finding tells of what was counted since the start: it
// is over when it no longer grows.
func (f *Finding) Counts() bool {
	switch f.Check {
	case CheckSocket:
		return f.Severity == Fault
	case CheckPublished, CheckRefused, CheckTunnels:
		return true
	default:
		return false
	}
}

// maxWhere bounds the places that a finding names.
const maxWhere = 10

// place is where something is, and how bad it is there.
type place struct {
	name string
	by   float64
}

// places gives the worst of them, and how many there are beyond.
func places(list []place) (where []string, more int) {
	slices.SortFunc(list, func(a, b place) int { return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.name, b.name)) })
	for _, p := range list[:min(len(list), maxWhere)] {
		where = append(where, p.name)
	}
	return where, len(list) - len(where)
}

// told gives the finding with its places, nothing if there are none.
func told(list []place, x Finding) []Finding {
	if len(list) == 0 {
		return nil
	}
	x.Where, x.More = places(list)
	return []Finding{x}
}

// Examine gives the findings, the worst first.
func Examine(f *Facts) []Finding {
	checks := [...]func(*Facts) []Finding{
		agents, losses, backOff, counters, portNames, uptimes, shared, agreement, speeds, detection, silentSwitches, tunnels, socket, refused, untracked, ledgers, clock, kafka, spool,
	}
	list := make([]Finding, 0, len(checks))
	for _, check := range checks {
		list = append(list, check(f)...)
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}
