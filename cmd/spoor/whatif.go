package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"spoor/internal/app/replay"
	"spoor/internal/app/settings"
	"spoor/internal/config"
)

var errWritesNothing = errors.New("--what-if writes nothing: leave out --output and --kafka.brokers")

// whatIf replays captures under the settings as they are and under each change
// of them, and prints a line for each.
func (c *cli) whatIf(ctx context.Context, changes, files []string, port uint16) error {
	// The collector's own file may name both; a flag that asks for what will not be is a mistake.
	if c.set.Origin("output.dir") == config.FromFlag || c.set.Origin("kafka.brokers") == config.FromFlag {
		return errWritesNothing
	}
	c.cfg.Output.Dir, c.cfg.Kafka.Brokers, c.cfg.Kafka.Required = "", nil, false
	type variant struct {
		name string
		cfg  settings.Config
	}
	list := []variant{{"as configured", c.cfg}}
	for _, change := range changes {
		v := variant{change, c.cfg}
		set := v.cfg.Keys()
		for _, setting := range words(change) {
			name, value, ok := strings.Cut(setting, "=")
			if !ok {
				return fmt.Errorf("--what-if: %q: want NAME=VALUE", setting)
			}
			if err := set.Override(name, value); err != nil {
				return fmt.Errorf("--what-if: %w", err)
			}
		}
		if err := v.cfg.Validate(); err != nil {
			return fmt.Errorf("--what-if: %w", err)
		}
		list = append(list, v)
	}
	c.working = true
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "settings\telephants\tof them muted\tincidents\tpages")
	for i := range list {
		w, err := replay.WhatIf(ctx, &list[i].cfg, files, port)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", list[i].name, w.Elephants, w.Muted, w.Incidents, w.Pages)
	}
	return t.Flush()
}

// words takes a change apart: each begins with a name that has a dot, for values
// have spaces too, as those of a mute rule between its words.
func words(change string) (list []string) {
	for word := range strings.FieldsSeq(change) {
		name, _, ok := strings.Cut(word, "=")
		if n := len(list); n > 0 && (!ok || !strings.Contains(name, ".")) {
			list[n-1] += " " + word
			continue
		}
		list = append(list, word)
	}
	if list == nil {
		return []string{change}
	}
	return list
}
