// Package app is the running collector. It puts the rooms together, and is the only
// one that knows them all: it binds, starts and stops them, beats the engine's clock,
// and takes new configurations over.
package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/forward"
	"spoor/docs"
	"spoor/internal/app/budget"
	"spoor/internal/app/health"
	"spoor/internal/app/keeper"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/series"
	"spoor/internal/app/settings"
	"spoor/internal/broker"
	"spoor/internal/lifecycle"
	"spoor/internal/telemetry"
	"spoor/publish"
	"spoor/publish/file"
	"spoor/publish/kafka"
	"spoor/publish/post"
	"spoor/web"
	picture "spoor/web/live"
	"spoor/web/scene"
)

// Deadlines of the parts of Run once they are told to stop, in that order.
const (
	stopCollector = 5 * time.Second
	stopForward   = 5 * time.Second
	stopEngine    = 15 * time.Second // the last tick: half a second of a core where somebody invents agents
	stopPublisher = 5 * time.Second  // to deliver what is queued
	stopFabric    = 20 * time.Second // to write what was learned, megabytes where somebody invents agents
	stopBroker    = 20 * time.Second // to write its state to a slow disk
	stopPosts     = 3 * time.Second  // to post the last alerts
	stopWeb       = 3 * time.Second
	stopSlack     = 5 * time.Second // beyond a part's own deadline
)

// embeddedRetention bounds each partition of a topic on the embedded broker.
const embeddedRetention = 16 << 20

// RunOptions are what Run needs beside its configuration.
type RunOptions struct {
	Log     *slog.Logger
	Getenv  func(string) string // for the places of the data directory and of the service manager
	Build   telemetry.Build
	Notice  func(line string) // takes lines for the person who started the program
	Program string            // how to call this program, for hints; "" is spoor
	Started func(*Addresses)  // where set, called once everything works
	Watch   analytics.Outbox  // where set, hears what the engine concludes as well
	Reload  Reloading
}

// Addresses are where a running program can be reached.
type Addresses struct {
	UDP     netip.AddrPort
	HTTP    netip.AddrPort // zero if there is none
	Brokers []string       // that are published to
}

// runner is the collector at work.
type runner struct {
	cfg    *settings.Config
	o      RunOptions
	log    *slog.Logger
	limit  *slog.Logger // throttled
	begin  time.Time
	isOpen []io.Closer // to be closed, the last first, if the start fails

	collector *collector.Collector
	agents    *collector.Agents
	forward   *forward.Forwarder
	workers   []*pipeline.Worker
	pub       *publish.Publisher
	poster    *post.Poster
	kafka     *kafka.Sink
	files     *file.Sink // nil without output.dir
	broker    *broker.Broker
	engine    *analytics.Engine
	beat      *heartbeat
	elephants *series.Elephants
	discards  *pipeline.Discards
	reloader  *reloader
	web       *web.Server
	live      *picture.Live
	examiner  *health.Examiner // with live
	registry  *telemetry.Registry
	held      io.Closer // the data directory; nil if there is none
	receiving atomic.Bool
	stranded  int64 // bytes in a spool that is not used
}

// Run is the collector: it receives, analyses and publishes until ctx ends,
// then flushes and returns nil. All ports are bound before anything else is
// begun, so that a busy one leaves nothing behind.
func Run(ctx context.Context, cfg *settings.Config, o RunOptions) error {
	r := &runner{cfg: cfg, o: o, log: o.Log, limit: telemetry.Throttled(o.Log, 10*time.Second), begin: time.Now()}
	r.reloader = newReloader(r, &r.o.Reload)
	if err := r.build(ctx); err != nil {
		r.abandon()
		return err
	}
	r.notices()
	var g lifecycle.Group
	r.parts(&g)
	defer context.AfterFunc(ctx, func() { r.tell(lifecycle.Stopping) })()
	err := g.Run(ctx)
	r.farewell()
	if r.held != nil {
		err = errors.Join(err, r.held.Close())
	}
	return err
}

// tell tells the service manager, if it started us, how we are.
func (r *runner) tell(state string) {
	if r.o.Getenv == nil {
		return
	}
	if err := lifecycle.Tell(r.o.Getenv("NOTIFY_SOCKET"), state); err != nil {
		r.log.Warn("the service manager cannot be told how we are", "error", err)
	}
}

// build binds, opens and makes everything; nothing moves yet.
func (r *runner) build(ctx context.Context) error {
	if err := r.bind(ctx); err != nil {
		return err
	}
	if dir, err := r.cfg.StateDir(r.o.Getenv); err == nil {
		if r.held, err = keeper.Hold(dir); err != nil {
			return err
		}
		r.isOpen = append(r.isOpen, r.held)
	}
	sinks, err := r.sinks()
	if err != nil {
		return err
	}
	r.pub = publish.New(r.cfg.Publish, sinks...)
	posts := r.cfg.Post
	posts.Collector, posts.ExternalURL = r.cfg.Publish.Collector, r.cfg.Publish.ExternalURL
	r.poster = post.New(posts, r.log)
	a := r.cfg.Analytics
	a.Seed = randomSeed()
	a.Flows.Max = budget.Flows(a.Flows.Max, r.log)
	alerts, fabric := r.keepers()
	if fabric != nil {
		a.Topology.Memory = fabric.Load()
	}
	if alerts != nil {
		a.Journal = alerts.Load()
	}
	r.elephants, r.discards = series.NewElephants(r.outbox()), pipeline.NewDiscards()
	if r.engine, err = analytics.New(a, r.elephants); err != nil {
		return err
	}
	r.beat = newHeartbeat(r.engine, r.agents, r.collector)
	r.beat.alerts, r.beat.fabric = alerts, fabric
	for range r.collector.Workers() {
		w := pipeline.NewWorker(r.agents, r.engine.Feed(), r.pub.Encoder(), r.collector.Now, r.limit)
		w.Forward(r.forward.Sender())
		w.Count(r.discards)
		r.workers = append(r.workers, w)
	}
	r.instruments()
	if r.live != nil {
		return r.showPage()
	}
	return nil
}

// keepers give what keeps the alerts that are up and the learned fabric on disk; nil
// where there is no place for it, or nothing is learned.
func (r *runner) keepers() (*keeper.Alerts, *keeper.Fabric) {
	dir, err := r.cfg.StateDir(r.o.Getenv)
	if err != nil {
		return nil, nil
	}
	alerts := keeper.NewAlerts(dir, r.limit)
	if !r.cfg.Analytics.Topology.Learn {
		return alerts, nil
	}
	return alerts, keeper.NewFabric(dir, r.limit)
}

// outbox is the publisher, with whom else listens.
func (r *runner) outbox() analytics.Outbox {
	var out analytics.Outbox = posted{r.pub, r.poster, r.limit}
	if r.cfg.HTTP.Listen != "" {
		r.live = picture.New(scene.Head{Collector: r.cfg.Publish.Collector, Version: r.o.Build.Version})
		out = &tee{out, r.live}
	}
	if r.o.Watch == nil {
		return out
	}
	return &tee{out, r.o.Watch}
}

// bind takes the ports.
func (r *runner) bind(ctx context.Context) (err error) {
	if r.agents, err = collector.NewAgents(r.cfg.Agents); err != nil {
		return err
	}
	r.collector, err = collector.New(r.cfg.Listen, r.log, func(i int) collector.Handler { return r.workers[i] })
	if err != nil {
		return err
	}
	if err := r.collector.Listen(); err != nil {
		return err
	}
	r.isOpen = append(r.isOpen, r.collector)
	own := r.collector.Addrs()[0]
	if r.forward, err = forward.New(r.cfg.Forward, r.limit, func(to netip.AddrPort) bool { return listensAt(own, to) }); err != nil {
		return err
	}
	r.registry = telemetry.NewRegistry(r.o.Build)
	r.registry.Describe(docs.Metrics())
	r.cfg.HTTP.Host = hostOf(r.cfg.Publish.ExternalURL)
	r.web = web.New(r.cfg.HTTP, r.log, r.registry.WritePrometheus)
	if err := r.web.Listen(ctx); err != nil {
		return err
	}
	r.isOpen = append(r.isOpen, r.web)
	return nil
}

// sinks gives where the messages go: Kafka, that of the user or the embedded
// one, and files.
func (r *runner) sinks() ([]publish.Sink, error) {
	k := r.cfg.Kafka.Config
	k.Logger = r.limit
	if len(k.Brokers) == 0 {
		dir, err := r.cfg.StateDir(r.o.Getenv)
		if err != nil {
			return nil, err
		}
		b := broker.DefaultConfig()
		b.Dir, b.RetentionBytes = filepath.Join(dir, "broker"), cmp.Or(k.RetentionBytes, embeddedRetention)
		b.SegmentBytes = min(b.SegmentBytes, b.RetentionBytes/4)
		b.Log = r.limit
		if r.broker, err = broker.Start(b); err != nil {
			return nil, err
		}
		r.isOpen = append(r.isOpen, r.broker)
		k.Brokers, k.RetentionBytes = []string{r.broker.Addr()}, b.RetentionBytes
	} else if dir, err := r.cfg.StateDir(r.o.Getenv); err != nil {
		r.log.Warn("no spool: what Kafka does not take in time is lost", "error", err)
	} else {
		r.cfg.Publish.Spool.Dir = filepath.Join(dir, "spool")
		k.Registry.CacheFile = filepath.Join(dir, "registry.json")
	}
	r.strand()
	k.BoundBlocks(&r.cfg.Publish)
	r.cfg.Kafka.Brokers = k.Brokers
	var err error
	if r.kafka, err = kafka.New(k); err != nil {
		return nil, err
	}
	sinks := []publish.Sink{r.kafka}
	if r.cfg.Output.Dir != "" {
		if r.files, err = file.Append(r.cfg.Output.Dir, r.cfg.Output.MaxBytes); err != nil {
			return nil, err
		}
		sinks = append(sinks, r.files)
	}
	return sinks, nil
}

// abandon closes what build opened.
func (r *runner) abandon() {
	for _, v := range slices.Backward(r.isOpen) {
		if err := v.Close(); err != nil {
			r.log.Warn("what the failed start had opened cannot be closed", "error", err)
		}
	}
}

// parts adds everything in the order of its start: who is written to before who writes.
func (r *runner) parts(g *lifecycle.Group) {
	g.Add(lifecycle.Part{Name: "http", Run: r.web.Run, Ready: r.web.Ready(), StopTimeout: stopWeb})
	if r.broker != nil {
		g.Add(lifecycle.Part{Name: "embedded broker", StopTimeout: stopBroker, Run: func(ctx context.Context) error {
			<-ctx.Done()
			return r.broker.Close()
		}})
	}
	if fabric := r.beat.fabric; fabric != nil {
		g.Add(lifecycle.Part{Name: "keeping the fabric", StopTimeout: stopFabric, Run: func(ctx context.Context) error {
			<-ctx.Done()
			fabric.Wait()
			return nil
		}})
	}
	g.Add(lifecycle.Part{Name: "publisher", StopTimeout: stopPublisher + stopSlack, Run: func(ctx context.Context) error {
		return r.pub.Run(ctx, stopPublisher)
	}})
	w := &losses{log: r.log, stats: r.pub.Stats, spool: r.pub.SpoolState}
	g.Add(lifecycle.Part{Name: "losses", Run: w.run, StopTimeout: stopSlack})
	g.Add(lifecycle.Part{Name: "alert posts", StopTimeout: stopPosts + stopSlack, Run: func(ctx context.Context) error {
		return r.poster.Run(ctx, stopPosts)
	}})
	g.Add(lifecycle.Part{Name: "configuration", Run: r.reloader.run, StopTimeout: stopSlack})
	g.Add(lifecycle.Part{Name: "forward", Run: r.forward.Run, StopTimeout: stopForward})
	if r.live != nil {
		g.Add(lifecycle.Part{Name: "live page", Run: r.live.Run, StopTimeout: stopSlack})
		g.Add(lifecycle.Part{Name: "doctor", Run: r.examiner.Run, StopTimeout: health.ExamineTimeout + stopSlack})
	}
	g.Add(lifecycle.Part{Name: "analytics", Run: r.beat.run, Ready: r.beat.ready, StopTimeout: stopEngine})
	g.Add(lifecycle.Part{Name: "collector", Run: r.receive, StopTimeout: stopCollector})
}

// receive runs the readers; after them the workers hand over what is open.
func (r *runner) receive(ctx context.Context) error {
	r.receiving.Store(true)
	defer r.receiving.Store(false)
	r.tell(lifecycle.Ready)
	if r.o.Started != nil {
		r.o.Started(&Addresses{UDP: r.collector.Addrs()[0], HTTP: r.web.Addr(), Brokers: r.cfg.Kafka.Brokers})
	}
	err := r.collector.Run(ctx)
	for _, w := range r.workers {
		w.Close()
	}
	return err
}
