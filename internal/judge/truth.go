package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// ErrNoTruth is given for a file that describes a fabric but not what happened in it.
var ErrNoTruth = errors.New("neither mode nor sampling rate: nothing can be judged by it")

// Truth is what was observed at every switch port and host while a capture was
// recorded. Times are Unix seconds on the capture's clock, rates bit/s.
type Truth struct {
	Kind      string            `json:"kind"` // of agent: ovs, hsflowd, sim
	Mode      string            `json:"mode"` // l2 or l3
	Settings  AgentSettings     `json:"agent_settings"`
	Threshold float64           `json:"elephant_threshold_bps"`
	LinkSpeed float64           `json:"link_speed"`
	Agents    map[string]string `json:"agents"` // agent address to switch
	Ports     []Port            `json:"interfaces"`
	Events    []Event           `json:"events"`
	Flows     []Flow            `json:"flows"`
}

// AgentSettings is how the agents of a capture were configured.
type AgentSettings struct {
	Sampling int64 `json:"sampling"` // one packet in Sampling
}

// Port is a switch port and what it is plugged into.
type Port struct {
	Switch        string `json:"switch"`
	Agent         string `json:"agent"`
	IfIndex       int64  `json:"ifIndex"`
	IfName        string `json:"ifName"`
	Neighbour     string `json:"neighbour"`
	NeighbourPort string `json:"neighbour_port"`
	Down          bool   `json:"down"` // the link is, at the end: it may be missing
	During        struct {
		In  int64 `json:"in_frames"`
		Out int64 `json:"out_frames"`
	} `json:"during"` // frames that crossed it during the recording
}

// Event is something that was done to the fabric.
type Event struct {
	Time float64 `json:"t"`
}

// Flow is a 5-tuple that reached a host.
type Flow struct {
	Key
	Session  string    `json:"session"`
	Role     string    `json:"role"` // data, ack or control
	Start    float64   `json:"start"`
	End      float64   `json:"end"`
	Frames   int64     `json:"frames"`
	Second0  float64   `json:"second0"` // the second of BPS[0]
	BPS      []float64 `json:"bps"`     // rate in each second
	Switches []string  `json:"switches"`
	Moves    []Move    `json:"moves"`
	Routes   []Route   `json:"routes"`  // that the packets of a sprayed flow took in turn
	Samples  *int64    `json:"samples"` // that agents took, nil if the truth does not know
	// Fits has the paths that fit what samples showed, by path of which there were any (see Evidence.Fit), nil if the truth does not know.
	Fits []int `json:"fits"`
	// Evidence gives the same and what was seen, where it is costly and asked for of few flows; nil: see Fits.
	Evidence func() []Evidence `json:"-"`
}

// Move is one of the paths that a flow took, and when it was seen there.
type Move struct {
	From     float64  `json:"from"`
	To       float64  `json:"to"`
	Switches []string `json:"switches"`
	Samples  *int64   `json:"samples"`
	// FirstSample is when an agent first sampled it there, as far as the truth knows.
	FirstSample float64 `json:"first_sample"`
	// Early counts those that reached the collector within 5 s of the first, in which a move is to be told; nil if the truth does not know.
	Early *int64 `json:"early_samples"`
}

// Route is one of the paths of a sprayed flow.
type Route struct {
	Switches []string `json:"switches"`
}

// Key names a flow. A port is -1 where the message has null.
type Key struct {
	Src   string `json:"src"`
	Dst   string `json:"dst"`
	Proto int    `json:"proto"`
	Sport port   `json:"sport"`
	Dport port   `json:"dport"`
}

// NewKey gives a key; a port is -1 where the message has null.
func NewKey(src, dst string, proto, sport, dport int) Key {
	return Key{src, dst, proto, port(sport), port(dport)}
}

// port is a transport port in which null is not 0.
type port int

// UnmarshalJSON implements json.Unmarshaler.
func (p *port) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*p = -1
		return nil
	}
	var n int
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("port: %w", err)
	}
	*p = port(n)
	return nil
}

// Load reads a truth, plain or compressed (.zst).
func Load(name string) (*Truth, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".zst") {
		d, err := zstd.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		defer d.Close()
		r = d
	}
	t := new(Truth)
	if err := json.NewDecoder(r).Decode(t); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if t.Mode == "" || t.Settings.Sampling == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrNoTruth)
	}
	return t, nil
}
