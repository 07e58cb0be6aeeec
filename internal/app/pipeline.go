package app

import (
	"fmt"
	"log/slog"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/publish"
)

// Pipeline takes datagrams through decoding, accounting and analytics on one
// goroutine, with the time taken from their arrival: the same datagrams give
// the same results. Replay runs recorded ones through it.
type Pipeline struct {
	engine *analytics.Engine
	worker *worker
	health *health

	now  int64 // arrival of the latest datagram or tick
	next int64 // of the next tick
	last int64 // arrival of the latest datagram
}

// NewPipeline gives a pipeline whose conclusions go to out; the records of
// samples and counters are encoded and then thrown away.
func NewPipeline(cfg *Config, out analytics.Outbox) (*Pipeline, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Pipeline{}
	if err := p.build(cfg, out); err != nil {
		return nil, err
	}
	return p, p.connect(cfg, p.engine.Feed(), publish.New(cfg.Publish).Encoder(), slog.New(slog.DiscardHandler))
}

// build makes the engine.
func (p *Pipeline) build(cfg *Config, out analytics.Outbox) (err error) {
	a := cfg.Analytics
	a.Seed = [2]uint64{} // repeatable: nobody aims at the table of a replay
	if p.engine, err = analytics.New(a, out); err != nil {
		return fmt.Errorf("pipeline: %w", err)
	}
	return nil
}

// connect makes the worker between the datagrams and the engine's feed.
func (p *Pipeline) connect(cfg *Config, to feed, enc *publish.Encoder, log *slog.Logger) error {
	agents, err := collector.NewAgents(cfg.Agents)
	if err != nil {
		return err
	}
	p.health = &health{agents: agents, engine: p.engine}
	p.worker = newWorker(agents, to, enc, func() int64 { return p.now }, log)
	return nil
}

// deafAfter: when nothing at all arrives for so long, the capture has a gap or an end.
const deafAfter = int64(5e9)

// Datagram takes a datagram, which is borrowed, at the time of its arrival. Time never goes back.
func (p *Pipeline) Datagram(d *collector.Datagram) {
	p.ticksBefore(d.Received)
	p.now, p.last = d.Received, d.Received
	p.worker.Datagram(d)
}

// Stats gives the engine's figures.
func (p *Pipeline) Stats() analytics.Stats { return p.engine.Stats() }

// Finish lets the clock run on for a minute and ends what is open then.
func (p *Pipeline) Finish() {
	p.ticksBefore(p.last + runOn)
	p.engine.Finish(p.now, flow.EndTelemetryLost)
}

// ticksBefore lets the engine's clock tick at each multiple of its pace up to
// at, the arrival of the next datagram.
func (p *Pipeline) ticksBefore(at int64) {
	if p.next == 0 {
		p.next = (at/analytics.TickEvery + 1) * analytics.TickEvery
	}
	if p.next > at {
		return
	}
	p.worker.Flush()
	silent := p.next
	for ; p.next <= at; p.next += analytics.TickEvery {
		if at-silent > longSilence && p.next-silent > ticksAfter {
			p.next = at / analytics.TickEvery * analytics.TickEvery
		}
		p.now = p.next
		if p.next-p.last < deafAfter { // a gap between captures is nobody's silence
			p.health.look(p.next)
		}
		p.engine.Tick(p.next)
	}
}
