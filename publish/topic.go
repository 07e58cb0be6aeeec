package publish

import "time"

// Topic names one of the streams that spoor publishes.
type Topic uint8

// Topics, in the order of the documentation.
const (
	Flows     Topic = iota // one record a flow sample
	Counters               // one record a counters sample
	Drops                  // one record a discarded packet
	Paths                  // what a flow's path is, and when it changes
	Elephants              // an elephant's life
	Alerts                 // what should page somebody
	Topology               // links, hosts, silent switches

	topics = iota
)

// NumTopics is the number of topics, for arrays indexed by Topic.
const NumTopics = topics

// Topics gives all topics.
func Topics() [topics]Topic {
	return [topics]Topic{Flows, Counters, Drops, Paths, Elephants, Alerts, Topology}
}

// String gives the name without any prefix, as in files and metrics.
func (t Topic) String() string { return policies[t].Name }

// Policy gives the topic's policy. Nobody changes what it points to.
func (t Topic) Policy() *Policy { return &policies[t] }

// Class says whose queue and spool a topic shares, so that a flood of samples
// never costs an event, and one of paths never an alert.
type Class uint8

// Classes of topics, the first to be dropped first.
const (
	Samples Class = iota // flows, counters, drops
	Events               // paths, topology
	Urgent               // elephants, alerts; "alerts" where users see it

	classes = iota
)

// String gives the name used in the configuration, for metrics and directories.
func (c Class) String() string { return [classes]string{"samples", "events", "alerts"}[c] }

// Classes gives all classes.
func Classes() [classes]Class { return [classes]Class{Samples, Events, Urgent} }

// Policy is what a topic is and what it begins with (docs/interfaces.md, section 1);
// TopicConfig may change some of it.
type Policy struct {
	Name       string
	Key        string            // what the record key is, for people
	Protobuf   bool              // else JSON
	Schema     string            // the header "schema"
	Linger     time.Duration     // how long a block stays open at most, by default
	Partitions int32             // where the topic is ours to create
	Class      Class             // by default
	Share      float64           // part of its class's bound that this topic may fill: the last to be dropped has 1
	Config     map[string]string // Kafka's topic configuration where we create it
}

// Names of Kafka's topic settings.
const (
	cleanup        = "cleanup.policy"
	retentionTime  = "retention.ms"
	retentionBytes = "retention.bytes"
	day            = "86400000"
)

var policies = [topics]Policy{
	Flows: {
		Name: "flows", Key: "flow id", Protobuf: true, Schema: "spoor.v1.FlowMessage",
		Linger: 50 * time.Millisecond, Partitions: 64, Class: Samples, Share: 1,
		Config: map[string]string{cleanup: "delete", retentionTime: day, retentionBytes: "1073741824"},
	},
	Counters: {
		Name: "counters", Key: "agent/ifIndex", Protobuf: true, Schema: "spoor.v1.CountersMessage",
		Linger: 50 * time.Millisecond, Partitions: 8, Class: Samples, Share: 1,
		Config: map[string]string{cleanup: "delete", retentionTime: day},
	},
	Drops: {
		Name: "drops", Key: "agent", Protobuf: true, Schema: "spoor.v1.DropMessage",
		Linger: 50 * time.Millisecond, Partitions: 8, Class: Samples, Share: 1,
		Config: map[string]string{cleanup: "delete", retentionTime: day},
	},
	Paths: {
		Name: "paths", Key: "flow id", Schema: "paths/1",
		Linger: 20 * time.Millisecond, Partitions: 64, Class: Events, Share: 0.7,
		Config: map[string]string{cleanup: "compact,delete", retentionTime: day},
	},
	Elephants: {
		Name: "elephants", Key: "flow id", Schema: "elephants/1",
		Linger: 5 * time.Millisecond, Partitions: 64, Class: Urgent, Share: 0.9,
		Config: map[string]string{cleanup: "delete", retentionTime: "604800000"},
	},
	Alerts: {
		Name: "alerts", Key: "fingerprint", Schema: "alerts/1",
		Linger: 5 * time.Millisecond, Partitions: 1, Class: Urgent, Share: 1,
		Config: map[string]string{cleanup: "compact,delete", retentionTime: "2592000000"},
	},
	Topology: {
		Name: "topology", Key: "id", Schema: "topology/1",
		Linger: 20 * time.Millisecond, Partitions: 1, Class: Events, Share: 1,
		Config: map[string]string{cleanup: "compact"},
	},
}
