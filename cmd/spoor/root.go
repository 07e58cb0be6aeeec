package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"spoor/internal/app"
	"spoor/internal/app/settings"
	"spoor/internal/config"
	"spoor/internal/telemetry"
)

// Exit statuses (docs/interfaces.md).
const (
	exitDone   = 0
	exitFailed = 1 // failed while working, or cut off by a second signal
	exitUsage  = 2 // wrong use or configuration
)

// cli is one use of the program: its streams and environment, so that tests run
// the commands as they are.
type cli struct {
	in      io.Reader
	out     io.Writer // data
	err     io.Writer // all else
	environ []string
	started func(*app.Addresses) // called once run works; for tests

	cfg      settings.Config
	set      *config.Set
	file     string
	dump     bool
	leftover leftover
	setLevel func(telemetry.Level) // of the log
	working  bool                  // a command has begun its work: errors are no longer about its use
}

// errDumped ends a command that was only to show the configuration.
var errDumped = errors.New("configuration shown")

// run executes the command line and gives the exit status.
func (c *cli) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(append([]string{}, args...)) // nil would make it read those of the process
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil, errors.Is(err, errDumped):
		return exitDone
	case c.working:
		c.complain(err)
		return exitFailed
	}
	c.complain(err)
	return exitUsage
}

// complain writes an error, each part of a joined one on a line of its own.
func (c *cli) complain(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(c.err, "spoor: %s\n", line)
	}
}

// oneFile wants at least one file.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s: a FILE is wanted (see %q)", cmd.CommandPath(), cmd.CommandPath()+" --help")
	}
	return nil
}

// getenv is os.Getenv on the cli's environment.
func (c *cli) getenv(name string) string {
	for _, e := range c.environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// root makes the command tree. Every setting is a flag of every command.
func (c *cli) root() *cobra.Command {
	c.cfg = settings.DefaultConfig()
	c.set = c.cfg.Keys()
	root := &cobra.Command{
		Use:   "spoor",
		Short: "Follow elephant flows through a leaf-spine fabric",
		Long: "spoor takes sFlow v5 from switches and works out the path of each flow and which flows\n" +
			"(elephants, RFC 7424's large flows) take more than their share of a link.",
		Version:       telemetry.ReadBuild().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.wanted(cmd, "a command")
		},
	}
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetFlagErrorFunc(c.flagError)
	root.SetVersionTemplate("spoor {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVarP(&c.file, "config", "c", c.getenv("SPOOR_CONFIG"), "the `file` of settings, YAML")
	flags.BoolVar(&c.dump, "dump-config", false, "print the settings in effect and where each comes from, then end")
	c.set.Bind(flags)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { c.showHelp(cmd) })
	root.SetHelpCommand(c.helpCommand())
	group := func(title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: title, Title: title})
		for _, cmd := range commands {
			cmd.GroupID = title
		}
		root.AddCommand(commands...)
	}
	group("To try it", c.demoCommand(), c.simulateCommand())
	group("To run it", c.runCommand(), c.checkCommand(), c.topicsCommand(), c.healthCommand())
	group("To ask what it knows", c.tailCommand(), c.flowsCommand(), c.explainCommand(), c.topologyCommand(), c.doctorCommand())
	group("To look at what was recorded", c.replayCommand(), c.decodeCommand())
	group("Else", c.versionCommand(), c.completionCommand(), c.manCommand())
	root.SetHelpCommandGroupID("Else")
	return root
}

// flagError says where the flags are listed, and which was most likely meant.
func (c *cli) flagError(cmd *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return fmt.Errorf("--%s: %q is no %s", bad.GetFlag().Name, bad.GetValue(), valueForm(bad.GetFlag().Value.Type()))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if n := config.Nearest(unknown.GetSpecifiedName(), names); n != "" && unknown.GetSpecifiedShortnames() == "" {
		return fmt.Errorf("%w: did you mean --%s?", err, n)
	}
	return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
}

// valueForm says what a flag of a type is given, with an example.
func valueForm(kind string) string {
	switch kind {
	case "uint16":
		return "number from 0 to 65535"
	case "int":
		return "whole number such as 10"
	case "duration":
		return "duration: write it like 90s, 1m30s or 24h"
	case "bool":
		return "choice of true and false"
	}
	return kind
}

// noArguments refuses words behind a command that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if strings.HasSuffix(args[0], ".yaml") || strings.HasSuffix(args[0], ".yml") {
		return fmt.Errorf("%s takes no arguments, but got %q: for settings from a file write -c %s", cmd.CommandPath(), args[0], args[0])
	}
	return fmt.Errorf("%s takes no arguments, but got %q: see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
}

// command wraps a command's work: settings are loaded first, whose errors are
// wrong use, and then errors are failures of the work.
func (c *cli) command(work func(cmd *cobra.Command, args []string, log *slog.Logger) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		log, err := c.load()
		if err != nil {
			return err
		}
		return work(cmd, args, log)
	}
}

// load reads the settings and gives the logger.
func (c *cli) load() (*slog.Logger, error) {
	warnings, err := c.cfg.Load(c.set, settings.Sources{File: c.file, Environ: c.environ})
	if err != nil {
		return nil, err
	}
	if c.dump {
		return nil, errors.Join(c.set.Dump(c.out), errDumped)
	}
	log, setLevel := telemetry.NewAdjustable(c.err, c.cfg.Log)
	c.setLevel = setLevel
	for _, w := range warnings {
		log.Warn("a setting is not used", "warning", w)
	}
	return log, nil
}

// terminal reports whether w is one, and its width.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile {
		return 0, false
	}
	return terminalWidth(int(f.Fd()))
}
