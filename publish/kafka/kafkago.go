package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/createtopics"
	"github.com/segmentio/kafka-go/protocol/initproducerid"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

// metadataAge bounds the age of what the transport knows of the cluster.
const metadataAge = 2 * time.Second

// goClient is the client over segmentio/kafka-go's Transport.
type goClient struct {
	transport *kafka.Transport
	client    *kafka.Client // for the rare requests
	addr      net.Addr
	acks      int16
	timeout   time.Duration
	login     *login // nil without SASL
	plain     bool   // neither TLS nor SASL
	tls       TLSConfig
	stop      context.CancelFunc
}

// newTransport is the only place where a connection to Kafka is configured.
func newTransport(ctx context.Context, cfg *Config, topics []string, l *login) *kafka.Transport {
	t := &kafka.Transport{
		Dial:           cfg.Security.dialer(cfg.DialTimeout),
		DialTimeout:    cfg.DialTimeout,
		MetadataTTL:    metadataAge,
		MetadataTopics: topics,
		ClientID:       cfg.ClientID,
		Context:        ctx,
	}
	if l != nil {
		t.SASL = l
	}
	return t
}

func newGoClient(cfg *Config, topics []string) *goClient {
	ctx, cancel := context.WithCancel(context.Background())
	l := newLogin(&cfg.Security.SASL)
	c := &goClient{
		transport: newTransport(ctx, cfg, topics, l), login: l, plain: l == nil && !cfg.Security.TLS.Enabled, addr: kafka.TCP(cfg.Brokers...), acks: -1, timeout: cfg.RequestTimeout, stop: cancel,
	}
	c.tls = cfg.Security.TLS
	if cfg.Acks == "leader" {
		c.acks = 1
	}
	c.client = &kafka.Client{Addr: c.addr, Transport: c.transport, Timeout: cfg.RequestTimeout}
	return c
}

func (c *goClient) close() {
	c.transport.CloseIdleConnections()
	c.stop()
}

// answer makes the error of a code, nil for 0.
func answer(code int16, message string) error {
	if code == 0 {
		return nil
	}
	text := kafka.Error(code).Error()
	if message != "" {
		text = fmt.Sprintf("[%d] %s", code, message)
	}
	return &brokerError{code, text}
}

// wrap makes kafka-go's errors ours.
func (c *goClient) wrap(err error) error {
	if code, ok := errors.AsType[kafka.Error](err); ok {
		err = &brokerError{int16(code), err.Error()}
	}
	if c.plain && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return fmt.Errorf("the broker hangs up (does it want kafka.tls or kafka.sasl?): %w", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %v: %w", c.timeout, err)
	}
	if be, ok := errors.AsType[*brokerError](err); ok && be.code == int16(kafka.IllegalSASLState) {
		return fmt.Errorf("the broker wants no login there (leave kafka.sasl away, or name the listener that has one): %w", err)
	}
	return c.login.explain(c.tls.explain(err))
}

func (c *goClient) layout(ctx context.Context, topics []string) (layout, error) {
	r, err := c.transport.RoundTrip(ctx, c.addr, &metadata.Request{TopicNames: topics})
	if err != nil {
		return nil, c.wrap(err)
	}
	res := r.(*metadata.Response)
	l := make(layout)
	for i := range res.Topics {
		t := &res.Topics[i]
		if t.ErrorCode == int16(kafka.UnknownTopicOrPartition) || t.ErrorCode == 0 && len(t.Partitions) == 0 {
			continue
		}
		if t.ErrorCode == int16(kafka.TopicAuthorizationFailed) {
			l[t.Name] = nil
			continue
		}
		if err := answer(t.ErrorCode, ""); err != nil {
			return nil, fmt.Errorf("topic %s: %w", t.Name, err)
		}
		leaders := make([]int32, len(t.Partitions))
		for j := range leaders {
			leaders[j] = -1
		}
		for _, p := range t.Partitions {
			if int(p.PartitionIndex) < len(leaders) {
				leaders[p.PartitionIndex] = p.LeaderID
			}
		}
		l[t.Name] = leaders
	}
	return l, nil
}

func (c *goClient) cluster(ctx context.Context) (string, error) {
	r, err := c.transport.RoundTrip(ctx, c.addr, &metadata.Request{TopicNames: []string{}})
	if err != nil {
		return "", c.wrap(err)
	}
	return r.(*metadata.Response).ClusterID, nil
}

func (c *goClient) create(ctx context.Context, specs []topicSpec) error {
	req := &createtopics.Request{TimeoutMs: int32(c.timeout.Milliseconds())}
	for _, s := range specs {
		t := createtopics.RequestTopic{Name: s.name, NumPartitions: s.partitions, ReplicationFactor: s.replication}
		for k, v := range s.config {
			t.Configs = append(t.Configs, createtopics.RequestConfig{Name: k, Value: v})
		}
		req.Topics = append(req.Topics, t)
	}
	r, err := c.transport.RoundTrip(ctx, c.addr, req)
	if err != nil {
		return c.wrap(err)
	}
	for _, t := range r.(*createtopics.Response).Topics {
		if t.ErrorCode == int16(kafka.TopicAlreadyExists) {
			continue
		}
		if err := answer(t.ErrorCode, t.ErrorMessage); err != nil {
			return fmt.Errorf("create topic %s: %w", t.Name, err)
		}
	}
	return nil
}

func (c *goClient) setting(ctx context.Context, topic, name string) (string, error) {
	res, err := c.client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{name}},
	}})
	if err != nil {
		return "", c.wrap(err)
	}
	for _, r := range res.Resources {
		if r.Error != nil {
			return "", c.wrap(r.Error)
		}
		for _, e := range r.ConfigEntries {
			if e.ConfigName == name {
				return e.ConfigValue, nil
			}
		}
	}
	return "", fmt.Errorf("no setting %s of topic %s", name, topic)
}

func (c *goClient) alter(ctx context.Context, topic string, settings map[string]string) error {
	r := kafka.IncrementalAlterConfigsRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic}
	for k, v := range settings {
		r.Configs = append(r.Configs, kafka.IncrementalAlterConfigsRequestConfig{Name: k, Value: v, ConfigOperation: kafka.ConfigOperationSet})
	}
	res, err := c.client.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{
		Addr: c.addr, Resources: []kafka.IncrementalAlterConfigsRequestResource{r},
	})
	if err != nil {
		return c.wrap(err)
	}
	for _, x := range res.Resources {
		if x.Error != nil {
			return c.wrap(x.Error)
		}
	}
	return nil
}

// initRequest is an InitProducerId request that goes to any broker. kafka-go's
// own type looks for the coordinator of a transaction first, which takes a
// permission and creates a topic of the broker's.
type initRequest initproducerid.Request

// ApiKey implements protocol.Message.
func (*initRequest) ApiKey() protocol.ApiKey { return protocol.InitProducerId }

func (c *goClient) producer(ctx context.Context) (producer, error) {
	r, err := c.transport.RoundTrip(ctx, c.addr, &initRequest{ProducerID: -1, ProducerEpoch: -1})
	if err != nil {
		return anonymous, c.wrap(err)
	}
	res := r.(*initproducerid.Response)
	if err := answer(res.ErrorCode, ""); err != nil {
		return anonymous, err
	}
	return producer{res.ProducerID, res.ProducerEpoch}, nil
}

func (c *goClient) produce(ctx context.Context, items []item) error {
	req := &produceRequest{items: items, acks: c.acks, timeout: int32(c.timeout.Milliseconds()), client: c.transport.ClientID}
	r, err := c.transport.RoundTrip(ctx, c.addr, req)
	if err != nil {
		return c.wrap(err)
	}
	for i, err := range r.(*produceAnswer).errs {
		items[i].err = err
	}
	return nil
}

// errNoAnswer says that the broker's response passed a batch over.
var errNoAnswer = errors.New("no answer for this batch")
