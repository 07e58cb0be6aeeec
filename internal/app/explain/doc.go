// Package explain puts together all that is known of one flow or alert, as
// JSON (the answer of /api/v1/explain) and as one screen of text: the path with
// the evidence for each hop, where it was sampled, what it takes of each link,
// and why it raised an alert, or why not.
package explain

import "time"

// Doc is the answer. Unknown is null, as in all our JSON.
type Doc struct {
	Asked  string    `json:"asked"`
	Time   time.Time `json:"time"` // of the engine
	Flow   *Flow     `json:"flow"`
	Alerts []Alert   `json:"alerts"` // about the flow, or that were asked for
	More   int       `json:"more"`   // alerts beyond those
	Said   []string  `json:"said,omitempty"`
}

// Flow is what is known of the flow.
type Flow struct {
	ID       string    `json:"id"`
	Src      string    `json:"src"`
	Dst      string    `json:"dst"`
	Proto    uint8     `json:"proto"`
	SrcPort  *uint16   `json:"sport"`
	DstPort  *uint16   `json:"dport"`
	Reverse  string    `json:"reverse"`
	Tunnel   *Tunnel   `json:"tunnel"`
	First    time.Time `json:"first_seen"`
	Last     time.Time `json:"last_seen"`
	Samples  uint64    `json:"samples"`
	Bytes    uint64    `json:"bytes"`
	Path     *Path     `json:"path"`
	Rate     *Rate     `json:"rate"`
	Links    []Link    `json:"links"`
	Taps     []Tap     `json:"taps"`
	Detector *Detector `json:"detector"` // null while no speed on its way is known
	Elephant *Elephant `json:"elephant"` // null if it was none within the last minute
	Drops    []Drop    `json:"drops"`
	Why      []string  `json:"why"` // sentences: why it raised an alert, or why not
}

// Tunnel is that in which the flow was seen.
type Tunnel struct {
	Kind string `json:"kind"`
	VNI  uint32 `json:"vni"`
	Src  string `json:"outer_src"`
	Dst  string `json:"outer_dst"`
}

// Path is the flow's way.
type Path struct {
	State        string        `json:"state"`
	Revision     uint32        `json:"revision"`
	Hops         []Hop         `json:"hops"`
	Alternatives []Alternative `json:"alternatives"`
	UnknownAt    *string       `json:"unknown_at"`
}

// Hop is one switch with the evidence for it.
type Hop struct {
	Switch   string     `json:"switch"`
	Agent    *string    `json:"agent"`
	In       *string    `json:"in_port"`
	Out      *string    `json:"out_port"`
	Observed bool       `json:"observed"`
	Samples  uint32     `json:"samples"` // that showed it and are remembered
	Seen     *time.Time `json:"seen"`
	By       *string    `json:"by"` // the link that proves a hop that was not observed
}

// Alternative is one of several paths at a time.
type Alternative struct {
	Switches []string `json:"switches"`
	Share    float64  `json:"share"`
}

// Rate is the flow's rate with its 95% interval, in bit/s.
type Rate struct {
	Mean    float64  `json:"bps"`
	Low     *float64 `json:"low_bps"` // null: a mean over the flow's life, for there are few samples
	High    *float64 `json:"high_bps"`
	Peak    *float64 `json:"peak_bps"`
	Samples uint64   `json:"samples"`
	Stages  int      `json:"stages"`
	Over    float64  `json:"seconds"` // that it is the mean of
}

// Link is a link on the way.
type Link struct {
	Link        string   `json:"link"`
	Host        bool     `json:"host"`
	Speed       *float64 `json:"speed_bps"`
	Inferred    bool     `json:"speed_inferred"`
	Share       *float64 `json:"share"`
	Threshold   float64  `json:"threshold"`
	Utilization *float64 `json:"utilization"`
	Source      string   `json:"utilization_source"`
	Age         *float64 `json:"utilization_age_seconds"`
	Elephants   int      `json:"elephants"`
	Discards    *float64 `json:"discards_per_second"`
}

// Tap is a place where the flow is sampled.
type Tap struct {
	Port      *string    `json:"port"` // null: expected, but no sample came yet
	Direction string     `json:"direction"`
	Tunnel    bool       `json:"tunnel"`
	Stage     int        `json:"stage"`
	Counts    bool       `json:"counts"`
	Rate      float64    `json:"sampling_rate"`
	Samples   float64    `json:"recent_samples"`
	Seen      *time.Time `json:"seen"`
}

// Detector is how far the flow is from being an elephant.
type Detector struct {
	Limit    float64 `json:"limit_bps"`
	Level    float64 `json:"level"` // the flow's rate over the limit, of the last two seconds
	Slow     float64 `json:"slow_bucket_seconds"`
	SlowFull float64 `json:"slow_bucket_full_seconds"`
	Fast     float64 `json:"fast_bucket_seconds"`
	FastFull float64 `json:"fast_bucket_full_seconds"`
}

// Elephant is its life as one.
type Elephant struct {
	Alert     string     `json:"alert"`
	Episode   uint32     `json:"episode"`
	Since     time.Time  `json:"since"`
	Detected  time.Time  `json:"detected"`
	Ended     *time.Time `json:"ended"`
	Announced bool       `json:"announced"`
	Proof     string     `json:"proof"`
	Severity  *string    `json:"severity"`
	Group     *string    `json:"group"`
	Muted     bool       `json:"muted"`
}

// Drop is what was discarded of the flow.
type Drop struct {
	Port   string    `json:"port"`
	Reason string    `json:"reason"`
	Total  uint64    `json:"total"` // notifications about the port and reason
	Last   time.Time `json:"last"`
}

// Alert is an alert, with what made it one.
type Alert struct {
	Name        string            `json:"alertname"`
	Fingerprint string            `json:"fingerprint"`
	State       string            `json:"state"`
	Severity    string            `json:"severity"`
	Since       time.Time         `json:"since"`
	Ended       *time.Time        `json:"ended"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Incident    *string           `json:"incident"`
	Flows       []string          `json:"flows"`
	Means       string            `json:"means"`
	Hold        float64           `json:"raised_after_seconds"`
	Clear       float64           `json:"resolved_after_seconds"`
}
