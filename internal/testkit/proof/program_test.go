package proof

import (
	"bufio"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"spoor/proto/flowpb"
)

// program is `spoor run` in a process of its own.
type program struct {
	t         *testing.T
	path      string
	cmd       *exec.Cmd
	udp, http string
}

// build gives the program as `make build` makes it.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spoor")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/spoor")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// run starts it and waits until it has said where it listens.
func run(t *testing.T, path string, args ...string) *program {
	t.Helper()
	p := &program{t: t, path: path, cmd: exec.Command(path, append([]string{"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0"}, args...)...)}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	said := make(chan [2]string, 1)
	go func() {
		var at [2]string
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			t.Log(lines.Text())
			if rest, ok := strings.CutPrefix(lines.Text(), "spoor: sFlow on UDP "); ok {
				at[0], _, _ = strings.Cut(rest, ",")
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "spoor: http://"); ok {
				at[1], _, _ = strings.Cut(rest, "/")
				said <- at
			}
		}
	}()
	select {
	case at := <-said:
		p.udp, p.http = at[0], at[1]
	case <-time.After(patience):
		t.Fatal("it does not start")
	}
	return p
}

// kill is kill -9.
func (p *program) kill() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill() // gone already: as well
	_ = p.cmd.Wait()         // it says that it was killed
}

// feed lets a fabric send samples for a time.
func (p *program) feed(seconds int) {
	p.t.Helper()
	cmd := exec.Command(p.path, "simulate", "--to", p.udp, "--duration", fmt.Sprintf("%ds", seconds), "--sampling-rate", "100", "--seed", strconv.FormatInt(time.Now().UnixNano()&0xffff, 10))
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
}

// books is the ledger of flows, from /metrics.
type books struct{ records, recovered, acknowledged, dropped, queued, spooled int }

func (b books) closes() bool {
	return b.records+b.recovered == b.acknowledged+b.dropped+b.queued+b.spooled
}

func (p *program) books() (b books) {
	p.t.Helper()
	resp, err := http.Get("http://" + p.http + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		base, labels, _ := strings.Cut(name, "{")
		if !strings.HasPrefix(labels, `topic="flows"`) {
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			p.t.Fatal(err)
		}
		if to, ok := map[string]*int{
			"spoor_publish_records_total": &b.records, "spoor_publish_recovered_records_total": &b.recovered,
			"spoor_publish_acknowledged_records_total": &b.acknowledged, "spoor_publish_dropped_records_total": &b.dropped,
			"spoor_publish_queued_records": &b.queued, "spoor_publish_spooled_records": &b.spooled,
		}[base]; ok {
			*to += int(x)
		}
	}
	return b
}

// quiet waits until the ledger closes, is as wanted and does not move for a while.
func (p *program) quiet(what string, ok func(books) bool) (now books) {
	p.t.Helper()
	before, same := books{}, 0
	await(p.t, what, func() (bool, string) {
		now = p.books()
		if same++; now != before {
			same = 0
		}
		before = now
		return same > 25 && now.closes() && ok(now), fmt.Sprintf("%+v", now)
	})
	return now
}

// TestProgramDies kills spoor with -9 while all brokers are away, again after it
// has found its spool, and twice while it delivers it: all that was spooled arrives, and nothing twice.
func TestProgramDies(t *testing.T) {
	c := realCluster(t)
	path, data := build(t), t.TempDir()
	start := func() *program {
		t.Helper()
		return run(t, path, "--kafka.brokers", strings.Join(c.brokers, ","), "--kafka.topic_prefix", c.prefix, "--data_dir", data, "--listen.allow", "127.0.0.0/8")
	}
	p := start()
	p.feed(2)
	first := p.quiet("the first are delivered", func(b books) bool { return b.acknowledged > 0 && b.queued == 0 })
	c.whole(t)
	c.down(t)
	await(t, "memory is full and the spool filling", func() (bool, string) {
		p.feed(3)
		b := p.books()
		return b.spooled >= 50_000, fmt.Sprintf("%+v", b)
	})
	b := p.quiet("the spool is written", func(b books) bool { return b.spooled >= 50_000 })
	p.kill()
	spooled, lost := b.spooled, b.queued
	p = start()
	if b = p.quiet("the spool is found", func(b books) bool { return b.recovered > 0 }); b.recovered != spooled {
		t.Errorf("%d records were spooled, %d are found", spooled, b.recovered)
	}
	p.kill()
	c.up(t)
	kills, stored := 2, int64(first.acknowledged)
	for range 2 {
		p = start()
		await(t, "some are delivered", func() (bool, string) { b = p.books(); return b.acknowledged > 0, fmt.Sprintf("%+v", b) })
		p.kill()
		kills++
	}
	p = start()
	p.feed(1)
	last := p.quiet("all is delivered", func(b books) bool { return b.queued == 0 && b.spooled == 0 && b.records > 0 })
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
	want := stored + int64(spooled+last.records)
	held := c.stored(t, "flows")
	t.Logf("killed %d times: %d records delivered before, %d spooled and delivered, %d after; %d were in memory alone", kills, first.acknowledged, spooled, last.records, lost)
	if held != want || first.dropped+last.dropped > 0 {
		t.Errorf("Kafka holds %d records, want %d; before %+v, after %+v", held, want, first, last)
	}
	c.unique(t)
}

// unique wants each sample of a run of the fabric once.
func (c *cluster) unique(t *testing.T) {
	t.Helper()
	type sample struct {
		agent, at        string
		source, sequence uint32
	}
	seen, twice := make(map[sample]bool), 0
	var m flowpb.FlowMessage
	c.read(t, "flows", func(r *kgo.Record) {
		m.Reset()
		if err := proto.Unmarshal(r.Value, &m); err != nil {
			t.Fatal(err)
		}
		s := sample{string(m.SamplerAddress), strconv.FormatUint(m.TimeFlowStartNs, 36), m.SourceIdIndex, m.SampleSequence}
		if seen[s] {
			twice++
		}
		seen[s] = true
	})
	if twice > 0 {
		t.Errorf("%d records came twice", twice)
	}
}
