package kafka

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"spoor/internal/broker"
	"spoor/publish"
)

// Change is one thing in which a cluster's topics are not as they should be.
type Change struct {
	Topic  string
	Text   string            // for people
	Create bool              // the topic is missing
	Set    map[string]string // settings to change; none and not Create: it is left to people
}

// Topics looks after a cluster's topics, for people: the sink itself only
// creates those that are missing.
type Topics struct {
	cfg    Config
	sink   *Sink // knows what a topic should be
	client client
	// The cluster is the embedded broker, which bounds the bytes of a partition itself.
	embedded bool
}

// NewTopics connects when it is first asked. Close it.
func NewTopics(cfg Config) (*Topics, error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	return &Topics{cfg: s.cfg, sink: s, client: newGoClient(&s.cfg, s.names[:])}, nil
}

// Close closes the connections.
func (t *Topics) Close() { t.client.close() }

// Plan compares the topics with what they should be.
func (t *Topics) Plan(ctx context.Context) ([]Change, error) {
	id, err := t.client.cluster(ctx)
	t.embedded = id == broker.ClusterID
	var l layout
	if err == nil {
		l, err = t.client.layout(ctx, t.sink.names[:])
	}
	if err != nil {
		return nil, fmt.Errorf("kafka at %s: %w", strings.Join(t.cfg.Brokers, ","), err)
	}
	var list []Change
	for _, x := range publish.Topics() {
		name := t.sink.names[x]
		switch leaders, known := l[name]; {
		case l.denied(name):
			return nil, fmt.Errorf("kafka at %s: no right to describe topic %s", strings.Join(t.cfg.Brokers, ","), name)
		case !known:
			spec := t.spec(x)
			list = append(list, Change{Topic: name, Create: true, Text: fmt.Sprintf("create with %s, %s, %s",
				parts(spec.partitions), replication(spec.replication), settings(spec.config))})
		default:
			changes, err := t.compare(ctx, x, len(leaders))
			if err != nil {
				return nil, err
			}
			list = append(list, changes...)
		}
	}
	return list, nil
}

// spec gives what a topic should be on this cluster.
func (t *Topics) spec(x publish.Topic) topicSpec {
	s := t.sink.spec(x)
	if t.embedded {
		delete(s.config, "retention.bytes")
	}
	return s
}

// compare finds what is to be changed on a topic that exists.
func (t *Topics) compare(ctx context.Context, x publish.Topic, partitions int) (list []Change, err error) {
	spec := t.spec(x)
	differ := make(map[string]string)
	var texts []string
	for _, k := range slices.Sorted(maps.Keys(spec.config)) {
		got, err := t.client.setting(ctx, spec.name, k)
		if err != nil {
			return nil, fmt.Errorf("settings of topic %s: %w", spec.name, err)
		}
		if want := spec.config[k]; got != want && !sameList(want, got) {
			differ[k] = want
			texts = append(texts, fmt.Sprintf("set %s=%s (is %s)", k, want, got))
		}
	}
	if len(differ) > 0 {
		list = append(list, Change{Topic: spec.name, Set: differ, Text: strings.Join(texts, ", ")})
	}
	if partitions != int(spec.partitions) {
		list = append(list, Change{Topic: spec.name, Text: fmt.Sprintf(
			"has %d partitions instead of %d: works as well; a change would move keys, so it is left to you", partitions, spec.partitions)})
	}
	return list, nil
}

// Apply makes the changes but for advice, and stops at the first that fails. What
// it created is there for others when it returns: brokers take some seconds to
// tell of a topic of many partitions.
func (t *Topics) Apply(ctx context.Context, list []Change) error {
	created := false
	for _, c := range list {
		created = created || c.Create
		var err error
		switch {
		case c.Create:
			i := slices.Index(t.sink.names[:], c.Topic)
			err = t.client.create(ctx, []topicSpec{t.spec(publish.Topic(i))})
		case len(c.Set) > 0:
			err = t.client.alter(ctx, c.Topic, c.Set)
		}
		if err != nil {
			return fmt.Errorf("topic %s: %w", c.Topic, err)
		}
	}
	if !created {
		return nil
	}
	return t.await(ctx)
}

// lookEvery is how often brokers are asked whether they know what was created.
const lookEvery = 100 * time.Millisecond

// await waits until no topic is missing.
func (t *Topics) await(ctx context.Context) error {
	for {
		l, err := t.client.layout(ctx, t.sink.names[:])
		if err != nil {
			return fmt.Errorf("kafka at %s: %w", strings.Join(t.cfg.Brokers, ","), err)
		}
		i := slices.IndexFunc(t.sink.names[:], func(name string) bool { _, known := l[name]; return !known })
		if i < 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("topic %s was created, and the brokers do not tell of it yet: %w", t.sink.names[i], ctx.Err())
		case <-time.After(lookEvery):
		}
	}
}

func parts(n int32) string {
	if n == 1 {
		return "1 partition"
	}
	return fmt.Sprintf("%d partitions", n)
}

func replication(n int16) string {
	if n < 0 {
		return "the brokers' default replication"
	}
	return fmt.Sprintf("replication %d", n)
}

// settings writes settings in order.
func settings(m map[string]string) string {
	list := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k+"="+m[k])
	}
	return strings.Join(list, ", ")
}
