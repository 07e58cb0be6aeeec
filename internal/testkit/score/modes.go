package score

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"spoor/internal/judge"
)

// Mode is a way to simulate a fabric that captures of real agents do not show.
type Mode struct {
	Name  string
	Flags []string // of spoor simulate
	Gated bool     // as for a Case
}

// simulated is how long each mode runs: long enough for elephants to start, move and end.
const simulated = "40s"

// simLimits leave out when paths are first complete and how late moves are: that
// depends on when a mouse is sampled.
var simLimits = judge.Limits{
	Elephants: map[string]float64{"elephant1-1": 2, "elephant2-1": 2.5, "elephant3-1": 3},
}

// Modes lists them. The gated ones must be right; the others are printed as they are.
func Modes() []Mode {
	return []Mode{
		{"plain", nil, true},
		{"drain", []string{"--event", "drain:spine1@15s,undrain:spine1@28s"}, true},
		{"loss", []string{"--loss", "2%", "--duplicate", "2%"}, true},
		{"both", []string{"--direction", "both"}, true},
		{"egress", []string{"--direction", "egress"}, false},
		{"moves", []string{"--event", "move:0.5@12s,move:elephants@20s"}, false},
		{"headers64", []string{"--header-bytes", "64"}, false},
		{"expanded", []string{"--expanded", "--ipv6-agents"}, false},
		{"switch-mac", []string{"--switch-mac"}, false},
		{"rate", []string{"--event", "rate:*4@15s"}, false},
		{"restart", []string{"--event", "restart:leaf2@15s"}, true},
		{"hostmove", []string{"--event", "hostmove:h1-1>leaf3@15s"}, false},
		{"discards", []string{"--discards", "1%"}, false},
		{"silent-spine", []string{"--silent-spines", "1"}, false},
		{"silent-leaf", []string{"--silent-leaves", "1"}, false},
		{"host-agents", []string{"--host-agents"}, false},
		{"lag", []string{"--lag", "2"}, false},
		{"lag-aggregate", []string{"--lag", "2", "--lag-naming", "aggregate"}, false},
		{"vxlan", []string{"--vxlan"}, false},
		{"dual-homed", []string{"--dual-homed", "100%"}, false},
		{"vxlan-mlag", []string{"--vxlan", "--dual-homed", "100%"}, false},
		{"spray", []string{"--spray"}, true},
		{"five-stage", []string{"--pods", "2", "--leaves", "2"}, false},
	}
}

// Simulate lets a program write the mode's capture and truth into a folder.
func (m *Mode) Simulate(ctx context.Context, program, dir string) (*Case, error) {
	name := "sim-" + m.Name
	base := filepath.Join(dir, name)
	args := append([]string{"simulate", "--duration", simulated, "--seed", "1", "--pcap", base + ".pcap", "--truth", base + ".json"}, m.Flags...)
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // G204: the program under test
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("simulate %s: %w\n%s", m.Name, err, text)
	}
	truth, err := judge.Load(base + ".json")
	if err != nil {
		return nil, err
	}
	return &Case{Name: name, Capture: base + ".pcap", Truth: truth, Gated: m.Gated, Limits: simLimits}, nil
}
