package whole

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/discard"
)

// idles is how long spoor idles before it is looked at, and then meanwhile.
const idles = 20 * time.Second

// TestIdle shows what spoor takes while nothing comes: memory, CPU time.
func TestIdle(t *testing.T) {
	if os.Getenv("SPOOR_IDLE") == "" {
		t.Skip("make bench")
	}
	b := &bench{t: t, bin: t.TempDir()}
	b.build("spoor", "../../..", "./cmd/spoor")
	var err error
	if b.broker, err = discard.Listen(8); err != nil {
		t.Fatal(err)
	}
	defer b.broker.Close()
	c := b.served()
	time.Sleep(idles)
	before := c.cpu()
	time.Sleep(idles)
	took := c.cpu() - before
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", c.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	c.stop()
	kB := make(map[string]float64)
	for line := range strings.Lines(string(rollup)) {
		var name string
		var n float64
		if k, _ := fmt.Sscanf(line, "%s %f kB", &name, &n); k == 2 {
			kB[strings.TrimSuffix(name, ":")] = n
		}
	}
	if kB["Rss"] == 0 {
		t.Fatalf("no RSS in %s", rollup)
	}
	write(t, "idle", fmt.Sprintf("After %v with a Kafka elsewhere, its page and one worker, but no datagrams: %.1f MiB RSS, of which %.1f are its own and %.1f the program's file; %.2f%% of a core.\n",
		idles, kB["Rss"]/1024, kB["Anonymous"]/1024, (kB["Rss"]-kB["Anonymous"])/1024, 100*took.Seconds()/idles.Seconds()))
}
