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
}

// simulated is how long each mode runs: long enough for elephants to start, move and end.
const simulated = "40s"

// simLimits leave out when paths are first complete and how late moves are: that
// depends on when a mouse is sampled.
var simLimits = judge.Limits{
	Elephants: map[string]float64{"elephant1-1": 2, "elephant2-1": 2.5, "elephant3-1": 3},
}

// Modes lists them.
func Modes() []Mode {
	return []Mode{
		{"plain", nil},
		{"drain", []string{"--event", "drain:spine1@15s,undrain:spine1@28s"}},
		{"loss", []string{"--loss", "2%", "--duplicate", "2%"}},
		{"both", []string{"--direction", "both"}},
		{"egress", []string{"--direction", "egress"}},
		{"moves", []string{"--event", "move:0.5@12s,move:elephants@20s"}},
		{"headers64", []string{"--header-bytes", "64"}},
		{"expanded", []string{"--expanded", "--ipv6-agents"}},
		{"switch-mac", []string{"--switch-mac"}},
		{"rate", []string{"--event", "rate:*4@15s"}},
		{"restart", []string{"--event", "restart:leaf2@15s"}},
		{"hostmove", []string{"--event", "hostmove:h1-1>leaf3@15s"}},
		{"discards", []string{"--discards", "1%"}},
		{"silent-spine", []string{"--silent-spines", "1"}},
		{"silent-leaf", []string{"--silent-leaves", "1"}},
		{"host-agents", []string{"--host-agents"}},
		{"lag", []string{"--lag", "2"}},
		{"lag-aggregate", []string{"--lag", "2", "--lag-naming", "aggregate"}},
		{"vxlan", []string{"--vxlan"}},
		{"dual-homed", []string{"--dual-homed", "100%"}},
		{"vxlan-mlag", []string{"--vxlan", "--dual-homed", "100%"}},
		{"spray", []string{"--spray"}},
		{"five-stage", []string{"--pods", "2", "--leaves", "2"}},
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
	return &Case{Name: name, Capture: base + ".pcap", Truth: truth, Limits: simLimits}, nil
}
