package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"spoor/internal/telemetry"
)

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			c.working = true
			_, err := fmt.Fprintf(c.out, "spoor %s\n", telemetry.ReadBuild())
			return err
		},
	}
}
