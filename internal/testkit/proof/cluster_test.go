package proof

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// root is the repository's folder.
const root = "../../.."

// cluster is real brokers, started by test/integration: of three each topic has a
// replica on each, and two must have a record before it counts as stored.
type cluster struct {
	brokers []string
	prefix  string // of this test's topics
	admin   *kadm.Client
}

// realCluster gives the brokers that SPOOR_TEST_KAFKA_CLUSTER names.
func realCluster(t *testing.T) *cluster {
	t.Helper()
	list := os.Getenv("SPOOR_TEST_KAFKA_CLUSTER")
	if list == "" {
		t.Skip("SPOOR_TEST_KAFKA_CLUSTER names no brokers")
	}
	c := &cluster{brokers: strings.Split(list, ","), prefix: fmt.Sprintf("proof%d.", time.Now().UnixNano())}
	client, err := kgo.NewClient(kgo.SeedBrokers(c.brokers...), kgo.MetadataMinAge(50*time.Millisecond), kgo.RetryTimeout(3*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	c.admin = kadm.NewClient(client)
	t.Cleanup(func() { c.up(t) })
	return c
}

// script runs test/kafka/broker, which knows the brokers by KAFKA_HOME and KAFKA_PORT.
func (c *cluster) script(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command(root+"/test/kafka/broker", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("broker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// kill is kill -9 of a broker, 1 to 3.
func (c *cluster) kill(t *testing.T, broker int) {
	t.Helper()
	c.script(t, "kill", strconv.Itoa(broker))
}

// start starts a killed broker on its old data.
func (c *cluster) start(t *testing.T, broker int) {
	t.Helper()
	c.script(t, "start", strconv.Itoa(broker))
}

// down kills all brokers.
func (c *cluster) down(t *testing.T) {
	t.Helper()
	for i := range c.brokers {
		c.kill(t, i+1)
	}
}

// up starts those that are not running.
func (c *cluster) up(t *testing.T) {
	t.Helper()
	args := []string{"start"}
	for i := range c.brokers {
		if _, err := os.Stat(fmt.Sprintf("%s/%d.pid", os.Getenv("KAFKA_HOME"), i+1)); err != nil {
			args = append(args, strconv.Itoa(i+1))
		}
	}
	c.script(t, args...)
}

// patience bounds each wait. A machine that has other work takes minutes for what
// else takes seconds, and that is no failure of ours.
const patience = 6 * time.Minute

// await waits for ok, which is asked each 20 ms and says what it sees.
func await(t *testing.T, what string, ok func() (yes bool, sees string)) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		yes, sees := ok()
		if yes {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s; last seen: %s", patience, what, sees)
		}
	}
}

// whole waits until each partition of the test's topics has all its replicas in
// sync: only then may the next broker die without a loss.
func (c *cluster) whole(t *testing.T) {
	t.Helper()
	await(t, "all replicas are in sync", func() (bool, string) {
		topics, err := c.admin.ListTopics(t.Context())
		if err != nil {
			return false, err.Error()
		}
		found := 0
		for _, topic := range topics {
			if !strings.HasPrefix(topic.Topic, c.prefix) {
				continue
			}
			for _, p := range topic.Partitions {
				if found++; len(p.ISR) < len(c.brokers) || p.Leader < 0 {
					return false, fmt.Sprintf("%s/%d: leader %d, in sync %v", topic.Topic, p.Partition, p.Leader, p.ISR)
				}
			}
		}
		return found > 0, "no topics"
	})
}

// stored gives how many records a topic holds.
func (c *cluster) stored(t *testing.T, topic string) (n int64) {
	t.Helper()
	await(t, "the brokers say how much "+topic+" holds", func() (bool, string) {
		ends, err := c.admin.ListEndOffsets(t.Context(), c.prefix+topic)
		if err == nil {
			err = ends.Error()
		}
		if err != nil {
			return false, err.Error()
		}
		ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
		return true, ""
	})
	return n
}

// read hands each record of a topic to f.
func (c *cluster) read(t *testing.T, topic string, f func(*kgo.Record)) {
	t.Helper()
	want := c.stored(t, topic)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.brokers...), kgo.ConsumeTopics(c.prefix+topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxBytes(16<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for got := int64(0); got < want; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("%s: after %d of %d records: %v", topic, got, want, err)
		}
		got += int64(fetches.NumRecords())
		fetches.EachRecord(f)
	}
}
