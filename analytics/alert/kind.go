package alert

import (
	"errors"
	"fmt"
	"time"

	"spoor/flow"
)

// Kind says what is wrong.
type Kind uint8

// Kinds.
const (
	ElephantFlow Kind = iota
	ElephantIncident
	FlowHerd
	AgentSilent
	AgentAddressShared
	TelemetryLoss
	SamplingRateChanged
	DetectionSlow
	SpeedUnknown
	PortDown
	PortFlapping
	PortErrors
	PacketDrops
	LinkBusy
	LinkLoss
	LinkMislearned
	UplinkImbalance
	LAGImbalance
	numKinds
)

// trait is what all findings of a kind have in common.
type trait struct {
	name     string        // alertname
	severity flow.Severity // unless the finding has a higher one
	hold     time.Duration // how long it must last before it is raised
	clear    time.Duration // how long it must be away before it is resolved
	means    string        // what it says, for the documents
	action   string        // what to do about it
}

const (
	info    = flow.SeverityInfo
	warning = flow.SeverityWarning
	severe  = flow.SeverityCritical
)

var traits = [numKinds]trait{
	ElephantFlow: {
		"ElephantFlow", warning, 10 * time.Second, 2 * time.Second, "one flow takes more than its share of a link that is busy, drops, or carries another elephant",
		"Ask the owner of the hosts whether this transfer is wanted now; if it is, limit its rate or move it to hours of less traffic.",
	},
	ElephantIncident: {
		"ElephantIncident", warning, 5 * time.Second, 10 * time.Second, "several elephants share one link, one pair of hosts or one receiver",
		"See the flows: one pair of hosts is one transfer over several connections, one receiver is incast, one link is a collision of hashes.",
	},
	FlowHerd: {
		"FlowHerd", info, 10 * time.Second, 30 * time.Second, "flows none of which is an elephant take an elephant's share together between two hosts, or most of the link of one receiver (incast)",
		"Between two hosts: it is one transfer over many connections; treat it as an elephant. To one receiver: let the senders take turns or pace them, or give the receiver a faster link.",
	},
	AgentSilent: {
		"AgentSilent", warning, 20 * time.Second, 10 * time.Second, "an agent that was heard before sends no sFlow any more",
		"Look whether the switch is up and reaches the collector; on the switch, whether its sFlow agent runs and names this collector.",
	},
	AgentAddressShared: {
		"AgentAddressShared", warning, 30 * time.Second, 5 * time.Minute, "several devices send sFlow under one agent address",
		"Give each switch an agent address of its own, such as that of its loopback interface.",
	},
	TelemetryLoss: {
		"TelemetryLoss", warning, 30 * time.Second, 2 * time.Minute, "datagrams of an agent get lost on the way or at the collector's socket, or the agent itself drops samples",
		"Lost datagrams: look at the path of the management network. At the socket: raise listen.buffer and net.core.rmem_max, or give the collector more processors. Samples dropped by the agent: raise its sampling rate's N.",
	},
	SamplingRateChanged: {
		"SamplingRateChanged", info, 0, 10 * time.Minute, "an agent samples one in another number of packets than before",
		"If nobody changed it, the agent backs off under load: raise N to what it can bear, so that the rate is the same all the time.",
	},
	DetectionSlow: {
		"DetectionSlow", info, 10 * time.Minute, 10 * time.Minute, "elephants on some ports of a switch would be found later than alerts.detection_within",
		"Sample more often, as the summary says: one in as many packets as the link has Mbit/s.",
	},
	SpeedUnknown: {
		"SpeedUnknown", info, 2 * time.Minute, time.Minute, "a port carries traffic, but the speed of its link is unknown: flows on it raise no alert",
		"Let the agent send interface counters, or set topology.speeds for the port.",
	},
	PortDown: {
		"PortDown", severe, 30 * time.Second, 2 * time.Minute, "a link between two switches went down and nobody switched it off, or all links to a switch did",
		"Look at the optics and the cable at both ends; where all links to a switch are down, at the switch.",
	},
	PortFlapping: {
		"PortFlapping", severe, 0, 10 * time.Minute, "a port between two switches goes up and down",
		"Take the link out of service and replace its optics or cable.",
	},
	PortErrors: {
		"PortErrors", warning, 0, 3 * time.Minute, "a port receives damaged frames",
		"Clean or replace the optics or the cable between the two ends.",
	},
	PacketDrops: {
		"PacketDrops", warning, 5 * time.Second, time.Minute, "a switch discards packets",
		"See the reasons and the flows in the topic of drops: congestion wants less traffic or deeper buffers, other reasons a look at the configuration.",
	},
	LinkBusy: {
		"LinkBusy", warning, time.Minute, time.Minute, "a link between two switches has been more than 90% full for a minute",
		"See its elephants; without any, the fabric needs more capacity here.",
	},
	LinkLoss: {
		"LinkLoss", severe, 0, 5 * time.Minute, "less arrives at one end of a link than the other end sent, and no counter says why",
		"Take the link out of service, and clean or replace its optics or cable.",
	},
	LinkMislearned: {
		"LinkMislearned", info, 0, 5 * time.Minute, "the counters of the two ends of a link do not fit together: these ports do not face each other",
		"Compare with the cabling, or give the topology in topology.file.",
	},
	UplinkImbalance: {
		"UplinkImbalance", warning, 5 * time.Minute, 5 * time.Minute, "one uplink of a switch is more than 60% full, and much more than the others",
		"See the cause in the summary: elephants, an uplink that is no next hop, or a hash that follows that of the tier before.",
	},
	LAGImbalance: {
		"LAGImbalance", warning, 5 * time.Minute, 5 * time.Minute, "one member of a link aggregation group is more than 60% full, and much more than the others",
		"See its elephants; without any, choose a hash over more fields.",
	},
}

// Kinds gives all kinds.
func Kinds() []Kind {
	list := make([]Kind, numKinds)
	for i := range list {
		list[i] = Kind(i)
	}
	return list
}

// String gives the alert's name, as in the label alertname.
func (k Kind) String() string { return traits[k].name }

// MarshalText gives the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

var errKind = errors.New("no kind of alert")

// UnmarshalText takes a name.
func (k *Kind) UnmarshalText(text []byte) error {
	for i := range numKinds {
		if traits[i].name == string(text) {
			*k = i
			return nil
		}
	}
	return fmt.Errorf("%q: %w", text, errKind)
}

// Severity gives the least severity of findings of the kind.
func (k Kind) Severity() flow.Severity { return traits[k].severity }

// Hold gives how long a finding must last before it is raised, Clear how long it must be away before it is resolved.
func (k Kind) Hold() time.Duration { return traits[k].hold }

// gap is how long a finding may be away before it is raised without beginning anew, in ns.
func (k Kind) gap() int64 { return int64(min(k.Clear(), max(k.Hold()/2, leastGap))) }

const leastGap = 10 * time.Second

// Clear is documented with Hold.
func (k Kind) Clear() time.Duration { return traits[k].clear }

// Means says in a sentence what is wrong.
func (k Kind) Means() string { return traits[k].means }

// Action says what to do about it.
func (k Kind) Action() string { return traits[k].action }
