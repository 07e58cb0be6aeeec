//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/internal/broker"
)

// heard is what a consumer has read of the elephants' and the alerts' topic.
type heard struct {
	mu     sync.Mutex
	lives  lives
	alerts map[string][]string // by fingerprint, the states that were told
	faults []string
}

// listen consumes both topics from their beginning for as long as the test lasts.
func listen(t *testing.T, brokers []string, prefix string) *heard {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ConsumeTopics(prefix+"elephants", prefix+"alerts"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.MetadataMinAge(50*time.Millisecond), kgo.UnknownTopicRetries(-1))
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{lives: lives{}, alerts: map[string][]string{}}
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			client.PollFetches(ctx).EachRecord(func(r *kgo.Record) { h.take(r, strings.TrimPrefix(r.Topic, prefix)) })
		}
	})
	t.Cleanup(func() { stop(); client.Close(); done.Wait() })
	return h
}

func (h *heard) take(r *kgo.Record, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(r.Value) == 0 {
		return
	}
	if topic == "elephants" {
		var m struct {
			Alert   string
			Episode uint32
			State   string
		}
		if err := json.Unmarshal(r.Value, &m); err != nil {
			h.faults = append(h.faults, err.Error())
		}
		h.lives[m.Alert+"#"+string(rune('0'+m.Episode))] += m.State + " "
		return
	}
	var m struct{ Fingerprint, State string }
	if err := json.Unmarshal(r.Value, &m); err != nil {
		h.faults = append(h.faults, err.Error())
	}
	h.alerts[m.Fingerprint] = append(h.alerts[m.Fingerprint], m.State)
}

func (h *heard) now() lives {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.lives)
}

// kafkaOf gives the real broker that SPOOR_TEST_KAFKA names, or one in this process for "embedded", and a prefix for topics.
func kafkaOf(t *testing.T) (brokers []string, prefix string) {
	t.Helper()
	prefix = fmt.Sprintf("survives%d.", time.Now().UnixNano())
	switch list := os.Getenv("SPOOR_TEST_KAFKA"); list {
	case "":
		t.Skip("SPOOR_TEST_KAFKA names no broker")
	case "embedded":
	default:
		return strings.Split(list, ","), prefix
	}
	cfg := broker.DefaultConfig()
	cfg.Dir, cfg.Port = filepath.Join(t.TempDir(), "kafka"), 0
	b, err := broker.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return []string{b.Addr()}, prefix
}

// failing are flags of simulate for links that fail, of which counters tell each second.
var failing = []string{"--polling", "1s", "--event", "linkdown:leaf1>spine2@3s,linkdown:leaf2>spine1@4s"}

// TestKafkaSurvives: what Kafka is told of elephants and alerts that are up at a
// kill -9, and at an orderly stop after it, is neither doubled nor lost.
func TestKafkaSurvives(t *testing.T) {
	brokers, prefix := kafkaOf(t)
	dir := t.TempDir()
	h := listen(t, brokers, prefix)
	args := []string{
		"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0", "--collector", "test", "--data_dir", dir,
		"--kafka.brokers", strings.Join(brokers, ","), "--kafka.topic_prefix", prefix, "--topology.speeds", "*=10G",
	}
	p, d := process(t, args...)
	goesOn := func(active []string, before lives) {
		t.Helper()
		d.sendUntil(t, "all go on or end", func() bool {
			now := h.now()
			return !slices.ContainsFunc(active, func(id string) bool { return now[id] == before[id] })
		}, failing...)
	}
	for round, stop := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		var active []string
		d.sendUntil(t, "the journal tells what Kafka was told", func() bool {
			active = h.now().open()
			return len(active) > 0 && slices.Equal(active, journal(t, dir)) && h.raised()
		}, failing...)
		if err := p.Process.Signal(stop); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil && stop != syscall.SIGKILL {
			t.Errorf("round %d: %v", round, err)
		}
		before := h.now()
		if kept := journal(t, dir); stop == syscall.SIGTERM {
			active = kept
		}
		p, d = process(t, args...)
		goesOn(active, before)
		for id, steps := range h.now() {
			if rest, known := strings.CutPrefix(steps, before[id]); !known || slices.Contains(active, id) && strings.Contains(rest, "started") {
				t.Errorf("round %d: %s: before %q, then %q", round, id, before[id], steps)
			}
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	left := journal(t, dir)
	eventually(t, "Kafka tells what the journal tells", func() bool { return slices.Equal(h.now().open(), left) })
	h.check(t)
}

// raised reports that an alert is up.
func (h *heard) raised() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, all := range h.alerts { // order does not matter
		if all[len(all)-1] != "resolved" {
			return true
		}
	}
	return false
}

// check wants each step of a life once, and one beginning of each alert while it is up.
func (h *heard) check(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(h.lives)) {
		if steps := h.lives[id]; strings.Count(steps, "started") != 1 || strings.Count(steps, "ended") > 1 || strings.Contains(steps, "ended ") && !strings.HasSuffix(steps, "ended ") {
			t.Errorf("%s: %s", id, steps)
		}
	}
	if len(h.alerts) == 0 {
		t.Error("no alert was told")
	}
	for _, key := range slices.Sorted(maps.Keys(h.alerts)) {
		up := false
		for _, state := range h.alerts[key] {
			if up == (state == "raised") {
				t.Errorf("alert %s: %q", key, h.alerts[key])
				break
			}
			up = state != "resolved"
		}
	}
	for _, f := range h.faults {
		t.Error(f)
	}
}
