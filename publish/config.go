package publish

import (
	"errors"
	"fmt"
	"os"
	"time"

	"spoor/publish/spool"
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
	Spool       SpoolConfig
	Restamp     bool // Kafka's timestamps tell when a record was sent: brokers delete replays of old captures otherwise
}

// SpoolConfig says what of the primary sink's queue goes to disk when memory is full.
type SpoolConfig struct {
	Dir         string        // "" = no spool
	MaxBytes    int64         // bound on the files of samples; 0 = no spool
	EventsBytes int64         // bound on the files of events
	MaxAge      time.Duration // older data is dropped; 0 = never
	Sync        time.Duration // longest time that data waits to be synced; 0 = synced at once
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
		Spool: SpoolConfig{MaxBytes: 4 << 30, EventsBytes: 512 << 20, MaxAge: 24 * time.Hour, Sync: time.Second},
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
	if s := &c.Spool; s.MaxBytes != 0 && (s.MaxBytes < spool.MinBytes || s.EventsBytes < spool.MinBytes) {
		errs = append(errs, fmt.Errorf("spool.max_bytes and spool.events_max_bytes must be at least %d, or max_bytes 0 for no spool", spool.MinBytes))
	}
	return errors.Join(errs...)
}
