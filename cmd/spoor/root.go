package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"spoor/internal/app"
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

	cfg      app.Config
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
	c.cfg = app.DefaultConfig()
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
			cmd.SetOut(c.err)
			return errors.Join(cmd.Help(), errors.New("a command is wanted"))
		},
	}
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetFlagErrorFunc(c.flagError)
	root.SetUsageTemplate(usageTemplate)
	root.SetVersionTemplate("spoor {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVarP(&c.file, "config", "c", c.getenv("SPOOR_CONFIG"), "configuration file (YAML)")
	flags.BoolVar(&c.dump, "dump-config", false, "print the configuration in effect and where it comes from, then end")
	c.set.Bind(flags)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		hideOthers(cmd)
		help(cmd, args)
	})
	root.AddCommand(c.runCommand(), c.checkCommand(), c.doctorCommand(), c.demoCommand(), c.simulateCommand(), c.replayCommand(), c.decodeCommand(), c.tailCommand(), c.topicsCommand(), c.topologyCommand(), c.explainCommand(), c.healthCommand(), c.versionCommand(), c.completionCommand(), c.manCommand())
	return root
}

// concerns is the annotation of a command that uses few of the settings: their
// sections or names, with spaces between. All are taken, so that one file serves all commands.
const concerns = "settings"

// hideOthers leaves out of the help what does not concern the command.
func hideOthers(cmd *cobra.Command) {
	list, some := cmd.Annotations[concerns]
	if !some {
		return
	}
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		f.Hidden = !slices.ContainsFunc(strings.Fields(list), func(s string) bool {
			return f.Name == s || strings.HasPrefix(f.Name, s+".")
		})
	})
}

// noCommand explains a word that is no command.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	if n := config.Nearest(args[0], names); n != "" {
		return fmt.Errorf("unknown command %q: did you mean %q?", args[0], n)
	}
	return fmt.Errorf("unknown command %q: see spoor --help", args[0])
}

// usageTemplate is cobra's, with the settings named as such, examples first, and lines that a terminal holds.
const usageTemplate = `Usage:
  {{if .Runnable}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND{{end}}
{{- if .HasExample}}

Examples:
{{.Example}}{{end}}
{{- if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}

"spoor COMMAND --help" says more, all settings included.{{end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalNonPersistentFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableInheritedFlags}}

Settings (in the file by the same names, in the environment as SPOOR_KAFKA_BROKERS):
{{.InheritedFlags.FlagUsagesWrapped 150 | trimTrailingWhitespaces}}{{end}}
`

// flagError says where the flags are listed, and which was most likely meant.
func (c *cli) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if n := config.Nearest(unknown.GetSpecifiedName(), names); n != "" && unknown.GetSpecifiedShortnames() == "" {
		return fmt.Errorf("%w: did you mean --%s?", err, n)
	}
	return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
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
	warnings, err := c.cfg.Load(c.set, app.Sources{File: c.file, Environ: c.environ})
	if err != nil {
		return nil, err
	}
	if c.dump {
		return nil, errors.Join(c.set.Dump(c.out), errDumped)
	}
	log, setLevel := telemetry.NewAdjustable(c.err, c.cfg.Log)
	c.setLevel = setLevel
	for _, w := range warnings {
		log.Warn("configuration", "warning", w)
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
