package tail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"spoor/internal/testkit/port"
	"spoor/proto/flowpb"
	"spoor/publish/kafka"
)

func cluster(t *testing.T) (brokers []string, client *kgo.Client) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "sflow.paths"), kfake.SeedTopics(2, "sflow.flows"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err = kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return c.ListenAddrs(), client
}

func produce(t *testing.T, client *kgo.Client, topic, key string, value []byte, at time.Time) {
	t.Helper()
	r := &kgo.Record{Topic: topic, Key: []byte(key), Value: value, Timestamp: at}
	if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func path(state string) []byte {
	return []byte(`{` + flowObject + `,"time":"2026-11-22T02:11:05Z","cause":"new", "state":"` + state + `","switches":["leaf1"]}`)
}

func TestRunFromStartByTimeAndCount(t *testing.T) {
	brokers, client := cluster(t)
	at := time.Now()
	produce(t, client, "sflow.paths", "b", path("second"), at.Add(time.Second))
	produce(t, client, "sflow.paths", "a", path("first"), at)
	produce(t, client, "sflow.paths", "a", nil, at.Add(2*time.Second))
	produce(t, client, "sflow.paths", "c", []byte("{"), at.Add(500*time.Millisecond))
	produce(t, client, "sflow.paths", "c", path("third"), at.Add(3*time.Second))
	var out bytes.Buffer
	o := &Options{Brokers: brokers, Name: "sflow.paths", Topic: "paths", FromStart: true, Count: 4, Out: &out, Printer: printer()}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.Contains(out.String(), "  first  ") || !strings.Contains(out.String(), "  third  ") || !strings.Contains(out.String(), "? message is not as documented") {
		t.Errorf("got\n%s", out.String())
	}
}

func TestRunFollowsFromNowUntilStopped(t *testing.T) {
	brokers, client := cluster(t)
	produce(t, client, "sflow.flows", "a", nil, time.Now())
	old, err := proto.Marshal(&flowpb.FlowMessage{Bytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	produce(t, client, "sflow.flows", "a", old, time.Now())
	young, err := proto.Marshal(&flowpb.FlowMessage{FlowId: 0xfd80419af28b11f8, Bytes: 2})
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	o := &Options{Brokers: brokers, Name: "sflow.flows", Topic: "flows", JSON: true, Out: out}
	go func() { done <- Run(ctx, o) }()
	// The reader's offsets are resolved at some time after Run begins: send until something shows.
	line := make(chan string)
	go func() {
		b := make([]byte, 4096)
		n, _ := in.Read(b)
		line <- string(b[:n])
		_, _ = io.Copy(io.Discard, in)
	}()
	for got := ""; got == ""; {
		produce(t, client, "sflow.flows", "a", young, time.Now())
		select {
		case got = <-line:
			if want := `{"bytes":"2","flowId":"18266672222364701176"}` + "\n"; got != want {
				t.Errorf("got %s want %s", got, want)
			}
		case <-time.After(20 * time.Millisecond):
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = out.Close()
}

// TestRunUnframes reads each framing by the record's own header.
func TestRunUnframes(t *testing.T) {
	m := &flowpb.FlowMessage{FlowId: 0xfd80419af28b11f8, Bytes: 2}
	plain, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for content, value := range map[string][]byte{
		"application/x-protobuf":                    plain,
		"application/x-protobuf;encoding=delimited": append([]byte{byte(len(plain))}, plain...),
		"application/x-protobuf;encoding=confluent": append([]byte{0, 0, 0, 0, 9, 0}, plain...),
		"application/json":                          asJSON,
	} {
		r := &kgo.Record{Value: value, Headers: []kgo.RecordHeader{{Key: "schema", Value: []byte("x")}, {Key: "content-type", Value: []byte(content)}}}
		var out bytes.Buffer
		o := &Options{Topic: "flows", JSON: true, Out: &out}
		if err := o.print(r); err != nil || out.String() != `{"bytes":"2","flowId":"18266672222364701176"}`+"\n" {
			t.Errorf("%s: %s, %v", content, out.String(), err)
		}
	}
	var out bytes.Buffer
	o := &Options{Topic: "flows", Out: &out, Printer: printer()}
	r := &kgo.Record{Value: []byte{1}, Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/x-protobuf;encoding=confluent")}}}
	if err := o.print(r); err != nil || !strings.HasPrefix(out.String(), "? message is not as documented") {
		t.Errorf("%s, %v", out.String(), err)
	}
}

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// TestRunTellsThatItCannotWrite: nobody waits for lines that go nowhere.
func TestRunTellsThatItCannotWrite(t *testing.T) {
	brokers, client := cluster(t)
	produce(t, client, "sflow.paths", "a", path("first"), time.Now())
	o := &Options{Brokers: brokers, Name: "sflow.paths", Topic: "paths", FromStart: true, Out: full{}, Printer: printer()}
	if err := Run(t.Context(), o); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("%v", err)
	}
}

func TestRun_Failure(t *testing.T) {
	var security kafka.Security
	f := func(brokers []string, topic string, want ...string) {
		t.Helper()
		err := Run(t.Context(), &Options{Brokers: brokers, Security: security, Name: "sflow." + topic, Topic: topic, Out: io.Discard, Printer: printer()})
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("got %v", err)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q lacks %q", err, w)
			}
		}
	}
	nobody := port.Held(t)
	f([]string{nobody}, "paths", "no Kafka broker at "+nobody, "refused", "--kafka.brokers")
	locked, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.Superuser("PLAIN", "spoor", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Close()
	f(locked.ListenAddrs(), "paths", "does it want kafka.tls or kafka.sasl")
	security.SASL = kafka.SASLConfig{Mechanism: kafka.SASLPlain, Username: "spoor", Password: "wrong"}
	f(locked.ListenAddrs(), "paths", "does not take us") // a real one says what is wrong
	if err := unreached("b:1", fmt.Errorf("it says: %w", kerr.SaslAuthenticationFailed)); !strings.HasPrefix(err.Error(), "the login at b:1 did not succeed, look at kafka.sasl") {
		t.Error(err)
	}
	security = kafka.Security{}
	brokers, _ := cluster(t)
	f(brokers, "topology", "there is no topic sflow.topology at "+brokers[0], "--kafka.topic_prefix")
}
