package fabric

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// Truth is what really happened in a run, in the form of the truth files that
// stand beside recorded captures. Bytes are Ethernet bytes without FCS; times
// are Unix seconds.
type Truth struct {
	Kind              string            `json:"kind"` // "sim"
	Mode              string            `json:"mode"` // "l3"
	Scenario          string            `json:"scenario"`
	Start             float64           `json:"start"`
	End               float64           `json:"end"`
	Settings          TruthSettings     `json:"agent_settings"`
	LinkSpeed         float64           `json:"link_speed"`
	ElephantThreshold float64           `json:"elephant_threshold_bps"`
	Agents            map[string]string `json:"agents"` // address: switch
	Silent            []string          `json:"silent"` // switches without an agent
	HostAgents        map[string]string `json:"host_agents"`
	Hosts             []TruthHost       `json:"hosts"`
	Events            []TruthEvent      `json:"events"`
	Interfaces        []TruthInterface  `json:"interfaces"`         // of switches with an agent, as the agent names them
	Unnamed           []TruthInterface  `json:"unnamed_interfaces"` // aggregates where members are named, or the other way round
	Sessions          []TruthSession    `json:"sessions"`
	Flows             []TruthFlow       `json:"flows"`   // that reached a host
	Blocked           []TruthFlow       `json:"blocked"` // that never did
}

// TruthSettings is how agents were set.
type TruthSettings struct {
	Sampling     uint32  `json:"sampling"` // of fabric ports
	HostSampling uint32  `json:"host_sampling"`
	Polling      float64 `json:"polling"`
	Header       int     `json:"header"`
	Direction    string  `json:"direction"`
	Seed         uint64  `json:"seed"`
}

// TruthHost is a host and where it is.
type TruthHost struct {
	Host    string   `json:"host"`
	IP      string   `json:"ip"`
	IP6     string   `json:"ip6"`
	MAC     string   `json:"mac"`
	Leaf    string   `json:"leaf"`
	Leaves  []string `json:"leaves"`            // at the end
	Home    string   `json:"home,omitempty"`    // host that routes for it
	Outside bool     `json:"outside,omitempty"` // reached over the borders, its leaves
}

// TruthEvent is an event that was carried out.
type TruthEvent struct {
	T      float64 `json:"t"`
	Event  string  `json:"event"`
	Switch string  `json:"switch,omitempty"`
	Host   string  `json:"host,omitempty"`
	To     string  `json:"to,omitempty"`
	Value  float64 `json:"value,omitempty"`
}

// TruthInterface is a port as it was at the end of the run.
type TruthInterface struct {
	Switch        string       `json:"switch"`
	Agent         string       `json:"agent"`
	IfIndex       uint32       `json:"ifIndex"`
	IfIndexBefore uint32       `json:"ifIndex_before,omitempty"` // before the agent's restart
	IfName        string       `json:"ifName"`
	MAC           string       `json:"mac"`
	Speed         uint64       `json:"speed"`
	Down          bool         `json:"down,omitempty"` // the link is, at the end
	LAG           string       `json:"lag,omitempty"`  // the aggregate that it is member of
	Neighbour     *string      `json:"neighbour"`      // null: a host that moved away, or the other end of a LAG names its aggregate
	NeighbourPort *string      `json:"neighbour_port"`
	During        TruthTraffic `json:"during"`
}

// TruthTraffic is what a port carried during the run.
type TruthTraffic struct {
	InBytes   uint64 `json:"in_bytes"`
	InFrames  uint64 `json:"in_frames"`
	InDrops   uint64 `json:"in_drops"`
	InErrors  uint64 `json:"in_errors"`
	OutBytes  uint64 `json:"out_bytes"`
	OutFrames uint64 `json:"out_frames"`
	OutDrops  uint64 `json:"out_drops"`
}

// TruthSession is an elephant as it was asked for.
type TruthSession struct {
	ID     string  `json:"id"`
	Client string  `json:"client"`
	Server string  `json:"server"`
	Rate   float64 `json:"rate_bps"`
}

// TruthFlow is one 5-tuple.
type TruthFlow struct {
	Src       string       `json:"src"`
	Dst       string       `json:"dst"`
	Proto     uint8        `json:"proto"`
	SrcPort   uint16       `json:"sport"`
	DstPort   uint16       `json:"dport"`
	ID        string       `json:"id"` // published flow id
	Session   string       `json:"session"`
	Role      string       `json:"role"`
	Start     float64      `json:"start"`
	End       float64      `json:"end"`
	Frames    uint64       `json:"frames"`
	Bytes     uint64       `json:"bytes"`
	Second0   int64        `json:"second0"`
	Bps       []uint64     `json:"bps"`
	MeanBps   float64      `json:"mean_bps"`
	Share     float64      `json:"share"`
	Elephant  bool         `json:"elephant"`
	Switches  []string     `json:"switches"`
	Hops      []TruthHop   `json:"hops"`
	Moves     []TruthMove  `json:"moves,omitempty"`
	Routes    []TruthRoute `json:"routes,omitempty"` // of a sprayed flow
	Discarded uint64       `json:"discarded,omitempty"`
	Samples   uint64       `json:"samples"` // of it that reached the collector, from all its hops together
	// Fits has, for each of its paths of which a sample reached the collector, how many paths through the fabric fit what these
	// samples showed (see Evidence): 1 where they tell it. WriteTo fills it in.
	Fits []int `json:"fits,omitempty"`

	evidence func() []TruthEvidence
}

// TruthHop is a switch on a path, with the TTL on entry (the outer one in a tunnel).
type TruthHop struct {
	Switch string `json:"switch"`
	In     uint32 `json:"in"`
	TTL    byte   `json:"ttl"`
	Out    uint32 `json:"out"`
}

// TruthMove is a time during which a flow kept its path. The list is empty for
// a flow that never moved; a sprayed flow has its paths in turn.
type TruthMove struct {
	From        float64    `json:"from"`
	To          float64    `json:"to"`
	Switches    []string   `json:"switches"`
	Hops        []TruthHop `json:"hops,omitempty"`
	Samples     uint64     `json:"samples"`                 // taken meanwhile that reached the collector; 0 for a sprayed flow
	FirstSample float64    `json:"first_sample,omitempty"`  // when the first of them did
	Early       *uint64    `json:"early_samples,omitempty"` // of them, those that did within 5 s of it; null for the first path and a sprayed flow
}

// TruthRoute is one path of a sprayed flow.
type TruthRoute struct {
	Switches []string `json:"switches"`
	Share    float64  `json:"share"`
}

// WriteTo writes the truth as JSON.
func (t *Truth) WriteTo(w io.Writer) (int64, error) {
	c := &countingWriter{w: bufio.NewWriterSize(w, 1<<16)}
	for i := range t.Flows {
		t.Flows[i].Fits = t.Flows[i].fits()
	}
	e := json.NewEncoder(c)
	e.SetIndent("", " ")
	if err := e.Encode(t); err != nil {
		return c.n, fmt.Errorf("write truth: %w", err)
	}
	if err := c.w.Flush(); err != nil {
		return c.n, fmt.Errorf("write truth: %w", err)
	}
	return c.n, nil
}

type countingWriter struct {
	w *bufio.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func seconds(ns int64) float64 { return math.Round(float64(ns)/1e3) / 1e6 }
