package whole

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/discard"
	"spoor/internal/testkit/port"
)

// fabrics are what TestFabrics compares, by what `spoor simulate` calls them.
var fabrics = []struct {
	switches int
	args     []string
}{
	{20, []string{"--leaves", "16", "--spines", "4", "--hosts", "16"}},
	{136, []string{"--leaves", "128", "--spines", "8", "--hosts", "16"}},
	{1032, []string{"--pods", "50", "--leaves", "16", "--spines", "4", "--super-spines", "8", "--hosts", "8"}},
	{10032, []string{"--pods", "500", "--leaves", "16", "--spines", "4", "--super-spines", "8", "--hosts", "4"}},
}

// TestFabrics sends the same load of the same number of flows from larger and larger
// fabrics, and shows what grows: CPU time, memory, ticks, the scrape.
func TestFabrics(t *testing.T) {
	text := os.Getenv("SPOOR_FABRICS") // datagrams a second, seconds, flows
	if text == "" {
		t.Skip("make scale-fabrics")
	}
	var flows string
	b := &bench{t: t, bin: t.TempDir()}
	if _, err := fmt.Sscan(text, &b.rate, &b.seconds, &flows); err != nil {
		t.Fatal(err)
	}
	b.build("spoor", "../../..", "./cmd/spoor")
	var err error
	if b.broker, err = discard.Listen(8, prototypeTopic); err != nil {
		t.Fatal(err)
	}
	defer b.broker.Close()
	fmt.Printf("%d datagrams a second, %s flows; figures of the second half of %d s\n\n", b.rate, flows, b.seconds)
	fmt.Println("| switches | agents seen | links | hosts | flows | samples/s | CPU us a sample | lost | RSS MiB | tick ms mean | scrape MiB, s |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	for _, f := range fabrics {
		b.fabric(f.switches, append(f.args, "--flows", flows))
	}
}

// loadMade is how long the datagrams of the largest fabric may take to be made.
const loadMade = 10 * time.Minute

// fabric measures one of them and prints its row.
func (b *bench) fabric(switches int, args []string) {
	b.t.Helper()
	c := b.served()
	s := command(b.t, filepath.Join(b.bin, "spoor"), append([]string{
		"simulate", "--to", c.udp, "--load", strconv.Itoa(b.rate),
		"--duration", strconv.Itoa(b.seconds) + "s", "--load-datagrams", "200000", "--fabric-speed", "100G", "--host-speed", "25G",
	}, args...)...)
	var out, log bytes.Buffer
	s.Stdout, s.Stderr = &out, &log
	if err := s.Start(); err != nil {
		b.t.Fatal(err)
	}
	for end := time.Now().Add(loadMade); c.metrics().sum["spoor_datagrams_received_total"] == 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("no datagram came within %v", loadMade)
		}
	}
	time.Sleep(time.Duration(b.seconds) * time.Second / 2)
	before, cpu := c.metrics(), c.cpu()
	if err := s.Wait(); err != nil {
		b.t.Fatalf("%v\n%s", err, log.String())
	}
	after := c.metrics()
	took := c.cpu() - cpu
	var sent struct {
		Datagrams int64 `json:"datagrams"`
	}
	if err := json.Unmarshal(out.Bytes(), &sent); err != nil {
		b.t.Fatalf("%v: %s", err, out.String())
	}
	of := func(name string) float64 { return after.sum[name] - before.sum[name] }
	samples := of("spoor_analytics_samples_total")
	fmt.Printf("| %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f | %d | %.0f | %.1f | %.1f, %.2f |\n", switches, after.sum["spoor_agents"],
		after.sum["spoor_topology_links"], after.sum["spoor_topology_hosts"], after.sum["spoor_flows"], samples/after.at.Sub(before.at).Seconds(),
		took.Seconds()*1e6/samples, sent.Datagrams-int64(after.sum["spoor_datagrams_received_total"]), after.sum["process_resident_memory_bytes"]/(1<<20),
		1000*of("spoor_engine_tick_seconds_sum")/of("spoor_engine_tick_seconds_count"), float64(after.bytes)/(1<<20), after.took.Seconds())
	c.stop()
}

// served starts spoor with its HTTP server, whose address it gives.
func (b *bench) served() *served {
	b.t.Helper()
	web := net.JoinHostPort("127.0.0.1", strconv.Itoa(port.Number(b.t)))
	return &served{b.start("spoor", "none", "--http.listen", web), web}
}

// served is a collector that can be asked.
type served struct {
	*collector
	web string
}

// scrape is one answer of /metrics: its sums by name, over all labels.
type scrape struct {
	sum   map[string]float64
	bytes int
	at    time.Time
	took  time.Duration
}

func (c *served) metrics() scrape {
	c.t.Helper()
	begin := time.Now()
	resp, err := http.Get("http://" + c.web + "/metrics")
	if err != nil {
		c.t.Fatalf("%v\n%s", err, c.said())
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	s := scrape{sum: make(map[string]float64), bytes: len(text), at: time.Now(), took: time.Since(begin)}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		name, _, _ := strings.Cut(series, "{")
		if x, err := strconv.ParseFloat(value, 64); err == nil && name != "#" {
			s.sum[name] += x
		}
	}
	return s
}
