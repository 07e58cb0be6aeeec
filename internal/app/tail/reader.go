package tail

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
	"spoor/publish"
	"spoor/publish/kafka"
)

// reachTimeout bounds the first exchange with the brokers.
const reachTimeout = 10 * time.Second

// Topics are the topics that can be read, without their prefix.
func Topics() []string {
	return []string{"elephants", "alerts", "paths", "flows", "counters", "drops", "topology"}
}

// Options says what to read and how to show it.
type Options struct {
	Brokers   []string
	Security  kafka.Security
	Name      string // of the topic in Kafka
	Topic     string // one of Topics
	FromStart bool   // all that the topic holds; else only what comes from now on
	Count     int    // end after so many messages; 0 follows until the context ends
	JSON      bool   // the message as JSON, else a line for people
	Out       io.Writer
	Printer   *Printer
	Started   func()            // where set, called once reading has begun
	Notice    func(line string) // where set, told when a broker goes away and when it is back; from any goroutine
}

// Run reads until ctx ends (which is no error), Count is reached or something
// fails. Errors are one line that says what to do.
func Run(ctx context.Context, o *Options) error {
	name := o.Name
	start := kgo.NewOffset().AtEnd()
	if o.FromStart {
		start = kgo.NewOffset().AtStart()
	}
	w := newWatch(o.Notice)
	client, err := kgo.NewClient(append(o.Security.ReaderOptions(reachTimeout/2),
		kgo.SeedBrokers(o.Brokers...),
		kgo.ConsumeTopics(name),
		kgo.ConsumeResetOffset(start),
		kgo.FetchMaxWait(500*time.Millisecond),
		kgo.ClientID("spoor-tail"),
		kgo.WithHooks(w),
	)...)
	if err != nil {
		return fmt.Errorf("kafka.brokers %s: %w", strings.Join(o.Brokers, ","), err)
	}
	defer client.Close()
	if err := reach(ctx, client, o.Brokers, name); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	w.begin()
	if o.Started != nil {
		o.Started()
	}
	return o.follow(ctx, client)
}

// follow prints what comes, oldest first within what arrived together.
func (o *Options) follow(ctx context.Context, client *kgo.Client) error {
	left := o.Count
	for {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of the context is how a reader is stopped
		}
		var failed error
		fetches.EachError(func(topic string, _ int32, err error) { failed = fmt.Errorf("reading topic %s: %w", topic, err) })
		if failed != nil {
			return failed
		}
		records := fetches.Records()
		slices.SortStableFunc(records, func(a, b *kgo.Record) int { return cmp.Compare(a.Timestamp.UnixNano(), b.Timestamp.UnixNano()) })
		for _, r := range records {
			if len(r.Value) == 0 {
				continue // a tombstone: the message before it said so
			}
			if err := o.print(r); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
	}
}

// print writes one message. A message that cannot be read is shown as such and
// does not end the program: somebody else may write to the topic as well.
func (o *Options) print(r *kgo.Record) error {
	var text string
	value, err := o.plain(r)
	switch {
	case err != nil:
		value = r.Value
	case o.JSON:
		text, err = o.json(value)
	default:
		text, err = o.Printer.Line(o.Topic, value)
	}
	if err != nil {
		text = fmt.Sprintf("? %v (%d bytes)", err, len(value))
		if o.JSON {
			b, _ := json.Marshal(map[string]any{"error": err.Error(), "bytes": len(value)})
			text = string(b)
		}
	}
	if _, err := io.WriteString(o.Out, text+"\n"); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// json gives a message on one line: as it is, or protobuf in the JSON mapping
// that the files have as well.
func (o *Options) json(value []byte) (string, error) {
	if m := o.message(); m != nil {
		err := proto.Unmarshal(value, m)
		if err == nil {
			value, err = protojson.Marshal(m)
		}
		if err != nil {
			return "", fmt.Errorf("message is not as documented: %w", err)
		}
	}
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil {
		return "", fmt.Errorf("message is not as documented: %w", err)
	}
	return b.String(), nil
}

// message gives an empty message of a protobuf topic, nil if the topic is none.
func (o *Options) message() proto.Message {
	switch o.Topic {
	case "flows":
		return &flowpb.FlowMessage{}
	case "counters":
		return &flowpb.CountersMessage{}
	case "drops":
		return &flowpb.DropMessage{}
	}
	return nil
}

// plain gives a record's value as if it were not framed: its header says how it is.
func (o *Options) plain(r *kgo.Record) ([]byte, error) {
	content := ""
	for _, h := range r.Headers {
		if h.Key == "content-type" {
			content = string(h.Value)
		}
	}
	value, asJSON, err := publish.Unframe(r.Value, content)
	if m := o.message(); err == nil && asJSON && m != nil {
		if err = protojson.Unmarshal(value, m); err == nil {
			value, err = proto.Marshal(m)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("message is not as documented: %w", err)
	}
	return value, nil
}

// reach asks the brokers for the topic, so that a wrong address or name is an
// error at once and not a wait for ever.
func reach(ctx context.Context, client *kgo.Client, brokers []string, topic string) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = new(topic)
	req.Topics = append(req.Topics, t)
	var err error
	for _, b := range client.SeedBrokers() {
		var resp kmsg.Response
		if resp, err = b.Request(ctx, req); err == nil {
			return known(resp, brokers, topic)
		}
	}
	return unreached(strings.Join(brokers, ","), err)
}

// unreached says what to do about brokers that nobody could be asked at: that they are not there, want another login, or
// another way to speak with them.
func unreached(brokers string, err error) error {
	if _, answered := errors.AsType[*kerr.Error](err); answered {
		return fmt.Errorf("the login at %s did not succeed, look at kafka.sasl: %w", brokers, err)
	}
	oe, _ := errors.AsType[*net.OpError](err)
	late := errors.Is(err, context.DeadlineExceeded)
	if !late && (oe == nil || oe.Op != "dial") {
		return fmt.Errorf("the broker at %s does not take us (does it want kafka.tls or kafka.sasl, or neither?): %w", brokers, err)
	}
	if oe != nil {
		err = oe.Err
	}
	if late {
		err = fmt.Errorf("no answer within %v", reachTimeout)
	}
	return fmt.Errorf("no Kafka broker at %s: %w: name the brokers with --kafka.brokers, or start \"spoor run\"", brokers, err)
}

// known reports a topic that the brokers do not have.
func known(resp kmsg.Response, brokers []string, topic string) error {
	m, ok := resp.(*kmsg.MetadataResponse)
	if !ok || len(m.Topics) != 1 {
		return fmt.Errorf("the broker at %s gave no answer about topic %s", strings.Join(brokers, ","), topic)
	}
	err := kerr.ErrorForCode(m.Topics[0].ErrorCode)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return fmt.Errorf("there is no topic %s at %s: has spoor run with these brokers and this --kafka.topic_prefix?", topic, strings.Join(brokers, ","))
	}
	if err != nil {
		return fmt.Errorf("topic %s: %w", topic, err)
	}
	return nil
}
