// Package pipeline is the way of a datagram: a Worker takes those of one reader
// through decoding, accounting, analytics and encoding. A Pipeline is one worker and
// the engine on one goroutine, with the time of the datagrams for a clock: what
// replays and simulations go through.
package pipeline

import (
	"fmt"
	"log/slog"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/settings"
	"spoor/publish"
)

// Times of a pipeline, on the clock of its datagrams.
const (
	runOn       = int64(60e9)   // after the last datagram
	longSilence = int64(3600e9) // a gap in which not every tick is worth its time
	ticksAfter  = int64(600e9)  // of a longer gap: what ends by silence has ended then
	deafAfter   = int64(5e9)    // when nothing at all arrives for so long, the capture has a gap or an end
)

// Pipeline takes datagrams through decoding, accounting and analytics on one
// goroutine, with the time taken from their arrival: the same datagrams give
// the same results.
type Pipeline struct {
	Engine *analytics.Engine // for questions between two calls
	Worker *Worker

	accounts *Accounts
	now      int64 // arrival of the latest datagram or tick
	next     int64 // of the next tick
	last     int64 // arrival of the latest datagram
}

// Agents gives the accounts of the agents that were heard.
func (p *Pipeline) Agents() *collector.Agents { return p.accounts.Agents }

// Options are what a pipeline may be given beside its configuration.
type Options struct {
	Encoder *publish.Encoder  // of the records of samples and counters; nil: they are thrown away
	Before  func(f Feed) Feed // gives what stands between the worker and the engine's feed; nil: nothing does
	Log     *slog.Logger      // nil: nothing is said
}

// New gives a pipeline whose conclusions go to out.
func New(cfg *settings.Config, out analytics.Outbox, o Options) (*Pipeline, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := cfg.Analytics
	a.Seed = [2]uint64{} // repeatable: nobody aims at the table of a replay
	engine, err := analytics.New(a, out)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	agents, err := collector.NewAgents(cfg.Agents)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{Engine: engine, accounts: &Accounts{Agents: agents, Engine: engine}}
	var to Feed = engine.Feed()
	if o.Before != nil {
		to = o.Before(to)
	}
	if o.Encoder == nil {
		o.Encoder = publish.New(cfg.Publish).Encoder()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p.Worker = NewWorker(agents, to, o.Encoder, func() int64 { return p.now }, o.Log)
	return p, nil
}

// Datagram takes a datagram, which is borrowed, at the time of its arrival. Time never goes back.
func (p *Pipeline) Datagram(d *collector.Datagram) {
	p.ticksBefore(d.Received)
	p.now, p.last = d.Received, d.Received
	p.Worker.Datagram(d)
}

// Finish lets the clock run on for a minute and ends what is open then.
func (p *Pipeline) Finish() {
	p.ticksBefore(p.last + runOn)
	p.Engine.Finish(p.now, flow.EndTelemetryLost)
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
	p.Worker.Flush()
	silent := p.next
	for ; p.next <= at; p.next += analytics.TickEvery {
		if at-silent > longSilence && p.next-silent > ticksAfter {
			p.next = at / analytics.TickEvery * analytics.TickEvery
		}
		p.now = p.next
		if p.next-p.last < deafAfter { // a gap between captures is nobody's silence
			p.accounts.Look(p.next)
		}
		p.Engine.Tick(p.next)
	}
}
