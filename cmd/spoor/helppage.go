package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpPage writes help in lines of at most so many columns.
type helpPage struct {
	w     io.Writer
	width int
}

func (h helpPage) title(name string) { fmt.Fprintf(h.w, "\n%s:\n", name) }

// text writes paragraphs.
func (h helpPage) text(s string) {
	for i, paragraph := range strings.Split(s, "\n\n") {
		if i > 0 {
			fmt.Fprintln(h.w)
		}
		h.indented(0, paragraph)
	}
}

// indented writes a paragraph so many columns from the left.
func (h helpPage) indented(by int, s string) {
	for _, line := range wrapped(s, h.width-by) {
		fmt.Fprintf(h.w, "%s%s\n", strings.Repeat(" ", by), line)
	}
}

// wrapped breaks a text between words.
func wrapped(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// commands lists those below a command, by what people want of them.
func (h helpPage) commands(parent *cobra.Command) {
	groups := parent.Groups()
	if len(groups) == 0 {
		groups = []*cobra.Group{{Title: "Commands"}}
	}
	for _, g := range groups {
		h.title(g.Title)
		for _, cmd := range parent.Commands() {
			if cmd.GroupID == g.ID {
				fmt.Fprintf(h.w, "  %-11s %s\n", cmd.Name(), cmd.Short)
			}
		}
	}
	fmt.Fprintf(h.w, "\n%q says more of one", parent.CommandPath()+" COMMAND --help")
	if !parent.HasParent() {
		fmt.Fprintf(h.w, ", %q tells of every setting", settingsHelp)
	}
	fmt.Fprintln(h.w, ".")
}

// list writes flags in short, if there are any.
func (h helpPage) list(title string, flags []*pflag.Flag) {
	if len(flags) == 0 {
		return
	}
	h.title(title)
	for _, f := range flags {
		h.flag(f, true)
	}
}

// flag writes one: in short its first sentence.
func (h helpPage) flag(f *pflag.Flag, short bool) {
	name, usage := flagUsage(f)
	if short {
		usage, _, _ = strings.Cut(usage, ". ")
		usage = strings.TrimSuffix(usage, ".")
	}
	if def := f.DefValue; def != "" && def != "false" && def != "0" && def != "[]" && f.Name != "config" {
		usage += " (default " + def + ")"
	}
	lead := "      "
	if f.Shorthand != "" {
		lead = "  -" + f.Shorthand + ", "
	}
	head := lead + name
	lines := wrapped(usage, h.width-flagColumn)
	if len(head) > flagColumn-2 {
		fmt.Fprintln(h.w, head)
	} else {
		fmt.Fprintf(h.w, "%-*s%s\n", flagColumn, head, lines[0])
		lines = lines[1:]
	}
	for _, line := range lines {
		fmt.Fprintf(h.w, "%*s%s\n", flagColumn, "", line)
	}
}

// flagUsage gives a flag with what it takes, and what it means. One that is true or false takes nothing, unless it is true by default.
func flagUsage(f *pflag.Flag) (name, usage string) {
	kind, usage := pflag.UnquoteUsage(f)
	name = "--" + f.Name
	switch {
	case f.NoOptDefVal == "" && kind != "":
		name += " " + kind
	case f.NoOptDefVal != "" && f.DefValue == "true":
		name += "=false"
	}
	return name, usage
}

// rest says where the other settings are.
func (h helpPage) rest(heeds string) {
	switch heeds {
	case "":
	case allSettings:
		fmt.Fprintln(h.w)
		h.text(fmt.Sprintf("All settings: %q; those of a section or about a word: %q. Each is a flag, a key of the file and a variable: "+
			"--kafka.brokers, kafka.brokers, SPOOR_KAFKA_BROKERS. docs/configuration.md has them as a table.", settingsHelp, settingsHelp+" kafka"))
	default:
		fmt.Fprintln(h.w)
		h.text("Other settings that it heeds: " + strings.Join(strings.Fields(heeds), ", ") + ". " +
			fmt.Sprintf("%q says more of one of these.", settingsHelp+" WORD"))
	}
}
