package kafka

import (
	"context"
)

// client is all that the sink wants of a Kafka library: another library is
// another implementation. Errors that a broker answered with are brokerError.
type client interface {
	// layout gives the topics that exist, with their leaders.
	layout(ctx context.Context, topics []string) (layout, error)
	// cluster gives the cluster's id.
	cluster(ctx context.Context) (string, error)
	// create makes topics; it is no error if one exists already.
	create(ctx context.Context, specs []topicSpec) error
	// setting gives the value of a topic's setting.
	setting(ctx context.Context, topic, name string) (string, error)
	// alter changes settings of a topic and leaves the others.
	alter(ctx context.Context, topic string, settings map[string]string) error
	// producer asks for a new producer id.
	producer(ctx context.Context) (producer, error)
	// produce sends the batches, all to one leader, and fills their results.
	produce(ctx context.Context, items []item) error
	close()
}

// layout is the leader of each partition by topic name; -1 = none at present.
// A topic that we may not use has no partitions; of one that does not exist
// nothing is known.
type layout map[string][]int32

// denied reports whether we may not use a topic.
func (l layout) denied(topic string) bool {
	leaders, known := l[topic]
	return known && len(leaders) == 0
}

// topicSpec is a topic to create.
type topicSpec struct {
	name        string
	partitions  int32
	replication int16
	config      map[string]string
}

// brokerError is an error code of Kafka's protocol.
type brokerError struct {
	code    int16
	message string
}

func (e *brokerError) Error() string { return e.message }
