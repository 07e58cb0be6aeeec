package analytics

import (
	"fmt"
	"time"

	"spoor/analytics/elephant"
	"spoor/topology"
)

// Configure puts a new configuration into force between two ticks: elephants,
// paths, idle time, mute rules, and of the topology names, speeds and what is
// given. What is of the start stays as it was: the size of the flow table, its
// seed, and whether the topology is learned. What was seen stays; elephants that
// are none by the new thresholds end as if they had fallen below. On an error
// nothing changes. It is safe for concurrent use.
func (e *Engine) Configure(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	preset, err := elephant.PresetByName(cfg.Elephants.Preset)
	if err != nil {
		return fmt.Errorf("analytics: %w", err)
	}
	e.ticking.Lock()
	defer e.ticking.Unlock()
	cfg.Flows.Max, cfg.Seed, cfg.Alerts.Max = e.cfg.Flows.Max, e.cfg.Seed, e.cfg.Alerts.Max
	e.mu.Lock()
	e.cfg = &cfg
	e.mu.Unlock()
	e.desk.cfg = &cfg
	for _, s := range e.shards {
		s.configure(&cfg, preset)
	}
	e.watch.Mute(cfg.Alerts.Mute)
	e.learner.Configure(cfg.fabric())
	return nil
}

// config gives the configuration in force, which is not written to.
func (e *Engine) config() *Config {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cfg
}

// DetectionWithin gives alerts.detection_within as it is in force: how soon elephants
// of twice the threshold should be found, 0 whenever. It is safe for concurrent use.
func (e *Engine) DetectionWithin() time.Duration { return e.config().Alerts.DetectionWithin }

// fabric gives what the learner must know.
func (c *Config) fabric() topology.Config {
	t := c.Topology
	t.Share, t.Shares = c.Elephants.Share, c.Elephants.Links
	return t
}

// configure changes what the shard goes by.
func (s *shard) configure(cfg *Config, preset elephant.Preset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg, s.preset = cfg, preset
}
