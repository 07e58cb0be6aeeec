package app

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/budget"
	"spoor/internal/app/keeper"
	"spoor/internal/app/pipeline"
	"spoor/internal/telemetry"
	"spoor/web"
)

// stalledAfter is how long the engine may go without a tick before the program
// is taken for dead.
const stalledAfter = 10 * time.Second

var errStalled = errors.New("its clock stands still")

// heartbeat ticks the engine at its pace on the clock of the datagrams.
type heartbeat struct {
	engine *analytics.Engine
	now    func() int64
	agents *pipeline.Accounts
	alerts *keeper.Alerts // nil: they are not kept
	fabric *keeper.Fabric // nil: nor is what was learned
	memory budget.Giver
	ready  chan struct{}
	last   atomic.Int64 // time of the last tick on that clock; 0 before and after the run

	set       *metrics.Set
	took      *metrics.PrometheusHistogram
	detection *metrics.PrometheusHistogram
	ticks     *metrics.Counter
}

func newHeartbeat(e *analytics.Engine, agents *collector.Agents, c *collector.Collector) *heartbeat {
	h := &heartbeat{
		engine: e, agents: &pipeline.Accounts{Engine: e, Agents: agents, Socket: c.Stats}, now: c.Now,
		ready: make(chan struct{}), set: metrics.NewSet(),
	}
	h.took = telemetry.NewDelayHistogram(h.set, "spoor_engine_tick_seconds")
	h.detection = telemetry.NewDelayHistogram(h.set, "spoor_detection_delay_seconds")
	h.ticks = h.set.NewCounter("spoor_engine_ticks_total")
	return h
}

// run ticks until ctx ends; the last tick takes what the workers flushed before
// they stopped. Alerts that are open stay so in the journal for the next start;
// where there is none they end: consumers must not take them for lasting while nobody watches.
func (h *heartbeat) run(ctx context.Context) error {
	t := time.NewTicker(time.Duration(analytics.TickEvery))
	defer t.Stop()
	h.tick()
	close(h.ready)
	for {
		select {
		case <-ctx.Done():
			h.tick()
			if h.alerts != nil {
				h.engine.Suspend(h.now())
				h.alerts.End(h.engine.Journal())
			} else {
				h.engine.Finish(h.now(), flow.EndCollectorRestart)
			}
			if h.fabric != nil {
				h.fabric.End(h.engine.Remember())
			}
			h.last.Store(0)
			return nil
		case <-t.C:
			h.tick()
		}
	}
}

func (h *heartbeat) tick() {
	now := h.now()
	h.agents.Look(now)
	h.engine.Tick(now)
	h.last.Store(now)
	h.ticks.Inc()
	h.took.Update(float64(h.now()-now) / 1e9)
	h.memory.Tick(now)
	if h.fabric != nil {
		h.fabric.Tick(now, h.engine.Remember)
	}
	if h.alerts != nil {
		h.alerts.Tick(now, h.engine)
	}
	for _, d := range h.engine.Detections() {
		h.detection.Update(d)
	}
}

// alive reports an engine whose clock stands still.
func (h *heartbeat) alive(context.Context) error {
	last := h.last.Load()
	if age := time.Duration(h.now() - last); last != 0 && age > stalledAfter {
		return fmt.Errorf("%w for %v", errStalled, age.Round(time.Second))
	}
	return nil
}

// status is the engine's line in /readyz.
func (h *heartbeat) status() web.Status {
	switch err := h.alive(context.Background()); {
	case h.last.Load() == 0:
		return web.Status{State: "stopped", Reason: "it does not run yet, or no longer"}
	case err != nil:
		return web.Status{State: "stalled", Reason: err.Error()}
	}
	return web.Status{Ready: true, State: "running"}
}

// randomSeed makes the flow table's hash unknown to those who send the flows.
func randomSeed() [2]uint64 {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return [2]uint64{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}
