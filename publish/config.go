package publish

import (
	"errors"
	"fmt"
	"net/url"
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
	AlertBytes  int    // bound on queued blocks of elephants and alerts, per sink
	RecordBytes int    // a larger record is dropped
	RatePorts   int    // ports whose previous counters are kept for rates
	Wait        bool   // a full queue makes the caller wait instead of dropping: replay
	Spool       SpoolConfig
	Topics      [NumTopics]TopicConfig // by Topic
	Restamp     bool                   // Kafka's timestamps tell when a record was sent: brokers delete replays of old captures otherwise
}

// SpoolConfig says what of the primary sink's queue goes to disk when memory is full.
type SpoolConfig struct {
	Dir      string        // "" = no spool
	MaxBytes int64         // bound on the files of samples; 0 = no spool. Events have an eighth beside it, elephants and alerts a 64th
	MaxAge   time.Duration // older data is dropped; 0 = never
	Sync     time.Duration // longest time that data waits to be synced; 0 = synced at once
}

// sizes gives the bounds by class.
func (c *SpoolConfig) sizes() [classes]int64 {
	return [classes]int64{
		Samples: c.MaxBytes,
		Events:  max(c.MaxBytes/8, spool.MinBytes),
		Urgent:  max(c.MaxBytes/64, spool.MinBytes),
	}
}

// DefaultConfig gives the defaults; Collector is the host's name.
func DefaultConfig() Config {
	host, err := os.Hostname()
	if err != nil {
		host = "spoor"
	}
	c := Config{
		Collector: host, QueueBytes: 64 << 20, EventBytes: 16 << 20, AlertBytes: 8 << 20,
		RecordBytes: 512 << 10, RatePorts: 200_000,
		Spool: SpoolConfig{MaxBytes: 4 << 30, MaxAge: 24 * time.Hour, Sync: time.Second},
	}
	for _, t := range Topics() {
		p := t.Policy()
		c.Topics[t] = TopicConfig{Linger: p.Linger, Class: p.Class, Partition: AnyPartition, BlockBytes: maxBlock}
	}
	return c
}

// TopicConfig is the policy of one topic.
type TopicConfig struct {
	Linger     time.Duration // how long a block stays open at most
	Class      Class         // whose queue and spool it shares
	Memory     bool          // never goes to disk
	Partition  int32         // that all records go to, modulo their number; AnyPartition: by key
	BlockBytes int           // a block that would grow beyond is sealed
}

// AnyPartition lets the key choose.
const AnyPartition = -1

// validate reports what cannot work.
func (c *TopicConfig) validate(t Topic) error {
	switch {
	case c.Linger < 0 || c.Linger > maxLinger:
		return fmt.Errorf("topics.linger of %s must be from 0s to %v", t, maxLinger)
	case c.Partition < AnyPartition:
		return fmt.Errorf("topics.partition of %s must not be negative", t)
	case c.BlockBytes < minBlock || c.BlockBytes > maxBlock:
		return fmt.Errorf("block bytes of %s must be from %d to %d", t, minBlock, maxBlock)
	}
	return nil
}

// maxLinger bounds the time for which records may wait for company.
const maxLinger = 10 * time.Second

// Validate reports what cannot work.
func (c *Config) Validate() error {
	var errs []error
	if c.Collector == "" {
		errs = append(errs, errors.New("collector must not be empty"))
	}
	if c.RecordBytes < minBlock {
		errs = append(errs, fmt.Errorf("record bytes must be at least %d", minBlock))
	}
	for t := range c.Topics {
		errs = append(errs, c.Topics[t].validate(Topic(t)))
	}
	if min(c.QueueBytes, c.EventBytes, c.AlertBytes) < 2*maxBlock {
		errs = append(errs, fmt.Errorf("queue bytes must be at least %d", 2*maxBlock))
	}
	if u, err := url.Parse(c.ExternalURL); c.ExternalURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		errs = append(errs, fmt.Errorf("http.external_url: %q is no URL such as https://spoor.example.net", c.ExternalURL))
	}
	if s := &c.Spool; s.MaxBytes != 0 && s.MaxBytes < spool.MinBytes {
		errs = append(errs, fmt.Errorf("spool.max_bytes is %d: want at least %d, or 0 for no spool", s.MaxBytes, spool.MinBytes))
	}
	return errors.Join(errs...)
}
