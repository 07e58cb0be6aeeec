package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestHelpOfEveryCommand: it says what the command does and where the rest is, on one screen, in lines that a terminal holds.
func TestHelpOfEveryCommand(t *testing.T) {
	c := &cli{}
	root := c.root()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		path := strings.Fields(cmd.CommandPath())[1:]
		r := spoor(t, append(path, "--help")...)
		if r.code != 0 || r.err != "" || !strings.Contains(r.out, "Usage:\n  "+cmd.CommandPath()) {
			t.Fatalf("%s: %+v", cmd.CommandPath(), r)
		}
		if again := spoor(t, append([]string{"help"}, path...)...); again != r {
			t.Errorf("help %s is another than %s --help:\n%s", cmd.Name(), cmd.Name(), again.out)
		}
		if n := strings.Count(r.out, "\n"); n > 56 {
			t.Errorf("%s: %d lines", cmd.CommandPath(), n)
		}
		for line := range strings.Lines(r.out) {
			if !strings.HasPrefix(line, "  spoor ") && len(line) > helpWidth+1 {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), len(line), line)
			}
		}
		if !cmd.HasSubCommands() && cmd.Name() != "version" && !strings.Contains(r.out, "Examples:\n  ") {
			t.Errorf("%s: no example", cmd.CommandPath())
		}
		if heeded := cmd.Annotations[heeds]; heeded != allSettings {
			for s := range strings.FieldsSeq(heeded) {
				if keys := c.about(s); len(keys) == 0 || !strings.HasPrefix(keys[0].Name, s) {
					t.Errorf("%s heeds %s, which is no setting", cmd.CommandPath(), s)
				}
			}
		}
	}
	walk(root)
}

func TestHelpSettings(t *testing.T) {
	all := spoor(t, "help", "settings")
	c := &cli{}
	c.root()
	for _, k := range c.set.Keys() {
		if strings.Count(all.out, " --"+k.Name+" ") != 1 {
			t.Errorf("help settings has %s not once", k.Name)
		}
	}
	f := func(want, not string, words ...string) {
		t.Helper()
		r := spoor(t, append([]string{"help"}, words...)...)
		if r.code != 0 || !strings.Contains(r.out, " --"+want+" ") || strings.Contains(r.out, " --"+not+" ") {
			t.Errorf("help %v: %+v", words, r)
		}
	}
	f("kafka.tls.ca_file", "kafka.acks", "kafka.tls")
	f("kafka.tls.ca_file", "http.listen", "settings", "kafka")
	f("kafka.acks", "kafka.tls.ca_file", "kafka.acks")
	f("kafka.acks", "kafka.tls.ca_file", "SPOOR_KAFKA_ACKS")
	f("topology.speeds", "kafka.acks", "settings", "speed")
	f("kafka.sasl.token_file", "topology.speeds", "settings", "each login")
	f("topology.file", "kafka.acks", "settings", "topology")
	fabric := spoor(t, "help", "fabric")
	for _, name := range fabricNames(c.demoCommand()) {
		if !strings.Contains(fabric.out, " --"+name) {
			t.Errorf("help fabric lacks --%s", name)
		}
	}
	wrong(t, exitUsage, `did you mean kafka?`, "help", "settings", "kafak")
	wrong(t, exitUsage, `spoor help settings lists them all`, "help", "settings", "zebra")
	wrong(t, exitUsage, `did you mean "run"?`, "help", "rum")
	wrong(t, exitUsage, `did you mean "plan"?`, "help", "topics", "pla")
}
