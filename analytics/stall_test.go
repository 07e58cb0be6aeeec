package analytics_test

import (
	"sync"
	"testing"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// standstill is an outbox in which the first message, of a given link, waits until it is let go: a tick that does not end.
type standstill struct {
	recorder
	once     sync.Once
	standing chan struct{} // closed when a tick stands
	let      chan struct{} // closed to let it go
}

func (s *standstill) Topology(x *topology.Record) {
	s.once.Do(func() {
		close(s.standing)
		<-s.let
	})
	s.recorder.Topology(x)
}

// TestSamplesDoNotWaitForATick: while a tick stands still, and a scrape of the links behind it,
// samples and counters go on to be taken.
func TestSamplesDoNotWaitForATick(t *testing.T) {
	given, err := topology.ParseStatic([]byte(leafSpine()))
	if err != nil {
		t.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Seed, cfg.Topology.Static = [2]uint64{1, 2}, given
	cfg.Topology.Speeds = []topology.Speed{{Bps: 100e6}}
	out := &standstill{standing: make(chan struct{}), let: make(chan struct{})}
	r := &rig{recorder: &out.recorder, t: t, now: 1_800_000_000 * second}
	if r.e, err = analytics.New(cfg, out); err != nil {
		t.Fatal(err)
	}
	r.feed = r.e.Feed()
	var others sync.WaitGroup
	r.give(r.sample(1, 3, 1, 1, 49, 64))
	r.feed.Flush()
	ended := make(chan struct{})
	others.Go(func() {
		r.e.Tick(r.now + analytics.TickEvery)
		close(ended)
	})
	select {
	case <-out.standing:
	case <-ended:
		t.Fatal("the tick told of no link: nothing stands")
	}
	others.Go(func() { r.e.Links(100) })
	before := r.e.Stats().Shard.Samples
	for i := range 20_000 { // this goroutine is the worker: it would hang here
		s := r.sample(1, 3, 51, 1, 3, 63)
		s.Packet.Key.SrcPort = uint16(i)
		r.give(s)
		r.feed.Counters(&flow.Counters{
			Agent: flow.AddrFrom4([4]byte{10, 255, 0, 3}), SourceIndex: 1, Received: r.now, Records: flow.HasIf,
			If: flow.IfCounters{Index: 1, Speed: 100e6, InOctets: uint64(i), OutOctets: uint64(i), Status: 3},
		})
		if i%500 == 0 {
			r.feed.Flush()
		}
	}
	r.feed.Flush()
	if n := r.e.Stats().Shard.Samples - before; n != 20_000 {
		t.Errorf("%d samples were taken meanwhile", n)
	}
	close(out.let)
	others.Wait()
}

// TestManyPollsAtOnce: more counters than a tick looks at are looked at by the next ones, in order.
func TestManyPollsAtOnce(t *testing.T) {
	r := newRig(t, nil)
	const ports = 20_000
	for round := range uint64(3) {
		for i := range uint32(ports) {
			r.feed.Counters(&flow.Counters{
				Agent: flow.AddrFrom4([4]byte{10, 255, 1, byte(i % 4)}), SourceIndex: 100 + i, Received: r.now, Records: flow.HasIf,
				If: flow.IfCounters{Index: 100 + i, Speed: 100e6, InOctets: round * 10_000_000, OutOctets: round * 5_000_000, Status: 3},
			})
		}
		r.advance(20 * second)
	}
	names := make([]analytics.PortName, ports)
	for i := range names {
		names[i] = analytics.PortName{Agent: flow.AddrFrom4([4]byte{10, 255, 1, byte(i % 4)}), IfIndex: 100 + uint32(i)}
	}
	for i, x := range r.e.Traffic(names, nil) {
		if x.In.Bits != 4e6 || x.Out.Bits != 2e6 {
			t.Fatalf("port %d carries %+v", i, x)
		}
	}
}
