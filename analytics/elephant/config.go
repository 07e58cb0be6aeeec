package elephant

import (
	"errors"
	"fmt"
	"time"

	"spoor/topology"
)

// Config says what an elephant is.
type Config struct {
	Share       float64          `yaml:"share"`        // of a link's speed, above 0 and at most 1
	Links       []topology.Share `yaml:"links"`        // of some links, the most specific wins
	Preset      string           `yaml:"preset"`       // fast, default or strict
	MinBytes    uint64           `yaml:"min_bytes"`    // estimated bytes below which a flow stays silent
	MinDuration time.Duration    `yaml:"min_duration"` // of the excess before an alert starts
}

// DefaultConfig is 10% of the link, at once.
func DefaultConfig() Config { return Config{Share: 0.10, Preset: Default.Name} }

// Validate reports all that is wrong with c.
func (c *Config) Validate() error {
	var errs []error
	if !(c.Share > 0 && c.Share <= 1) {
		errs = append(errs, fmt.Errorf("elephants.share is %v: a share of a link lies above 0 and is at most 1 (0.10 is 10%%)", c.Share))
	}
	if _, err := PresetByName(c.Preset); err != nil {
		errs = append(errs, fmt.Errorf("elephants.preset: %w", err))
	}
	if c.MinDuration < 0 {
		errs = append(errs, fmt.Errorf("elephants.min_duration is %v: it can not be negative", c.MinDuration))
	}
	return errors.Join(errs...)
}
