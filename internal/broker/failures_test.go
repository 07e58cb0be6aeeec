package broker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestFailing: what the broker cannot write it tells, and no longer once all is written again.
func TestFailing(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Dir, cfg.Port = t.TempDir(), 0
	b, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	produce(t, b.Addr(), "a")
	if err := b.Failing(); err != nil {
		t.Errorf("all is written: %v", err)
	}
	// Full or read-only: a directory that cannot be made.
	parts := filepath.Join(cfg.Dir, "kafka", "partitions")
	if err := os.RemoveAll(parts); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(parts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.DefaultProduceTopic("u"), kgo.RecordRetries(1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, -1, nil, "u"); err != nil {
		t.Fatal(err)
	}
	if err := c.ProduceSync(t.Context(), kgo.StringRecord("b")).FirstErr(); err == nil {
		t.Fatal("a record that cannot be written is acknowledged")
	}
	err = b.failures.failing(b.failures.at)
	if err == nil || !strings.Contains(err.Error(), "partitions") || strings.Contains(err.Error(), "see that") { // what to do, the doctor says
		t.Errorf("got %v", err)
	}
	if err := b.failures.failing(b.failures.at.Add(failingFor)); err != nil {
		t.Errorf("nothing failed for a while: %v", err)
	}
}

// TestOtherLines: what the broker says of anything but writing is no failure.
func TestOtherLines(t *testing.T) {
	f := &failures{}
	f.Logf(2, "partition %s-%d segment %d: truncate: %v", "t", 0, 0, os.ErrClosed)
	f.Logf(3, "persist %s: %v", "topics", os.ErrClosed)
	if err := f.failing(time.Now()); err != nil {
		t.Error(err)
	}
	f.Logf(2, "persist %s: %v", "topics", os.ErrClosed)
	if err := f.failing(f.at); err == nil {
		t.Error("a failed write is no failure")
	}
}
