package pipeline

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/VictoriaMetrics/metrics"

	"spoor/collector"
	"spoor/flow"
	"spoor/publish"
)

// diary is a feed that writes down what reaches it, in order, and names each sample's
// port and source after the sample.
type diary struct {
	recorder
	lines []string
	ports map[uint32]*flow.Names
}

func (d *diary) note(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Take(s *flow.Sample, l *flow.Labels) {
	d.note("flow %+v", *s)
	if d.ports[s.Input.Value] == nil {
		d.ports[s.Input.Value] = &flow.Names{Switch: "leaf", Port: strconv.Itoa(int(s.Input.Value))}
	}
	*l = flow.Labels{In: d.ports[s.Input.Value], SrcName: "sample " + strconv.Itoa(int(s.Sequence)), CountOnce: s.Sequence%2 == 0}
}
func (d *diary) Counters(c *flow.Counters)           { d.note("counters %d", c.Sequence) }
func (d *diary) Discard(x *flow.Discard)             { d.note("discard %d", x.Sequence) }
func (d *diary) Restarted(a flow.Addr, b, now int64) { d.note("restart %v %d %d", a, b, now) }

// shelf is a sink that keeps the records of each topic.
type shelf struct{ records [publish.NumTopics][]string }

func (*shelf) Name() string                   { return "shelf" }
func (*shelf) Partitions(publish.Topic) int32 { return 1 }
func (*shelf) Start() error                   { return nil }
func (*shelf) Close(context.Context) error    { return nil }
func (*shelf) Metrics() *metrics.Set          { return nil }
func (s *shelf) Put(blocks []*publish.Block) {
	for _, b := range blocks {
		for r := range b.All() {
			s.records[b.Topic] = append(s.records[b.Topic], fmt.Sprintf("%d %x %x", r.Time, r.Key, r.Value))
		}
		b.Done(publish.Acknowledged)
	}
}

// TestBatches: samples that wait for others reach the analytics and Kafka as those
// that do not, in order with all else, each with its own names and way.
func TestBatches(t *testing.T) {
	list := load(t, testCapture)
	paths, err := filepath.Glob("../../../decode/testdata/hostile/*.bin")
	if err != nil || len(paths) < 90 {
		t.Fatalf("%d hostile datagrams, %v", len(paths), err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, collector.Datagram{Payload: b})
	}
	for i := range uint32(200) {
		list = append(list, collector.Datagram{Payload: viaGateway(i)})
	}
	list = append(list, list[:200]...) // which looks like a restart
	take := func(flushAt func(i int) bool) (*diary, *shelf) {
		d, s := &diary{ports: map[uint32]*flow.Names{}}, &shelf{}
		now := list[0].Received
		w, end := shelving(t, s, d, &now)
		defer end()
		for i, x := range list {
			now += 1e6
			x.Received, x.From = now, netip.MustParseAddrPort("10.9.9.9:4000")
			w.Datagram(&x)
			if flushAt(i) {
				w.Flush()
			}
		}
		w.Close()
		return d, s
	}
	wantCalls, want := take(func(int) bool { return true })
	for name, flushAt := range map[string]func(int) bool{"never": func(int) bool { return false }, "now and then": func(i int) bool { return i%37 == 0 }} {
		calls, got := take(flushAt)
		if !slices.Equal(calls.lines, wantCalls.lines) {
			t.Errorf("flushed %s: %d calls of the feed that are not the same %d", name, len(calls.lines), len(wantCalls.lines))
		}
		for _, topic := range publish.Topics() {
			if !slices.Equal(got.records[topic], want.records[topic]) {
				t.Errorf("flushed %s: %d records of %s that are not the same %d", name, len(got.records[topic]), topic, len(want.records[topic]))
			}
		}
	}
	for _, topic := range []publish.Topic{publish.Flows, publish.Counters, publish.Drops} {
		if len(want.records[topic]) == 0 {
			t.Errorf("no %s: the test proves nothing of them", topic)
		}
	}
}

// shelving gives a worker whose records go to a shelf, all that are left with end.
func shelving(t *testing.T, s *shelf, feed Feed, now *int64) (w *Worker, end func()) {
	t.Helper()
	p := publish.New(publish.DefaultConfig(), s)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	w = NewWorker(agents, feed, p.Encoder(), func() int64 { return *now }, slog.New(slog.DiscardHandler))
	return w, func() {
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// viaGateway gives a datagram with one flow sample, whose way only it has.
func viaGateway(i uint32) []byte {
	words := func(b []byte, list ...uint32) []byte {
		for _, v := range list {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	way := words(nil, 1, 0x0a000001, 65000, 65001, 65002, 1, 2, 2, 65100+i, 65200, 1, 7000+i, 100)
	sample := words(nil, 1+i, 1, 1000, 1000*i, 0, 1, 2, 1, 1003, uint32(len(way)))
	sample = append(sample, way...)
	b := words(nil, 5, 1, 0x0a090909, 0, 1+i, 1000+i, 1, 1, uint32(len(sample)))
	return append(b, sample...)
}
