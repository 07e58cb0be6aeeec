package publish

import (
	"errors"
	"fmt"
	"os"
)

// Config is what a Publisher may be told.
type Config struct {
	Collector   string // who publishes: in every message
	ExternalURL string // of our page, for links in alerts; "" = none
	QueueBytes  int    // bound on queued blocks of samples, per sink
	EventBytes  int    // bound on queued blocks of events, per sink
	RecordBytes int    // a larger record is dropped
	RatePorts   int    // ports whose previous counters are kept for rates
	Wait        bool   // a full queue makes the caller wait instead of dropping: replay
	Restamp     bool   // Kafka's timestamps tell when a record was sent: brokers delete replays of old captures otherwise
}

// DefaultConfig gives the defaults; Collector is the host's name.
func DefaultConfig() Config {
	host, err := os.Hostname()
	if err != nil {
		host = "spoor"
	}
	return Config{
		Collector: host, QueueBytes: 64 << 20, EventBytes: 16 << 20,
		RecordBytes: 512 << 10, RatePorts: 200_000,
	}
}

// Validate reports what cannot work.
func (c *Config) Validate() error {
	var errs []error
	if c.Collector == "" {
		errs = append(errs, errors.New("collector must not be empty"))
	}
	if c.RecordBytes < minBlock {
		errs = append(errs, fmt.Errorf("record bytes must be at least %d", minBlock))
	}
	if c.QueueBytes < 2*maxBlock || c.EventBytes < 2*maxBlock {
		errs = append(errs, fmt.Errorf("queue bytes must be at least %d", 2*maxBlock))
	}
	return errors.Join(errs...)
}
