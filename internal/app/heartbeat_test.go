package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/topology"
	"spoor/web"
)

// ears count what the engine concludes.
type ears struct{ paths, elephants, records, alerts int }

func (e *ears) Path(*flow.Path)           { e.paths++ }
func (e *ears) Elephant(*flow.Elephant)   { e.elephants++ }
func (e *ears) Topology(*topology.Record) { e.records++ }
func (e *ears) Alert(*flow.Alert)         { e.alerts++ }

// TestHeartbeat: an engine that has not ticked for more than ten seconds has stalled, which /healthz and /readyz say; one that does not run yet, or
// no longer, is not ready and is not dead.
func TestHeartbeat(t *testing.T) {
	engine, err := analytics.New(analytics.DefaultConfig(), new(ears))
	if err != nil {
		t.Fatal(err)
	}
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	c, err := collector.New(collector.DefaultConfig(), slog.New(slog.DiscardHandler), func(int) collector.Handler { return nil })
	if err != nil {
		t.Fatal(err)
	}
	h := newHeartbeat(engine, agents, c)
	now := 1_800_000_000 * int64(time.Second)
	h.now = func() int64 { return now }
	f := func(what string, dead bool, want web.Status) {
		t.Helper()
		if got := h.status(); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		if err := h.alive(t.Context()); errors.Is(err, errStalled) != dead || (err != nil) != dead {
			t.Errorf("%s: %v", what, err)
		}
	}
	stopped, running := web.Status{State: "stopped", Reason: "it does not run yet, or no longer"}, web.Status{Ready: true, State: "running"}
	f("before the first tick", false, stopped)
	h.tick()
	f("after it", false, running)
	now += int64(stalledAfter)
	f("ten seconds later", false, running)
	now++
	f("and a nanosecond", true, web.Status{State: "stalled", Reason: "its clock stands still for 10s"})
	h.tick()
	f("after the next tick", false, running)
	if n := h.ticks.Get(); n != 2 || engine.Now() != now {
		t.Errorf("%d ticks, the engine is at %d", n, engine.Now())
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.run(over); err != nil {
		t.Error(err)
	}
	<-h.ready
	f("after the end", false, stopped)
}

// TestTee: both hear everything.
func TestTee(t *testing.T) {
	var a, b ears
	x := &tee{&a, &b}
	x.Path(nil)
	x.Elephant(nil)
	x.Elephant(nil)
	x.Topology(nil)
	x.Alert(nil)
	if want := (ears{1, 2, 1, 1}); a != want || b != want {
		t.Errorf("%+v and %+v", a, b)
	}
}
