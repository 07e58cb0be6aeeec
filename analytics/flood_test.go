package analytics

import (
	"math/rand/v2"
	"strings"
	"testing"

	"spoor/flow"
)

// TestSpoofedFlood: 200 elephants at twice the threshold of the links between
// leaves and spines, in a flood of spoofed flows of one sample each. It is to
// scale: a table of 16,384 flows and 12,500 new ones a second for 262,144 and
// 200,000. None is missed, and nothing that is kept grows with the flood.
func TestSpoofedFlood(t *testing.T) {
	const (
		elephants = 200
		flood     = 12_500
		seconds   = 8
		each      = 3 * 25 * 2 // samples a second of an elephant at twice the threshold, at three switches
	)
	e, j := soakEngine(t)
	cfg := *e.cfg
	cfg.Flows.Max = 16_384
	cfg.Topology.Speeds[0].Bps = 8 * 1514 * 100 * 25 * 10 // a threshold of 25 samples a second
	e, err := New(cfg, j)
	if err != nil {
		t.Fatal(err)
	}
	feed, now, rng := e.Feed(), int64(1_800_000_000e9), rand.New(rand.NewPCG(5, 6))
	give := func(x flow.Sample) {
		x.Received, x.NotBefore, x.Time = now, now-5e8, now
		x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
		feed.Take(&x, new(flow.Labels))
	}
	next, at := now+TickEvery, now
	const total = flood + each*elephants
	for range total * seconds {
		at += int64(rng.ExpFloat64() * 1e9 / total)
		for now = at; next <= now; next += TickEvery {
			feed.Flush()
			e.Tick(next)
		}
		x := fabricSample(rng, rng.IntN(elephants)*3) // all enter at leaf 1 and leave at leaf 2
		if rng.IntN(total) < flood {
			for i := 12; i < 16; i++ {
				x.Packet.Key.Src[i] = byte(rng.Uint32())
			}
			x.Agent, x.Input.Value, x.Output.Value, x.Packet.TTL = flow.AddrFrom4([4]byte{10, 255, 0, 1}), 1, 49, 64
			x.Packet.Key.SrcPort, x.Packet.Key.DstPort = uint16(rng.Uint32()), uint16(rng.Uint32())
		}
		give(x)
	}
	feed.Flush()
	e.Tick(next)
	st := e.Stats()
	t.Logf("%+v", st)
	found := map[string]bool{}
	for name := range j.episodes {
		id, _, _ := strings.Cut(name, "-")
		found[id] = true
	}
	if len(found) < elephants {
		t.Errorf("%d of %d elephants found", len(found), elephants)
	}
	if st.Hosts > 3*(1<<13) { // at the port of the one who spoofs, and at two of its leaf's neighbours
		t.Errorf("%d hosts are known", st.Hosts)
	}
	if st.Shard.Evictions < flood || st.Shard.Flows > 16_384 || st.Shard.DetailsUsed > Shards*manyDetails || st.Shard.Paths > 1<<16 {
		t.Errorf("%+v", st)
	}
}
