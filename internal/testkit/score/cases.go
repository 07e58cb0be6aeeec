// Package score knows the captures that have a truth, how to replay them and what
// must be reached on each.
package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"spoor/internal/judge"
)

// Case is a capture with its truth, and what must be reached on it.
type Case struct {
	Name    string // of the capture, without folder and extension
	Capture string
	Truth   *judge.Truth
	Args    []string // flags that replay needs to understand this capture
	Known   Known    // what is missing of it, and may be
	Limits  judge.Limits
	Real    bool // recorded, not simulated: replayed again with what was learned, see Warm
}

// Known is what is missing of a capture beyond what may be, as a part of all: of the
// paths that samples tell, and of the moves. It must not become more, but for what
// chance may change of it.
type Known struct {
	Paths float64 `json:"paths"`
	Moves float64 `json:"moves"`
}

// slack is what chance may change of a part that is missing, when something that has nothing to do with it changes.
const slack = 0.02

// readKnown gives what known.json of a folder says of its captures.
func readKnown(dir string) (map[string]Known, error) {
	text, err := os.ReadFile(filepath.Join(dir, "known.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var known map[string]Known
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, fmt.Errorf("%s: known.json: %w", dir, err)
	}
	return known, nil
}

// Warm gives the case of a replay that knows what an earlier one of it learned:
// paths are complete at once. Before a flow's first sample nobody knows of it; in
// the captures that are left out there it alone comes later than 0.3 s after the
// flow's start (p50). What is remembered has to be seen again: tunnels, and flows that begin with the recording.
func (c *Case) Warm() Case {
	w := *c
	w.Name += ", warm"
	w.Limits.FirstP50, w.Limits.Sampled = 0.3, 0.1
	switch {
	case slices.Contains(slowSamples, c.Name):
		w.Limits.FirstP50 = 0
	case slices.Contains(slowStart, c.Name), slices.Contains(slowWarm, c.Name):
		w.Limits.FirstP50, w.Limits.Sampled = c.Limits.FirstP50, 0
	}
	return w
}

// replayArgs gives the flags for captures whose agents report a wrong speed
// (10 Gbit/s) or none: Open vSwitch sends ifSpeed 0 for a port of 20 Mbit/s.
func replayArgs(name string, t *judge.Truth) []string {
	if t.Kind == "ovs" || name == "quirk-hsflowd-gso" {
		return []string{"--topology.speeds", fmt.Sprintf("*=%d", int64(t.LinkSpeed))}
	}
	return nil
}

// In these short recordings the first samples come late: when paths are first
// complete is not gated.
var slowStart = []string{"hsflowd-smoke", "quirk-hsflowd-gso"}

// slowest was recorded with one packet in 50 sampled.
const slowest = "ovs-l3-elephants-3x5"

// See Warm.
var (
	slowSamples = []string{"hsflowd-elephants", "ovs-l3-elephants", slowest}
	slowWarm    = []string{"ovs-l3-smoke", "ovs-l3-vxlan"}
)

// Cases lists the captures of dirs that have a truth to be judged by, each name
// once. A folder that does not exist has none.
func Cases(dirs ...string) ([]Case, error) {
	var cases []Case
	seen := make(map[string]bool)
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		known, err := readKnown(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			name, ok := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".zst"), ".pcap")
			if !ok || seen[name] {
				continue
			}
			truth, err := truthOf(filepath.Join(dir, name))
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, judge.ErrNoTruth) {
				continue
			}
			if err != nil {
				return nil, err
			}
			seen[name] = true
			c := newCase(name, filepath.Join(dir, e.Name()), truth)
			c.Known = known[name]
			cases = append(cases, c)
		}
	}
	return cases, nil
}

// truthOf loads the truth beside a capture, plain or compressed.
func truthOf(base string) (*judge.Truth, error) {
	t, err := judge.Load(base + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return judge.Load(base + ".json.zst")
	}
	return t, err
}

func newCase(name, capture string, t *judge.Truth) Case {
	c := Case{
		Name: name, Capture: capture, Truth: t,
		Args: replayArgs(name, t),
		Real: t.Kind != "sim",
		Limits: judge.Limits{
			FirstP50: 1, LagP50: 0.7, LagMax: 2.5,
			Elephants: map[string]float64{"elephant25": 1, "elephant12": 2.5},
		},
	}
	switch {
	case t.Kind == "sim" && filepath.Base(filepath.Dir(capture)) == "heldout":
		c.Limits = judge.Limits{Elephants: map[string]float64{"elephant1-1": 2, "elephant2-1": 2.5, "elephant3-1": 12}} // the third is UDP
	case t.Kind == "sim":
		c.Limits = simLimits
	case name == slowest: // its mice are sampled for the first time after 1.4 s (p50)
		c.Limits.FirstP50, c.Limits.Sampled = 0, 0.3
	case slices.Contains(slowStart, name):
		c.Limits.FirstP50 = 0
	}
	return c
}

// Judge scores dir by the case's truth and lists what is wrong or late, and all
// that is short of the target, what is known of it included.
func (c *Case) Judge(dir string) (r *judge.Result, faults, short []string, err error) {
	r, err = judge.Score(c.Truth, dir)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	late := r.Late(c.Limits)
	return r, append(r.WrongBeyond(c.Known.Paths+slack, c.Known.Moves+slack), late...), append(r.Wrong(), late...), nil
}
