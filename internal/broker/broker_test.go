package broker

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// produce writes values to a topic, which it creates if it is missing.
func produce(t *testing.T, addr string, values ...string) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.DefaultProduceTopic("t"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, -1, nil, "t"); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := c.ProduceSync(t.Context(), kgo.StringRecord(v)).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// consume reads n values of the topic.
func consume(t *testing.T, addr string, n int) []string {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	for len(got) < n {
		f := c.PollFetches(ctx)
		if err := f.Err(); err != nil {
			t.Fatalf("after %d of %d records: %v", len(got), n, err)
		}
		f.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	return got
}

func TestRecordsSurviveARestart(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Dir, cfg.Port = t.TempDir(), 0
	b, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	produce(t, b.Addr(), "a", "b")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err = Start(cfg); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	produce(t, b.Addr(), "c")
	if got := strings.Join(consume(t, b.Addr(), 3), ""); got != "abc" {
		t.Errorf("got %q", got)
	}
}

func TestNextFreePort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := DefaultConfig()
	cfg.Port = l.Addr().(*net.TCPAddr).Port
	b, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if b.Port() <= cfg.Port || b.Port() >= cfg.Port+cfg.Tries {
		t.Errorf("port %d, first tried %d", b.Port(), cfg.Port)
	}
	dir := b.temporary
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary directory is still there: %v", err)
	}
	cfg.Tries = 1
	if _, err := Start(cfg); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("on a taken port: %v", err)
	}
}

func TestDirectoryInUse(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Dir, cfg.Port = filepath.Join(t.TempDir(), "new"), 0
	b, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if c, err := Start(cfg); err == nil {
		c.Close()
		t.Error("two brokers on one directory")
	} else if !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
}
