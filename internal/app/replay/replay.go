// Package replay sends recorded datagrams through the pipeline: to publish what
// comes of them as if they arrived now (Run), to count what other settings would have
// caused (WhatIf), and to explain a flow or an alert of theirs (Explain).
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/telemetry"
	"spoor/publish"
	"spoor/publish/file"
	"spoor/publish/kafka"
	"spoor/topology"
)

// drainTime is what the publisher has at the end to deliver what is queued.
const drainTime = time.Minute

// Options say what to replay and how.
type Options struct {
	Files   []string // pcap or pcapng; "-" is standard input
	Port    uint16   // UDP destination port
	Speed   float64  // times as recorded; 0 = flat out
	Known   string   // file of what was learned before, "" = nothing
	Learned string   // file in which to keep what is learned, "" = none
	// Patience is how long Kafka may take to answer at first, on the wall; 0 = 10 s.
	Patience time.Duration
	// Progress, where set, is called now and then with the bytes read of the
	// files and their size, 0 if unknown.
	Progress func(read, total int64)
}

// replay is one replay under way: the pipeline, what it reads and where its results go.
type replay struct {
	o      Options
	reader *capture.Reader
	pub    *publish.Publisher
	kafka  *kafka.Sink // nil without kafka.brokers; else the publisher's first sink
	files  *file.Sink  // nil without output.dir
	obs    *observer
	wall   time.Time
	*pipeline.Pipeline
}

// Run sends recorded datagrams through the pipeline. Where the captures end
// in damage, the summary comes with the error, and the results up to there stand.
func Run(ctx context.Context, cfg *settings.Config, o Options, log *slog.Logger) (*Summary, error) {
	begin := time.Now()
	reader, err := capture.Open(o.Files, capture.Options{Port: o.Port})
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }() // read only: nothing is lost
	r := &replay{o: o, reader: reader}
	if err := r.prepare(cfg, log); err != nil {
		return nil, err
	}
	stop := r.giveUpWith(ctx)
	defer stop()
	failed := r.reach(ctx)
	if failed == nil {
		failed = r.run(ctx)
	}
	if o.Progress != nil {
		o.Progress(reader.Progress())
	}
	s, err := r.finish(ctx, failed)
	if s != nil {
		s.Seconds = float64(time.Since(begin).Round(time.Millisecond)) / float64(time.Second)
	}
	return s, err
}

// prepare makes the pipeline and starts the publisher.
func (r *replay) prepare(cfg *settings.Config, log *slog.Logger) error {
	if r.o.Known != "" {
		known, err := topology.LoadMemory(r.o.Known)
		if err != nil {
			return err
		}
		with := *cfg
		with.Analytics.Topology.Memory = known
		cfg = &with
	}
	c := cfg.Publish
	c.Wait = true
	if len(cfg.Kafka.Brokers) > 0 {
		cfg.Kafka.BoundBlocks(&c)
	}
	c.Restamp = true // by the age of an old capture brokers would delete its records at once
	sinks, err := r.sinks(cfg, log)
	if err != nil {
		return err
	}
	r.pub = publish.New(c, sinks...)
	r.obs = newObserver(r.pub)
	r.Pipeline, err = pipeline.New(cfg, r.obs, pipeline.Options{Encoder: r.pub.Encoder(), Before: r.obs.before, Log: telemetry.Throttled(log, 10*time.Second)})
	if err != nil {
		return errors.Join(err, r.abort())
	}
	if err := r.pub.Start(); err != nil {
		return errors.Join(err, r.abort())
	}
	return nil
}

// run reads to the end of the captures, which is no error.
func (r *replay) run(ctx context.Context) error {
	var d collector.Datagram
	for n := 0; ; n++ {
		err := r.reader.Next(&d)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n%64 == 0 || r.o.Speed > 0 {
			if err := r.pace(ctx, d.Received); err != nil {
				return err
			}
		}
		r.obs.saw(d.Received)
		r.Datagram(&d)
	}
}

// pace shows the progress and waits for the wall where a speed was asked for.
func (r *replay) pace(ctx context.Context, at int64) error {
	if r.o.Progress != nil {
		r.o.Progress(r.reader.Progress())
	}
	if r.o.Speed <= 0 || r.obs.first == 0 {
		if r.wall.IsZero() {
			r.wall = time.Now()
		}
		return ctx.Err()
	}
	due := r.wall.Add(time.Duration(float64(at-r.obs.first) / r.o.Speed))
	if wait := time.Until(due); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	return ctx.Err()
}

// finish lets the clock run on, ends what is open and puts the files in place.
// failed is why reading ended early; only damage of a capture leaves results.
func (r *replay) finish(ctx context.Context, failed error) (*Summary, error) {
	damaged := &capture.Error{}
	keep := failed == nil || errors.As(failed, &damaged) && r.obs.last != 0
	if keep {
		r.Finish()
	}
	r.Worker.Close()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := r.pub.Close(end); err != nil {
		return nil, errors.Join(failed, err, r.abort())
	}
	var counts pipeline.Tally
	r.Worker.AddTo(&counts)
	captured := r.reader.Stats()
	s := newSummary(&captured, &counts, r.obs)
	st := r.Engine.Stats()
	s.Agents, s.Links, s.Hosts = st.Agents, st.Links, st.Hosts
	if err := s.nothingRead(r.o.Files[0]); keep && err != nil {
		keep, failed = false, errors.Join(err, failed)
	}
	if !keep {
		if errors.Is(failed, context.Canceled) {
			failed = fmt.Errorf("stopped after %d datagrams: nothing was written", s.Datagrams)
		}
		return nil, errors.Join(failed, r.abort())
	}
	if r.o.Learned != "" {
		if err := r.Engine.Remember().Save(r.o.Learned); err != nil {
			return nil, errors.Join(failed, err, r.abort())
		}
	}
	if r.files != nil {
		if err := r.files.Commit(); err != nil {
			return nil, errors.Join(failed, err)
		}
	}
	return s, errors.Join(failed, r.undelivered())
}
