package discard_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/internal/testkit/discard"
)

// TestCounts: a real client finds the broker, its topics and partitions, and each record that it was acknowledged is counted once.
func TestCounts(t *testing.T) {
	b, err := discard.Listen(3, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.Failed = func(err error) { t.Errorf("a connection was ended: %v", err) }
	c, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	send := func(topic string, n int) {
		t.Helper()
		var list []*kgo.Record
		for i := range n {
			list = append(list, &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)})
		}
		partitions := map[int32]bool{}
		for _, r := range c.ProduceSync(ctx, list...) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			partitions[r.Record.Partition] = true
		}
		if want := min(n, 3); len(partitions) != want {
			t.Errorf("%d records of %s went to %d partitions, want %d", n, topic, len(partitions), want)
		}
	}
	send("a", 100)
	send("b", 7)
	if got := b.Take(); got["a"] != 100 || got["b"] != 7 || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if got := b.Take(); len(got) != 0 {
		t.Errorf("counted twice: %v", got)
	}
	send("a", 5)
	if got := b.Take(); got["a"] != 5 || len(got) != 1 {
		t.Errorf("%v", got)
	}
}
