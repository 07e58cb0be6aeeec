package flow

// ElephantState is a step in an elephant's life.
type ElephantState uint8

// Steps.
const (
	ElephantStarted ElephantState = iota
	ElephantUpdated
	ElephantEnded
)

// String gives the name used in JSON.
func (s ElephantState) String() string { return [...]string{"started", "updated", "ended"}[s] }

// EndReason says why an elephant's life ended.
type EndReason uint8

// Reasons.
const (
	EndNone EndReason = iota
	EndBelow
	EndIdle
	EndTelemetryLost
	EndEvicted
	EndCollectorRestart
)

// String gives the name used in JSON, "" while alive.
func (r EndReason) String() string {
	return [...]string{"", "below", "idle", "telemetry_lost", "evicted", "collector_restart"}[r]
}

// Proof says what decided that a flow is an elephant.
type Proof uint8

// Proofs (docs/analytics.md, section 1).
const (
	ProofSamples Proof = iota
	ProofSequence
)

// String gives the name used in JSON.
func (p Proof) String() string { return [...]string{"samples", "sequence"}[p] }

// Severity ranks an elephant for people.
type Severity uint8

// Severities.
const (
	SeverityInfo Severity = iota
	SeverityWarning
	SeverityCritical
)

// String gives the name used in JSON.
func (s Severity) String() string { return [...]string{"info", "warning", "critical"}[s] }

// Elephant is one message of an elephant's life (RFC 7424 says "large flow";
// docs/interfaces.md, section 1, says what each field means). (Alert, Episode) has
// exactly one started and one ended.
type Elephant struct {
	Key        Key
	ID         uint64
	Attributes Attributes
	AlertSince int64 // since of the first episode: with ID it makes the alert's name
	Episode    uint32
	State      ElephantState
	EndReason  EndReason
	Severity   Severity
	Time       int64
	Since      int64 // estimated start of the excess
	Detected   int64
	Ended      int64 // 0 while alive
	Expires    int64

	Rate, RateLow, RateHigh    float64
	Share, ShareLow, ShareHigh float64
	Threshold                  float64
	Probability                float64 // that the share is at least the threshold
	Bytes                      uint64
	PeakRate                   float64
	Slot                       int
	Incident                   string // the group that it belongs to: a pair of hosts, a receiver, a link; "" if alone
	Muted                      string // name of the rule that mutes it, "" if none does

	Links     []ElephantLink
	PathState PathState
	Path      []Hop // nil while unknown
	Evidence  Evidence
}

// ElephantLink is one link on which the flow's share is at least the threshold.
type ElephantLink struct {
	ID            string // topology's id, or agent/ifIndex of a port that is no learned link
	From          Port   // the end that sends onto the link; for a host's link the switch's port
	To            Port   // zero for a host's link
	Host          Addr   // the host behind the port, zero for a fabric link
	HostSends     bool   // host link in the direction from the host into the fabric
	Speed         float64
	Capacity      float64 // bit/s of the whole link, where Speed is that of an aggregate's member; else Speed
	SpeedInferred bool
	Share         float64
	Threshold     float64 // from which it is too much

	Utilization    float64 // -1 unknown
	UtilizationAge float64 // seconds
	Elephants      int     // elephants on this link in this direction, this one included
	DiscardRate    float64 // per second, -1 unknown
}

// Evidence is what an elephant's figures rest on.
type Evidence struct {
	Proof         Proof
	Samples       uint64
	Stages        int
	Taps          int
	SamplingRates []uint32
	Window        float64 // seconds from since to detected
}
