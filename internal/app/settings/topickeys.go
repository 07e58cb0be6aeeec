package settings

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"spoor/internal/config"
	"spoor/publish"
	"spoor/publish/kafka"
)

// Where a topic's records may wait.
const (
	spoolDisk   = "disk"
	spoolMemory = "memory"
)

// topicKeys are those that give a policy to single topics.
func (c *Config) topicKeys(add adder) {
	at := func(t publish.Topic) *kafka.TopicConfig { return &c.Kafka.Topics[t] }
	of := func(t publish.Topic) *publish.TopicConfig { return &c.Publish.Topics[t] }
	own := publish.DefaultConfig().Topics
	add("topics.name", topicMap("name",
		func(t publish.Topic) string { return at(t).Name },
		func(t publish.Topic, s string) error { at(t).Name = s; return nil }),
		"Names of topics in Kafka, in full, in place of kafka.topic_prefix and the usual name: flows=netflow.raw.")
	add("topics.framing", topicMap("plain|delimited|confluent|json",
		func(t publish.Topic) string { return string(at(t).Framing) },
		func(t publish.Topic, s string) error { at(t).Framing = publish.Framing(s); return nil }),
		"Framing of single topics, in place of kafka.framing. paths, elephants, alerts and topology know plain and confluent.")
	add("topics.compression", topicMap("none|gzip|snappy|lz4|zstd",
		func(t publish.Topic) string { return at(t).Compression },
		func(t publish.Topic, s string) error { at(t).Compression = s; return nil }),
		"Compression of single topics, in place of kafka.compression.")
	add("topics.linger", topicMap("duration",
		func(t publish.Topic) string {
			if of(t).Linger == own[t].Linger {
				return ""
			}
			return of(t).Linger.String()
		},
		func(t publish.Topic, s string) error {
			return lingerOf(&of(t).Linger, cmp.Or(s, own[t].Linger.String()))
		}),
		"How long a topic's records wait for others to share a batch. By default 50ms for flows, counters and drops, 20ms for paths and topology, 5ms for elephants and alerts.")
	add("topics.priority", topicMap("samples|events|alerts",
		func(t publish.Topic) string {
			if of(t).Class == own[t].Class {
				return ""
			}
			return of(t).Class.String()
		},
		func(t publish.Topic, s string) error { return classOf(&of(t).Class, s, own[t].Class) }),
		"Whose queue and spool a topic shares; samples are dropped first, alerts last. By default samples for flows, counters and drops, events for paths and topology, alerts for elephants and alerts.")
	add("topics.spool", topicMap("disk|memory",
		func(t publish.Topic) string {
			if of(t).Memory {
				return spoolMemory
			}
			return ""
		},
		func(t publish.Topic, s string) error {
			if s != "" && s != spoolDisk && s != spoolMemory {
				return fmt.Errorf("%q is neither disk nor memory", s)
			}
			of(t).Memory = s == spoolMemory
			return nil
		}),
		"memory: what memory cannot hold of a topic is dropped, and nothing of it goes to disk. By default disk.")
	add("topics.partition", topicMap("number",
		func(t publish.Topic) string {
			if of(t).Partition == publish.AnyPartition {
				return ""
			}
			return strconv.Itoa(int(of(t).Partition))
		},
		func(t publish.Topic, s string) error { return partitionOf(&of(t).Partition, s) }),
		"The one partition that a topic's records go to, whatever their keys; beyond the topic's last one it begins anew. By default the key says.")
}

func lingerOf(d *time.Duration, s string) error {
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write it like 5ms or 1s", s)
	}
	*d = v
	return nil
}

func classOf(c *publish.Class, s string, def publish.Class) error {
	if s == "" {
		*c = def
		return nil
	}
	for _, x := range publish.Classes() {
		if x.String() == s {
			*c = x
			return nil
		}
	}
	return fmt.Errorf("%q is none of samples, events, alerts", s)
}

func partitionOf(p *int32, s string) error {
	if s == "" {
		*p = publish.AnyPartition
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is no partition's number", s)
	}
	*p = int32(n)
	return nil
}

// perTopic is a setting that single topics may have, as TOPIC=VALUE.
type perTopic struct {
	kind string
	get  func(publish.Topic) string // "" = the default
	set  func(publish.Topic, string) error
}

func topicMap(kind string, get func(publish.Topic) string, set func(publish.Topic, string) error) config.Value {
	return perTopic{kind, get, set}
}

// Set gives the topics named their values and all others the default.
func (p perTopic) Set(items []string) error {
	var values [publish.NumTopics]string
	for _, item := range items {
		name, value, ok := strings.Cut(item, "=")
		t, known := topicNamed(strings.TrimSpace(name))
		if value = strings.TrimSpace(value); !ok || !known || value == "" {
			return fmt.Errorf("%q is no topic with a value, such as flows=...: topics are %s", item, topicNames())
		}
		if values[t] != "" {
			return fmt.Errorf("topic %s is given twice", t)
		}
		values[t] = value
	}
	var before [publish.NumTopics]string
	for _, t := range publish.Topics() {
		before[t] = p.get(t)
		if err := p.set(t, values[t]); err != nil {
			for u := range t {
				_ = p.set(u, before[u]) // it was right before
			}
			return fmt.Errorf("topic %s: %w", t, err)
		}
	}
	return nil
}

// Items gives what is not the default.
func (p perTopic) Items() []string {
	items := []string{}
	for _, t := range publish.Topics() {
		if v := p.get(t); v != "" {
			items = append(items, t.String()+"="+v)
		}
	}
	return items
}

// Shape says that the file may give a mapping.
func (perTopic) Shape() config.Shape { return config.Map }

// Kind names an item.
func (p perTopic) Kind() string { return "topic=" + p.kind }

func topicNamed(name string) (publish.Topic, bool) {
	for _, t := range publish.Topics() {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}

func topicNames() string {
	names := make([]string, 0, publish.NumTopics)
	for _, t := range publish.Topics() {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}

// registryKeys are those of the schema registry.
func (c *Config) registryKeys(add adder) {
	r := &c.Kafka.Registry
	add("kafka.framing", config.Enum(&c.Kafka.Framing, publish.FramingPlain, publish.FramingDelimited, publish.FramingConfluent, publish.FramingJSON),
		"How values of flows, counters and drops stand in their records: protobuf and nothing else; with its length in front, as goflow2 does; with a schema's id in front, as Confluent's serializers do; or as JSON in protobuf's mapping, names as in the schema.")
	add("kafka.registry.url", config.String(&r.URL),
		"Root of a schema registry's API as Confluent has it, for framing confluent, which registers the schemas of all topics.")
	add("kafka.registry.register", config.Bool(&r.Register),
		"false: the schemas are only looked up, for somebody else registers them.")
	add("kafka.registry.fallback", config.Enum(&r.Fallback, kafka.FallbackWait, kafka.FallbackPlain),
		"What becomes of records while the registry is away and their schema's id is not known from before: wait in memory and spool, or go out plain.")
	add("kafka.registry.username", config.String(&r.Username),
		"User for the registry, by HTTP basic authentication.")
	add("kafka.registry.password", config.Secret(&r.Password),
		"Its password, from the file or the environment only; it is never shown.")
	add("kafka.registry.password_file", config.String(&r.PasswordFile),
		"A file that holds the password instead.")
	add("kafka.registry.token", config.Secret(&r.Token),
		"A bearer token for the registry, from the file or the environment only; it is never shown.")
	add("kafka.registry.token_file", config.String(&r.TokenFile),
		"A file that holds the token instead, read for each round of requests.")
	add("kafka.registry.tls.ca_file", config.String(&r.TLS.CAFile),
		"Certificates in PEM form that sign the registry's. Empty: the system's.")
	add("kafka.registry.tls.cert_file", config.String(&r.TLS.CertFile),
		"Our certificate, for a registry that asks for one. Empty: none.")
	add("kafka.registry.tls.key_file", config.String(&r.TLS.KeyFile),
		"The key of our certificate.")
	add("kafka.registry.tls.server_name", config.String(&r.TLS.ServerName),
		"Name that the registry's certificate must have. Empty: the host of its address.")
}
