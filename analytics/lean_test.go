package analytics

import (
	"math"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// leanEngine is an engine with few details and flows 1 to n, which were seen
// thrice each and had to give their details up to later ones.
func leanEngine(t *testing.T, n int) (*Engine, *judge, *Feed, func(i int, sw byte, in, out uint32, ttl uint8, ns int64)) {
	t.Helper()
	e, j := soakEngine(t)
	e.cfg.Paths.MaxPerSecond = 1 << 30
	feed, now := e.Feed(), int64(1_800_000_000e9)
	next := now
	give := func(i int, sw byte, in, out uint32, ttl uint8, ns int64) {
		x := flow.Sample{
			Agent: flow.AddrFrom4([4]byte{10, 255, 0, sw}), SamplingRate: 100, FrameLength: 1514,
			Input: flow.Interface{Kind: flow.InterfaceIndex, Value: in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: out},
		}
		x.Packet = flow.Packet{Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}), SrcPort: uint16(i), DstPort: 9, Proto: flow.ProtoUDP}, TTL: ttl}
		x.Received, x.NotBefore, x.Time = now, now, now
		x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
		feed.Take(&x, new(flow.Labels))
		feed.Flush()
		for now += ns; next <= now; next += TickEvery {
			e.Tick(next)
		}
	}
	for _, leaf := range []byte{1, 3} { // hosts are heard
		x := flow.Sample{Agent: flow.AddrFrom4([4]byte{10, 255, 0, leaf}), SamplingRate: 100, Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 1}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 49}}
		x.Packet = flow.Packet{Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, leaf, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), Proto: flow.ProtoICMP}, TTL: 64}
		x.Received, x.Time = now, now
		x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
		feed.Take(&x, new(flow.Labels))
	}
	for range 2 { // over 9 s
		for i := range n {
			give(i, 51, 1, 3, 63, 3e9/int64(n))
		}
	}
	for i := range n {
		give(i, 1, 1, 49, 64, 3e9/int64(n))
	}
	return e, j, feed, give
}

// leanFlows gives the lean flows of an engine.
func leanFlows(e *Engine) int {
	n := 0
	for _, s := range e.shards {
		s.table.Sweep(0, s.table.Cap(), func(slot uint32) {
			if s.table.Entry(slot).Flags&lean != 0 {
				n++
			}
		})
	}
	return n
}

// entryOf gives the entry of flow i, and whether it is lean.
func entryOf(e *Engine, i int) (bytes uint64, isLean bool) {
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}), SrcPort: uint16(i), DstPort: 9, Proto: flow.ProtoUDP}
	s := e.shards[k.Exchange()%Shards]
	slot := s.table.Find(&k)
	return s.table.Entry(slot).Bytes, s.table.Entry(slot).Flags&lean != 0
}

func someLean(t *testing.T, e *Engine, n int) int {
	t.Helper()
	for i := range n {
		if _, is := entryOf(e, i); is {
			return i
		}
	}
	t.Fatal("no lean flow")
	return 0
}

const leanCrowd = 3000 // of 64 x 32 details

func TestLeanFlows(t *testing.T) {
	e, j, _, give := leanEngine(t, leanCrowd)
	if n := leanFlows(e); n < leanCrowd-Shards*detailChunk {
		t.Fatalf("%d of %d flows are lean, with %d details", n, leanCrowd, Shards*detailChunk)
	}
	if j.expired > leanCrowd/100 || len(j.revisions) < leanCrowd {
		t.Errorf("%d flows were told of, %d expired", len(j.revisions), j.expired)
	}
	i := someLean(t, e, leanCrowd)
	before, _ := entryOf(e, i)
	give(i, 51, 1, 3, 63, 1e6)
	after, is := entryOf(e, i)
	if !is || after-before != 151400/2 { // two stages, one in 100 each
		t.Errorf("a sample that fits adds %d bytes, lean %v", after-before, is)
	}
	give(i, 1, 1, 49, 64, 1e6)
	if _, is = entryOf(e, i); !is {
		t.Error("another switch of the path is no news")
	}
	give(i, 1, 1, 50, 64, 1e6)
	if _, is = entryOf(e, i); is {
		t.Error("another port is news")
	}
}

// A lean flow that moves is followed like any other.
func TestLeanFlowMoves(t *testing.T) {
	e, j, _, give := leanEngine(t, leanCrowd)
	i := someLean(t, e, leanCrowd)
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}), SrcPort: uint16(i), DstPort: 9, Proto: flow.ProtoUDP}
	if j.revisions[k.ID()] != 1 {
		t.Fatalf("the flow was told of %d times", j.revisions[k.ID()])
	}
	for range 8 {
		give(i, 52, 1, 3, 63, 200e6)
	}
	if got := j.revisions[k.ID()]; got != 2 {
		t.Errorf("after its move it was told of %d times, want 2", got)
	}
}

// A lean flow that grows becomes an elephant as soon as any other.
func TestLeanFlowGrows(t *testing.T) {
	delay := func(i int, give func(i int, sw byte, in, out uint32, ttl uint8, ns int64), e *Engine) float64 {
		const gap = 8 * 1514 * 100 * 1000 / 30 // 30% of 100 Mbit/s, in ns
		for n := range 200 {
			give(i, 51, 1, 3, 63, gap/2) // half of the time between samples of one switch
			give(i, 1, 1, 49, 64, gap/2)
			if e.Stats().Shard.Started > 0 {
				return float64(n) * gap / 1e9
			}
		}
		return math.Inf(1)
	}
	e, _, _, give := leanEngine(t, leanCrowd)
	thin := delay(someLean(t, e, leanCrowd), give, e)
	e, _, _, give = leanEngine(t, 10)
	full := delay(3, give, e)
	if math.Abs(thin-full) > 0.1 || full > 1.5 {
		t.Errorf("found after %.2f s, with a detail all the time after %.2f s", thin, full)
	}
}

// Where speeds are unknown a lean flow is not judged, and idle neither.
func TestLeanFlowWithoutSpeed(t *testing.T) {
	e, _, _, give := leanEngine(t, leanCrowd)
	e.cfg.Topology.Speeds = nil
	i := someLean(t, e, leanCrowd)
	for _, s := range e.shards { // as if no speed had ever been known
		s.snap = topology.NewLearner(topology.Config{}, topology.NewRegistry()).Snapshot()
		s.table.Sweep(0, s.table.Cap(), func(slot uint32) {
			if en := s.table.Entry(slot); en.Flags&lean != 0 {
				s.weigh(slot, en)
			}
		})
	}
	before, _ := entryOf(e, i)
	give(i, 51, 1, 3, 63, 1)
	if after, is := entryOf(e, i); !is || after <= before || e.Stats().Shard.NoSpeed == 0 {
		t.Errorf("lean %v, %d bytes more, %d not judged", is, after-before, e.Stats().Shard.NoSpeed)
	}
}
