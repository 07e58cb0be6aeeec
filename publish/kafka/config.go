package kafka

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"spoor/publish"
)

// Config says where and how to publish.
type Config struct {
	Brokers        []string // bootstrap list, host:port
	TopicPrefix    string
	Topics         [publish.NumTopics]TopicConfig
	Framing        publish.Framing // of topics whose values are protobuf
	Registry       RegistryConfig
	Compression    string // none, gzip, snappy, lz4, zstd
	Acks           string // all, or leader (faster, loses what a dying leader had alone; not idempotent)
	ClientID       string
	Partitions     int32 // of flows, paths and elephants where we create them; 0 = the policy's
	Replication    int16 // of topics that we create; -1 = the broker's default
	RetentionBytes int64 // a partition's, for topics that we create with deletion; 0 = the policy's
	DialTimeout    time.Duration
	RequestTimeout time.Duration // for the answer of a broker, or of the registry
	InFlight       int           // requests to one broker at a time
	RequestBytes   int           // bound on the records of one request; large ones leave the processor's cache before they are sent
	Security       Security
	Logger         *slog.Logger
}

// DefaultConfig gives the defaults; brokers must be added.
func DefaultConfig() Config {
	return Config{
		TopicPrefix: "sflow.", Compression: "lz4", Acks: "all", ClientID: "spoor", Replication: -1,
		DialTimeout: 3 * time.Second, RequestTimeout: 10 * time.Second, InFlight: 2, RequestBytes: 1 << 20,
		Framing:  publish.FramingPlain,
		Registry: RegistryConfig{Register: true, Fallback: FallbackWait},
		Security: Security{SASL: SASLConfig{Mechanism: SASLNone}},
		Logger:   slog.New(slog.DiscardHandler),
	}
}

// Validate reports what cannot work.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Brokers) == 0 {
		errs = append(errs, errors.New("no Kafka brokers"))
	}
	if _, ok := codecs[c.Compression]; !ok {
		errs = append(errs, fmt.Errorf("kafka.compression %q is unknown: want none, gzip, snappy, lz4 or zstd", c.Compression))
	}
	if c.Acks != "all" && c.Acks != "leader" {
		errs = append(errs, fmt.Errorf("kafka.acks %q is unknown: want all or leader", c.Acks))
	}
	if c.Partitions < 0 || c.InFlight < 1 || c.RequestBytes < 1 || c.DialTimeout <= 0 || c.RequestTimeout <= 0 {
		errs = append(errs, errors.New("kafka.partitions, requests in flight, request size and timeouts must be positive"))
	}
	return errors.Join(append(errs, c.validateTopics(), c.Security.Validate())...)
}

// joined are the topics that have equally many partitions, so that they join.
var joined = []publish.Topic{publish.Flows, publish.Paths, publish.Elephants}

// partitions gives the number of partitions to create a topic with.
func (c *Config) partitions(t publish.Topic) int32 {
	for _, j := range joined {
		if t == j && c.Partitions > 0 {
			return c.Partitions
		}
	}
	return t.Policy().Partitions
}
