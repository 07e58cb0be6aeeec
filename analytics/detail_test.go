package analytics

import (
	"math/rand/v2"
	"testing"

	"spoor/flow"
)

// Flows whose details change hands are told of once all the same: whole paths
// when their third sample comes, open ones at most once in a long while.
func TestDetailsChangeHands(t *testing.T) {
	e, j := soakEngine(t)
	whole := map[uint64]bool{}
	e.cfg.Paths.MinSamples, e.cfg.Paths.MaxPerSecond = 3, 1_000_000
	const flows = 3000
	rng := rand.New(rand.NewPCG(1, 2))
	feed, now := e.Feed(), int64(1_800_000_000e9)
	give := func(x flow.Sample) {
		x.Received, x.NotBefore, x.Time = now, now, now
		x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
		feed.Take(&x, new(flow.Labels))
	}
	for i := range 3 { // hosts are heard
		x := fabricSample(rng, i)
		x.Agent, x.Input.Value, x.Output.Value, x.Packet.TTL = flow.AddrFrom4([4]byte{10, 255, 0, byte(1 + i)}), 1, 49, 64
		x.Packet.Key.Proto = flow.ProtoICMP
		give(x)
	}
	feed.Flush()
	e.Tick(now)
	for range 8 {
		for i := range flows {
			x := fabricSample(rng, i%12)
			x.Agent, x.Packet.TTL = flow.AddrFrom4([4]byte{10, 255, 0, 51}), 63
			x.Input.Value, x.Output.Value = uint32(x.Packet.Key.Src[13]), uint32(x.Packet.Key.Dst[13])
			x.Packet.Key.SrcPort = uint16(i)
			if i%2 == 0 {
				x.Packet.Key.Dst, x.Output.Value = flow.AddrFrom4([4]byte{10, 77, 1, 1}), 7 // nobody knows where that is
			} else {
				whole[x.Packet.Key.ID()] = true
			}
			give(x)
			now += 2_000_000_000 / flows
			if i%100 == 0 {
				feed.Flush()
				e.Tick(now)
			}
		}
	}
	feed.Flush()
	e.Tick(now)
	told, again, openAgain := 0, 0, 0
	for id, revision := range j.revisions {
		switch {
		case !whole[id] && revision > 2: // provisional, then partial
			openAgain++
		case whole[id] && revision > 1:
			again++
			told++
		case whole[id]:
			told++
		}
	}
	for _, s := range e.shards {
		s.consistent(t)
	}
	if told < flows/2-100 || again > flows/100 || openAgain > flows/100 {
		t.Errorf("%d flows with a path were told of, want %d; %d of them, and %d open ones, repeatedly", told, flows/2, again, openAgain)
	}
}
