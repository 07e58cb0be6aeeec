package proof

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// figures are the sums of a program's metrics by name, over all labels, and of
// one topic where a name has topics.
type figures map[string]float64

// figures reads /metrics.
func (p *program) figures() figures {
	p.t.Helper()
	resp, err := http.Get("http://" + p.http + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	f := make(figures)
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		name, labels, _ := strings.Cut(series, "{")
		x, err := strconv.ParseFloat(value, 64)
		if name == "#" || err != nil {
			continue
		}
		f[name] += x
		for _, part := range []string{`topic="flows"`, `kind="flow"`} {
			if strings.Contains(labels, part) {
				f[name+" "+part] += x
			}
		}
	}
	return f
}

// sent is what a fabric says it sent.
type sent struct {
	Datagrams   int64 `json:"datagrams"`
	Failed      int64 `json:"failed"`
	FlowSamples int64 `json:"flow_samples"` // of a load only
}

// fabric starts `spoor simulate` against the program; what it gives waits for its end.
func (p *program) fabric(args ...string) (wait func() sent) {
	p.t.Helper()
	cmd := exec.Command(p.path, append([]string{"simulate", "--to", p.udp}, args...)...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended: as well
	return func() (s sent) {
		p.t.Helper()
		if err := cmd.Wait(); err != nil {
			p.t.Fatalf("%v\n%s", err, log.String())
		}
		if err := json.Unmarshal(out.Bytes(), &s); err != nil {
			p.t.Fatalf("%v: %s", err, out.String())
		}
		return s
	}
}

// soak is how long TestSoak lasts and its load, datagrams a second.
func soak(t *testing.T) (rounds, load int) {
	t.Helper()
	text := os.Getenv("SPOOR_SOAK")
	if text == "" {
		t.Skip("SPOOR_SOAK names no duration and load")
	}
	var length string
	if _, err := fmt.Sscan(text, &length, &load); err != nil {
		t.Fatal(err)
	}
	d, err := time.ParseDuration(length)
	if err != nil || d < 3*roundLength {
		t.Fatalf("SPOOR_SOAK=%q: a duration of %v at least and datagrams a second", text, 3*roundLength)
	}
	return int(d / roundLength), load
}

// roundLength is how long one round of a soak takes: a fabric comes, its paths
// move, the broker dies and is back, the fabric goes, the spool empties.
const roundLength = 30 * time.Second

// TestSoak keeps a load on the program for minutes while a broker dies and comes
// back, agents come and go and paths move, again and again. In the end each datagram
// that was sent and each record is accounted for, and the program is as large as it was after its first rounds.
func TestSoak(t *testing.T) {
	rounds, load := soak(t)
	c := realCluster(t)
	p := run(t, build(t), "--kafka.brokers", strings.Join(c.brokers, ","), "--kafka.topic_prefix", c.prefix, "--data_dir", t.TempDir(),
		"--listen.allow", "127.0.0.0/8", "--listen.buffer", "32MiB", "--flows.max", "65536")
	steady := p.fabric("--load", strconv.Itoa(load), "--load-datagrams", "20000", "--duration", (time.Duration(rounds) * roundLength).String(),
		"--flows", "20000", "--leaves", "16", "--spines", "4", "--hosts", "16", "--fabric-speed", "100G", "--host-speed", "25G")
	var all sent
	var sizes []size
	for i := range rounds {
		begin := time.Now()
		churn := p.fabric("--seed", strconv.Itoa(i+1), "--ipv6-agents", "--leaves", strconv.Itoa(4+4*(i%3)), "--spines", strconv.Itoa(2+i%2),
			"--flows", "300", "--lifetime", "5s", "--duration", "16s", "--event", "move:0.5@4s,drain:spine1@8s,restart:leaf2@10s,undrain:spine1@13s")
		before := p.figures()
		time.Sleep(5 * time.Second)
		c.kill(t, 1)
		time.Sleep(6 * time.Second)
		c.start(t, 1)
		s := churn()
		all.Datagrams, all.Failed = all.Datagrams+s.Datagrams, all.Failed+s.Failed
		await(t, "records are taken again", func() (bool, string) {
			now := p.figures()
			const acknowledged = `spoor_publish_acknowledged_records_total topic="flows"`
			return now[acknowledged] > before[acknowledged] && now["spoor_publish_spooled_records"] == 0, fmt.Sprint(now["spoor_publish_spooled_records"])
		})
		sizes = append(sizes, p.size())
		t.Logf("round %d, %.1f s: %+v", i+1, time.Since(begin).Seconds(), sizes[i])
		if rest := roundLength - time.Since(begin); rest > 0 && i < rounds-1 {
			time.Sleep(rest)
		}
	}
	s := steady()
	all.Datagrams, all.FlowSamples, all.Failed = all.Datagrams+s.Datagrams, s.FlowSamples, all.Failed+s.Failed
	s = p.fabric("--load", "100", "--load-datagrams", "100", "--duration", "1s")() // tells of what the kernel dropped last
	all.Datagrams, all.FlowSamples, all.Failed = all.Datagrams+s.Datagrams, all.FlowSamples+s.FlowSamples, all.Failed+s.Failed
	b := p.quiet("all is delivered", func(b books) bool { return b.queued == 0 && b.spooled == 0 })
	f := p.figures()
	c.closed(t, all, b, f)
	flat(t, sizes)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// closed compares the ledgers of fabrics, program and broker.
func (c *cluster) closed(t *testing.T, all sent, b books, f figures) {
	t.Helper()
	received, kernel := int64(f["spoor_datagrams_received_total"]), int64(f["spoor_socket_dropped_datagrams_total"])
	held := c.stored(t, "flows")
	t.Logf("%d datagrams sent, %d received, %d dropped by the kernel; %d flow samples, %d records, %d dropped, %d in Kafka", all.Datagrams, received, kernel,
		int64(f[`spoor_samples_total kind="flow"`]), b.records, b.dropped, held)
	if all.Failed > 0 || all.Datagrams != received+kernel {
		t.Errorf("%d datagrams sent (%d failed), %d received and %d dropped by the kernel", all.Datagrams, all.Failed, received, kernel)
	}
	if outcomes := int64(f["spoor_datagrams_total"]); outcomes != received {
		t.Errorf("%d datagrams received, outcomes of %d", received, outcomes)
	}
	if samples := int(f[`spoor_samples_total kind="flow"`]); samples != b.records {
		t.Errorf("%d flow samples, %d records of them", samples, b.records)
	}
	if held != int64(b.records-b.dropped) { // what a slow disk let fall is counted, too
		t.Errorf("Kafka holds %d records; the ledger %+v", held, b)
	}
}

// size is how large a program is.
type size struct{ RSS, Goroutines, Files, Threads float64 }

func (p *program) size() size {
	p.t.Helper()
	f := p.figures()
	return size{f["process_resident_memory_bytes"] / (1 << 20), f["go_goroutines"], f["process_open_fds"], f["process_num_threads"]}
}

// flat wants the last third of the rounds to be no larger than those before, but
// for the first, in which tables and pools are filled.
func flat(t *testing.T, sizes []size) {
	t.Helper()
	third := max(1, len(sizes)/3)
	most := func(v []size, of func(size) float64) float64 {
		return of(slices.MaxFunc(v, func(a, b size) int { return int(of(a) - of(b)) }))
	}
	early, late := sizes[1:len(sizes)-third], sizes[len(sizes)-third:]
	for _, c := range []struct {
		name string
		of   func(size) float64
		room float64 // in parts, and as many more
		more float64
	}{
		{"MiB in RAM", func(s size) float64 { return s.RSS }, 1.1, 16},
		{"goroutines", func(s size) float64 { return s.Goroutines }, 1, 8},
		{"files", func(s size) float64 { return s.Files }, 1, 8},
		{"threads", func(s size) float64 { return s.Threads }, 1, 8},
	} {
		if before, after := most(early, c.of), most(late, c.of); after > before*c.room+c.more {
			t.Errorf("%s grow: at most %.0f, then %.0f", c.name, before, after)
		}
	}
}
