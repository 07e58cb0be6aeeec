package kafka

import (
	"errors"
	"fmt"
	"strings"

	"spoor/publish"
)

// TopicConfig is what may differ from topic to topic.
type TopicConfig struct {
	Name        string          // in full; "" = the prefix and the usual name
	Compression string          // "" = Config.Compression
	Framing     publish.Framing // "" = Config.Framing where values are protobuf, else plain
}

// maxTopicName is Kafka's bound.
const maxTopicName = 249

// Topic gives the full name of a topic.
func (c *Config) Topic(t publish.Topic) string {
	if name := c.Topics[t].Name; name != "" {
		return name
	}
	return c.TopicPrefix + t.String()
}

// framing gives how a topic's values are framed.
func (c *Config) framing(t publish.Topic) publish.Framing {
	switch f := c.Topics[t].Framing; {
	case f != "":
		return f
	case t.Policy().Protobuf:
		return c.Framing
	}
	return publish.FramingPlain
}

// BoundBlocks bounds the blocks of each topic, so that what becomes of them fits into
// a batch as brokers take it by default.
func (c *Config) BoundBlocks(p *publish.Config) {
	for _, t := range publish.Topics() {
		if c.framing(t) == publish.FramingJSON { // as JSON it is some four times that
			p.Topics[t].BlockBytes = min(p.Topics[t].BlockBytes, 128<<10)
		}
	}
}

// confluent reports whether any topic needs a schema registry.
func (c *Config) confluent() bool {
	for _, t := range publish.Topics() {
		if c.framing(t) == publish.FramingConfluent {
			return true
		}
	}
	return false
}

// validateTopics reports what cannot work.
func (c *Config) validateTopics() error {
	var errs []error
	seen := make(map[string]publish.Topic)
	for _, t := range publish.Topics() {
		name, x := c.Topic(t), &c.Topics[t]
		if !legalName(name) {
			errs = append(errs, fmt.Errorf("topics.name %q: Kafka takes letters, digits, '.', '_' and '-', at most %d", name, maxTopicName))
		}
		if other, twice := seen[name]; twice {
			errs = append(errs, fmt.Errorf("topics.name: %s and %s have the same name %q", other, t, name))
		}
		seen[name] = t
		if _, ok := codecs[x.Compression]; !ok && x.Compression != "" {
			errs = append(errs, fmt.Errorf("topics.compression %q of %s is unknown: want none, gzip, snappy, lz4 or zstd", x.Compression, t))
		}
		if f := c.framing(t); !t.Allows(f) {
			errs = append(errs, fmt.Errorf("topics.framing %q of %s: want one of %s", f, t, framings(t)))
		}
	}
	if c.confluent() && c.Registry.URL == "" {
		errs = append(errs, errors.New("kafka.registry.url is needed for framing confluent"))
	}
	return errors.Join(append(errs, c.Registry.validate())...)
}

// framings names those that a topic knows.
func framings(t publish.Topic) string {
	var list []string
	for _, f := range []publish.Framing{publish.FramingPlain, publish.FramingDelimited, publish.FramingConfluent, publish.FramingJSON} {
		if t.Allows(f) {
			list = append(list, string(f))
		}
	}
	return strings.Join(list, ", ")
}

func legalName(s string) bool {
	if s == "" || s == "." || s == ".." || len(s) > maxTopicName {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
		default:
			return false
		}
	}
	return true
}
