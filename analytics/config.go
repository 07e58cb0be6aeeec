package analytics

import (
	"errors"
	"fmt"
	"time"

	"spoor/analytics/alert"
	"spoor/analytics/elephant"
	"spoor/topology"
)

// Shards is the number of shards, a constant: shard = exchange hash mod Shards
// is a partition of the exchange topic of a later stage.
const Shards = 64

// FlowsConfig bounds the flow table.
type FlowsConfig struct {
	Max  int           `yaml:"max"`  // flows kept at a time, over all shards; 0: DefaultFlows
	Idle time.Duration `yaml:"idle"` // a flow without samples for so long is forgotten
}

// PathsConfig paces the path messages.
type PathsConfig struct {
	MinSamples   int `yaml:"min_samples"`    // of a flow before its path is published; elephants always are
	MaxPerSecond int `yaml:"max_per_second"` // elephants first, the rest when there is room
}

// Config is that of the whole analytics.
type Config struct {
	Flows     FlowsConfig
	Paths     PathsConfig
	Elephants elephant.Config
	Topology  topology.Config
	Alerts    alert.Config
	Journal   *Journal  // what was open before a restart, nil nothing; the engine keeps it
	Seed      [2]uint64 // of the flow tables' hash: random per process, fixed in replay
}

// What flows take. FlowBytes is 136 for the slot in the table, and what a path
// that a quarter of the flows share takes; about 75 MB beside it are the same for
// any number of flows.
const (
	DefaultFlows = 1 << 18
	FlowBytes    = 168
)

// DefaultConfig is for a fabric of any size on a machine with 1 GB to spare.
func DefaultConfig() Config {
	return Config{
		Flows:     FlowsConfig{Idle: 2 * time.Minute},
		Paths:     PathsConfig{MinSamples: 1, MaxPerSecond: 10_000},
		Elephants: elephant.DefaultConfig(),
		Topology:  topology.Config{Learn: true, Expire: 24 * time.Hour},
		Alerts:    alert.DefaultConfig(),
	}
}

// Validate reports all that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if c.Flows.Max != 0 && c.Flows.Max < 1024 || c.Flows.Max > 1<<28 {
		errs = append(errs, fmt.Errorf("flows.max is %d: want 1024 to %d, or 0", c.Flows.Max, 1<<28))
	}
	if c.Flows.Idle < 10*time.Second || c.Flows.Idle > 24*time.Hour {
		errs = append(errs, fmt.Errorf("flows.idle is %v: want 10s to 24h", c.Flows.Idle))
	}
	if d := c.Topology.Expire; d != 0 && (d < time.Minute || d > 10_000*time.Hour) {
		errs = append(errs, fmt.Errorf("topology.expire is %v: want 1m to 10000h, or 0s", d))
	}
	if c.Paths.MinSamples < 1 {
		errs = append(errs, fmt.Errorf("paths.min_samples is %d: want 1 or more", c.Paths.MinSamples))
	}
	if c.Paths.MaxPerSecond < 1 {
		errs = append(errs, fmt.Errorf("paths.max_per_second is %d: want 1 or more", c.Paths.MaxPerSecond))
	}
	if d := c.Alerts.DetectionWithin; d != 0 && (d < time.Second || d > time.Hour) {
		errs = append(errs, fmt.Errorf("alerts.detection_within is %v: want 1s to 1h, or 0s", d))
	}
	return errors.Join(append(errs, c.Elephants.Validate())...)
}
