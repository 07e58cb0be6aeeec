package main

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/internal/broker"
)

// TestReplayIntoKafkaIsOfToday: brokers keep records by their timestamps, so those of
// an old capture must not be its own.
func TestReplayIntoKafkaIsOfToday(t *testing.T) {
	cfg := broker.DefaultConfig()
	cfg.Dir, cfg.Port = t.TempDir(), 0
	b, err := broker.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	begin := time.Now().Truncate(time.Millisecond)
	if r := spoor(t, "replay", "--kafka.brokers", b.Addr(), "--kafka.partitions", "2", captures+"hsflowd-smoke.pcap.zst"); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for _, topic := range []string{"sflow.flows", "sflow.paths", "sflow.counters"} {
		c, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if err != nil {
			t.Fatal(err)
		}
		f := c.PollFetches(t.Context())
		if f.Err() != nil || f.NumRecords() == 0 {
			t.Errorf("%s: %d records, %v", topic, f.NumRecords(), f.Err())
		}
		for _, r := range f.Records() {
			// Times within a block keep their distances, so the first may be a little older.
			if age := begin.Sub(r.Timestamp); age > time.Minute {
				t.Fatalf("%s: a record is %v older than the replay", topic, age)
			}
		}
		c.Close()
	}
}
