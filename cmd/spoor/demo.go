package main

import (
	"cmp"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"spoor/fabric"
	"spoor/internal/app/demo"
	"spoor/internal/config"
	"spoor/internal/telemetry"
)

// demoLimit bounds a demo that nobody ends: the truth is kept in memory.
const demoLimit = time.Hour

func (c *cli) demoCommand() *cobra.Command {
	f := demoFabric()
	cmd := &cobra.Command{
		Use:   "demo [--duration 1m]",
		Short: "Show it all at work on a simulated fabric",
		Long: "demo runs a simulated fabric and the collector in one process. The fabric's switches send real sFlow\n" +
			"datagrams over loopback UDP; paths and elephants appear on the terminal, on an embedded Kafka broker and in\n" +
			"/metrics. At the end, on Ctrl-C or after --duration, it compares what was found with what truly happened.\n" +
			"It needs no network, takes free ports where the usual ones are taken, and leaves nothing behind.",
		Example: "  spoor demo                                            # until Ctrl-C\n" +
			"  spoor demo --duration 40s --event drain:spine1@20s    # a spine is taken out after 20 s\n" +
			"  spoor demo --spines 4 --leaves 16 --flows 2000        # a larger fabric\n" +
			"  spoor demo --vxlan --elephants 25%@5s                 # one elephant, in tunnels",
		Annotations: map[string]string{fabricFlag: "duration spines leaves hosts flows elephants event vxlan seed"},
		Args:        noArguments,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	set := fabricFlags(&f)
	set.Bind(flags)
	_ = flags.MarkHidden("start") // a demo begins now
	cmd.RunE = c.command(func(cmd *cobra.Command, _ []string, log *slog.Logger) error {
		if err := set.Flags(); err != nil {
			return err
		}
		if f.Duration > demoLimit {
			return errors.New("--duration: a demo lasts at most 1h: use spoor simulate and spoor run for more")
		}
		f.Duration = cmp.Or(f.Duration, demoLimit)
		if err := demo.CheckFabric(f); err != nil {
			return err
		}
		if c.set.Origin("log.level") == config.FromDefault {
			quiet := c.cfg.Log
			quiet.Level = telemetry.LevelWarn
			log = telemetry.NewLogger(c.err, quiet)
		}
		c.working = true
		// A terminal or a pipe that goes away must not leave files behind.
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP, syscall.SIGPIPE)
		defer stop()
		_, onTerminal := terminal(c.out)
		err := demo.Run(ctx, demo.Options{
			App: c.cfg, Fabric: f, Out: c.out, Log: log, Build: telemetry.ReadBuild(), Zone: time.Local,
			Width: func() int {
				width, _ := terminal(c.out)
				return width
			},
			Colour:  onTerminal && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb",
			Program: programName(os.Args[0]),
			Temp:    c.leftover.add,
		})
		if errors.Is(err, syscall.EPIPE) {
			return nil // whoever read this has seen enough
		}
		return err
	})
	return cmd
}

// demoFabric is the default fabric with elephants that come early.
func demoFabric() fabric.Config {
	f := fabric.DefaultConfig()
	f.Duration = demoLimit
	f.Elephants = []fabric.Elephant{
		{Share: 0.30, Start: 2 * time.Second, Duration: 20 * time.Second, Every: time.Minute},
		{Share: 0.20, Start: 5 * time.Second, Duration: 30 * time.Second, Every: time.Minute},
		{Share: 0.15, Start: 8 * time.Second, Duration: 40 * time.Second, Every: time.Minute},
	}
	return f
}

// programName is how to call this program again: "go run" hides what it built.
func programName(path string) string {
	if strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ./cmd/spoor"
	}
	return path
}

// leftover is a directory to remove if the program must end at once.
type leftover struct{ dir atomic.Pointer[string] }

func (l *leftover) add(dir string) { l.dir.Store(&dir) }

func (l *leftover) remove() {
	if dir := l.dir.Load(); dir != nil {
		_ = os.RemoveAll(*dir)
	}
}
