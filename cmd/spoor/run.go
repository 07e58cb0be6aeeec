package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"spoor/internal/app"
	"spoor/internal/app/settings"
	"spoor/internal/telemetry"
)

func (c *cli) runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [-c spoor.yaml]",
		Short: "Collect sFlow, follow the flows, publish",
		Long: "run receives sFlow v5 over UDP and publishes flow records, paths, elephants and the topology to Kafka.\n" +
			"Without kafka.brokers it starts an embedded broker, for evaluation. SIGINT and SIGTERM flush and end it\n" +
			"with status 0; a second signal ends it at once with status 1. SIGHUP makes it read its configuration again.",
		Example: "  spoor run                                                # to try it: with a broker of its own\n" +
			"  spoor run --kafka.brokers kafka1:9092,kafka2:9092 --listen.allow 10.255.0.0/16\n" +
			"  spoor run -c /etc/spoor/spoor.yaml",
		Annotations: map[string]string{
			foremost: "config dump-config listen.address listen.allow kafka.brokers kafka.required output.dir data_dir elephants.share topology.speeds alerts.alertmanagers http.listen log.level",
			heeds:    allSettings,
		},
		Args: noArguments,
	}
	cmd.RunE = c.command(func(cmd *cobra.Command, _ []string, log *slog.Logger) error {
		c.working = true
		hup := make(chan os.Signal, 1)
		signal.Notify(hup, syscall.SIGHUP)
		defer signal.Stop(hup)
		return app.Run(cmd.Context(), &c.cfg, app.RunOptions{
			Log: log, Getenv: c.getenv, Build: telemetry.ReadBuild(), Notice: c.notice(log), Started: c.started,
			Program: programName(os.Args[0]),
			Reload:  app.Reloading{Asked: hup, Set: c.set, Load: c.reread, Level: c.setLevel},
		})
	})
	return cmd
}

// reread reads all settings again, from the file, the environment and the flags of the start.
func (c *cli) reread() (*app.Reloaded, error) {
	cfg := settings.DefaultConfig()
	set := cfg.Keys()
	set.AdoptFlags(c.set)
	warnings, err := cfg.Load(set, settings.Sources{File: c.file, Environ: c.environ})
	if err != nil {
		return nil, err
	}
	return &app.Reloaded{Config: &cfg, Set: set, Warnings: warnings}, nil
}

// notice gives what shows a line to the person who started the program: on
// stderr, as a log line where those are JSON and somebody parses them.
func (c *cli) notice(log *slog.Logger) func(string) {
	if c.cfg.Log.Format == telemetry.FormatJSON {
		return func(line string) { log.Info("notice", "text", line) }
	}
	return func(line string) { fmt.Fprintf(c.err, "spoor: %s\n", line) }
}
