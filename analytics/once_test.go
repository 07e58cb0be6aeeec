package analytics

import (
	"testing"
	"time"

	"spoor/flow"
)

// flooded is an engine on the soak's fabric whose hosts are known, with a way to give it samples.
type flooded struct {
	e    *Engine
	j    *judge
	feed *Feed
	now  int64
}

func newFlooded(t *testing.T, change func(*Config)) *flooded {
	t.Helper()
	e, j := soakEngine(t)
	cfg := *e.cfg
	change(&cfg)
	e, err := New(cfg, j)
	if err != nil {
		t.Fatal(err)
	}
	return &flooded{e: e, j: j, feed: e.Feed(), now: 1_800_000_000e9}
}

// give takes a sample at a spine of a flow from a host of one leaf to one of another.
func (f *flooded) give(src, dst flow.Addr, from, to uint32, port uint16) (id uint64) {
	var x flow.Sample
	x.Agent, x.Input, x.Output = flow.AddrFrom4([4]byte{10, 255, 0, 51}), flow.Interface{Kind: flow.InterfaceIndex, Value: from}, flow.Interface{Kind: flow.InterfaceIndex, Value: to}
	x.Packet = flow.Packet{Key: flow.Key{Src: src, Dst: dst, SrcPort: port, DstPort: 443, Proto: flow.ProtoUDP}, TTL: 63, SrcMAC: 2, DstMAC: 4}
	x.SamplingRate, x.EffectiveRate, x.FrameLength = 100, 100, 600
	return f.sample(&x)
}

func (f *flooded) sample(x *flow.Sample) uint64 {
	x.Received, x.NotBefore, x.Time = f.now, f.now-1e7, f.now
	x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
	f.feed.Take(x, new(flow.Labels))
	return x.FlowID
}

// enter lets hosts of the three leaves be heard.
func (f *flooded) enter(hosts ...flow.Addr) {
	for _, a := range hosts {
		var x flow.Sample
		x.Agent, x.Input, x.Output = flow.AddrFrom4([4]byte{10, 255, 0, a[13]}), flow.Interface{Kind: flow.InterfaceIndex, Value: 1}, flow.Interface{Kind: flow.InterfaceIndex, Value: 49}
		x.Packet = flow.Packet{Key: flow.Key{Src: a, Dst: host(1 + a[13]%3), Proto: flow.ProtoICMP}, TTL: 64, SrcMAC: 0x020000000000 | uint64(a[13]), DstMAC: 2}
		x.SamplingRate, x.EffectiveRate, x.FrameLength = 100, 100, 100
		f.sample(&x)
	}
}

// arrive lets frames leave for hosts of the three leaves.
func (f *flooded) arrive(hosts ...flow.Addr) {
	for _, a := range hosts {
		var x flow.Sample
		x.Agent, x.Input, x.Output = flow.AddrFrom4([4]byte{10, 255, 0, a[13]}), flow.Interface{Kind: flow.InterfaceIndex, Value: 49}, flow.Interface{Kind: flow.InterfaceIndex, Value: 1}
		x.Packet = flow.Packet{Key: flow.Key{Src: host(1 + a[13]%3), Dst: a, Proto: flow.ProtoICMP}, TTL: 62, SrcMAC: 3, DstMAC: 4}
		x.SamplingRate, x.EffectiveRate, x.FrameLength = 100, 100, 100
		f.sample(&x)
	}
}

func (f *flooded) tick() {
	f.now += TickEvery
	f.feed.Flush()
	f.e.Tick(f.now)
}

func host(leaf byte) flow.Addr { return flow.AddrFrom4([4]byte{10, leaf, 1, 1}) }

func invented(i int) flow.Addr {
	return flow.AddrFrom4([4]byte{100, 64 + byte(i>>16), byte(i >> 8), byte(i)})
}

// TestFloodKeepsDetails: flows of one sample take the details of their like, not
// those of flows that were sampled again.
func TestFloodKeepsDetails(t *testing.T) {
	f := newFlooded(t, func(c *Config) { c.Flows.Max = Shards * 4096 })
	const flows = 640
	var keys []flow.Key
	for i := range flows {
		for range 2 { // to nobody known: their paths stay open
			f.give(host(1), flow.AddrFrom4([4]byte{10, 77, 0, 1}), 1, 7, uint16(i))
		}
		keys = append(keys, flow.Key{Src: host(1), Dst: flow.AddrFrom4([4]byte{10, 77, 0, 1}), SrcPort: uint16(i), DstPort: 443, Proto: flow.ProtoUDP})
	}
	for i := range 2 * Shards * manyDetails {
		f.give(invented(i), host(2), 1, 2, 1)
	}
	f.tick()
	lost := 0
	for i := range keys {
		s := f.e.shards[keys[i].Exchange()%Shards]
		if slot := s.table.Find(&keys[i]); s.table.Entry(slot).Detail == 0 {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d flows lost their details to a flood", lost, flows)
	}
	for _, s := range f.e.shards {
		s.consistent(t)
		n := 0
		for id := s.details.oldest; id != 0; id = s.details.at(id).newer {
			n++
		}
		if n != s.details.newcomers {
			t.Fatalf("%d newcomers in the queue, counted as %d", n, s.details.newcomers)
		}
	}
}

// TestFloodTellsOthers: the paths of invented flows leave room for those of
// others, and no message is lost.
func TestFloodTellsOthers(t *testing.T) {
	f := newFlooded(t, func(c *Config) { c.Flows.Max, c.Paths.MaxPerSecond = Shards*4096, 1000 })
	f.enter(host(1), host(2), host(3))
	f.tick()
	var sent []uint64
	for tick := range 30 {
		for i := range 20 {
			port := uint16(20*tick + i)
			f.give(host(1), host(2), 1, 2, port)
			sent = append(sent, f.give(host(1), host(2), 1, 2, port))
		}
		for i := range 2000 { // complete at once, and never sampled again
			f.give(host(3), host(2), 3, 2, uint16(2000*tick+i))
		}
		f.tick()
	}
	for range 20 {
		f.tick()
	}
	told := 0
	for _, id := range sent {
		if f.j.revisions[id] > 0 {
			told++
		}
	}
	if lost := f.e.Stats().PathsLost; told != len(sent) || lost > 0 {
		t.Errorf("%d of %d flows were told of, %d messages lost", told, len(sent), lost)
	}
}

// TestFloodTellsKnown: paths of flows of one sample between hosts that send and
// receive are told while invented ones of one sample ask for all the room.
func TestFloodTellsKnown(t *testing.T) {
	f := newFlooded(t, func(c *Config) { c.Flows.Max, c.Paths.MaxPerSecond = Shards*4096, 1000 })
	f.enter(host(1), host(2), host(3))
	f.arrive(host(1), host(2), host(3))
	f.tick()
	var sent []uint64
	n := 0
	flood := func() {
		for range 2000 {
			n++
			f.give(invented(n%20_000), host(2), 1, 2, uint16(n/20_000)) // their addresses come again
		}
		f.tick()
	}
	for tick := range 30 {
		for i := range 8 {
			sent = append(sent, f.give(host(1), host(2), 1, 2, uint16(100+8*tick+i)))
		}
		flood()
	}
	for range tableTicks / 2 {
		flood()
	}
	told := 0
	for _, id := range sent {
		if f.j.revisions[id] > 0 {
			told++
		}
	}
	if told != len(sent) {
		t.Errorf("%d of %d flows were told of", told, len(sent))
	}
	for _, s := range f.e.shards {
		s.consistent(t)
	}
}

// TestOnceKnown: so is one that lost its detail when its path was known and there was no room to tell it.
func TestOnceKnown(t *testing.T) {
	f := newFlooded(t, func(c *Config) { c.Flows.Max, c.Flows.Idle, c.Paths.MaxPerSecond = Shards*4096, time.Hour, 100 })
	f.enter(host(1), host(2), host(3))
	f.tick()
	for i := range 6 * Shards { // all the room
		f.give(host(1), host(2), 1, 2, uint16(1000+i))
	}
	late := f.give(host(1), host(2), 1, 2, 1)
	for i := range 2 * Shards * manyDetails {
		f.give(invented(i), host(3), 1, 9, 1) // to nobody known: no path
	}
	if f.tick(); f.j.revisions[late] != 0 {
		t.Fatalf("revision %d: there was room", f.j.revisions[late])
	}
	for tick := 0; tick < 40*tableTicks && f.j.revisions[late] == 0; tick++ {
		f.tick()
	}
	if f.j.revisions[late] != 1 {
		t.Errorf("revision %d after the sweep", f.j.revisions[late])
	}
	for _, s := range f.e.shards {
		s.consistent(t)
	}
}

// TestOnce: a flow of one sample that lost its detail while its ends were
// unknown is told of when they are known, or with its next sample.
func TestOnce(t *testing.T) {
	f := newFlooded(t, func(c *Config) { c.Flows.Max = Shards * 4096 })
	swept, again := f.give(host(1), host(2), 1, 2, 1), f.give(host(1), host(2), 1, 2, 2)
	for i := range 2 * Shards * manyDetails {
		f.give(invented(i), host(3), 1, 3, 1)
	}
	f.tick()
	kept := 0
	for _, s := range f.e.shards {
		s.table.Sweep(0, s.table.Cap(), func(slot uint32) {
			if e := s.table.Entry(slot); e.Flags&once != 0 && s.table.Cold(slot).Key.Src == host(1) {
				kept++
			}
		})
	}
	if kept != 2 || f.j.revisions[swept]+f.j.revisions[again] > 0 {
		t.Fatalf("%d samples are kept, revisions %d and %d", kept, f.j.revisions[swept], f.j.revisions[again])
	}
	f.enter(host(1), host(2), host(3))
	f.give(host(1), host(2), 1, 2, 2)
	f.tick()
	f.give(host(1), host(2), 1, 2, 2)
	if f.tick(); f.j.revisions[again] != 1 {
		t.Errorf("revision %d after the next samples", f.j.revisions[again])
	}
	for range tableTicks + 1 {
		f.tick()
	}
	if f.j.revisions[swept] != 1 {
		t.Errorf("revision %d after the sweep", f.j.revisions[swept])
	}
	for _, s := range f.e.shards {
		s.consistent(t)
	}
}
