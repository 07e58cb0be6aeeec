package tail

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/internal/testkit/port"
)

// TestRunTellsThatTheBrokerIsAway: it says so once, and reads on when it is back.
func TestRunTellsThatTheBrokerIsAway(t *testing.T) {
	dir, number := t.TempDir(), port.Number(t)
	start := func() *kfake.Cluster {
		t.Helper()
		c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(number), kfake.DataDir(dir), kfake.SeedTopics(2, "sflow.paths"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := start()
	addr := c.ListenAddrs()[0]
	client, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	produce(t, client, "sflow.paths", "a", path("first"), time.Now())
	out, in := io.Pipe()
	read := make(chan string, 10)
	go func() {
		b := make([]byte, 4096)
		for n, err := out.Read(b); err == nil; n, err = out.Read(b) {
			read <- string(b[:n])
		}
	}()
	said := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, &Options{
			Brokers: []string{addr}, Topic: "paths", Name: "sflow.paths", FromStart: true, Out: in, Printer: printer(), Notice: func(line string) { said <- line },
		})
	}()
	want := func(from chan string, text string) {
		t.Helper()
		select {
		case got := <-from:
			if !strings.Contains(got, text) {
				t.Errorf("got %q, want %q", got, text)
			}
		case <-time.After(time.Minute):
			t.Fatalf("nothing comes, want %q", text)
		}
	}
	want(read, "first")
	c.Close()
	want(said, "the broker at "+addr+" is away (connect: connection refused)")
	c = start()
	defer c.Close()
	want(said, "the broker at "+addr+" is back")
	produce(t, client, "sflow.paths", "a", path("second"), time.Now())
	want(read, "second")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = in.Close()
	if len(said) > 0 {
		t.Errorf("too much is said: %s", <-said)
	}
}
