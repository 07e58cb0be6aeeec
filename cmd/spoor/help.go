package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"spoor/internal/config"
)

// Annotations of a command, words with spaces between. Every command takes every setting, so that
// one file serves all; its help shows the few that people want first, and says where the rest is.
const (
	foremost   = "foremost" // settings that its help shows
	heeds      = "heeds"    // settings or their sections that it heeds besides, or all
	fabricFlag = "fabric"   // it simulates a fabric: the flags of that which its help shows
)

// allSettings is what a command heeds that uses all settings.
const allSettings = "all"

// Widths of help, in columns.
const (
	helpWidth    = 100 // without a terminal, and at most
	helpLeast    = 60
	flagColumn   = 36 // of what a flag means
	settingsHelp = "spoor help settings"
)

// showHelp writes the help of a command.
func (c *cli) showHelp(cmd *cobra.Command) {
	h := helpPage{w: cmd.OutOrStdout(), width: c.helpWidth()}
	h.text(cmp.Or(cmd.Long, cmd.Short+"."))
	h.title("Usage")
	use := cmd.UseLine()
	if cmd.HasSubCommands() {
		use = cmd.CommandPath() + " COMMAND [flags]"
	}
	fmt.Fprintf(h.w, "  %s\n", use)
	if cmd.Example != "" {
		h.title("Examples")
		fmt.Fprintln(h.w, cmd.Example)
	}
	if cmd.HasSubCommands() {
		h.commands(cmd)
		return
	}
	fabric := fabricNames(cmd)
	var own []*pflag.Flag
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !slices.Contains(fabric, f.Name) {
			own = append(own, f)
		}
	})
	h.list("Flags", own)
	h.list("Flags of the fabric", named(cmd.Flags(), cmd.Annotations[fabricFlag]))
	if len(fabric) > 0 {
		fmt.Fprintf(h.w, "\nAll %d, for what else a fabric can be and do: \"spoor help fabric\".\n", len(fabric))
	}
	h.list("Settings of most use", named(cmd.InheritedFlags(), cmd.Annotations[foremost]))
	h.rest(cmd.Annotations[heeds])
}

// named gives the flags of such names, in that order.
func named(set *pflag.FlagSet, names string) []*pflag.Flag {
	var list []*pflag.Flag
	for name := range strings.FieldsSeq(names) {
		list = append(list, set.Lookup(name))
	}
	return list
}

// fabricNames gives the flags of a command that describe a simulated fabric.
func fabricNames(cmd *cobra.Command) []string {
	if cmd.Annotations[fabricFlag] == "" {
		return nil
	}
	f := demoFabric()
	keys := fabricFlags(&f).Keys()
	names := make([]string, len(keys))
	for i := range keys {
		names[i] = keys[i].Name
	}
	return names
}

func (c *cli) helpWidth() int {
	width, ok := terminal(c.out)
	if !ok {
		return helpWidth
	}
	return min(max(width, helpLeast), helpWidth)
}

// helpCommand makes "spoor help", which knows the settings too.
func (c *cli) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | settings [WORD] | fabric]",
		Short: "Help with a command, or with settings",
		Long:  "help tells of a command; of all settings, of those of a section, or of those that a word stands for; or of all that a simulated fabric can be.",
		Example: "  spoor help run\n" +
			"  spoor help settings             # all of them\n" +
			"  spoor help settings kafka.tls   # those of a section\n" +
			"  spoor help settings speed       # those that tell of speed\n" +
			"  spoor help fabric               # flags of demo and simulate",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == "settings" {
				return c.helpSettings(cmd.OutOrStdout(), strings.Join(args[1:], " "))
			}
			if len(args) == 1 && args[0] == "fabric" {
				return c.helpFabric(cmd.OutOrStdout())
			}
			about, left, err := cmd.Root().Find(args)
			switch {
			case err == nil && len(left) == 0:
				about.InitDefaultHelpFlag() // as --help does, which counts as a flag in the usage
				return about.Help()
			case err == nil && about.HasParent():
				return noCommand(about, left)
			}
			if len(args) == 1 && len(c.about(args[0])) > 0 {
				return c.helpSettings(cmd.OutOrStdout(), args[0])
			}
			return noCommand(cmd.Root(), args)
		},
	}
}

// helpSettings writes what settings there are, or those that a word stands for.
func (c *cli) helpSettings(w io.Writer, word string) error {
	keys := c.about(word)
	if len(keys) == 0 {
		names := make([]string, 0, 2*len(c.set.Keys()))
		for i := range c.set.Keys() {
			name := c.set.Keys()[i].Name
			section, _, _ := strings.Cut(name, ".")
			names = append(names, name, section)
		}
		if n := config.Nearest(word, names); n != "" {
			return fmt.Errorf("no setting tells of %q: did you mean %s?", word, n)
		}
		return fmt.Errorf("no setting tells of %q: %s lists them all", word, settingsHelp)
	}
	h := helpPage{w: w, width: c.helpWidth()}
	example := &keys[0]
	h.text(fmt.Sprintf("A setting is a flag of every command, a key of the file (-c), and a variable of the environment: --%s, %s, %s. "+
		"A flag wins over the environment, that over the file. Those marked * a running spoor takes anew when it is told to reload (SIGHUP).",
		example.Name, example.Name, example.Env()))
	section := ""
	for i := range keys {
		k := &keys[i]
		if s, _, _ := strings.Cut(k.Name, "."); i == 0 || s != section {
			fmt.Fprintln(w)
			section = s
		}
		live := " "
		if c.set.Live(k.Name) {
			live = "*"
		}
		kind := k.Value.Kind()
		if k.Value.Shape() != config.Scalar {
			kind += ",..."
		}
		def := strings.Join(k.Value.Items(), ",")
		if def != "" {
			def = "   default " + def
		}
		fmt.Fprintf(w, "%s --%s %s%s\n", live, k.Name, kind, def)
		h.indented(8, strings.ReplaceAll(k.Help, "`", ""))
	}
	return nil
}

// about gives the settings of a section or by name, else those with the word in their names, else in what they mean.
func (c *cli) about(word string) []config.Key {
	low := strings.ToLower(strings.TrimPrefix(word, "--"))
	for _, fits := range []func(k *config.Key) bool{
		func(k *config.Key) bool { return low == "" || k.Name == low || strings.HasPrefix(k.Name, low+".") },
		func(k *config.Key) bool { return k.Env() == word },
		func(k *config.Key) bool { return strings.Contains(k.Name, low) },
		func(k *config.Key) bool { return strings.Contains(strings.ToLower(k.Help), low) },
	} {
		var found []config.Key
		for _, k := range c.set.Keys() {
			if fits(&k) {
				found = append(found, k)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// helpFabric writes all flags of a simulated fabric.
func (c *cli) helpFabric(w io.Writer) error {
	f := demoFabric()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SortFlags = false
	fabricFlags(&f).Bind(flags)
	h := helpPage{w: w, width: c.helpWidth()}
	h.text("What a simulated fabric is and does, for spoor demo and spoor simulate (defaults are those of demo):")
	fmt.Fprintln(w)
	flags.VisitAll(func(f *pflag.Flag) { h.flag(f, false) })
	return nil
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
	return fmt.Errorf("unknown command %q: see %s --help", args[0], cmd.CommandPath())
}

// wanted shows the help of a command that is none without another, where errors go.
func (c *cli) wanted(cmd *cobra.Command, what string) error {
	cmd.SetOut(c.err)
	return errors.Join(cmd.Help(), errors.New(what+" is wanted"))
}
