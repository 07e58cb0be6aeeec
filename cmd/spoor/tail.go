package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spoor/internal/app/tail"
	"spoor/internal/config"
	"spoor/publish"
)

func (c *cli) tailCommand() *cobra.Command {
	var from string
	var count int
	var asJSON bool
	topics := tail.Topics()
	cmd := &cobra.Command{
		Use:   "tail " + strings.Join(topics, "|"),
		Short: "Read a topic as lines for people or as JSON",
		Long: "tail reads one of spoor's topics from any Kafka broker and prints a line for each message,\n" +
			"until it is stopped. Without --kafka.brokers it asks the embedded broker of \"spoor run\".",
		Example: "  spoor tail elephants\n" +
			"  spoor tail paths --from start --count 20\n" +
			"  spoor tail flows --json --kafka.brokers kafka1:9092,kafka2:9092 | jq .flowId",
		Annotations: map[string]string{foremost: "config kafka.brokers kafka.topic_prefix", heeds: "kafka.sasl kafka.tls topics.name"},
		Args:        oneTopic(topics),
		ValidArgs:   topics,
	}
	cmd.Flags().StringVar(&from, "from", "now", "where to begin, `start|now`: start is all that the topic holds")
	cmd.Flags().IntVar(&count, "count", 0, "end after this `number` of messages; 0 follows until stopped")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the messages as JSON, one a line")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, _ *slog.Logger) error {
		if from != "start" && from != "now" {
			return fmt.Errorf("--from: %q is neither start nor now", from)
		}
		if count < 0 {
			return fmt.Errorf("--count: %d is negative", count)
		}
		c.working = true
		return tail.Run(cmd.Context(), &tail.Options{
			Brokers: c.brokers(), Security: c.cfg.Kafka.Security, Name: c.topic(args[0]), Topic: args[0],
			FromStart: from == "start", Count: count, JSON: asJSON,
			Out: c.out, Printer: &tail.Printer{Zone: time.Local, Now: time.Now},
			Notice: func(line string) { fmt.Fprintln(c.err, "spoor: "+line) },
		})
	})
	return cmd
}

// oneTopic wants exactly one of the topics.
func oneTopic(topics []string) cobra.PositionalArgs {
	list := strings.Join(topics[:len(topics)-1], ", ") + " or " + topics[len(topics)-1]
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) != 1:
			return fmt.Errorf("tail wants one topic: %s", list)
		case !slices.Contains(topics, args[0]):
			if n := config.Nearest(args[0], topics); n != "" {
				return fmt.Errorf("there is no topic %q: did you mean %s?", args[0], n)
			}
			return fmt.Errorf("there is no topic %q: choose %s", args[0], list)
		}
		return nil
	}
}

// topic gives a topic's name in Kafka.
func (c *cli) topic(name string) string {
	for _, t := range publish.Topics() {
		if t.String() == name {
			return c.cfg.Kafka.Topic(t)
		}
	}
	return c.cfg.Kafka.TopicPrefix + name
}

// brokers gives those to read from: the embedded broker's address if none is set.
func (c *cli) brokers() []string {
	if len(c.cfg.Kafka.Brokers) > 0 {
		return c.cfg.Kafka.Brokers
	}
	return []string{"127.0.0.1:9092"}
}
