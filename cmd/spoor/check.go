package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"spoor/internal/config"
)

// checkCommand makes "spoor check".
func (c *cli) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [-c spoor.yaml]",
		Short: "Tell whether the configuration is right",
		Long: "check reads all settings as run would, and the files that they name, and tells of each fault where it is:\n" +
			"first of values that cannot be read, then, once there are none, of what cannot work, then of other files.\n" +
			"It opens no port and asks no broker, so that it may run beside a collector, before a reload. Status 0: all\n" +
			"is right; 2: it is not.",
		Example:     "  spoor check -c /etc/spoor/spoor.yaml && systemctl reload spoor",
		Annotations: map[string]string{foremost: "config dump-config", heeds: allSettings},
		Args:        noArguments,
	}
	cmd.RunE = c.command(func(*cobra.Command, []string, *slog.Logger) error {
		notes, err := c.cfg.Check(c.set, c.getenv)
		if err != nil {
			return err // a wrong configuration is wrong use
		}
		set := 0
		for _, k := range c.set.Keys() {
			if c.set.Origin(k.Name) != config.FromDefault {
				set++
			}
		}
		file := "no file"
		if c.file != "" {
			file = c.file
		}
		if _, err := fmt.Fprintf(c.out, "right: %s, %d of %d settings are not the default\n", file, set, len(c.set.Keys())); err != nil {
			return err
		}
		for _, n := range notes {
			if _, err := fmt.Fprintln(c.out, n); err != nil {
				return err
			}
		}
		return nil
	})
	return cmd
}
