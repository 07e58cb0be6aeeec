package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"spoor/publish/kafka"
)

// topicsTimeout bounds the work on topics.
const topicsTimeout = time.Minute

// topicsCommand makes "spoor topics plan" and "spoor topics apply".
func (c *cli) topicsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topics",
		Short: "Compare Kafka's topics with what they should be, and mend them",
		Long: "topics is for those who prepare a cluster before spoor runs, or whose spoor may not create topics.\n" +
			"spoor run creates what is missing by itself and uses what is there as it is.",
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.wanted(cmd, "plan or apply")
		},
	}
	cmd.AddCommand(
		c.topicsStep("plan", "Print what would be created or changed", func(context.Context, *kafka.Topics, []kafka.Change) error { return nil }),
		c.topicsStep("apply", "Create and change topics", func(ctx context.Context, t *kafka.Topics, list []kafka.Change) error { return t.Apply(ctx, list) }),
	)
	return cmd
}

func (c *cli) topicsStep(name, short string, work func(context.Context, *kafka.Topics, []kafka.Change) error) *cobra.Command {
	return &cobra.Command{
		Use:         name,
		Short:       short,
		Example:     "  spoor topics " + name + " --kafka.brokers kafka1:9092,kafka2:9092 --kafka.replication 3",
		Annotations: map[string]string{foremost: "config kafka.brokers kafka.partitions kafka.replication kafka.topic_prefix", heeds: "kafka.sasl kafka.tls topics.name"},
		Args:        noArguments,
		RunE: c.command(func(cmd *cobra.Command, _ []string, _ *slog.Logger) error {
			cfg := c.cfg.Kafka.Config
			cfg.Brokers = c.brokers()
			t, err := kafka.NewTopics(cfg)
			if err != nil {
				return err
			}
			defer t.Close()
			c.working = true
			ctx, cancel := context.WithTimeout(cmd.Context(), topicsTimeout)
			defer cancel()
			list, err := t.Plan(ctx)
			if err != nil && len(c.cfg.Kafka.Brokers) == 0 {
				return fmt.Errorf("%w: name your brokers with --kafka.brokers", err)
			}
			if err != nil {
				return err
			}
			for _, x := range list {
				fmt.Fprintf(c.out, "%s: %s\n", x.Topic, x.Text)
			}
			if len(list) == 0 {
				fmt.Fprintln(c.out, "all topics are as they should be")
			}
			return work(ctx, t, list)
		}),
	}
}
