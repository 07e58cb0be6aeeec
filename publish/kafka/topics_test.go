package kafka

import (
	"slices"
	"strings"
	"testing"

	"spoor/publish"
)

// TestTopics plans for topics that are missing or different, applies, and finds
// nothing more to do.
func TestTopics(t *testing.T) {
	eachCluster(t, func(t *testing.T, b bench) {
		t.Helper()
		cfg := b.config()
		cfg.Replication = 1
		c := newGoClient(&cfg, nil)
		err := c.create(t.Context(), []topicSpec{
			{cfg.Topic(publish.Elephants), 8, 1, map[string]string{"cleanup.policy": "compact", "retention.ms": "604800000"}},
			{cfg.Topic(publish.Paths), 3, 1, map[string]string{"cleanup.policy": "delete,compact", "retention.ms": "86400000"}},
		})
		c.close()
		if err != nil {
			t.Fatal(err)
		}
		topics, err := NewTopics(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer topics.Close()
		await(t, "the brokers know what was created", func() bool {
			list, err := topics.Plan(t.Context())
			return err == nil && !slices.ContainsFunc(list, func(x Change) bool {
				return x.Create && (x.Topic == cfg.Topic(publish.Elephants) || x.Topic == cfg.Topic(publish.Paths))
			})
		})
		plan := func() (creates, sets, advice int) {
			t.Helper()
			list, err := topics.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, x := range list {
				all.WriteString(x.Topic + ": " + x.Text + "\n")
				switch {
				case x.Create:
					creates++
				case len(x.Set) == 0: // left to people
					advice++
				default:
					sets++
				}
			}
			if creates > 0 {
				for _, want := range []string{
					b.prefix + "alerts: create with 1 partition, replication 1, cleanup.policy=compact,delete, retention.ms=2592000000",
					b.prefix + "elephants: set cleanup.policy=delete (is compact)", b.prefix + "paths: has 3 partitions instead of 8",
				} {
					if !strings.Contains(all.String(), want) {
						t.Errorf("%q is not in:\n%s", want, all.String())
					}
				}
				if err := topics.Apply(t.Context(), list); err != nil {
					t.Fatal(err)
				}
			}
			return creates, sets, advice
		}
		if creates, sets, advice := plan(); creates != 5 || sets != 1 || advice != 1 {
			t.Errorf("%d to create, %d to set, %d advice", creates, sets, advice)
		}
		if creates, _, _ := plan(); creates != 0 { // who is told that they are there may use them
			t.Errorf("%d topics are missing after they were created", creates)
		}
		await(t, "only advice is left", func() bool { creates, sets, advice := plan(); return creates == 0 && sets == 0 && advice == 1 })
	})
}
