package main

import (
	"strings"
	"testing"

	"spoor/internal/broker"
)

// TestTopicsCommands plans, applies and finds nothing more to do.
func TestTopicsCommands(t *testing.T) {
	noLeaks(t)
	cfg := broker.DefaultConfig()
	cfg.Dir, cfg.Port = t.TempDir(), 0
	b, err := broker.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	args := func(step string) []string {
		return []string{"topics", step, "--kafka.brokers", b.Addr(), "--kafka.partitions", "4", "--kafka.replication", "1", "--kafka.topic_prefix", "lab."}
	}
	plan := spoor(t, args("plan")...)
	if plan.code != 0 || strings.Count(plan.out, ": create with ") != 7 || !strings.Contains(plan.out, "lab.flows: create with 4 partitions, replication 1, ") {
		t.Errorf("status %d: %s%s", plan.code, plan.out, plan.err)
	}
	if r := spoor(t, args("apply")...); r.code != 0 || r.out != plan.out {
		t.Errorf("status %d: %s%s", r.code, r.out, r.err)
	}
	if r := spoor(t, args("plan")...); r.code != 0 || r.out != "all topics are as they should be\n" {
		t.Errorf("status %d: %s%s", r.code, r.out, r.err)
	}
	if r := spoor(t, "topics"); r.code != 2 || !strings.Contains(r.err, "plan or apply is wanted") {
		t.Errorf("status %d: %s", r.code, r.err)
	}
	if r := spoor(t, "topics", "plan", "--kafka.brokers", "127.0.0.1:1"); r.code != 1 || !strings.Contains(r.err, "127.0.0.1:1") {
		t.Errorf("status %d: %s", r.code, r.err)
	}
}

// TestTopicsOfTheEmbeddedBroker: what run has made there is as it should be, though it is kept shorter than elsewhere.
func TestTopicsOfTheEmbeddedBroker(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir())
	eventually(t, "topics are there", func() bool { return strings.HasPrefix(d.ask(t, "/readyz", 0), `{"ready":true`) })
	for range 2 {
		if r := spoor(t, "topics", "plan", "--kafka.brokers", d.Brokers[0]); r.code != 0 || r.out != "all topics are as they should be\n" {
			t.Errorf("status %d: %s%s", r.code, r.out, r.err)
		}
	}
}
