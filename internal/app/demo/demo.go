package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"spoor/fabric"
	"spoor/internal/app"
	"spoor/internal/app/settings"
	"spoor/internal/telemetry"
	"spoor/publish"
)

// Options say what the demo shows and where.
type Options struct {
	App     settings.Config // elephants and http count; ports, broker and directory are the demo's own
	Fabric  fabric.Config   // Start and Truth are set here
	Out     io.Writer
	Width   func() int // columns of the terminal, 0 = Out is none
	Colour  bool
	Program string // how this program is called: "spoor"
	Log     *slog.Logger
	Build   telemetry.Build
	Zone    *time.Location
	Temp    func(dir string) // where set, hears of the directory that must not be left behind
}

// patience bounds the wait for the last datagrams to be read.
const patience = time.Second

// show is a demo at work.
type show struct {
	o      Options
	cfg    settings.Config
	dir    string
	where  *app.Addresses
	fabric *fabric.Fabric
	sender *fabric.Sender
	ran    time.Duration // that the fabric was given
	oracle oracle
	watch  *watch
	events *publish.Publisher // of what is watched
	tell   *narrator
}

// CheckFabric reports a fabric that cannot be; nothing is begun.
func CheckFabric(cfg fabric.Config) error {
	_, err := fabric.New(cfg)
	return err
}

// Run shows the demo until the fabric's duration is over or ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	s := &show{o: o}
	if s.dir, err = os.MkdirTemp("", "spoor-demo-"); err != nil {
		return err
	}
	if o.Temp != nil {
		o.Temp(s.dir)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.cfg, err = s.config(ctx); err != nil {
		return err
	}
	if s.watch, err = newWatch(s.dir); err != nil {
		return err
	}
	s.events = publish.New(s.cfg.Publish, s.watch)
	if err := s.events.Start(); err != nil {
		return err
	}
	s.tell = newNarrator(&s.o, &s.oracle, s.watch)
	if err := s.perform(ctx); err != nil {
		return err
	}
	return s.verdict()
}

// config is the collector's: the settings that matter, and ports that are free.
func (s *show) config(ctx context.Context) (settings.Config, error) {
	cfg := settings.DefaultConfig()
	cfg.Analytics.Elephants = s.o.App.Analytics.Elephants
	cfg.Publish.Collector = s.o.App.Publish.Collector
	cfg.DataDir = s.dir
	cfg.Listen.Address = "127.0.0.1:0"
	cfg.Listen.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	cfg.Kafka.RetentionBytes = 1 << 20
	if cfg.HTTP = s.o.App.HTTP; cfg.HTTP.Listen == "" {
		cfg.HTTP.Listen = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", cfg.HTTP.Listen)
	if err == nil {
		return cfg, l.Close()
	}
	if host, _, bad := net.SplitHostPort(cfg.HTTP.Listen); bad == nil && errors.Is(err, syscall.EADDRINUSE) {
		cfg.HTTP.Listen = net.JoinHostPort(host, "0")
		return cfg, nil
	}
	return cfg, fmt.Errorf("http.listen: %w", err)
}

// perform runs the collector and, while it works, the fabric.
func (s *show) perform(ctx context.Context) error {
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	started := make(chan *app.Addresses, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- app.Run(own, &s.cfg, app.RunOptions{
			Log: s.o.Log, Build: s.o.Build, Notice: func(string) {}, Watch: s.events,
			Getenv:  func(string) string { return "" },
			Started: func(a *app.Addresses) { started <- a },
		})
	}()
	select {
	case err := <-ended:
		return errors.Join(err, s.events.Close(ctx))
	case s.where = <-started:
	}
	err := s.act(ctx, ended)
	stop()
	return errors.Join(err, <-ended, s.events.Close(own), s.watch.close())
}

// act runs the fabric until it is over, or ctx, or the collector is.
func (s *show) act(ctx context.Context, ended chan error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cfg := s.o.Fabric
	cfg.Start, cfg.Truth = time.Now().UnixNano(), true
	var err error
	if s.fabric, err = fabric.New(cfg); err != nil {
		return err
	}
	if s.sender, err = fabric.NewSender(ctx, s.where.UDP, cfg.Start); err != nil {
		return err
	}
	s.tell.introduce(s.where, &cfg)
	told, over := make(chan struct{}), make(chan error, 1)
	go func() {
		s.tell.run(ctx, stop)
		close(told)
	}()
	go func() {
		err := s.fabric.Run(ctx, fabric.SinkFunc(s.datagram))
		if ctx.Err() != nil {
			err = nil
		}
		over <- errors.Join(err, s.sender.Close())
	}()
	select {
	case err = <-over:
	case err = <-ended: // the collector failed
		ended <- err
		stop()
		err = errors.Join(err, <-over)
	}
	s.ran = time.Since(time.Unix(0, cfg.Start))
	s.oracle.settle(s.fabric.Truth())
	if ctx.Err() == nil {
		s.tell.gauges.await(ctx, s.fabric.Stats().Datagrams)
	}
	stop()
	<-told
	return errors.Join(err, s.tell.screen.err)
}

// datagram sends one, and answers the narrator's questions from the goroutine
// that may ask the fabric.
func (s *show) datagram(d *fabric.Datagram) error {
	s.oracle.answer(s.fabric)
	return s.sender.Datagram(d)
}
