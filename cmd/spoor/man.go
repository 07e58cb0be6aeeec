package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"spoor/internal/telemetry"
)

func (c *cli) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Example: "  spoor man | man -l -",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.working = true
			_, err := c.out.Write(manual(cmd.Root()))
			return err
		},
	}
}

// manual makes spoor(1) from the commands as they are, for man(7)'s macros.
func manual(root *cobra.Command) []byte {
	var b bytes.Buffer
	p := page{&b}
	p.macro("TH", "SPOOR", "1", "", "spoor "+telemetry.ReadBuild().Version)
	p.macro("SH", "NAME")
	p.text("spoor - " + strings.ToLower(root.Short[:1]) + root.Short[1:])
	p.macro("SH", "SYNOPSIS")
	p.macro("B", "spoor")
	p.text("COMMAND [FLAGS] [ARGUMENTS]")
	p.macro("SH", "DESCRIPTION")
	p.text(root.Long)
	p.macro("SH", "COMMANDS")
	p.commands(root)
	p.macro("SH", "SETTINGS")
	p.text("Settings stand in a YAML file, in the environment as SPOOR_KAFKA_BROKERS, and on every command line as --kafka.brokers. " +
		"A flag wins over the environment, that over the file, that over the default.")
	p.flags(root.PersistentFlags())
	p.macro("SH", "EXIT STATUS")
	for _, s := range []struct{ status, meaning string }{
		{"0", "Done, or ended by a signal in order."}, {"1", "Failed while working."}, {"2", "Wrong use or configuration."},
	} {
		p.item(s.status, s.meaning)
	}
	p.macro("SH", "FILES")
	p.item("/etc/spoor/spoor.yaml", "The configuration that the service reads.")
	p.item("/var/lib/spoor", "What must survive a restart of the service.")
	return b.Bytes()
}

// page writes lines of roff.
type page struct{ *bytes.Buffer }

var roff = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `"`, `\(dq`)

// macro writes a request with its arguments.
func (p page) macro(name string, args ...string) {
	fmt.Fprintf(p, ".%s", name)
	for _, a := range args {
		fmt.Fprintf(p, ` "%s"`, roff.Replace(a))
	}
	p.WriteByte('\n')
}

// text writes running text; no line of it is taken for a request.
func (p page) text(s string) {
	for line := range strings.Lines(s) {
		line = roff.Replace(strings.TrimSpace(line))
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		p.WriteString(line + "\n")
	}
}

// item writes a name and what it means.
func (p page) item(name, meaning string) {
	p.macro("TP")
	p.macro("B", name)
	p.text(meaning)
}

// commands writes those below a command, each with its own flags.
func (p page) commands(parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if !cmd.IsAvailableCommand() {
			continue
		}
		p.macro("SS", strings.TrimPrefix(cmd.UseLine(), "spoor "))
		if p.text(cmd.Short + "."); cmd.Long != "" {
			p.macro("PP")
			p.text(cmd.Long)
		}
		if cmd.Example != "" {
			p.macro("PP")
			p.macro("EX")
			p.text(cmd.Example)
			p.macro("EE")
		}
		p.flags(cmd.LocalNonPersistentFlags())
		p.commands(cmd)
	}
}

// flags writes each flag with its default.
func (p page) flags(set *pflag.FlagSet) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue != "" && f.DefValue != "false" {
			usage += " (default " + f.DefValue + ")"
		}
		p.item(strings.TrimSpace(name+" "+kind), usage)
	})
}
