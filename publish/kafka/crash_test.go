package kafka

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
	"google.golang.org/protobuf/proto"

	"spoor/internal/testkit/port"
	"spoor/proto/flowpb"
	"spoor/publish"
)

// child is a publisher in a process of its own, which can be killed.
type child struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// ledger is a child's ledger of flows.
type ledger struct{ records, recovered, acknowledged, dropped, queued, spooled int }

func (l ledger) closes() bool {
	return l.records+l.recovered == l.acknowledged+l.dropped+l.queued+l.spooled
}

// childEnv names the variable that makes this test binary a child.
const childEnv = "SPOOR_TEST_CHILD"

// newChild starts a publisher with its spool in dir.
func newChild(t *testing.T, brokers []string, prefix, dir string, partitions int) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run=^$")}
	c.cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{strings.Join(brokers, ","), prefix, dir, strconv.Itoa(partitions)}, " "))
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

// do makes the child feed samples and tell its ledger.
func (c *child) do(from, to int) (l ledger) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in, from, to); err != nil {
		c.t.Fatal(err)
	}
	if !c.out.Scan() {
		c.t.Fatal("the child is gone: ", c.out.Err())
	}
	if _, err := fmt.Sscan(c.out.Text(), &l.records, &l.recovered, &l.acknowledged, &l.dropped, &l.queued, &l.spooled); err != nil {
		c.t.Fatal(err)
	}
	return l
}

// kill is kill -9.
func (c *child) kill() {
	if c.cmd.ProcessState != nil {
		return
	}
	_ = c.cmd.Process.Kill() // gone already: as well
	_ = c.cmd.Wait()         // it says that it was killed
}

// runChild is the child's life: it reads the samples to feed from stdin until it is killed.
func runChild(args string) error {
	f := strings.Fields(args)
	partitions, err := strconv.Atoi(f[3])
	if err != nil {
		return err
	}
	b := bench{name: "child", brokers: strings.Split(f[0], ","), prefix: f[1]}
	cfg := b.config()
	cfg.Partitions, cfg.RequestBytes, cfg.InFlight = int32(partitions), 32<<10, 1 // slow, so that it is killed amid
	pc := publishConfig()
	pc.QueueBytes = 512 << 10
	pc.Spool.Dir = f[2]
	s, err := New(cfg)
	if err != nil {
		return err
	}
	p := publish.New(pc, s)
	if err := p.Start(); err != nil {
		return err
	}
	e := p.Encoder()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var from, to int
		if _, err := fmt.Sscan(in.Text(), &from, &to); err != nil {
			return err
		}
		for i := from; i < to; i++ {
			e.Flow(sample(i), nil)
			if i%200 == 0 {
				e.Close()
			}
		}
		e.Close()
		st := p.Stats()[publish.Flows]
		fmt.Println(st.Records, st.Recovered, st.Acknowledged, st.DroppedTotal(), st.Queued, st.Spooled)
	}
	return nil
}

// settled waits until the ledger does not move any more.
func (c *child) settled(what string, ok func(ledger) bool) (now ledger) {
	c.t.Helper()
	before, same := ledger{}, 0
	await(c.t, what, func() bool {
		now = c.do(0, 0)
		if same++; now != before {
			same = 0
		}
		before = now
		return same > 20 && now.closes() && ok(now)
	})
	return now
}

// TestKill kills the publisher with -9 during an outage, and again and again
// while it delivers what it had spooled: what was spooled arrives once and in order.
func TestKill(t *testing.T) {
	parallel(t)
	if testing.Short() {
		t.Skip("takes seconds")
	}
	eachCluster(t, func(t *testing.T, b bench) {
		t.Helper()
		for _, partitions := range []int{8, 12} { // 12: not what the topic has later on
			t.Run(strconv.Itoa(partitions), func(t *testing.T) {
				b := b
				b.prefix += strconv.Itoa(partitions) + "."
				killed(t, b, partitions)
			})
		}
	})
}

func killed(t *testing.T, b bench, partitions int) {
	t.Helper()
	dir := t.TempDir()
	down := []string{port.Held(t)}
	const n = 40_000
	c := newChild(t, down, b.prefix, dir, partitions)
	for i := 0; i < n; i += 4000 {
		c.do(i, i+4000)
	}
	l := c.settled("the outage goes to disk", func(l ledger) bool { return l.spooled > n/2 })
	c.kill()
	spooled := l.spooled
	if l.dropped > 0 || l.acknowledged > 0 {
		t.Errorf("%+v", l)
	}
	c = newChild(t, down, b.prefix, dir, partitions) // still an outage
	if l = c.settled("it is found", func(l ledger) bool { return l.queued > 0 }); l.recovered != spooled {
		t.Errorf("%+v, want %d recovered", l, spooled)
	}
	c.kill()
	kills := b.killAmid(t, func() *child { return newChild(t, b.brokers, b.prefix, dir, 8) })
	c = newChild(t, b.brokers, b.prefix, dir, 8)
	if l = c.do(n, n+500); l.recovered == 0 {
		t.Error("nothing was left to deliver when it was killed last")
	}
	l = c.settled("all is delivered", func(l ledger) bool { return l.queued == 0 && l.spooled == 0 })
	c.kill()
	t.Logf("%d of %d records were spooled; killed %d times while they were delivered", spooled, n, kills)
	if l.dropped > 0 || kills == 0 {
		t.Errorf("killed %d times, %+v", kills, l)
	}
	b.checkOnce(t, spooled+500, n-spooled)
}

// killAmid starts publishers and kills them while they deliver what is spooled. The
// embedded broker stops amid a request until that is done, and takes it then; a real
// one is too quick to be sure of more than one.
func (b *bench) killAmid(t *testing.T, start func() *child) (kills int) {
	t.Helper()
	if b.fake == nil {
		c := start()
		await(t, "some is delivered", func() bool { return c.do(0, 0).acknowledged > 0 })
		c.kill()
		return 1
	}
	const lives, requests = 5, 12
	asked, stopped, gone := 0, make(chan struct{}), make(chan struct{})
	b.fake.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.fake.KeepControl()
		if asked++; asked <= lives*requests && asked%requests == 0 {
			for _, c := range []chan struct{}{stopped, gone} {
				select {
				case c <- struct{}{}:
				case <-t.Context().Done():
				}
			}
		}
		return nil, nil, false
	})
	for ; kills < lives; kills++ {
		c := start()
		select {
		case <-stopped:
		case <-time.After(patience):
			t.Fatalf("not within %v: %d requests", patience, requests)
		}
		c.kill()
		<-gone
	}
	return kills
}

// checkOnce wants that many records, none twice, in order, and none of the first
// ones, which were in memory alone.
func (b *bench) checkOnce(t *testing.T, want, lost int) {
	t.Helper()
	if got := b.count(t, "flows"); got != int64(want) {
		t.Errorf("%d records are stored, want %d", got, want)
	}
	seen, last := make(map[uint32]bool), make(map[string]uint32)
	for _, r := range b.consume(t, "flows", want) {
		var m flowpb.FlowMessage
		if err := proto.Unmarshal(r.Value, &m); err != nil {
			t.Fatal(err)
		}
		if seen[m.SampleSequence] {
			t.Fatalf("sample %d came twice", m.SampleSequence)
		}
		seen[m.SampleSequence] = true
		if r.Key != nil && m.SampleSequence < last[string(r.Key)] {
			t.Fatalf("sample %d after %d", m.SampleSequence, last[string(r.Key)])
		}
		last[string(r.Key)] = m.SampleSequence
	}
	if len(seen) != want {
		t.Errorf("%d different records, want %d", len(seen), want)
	}
	for i := 2 * lost; i < 40_000; i++ {
		if !seen[uint32(i)] {
			t.Fatalf("sample %d is missing; %d were lost with the memory", i, lost)
		}
	}
}

// TestOutageSpooled is an outage longer than memory: all is there afterwards,
// once and in order, and the ledger tells the way.
func TestOutageSpooled(t *testing.T) {
	parallel(t)
	b, dir, number := away(t)
	k := cluster(t, dir, number)
	pc := publishConfig()
	pc.QueueBytes = 512 << 10
	pc.Spool.Dir = t.TempDir()
	p, _ := publisher(t, b.config(), pc)
	e := p.Encoder()
	n := 0
	feed := func(records int) {
		for range records {
			e.Flow(sample(n), nil)
			if n++; n%200 == 0 {
				e.Close()
			}
		}
		e.Close()
	}
	feed(2000)
	await(t, "the first records are acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 2000 })
	k.Close()
	feed(20_000)
	await(t, "most are on disk", func() bool { return p.Stats()[publish.Flows].Spooled > 10_000 })
	k = cluster(t, dir, number)
	feed(3000)
	await(t, "all is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == uint64(n) })
	k.Close()
	feed(1000)
	if err := p.Close(expired(t)); err != nil { // what is left goes to disk
		t.Fatal(err)
	}
	if s := p.Stats()[publish.Flows]; s.Spooled != 1000 || s.DroppedTotal() != 0 || s.Queued != 0 {
		t.Errorf("%+v", s)
	}
	cluster(t, dir, number)
	p, _ = publisher(t, b.config(), pc)
	await(t, "the rest is acknowledged", func() bool { return p.Stats()[publish.Flows].Acknowledged == 1000 })
	drain(t, p)
	checkFlows(t, b.consume(t, "flows", n), n)
	if got := b.count(t, "flows"); got != int64(n) {
		t.Errorf("%d records, want %d", got, n)
	}
}

// expired gives a context whose end has come.
func expired(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
