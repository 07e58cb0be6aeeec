package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/spf13/cobra"

	"spoor/internal/app/keeper"
	"spoor/topology"
)

// topologyCommand makes "spoor topology".
func (c *cli) topologyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topology [FILE]",
		Short: "Print the fabric as it was learned, in sFlow-RT's JSON form",
		Long: "topology prints the switches, ports and links that spoor run knows, given and learned: what it kept in\n" +
			"data_dir within the last minute, or FILE, which replay --learned wrote. The output can be given as topology.file.",
		Example: "  spoor topology > fabric.json\n" +
			"  spoor replay --learned learned.memory fabric.pcap && spoor topology learned.memory",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("topology: one FILE at most, not %d", len(args))
			}
			return nil
		},
		Annotations: map[string]string{foremost: "config data_dir"},
	}
	cmd.RunE = c.command(func(_ *cobra.Command, args []string, _ *slog.Logger) error {
		var path string
		if len(args) == 1 {
			path = args[0]
		} else {
			dir, err := c.cfg.StateDir(c.getenv)
			if err != nil {
				return err
			}
			path = keeper.FabricFile(dir)
		}
		c.working = true
		m, err := topology.LoadMemory(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no %s: spoor run keeps it in data_dir within a minute of its start: give that one's -c or --data_dir, or a FILE of replay --learned", path)
		}
		if errors.Is(err, topology.ErrMemory) {
			return fmt.Errorf("%w: give topology.memory of a data_dir, or what replay --learned wrote", err)
		}
		if err != nil {
			return err
		}
		b, err := m.Export().MarshalIndent()
		if err != nil {
			return err
		}
		_, err = c.out.Write(b)
		return err
	})
	return cmd
}
