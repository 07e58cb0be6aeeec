package analytics

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"spoor/analytics/flowtable"
	"spoor/flow"
	"spoor/topology"
)

// judge checks the order and completeness of what an engine tells.
type judge struct {
	t         *testing.T
	revisions map[uint64]uint32
	episodes  map[string]flow.ElephantState // by alert and episode
	started   uint64
	ended     uint64
	expired   int
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	return &judge{t: t, revisions: map[uint64]uint32{}, episodes: map[string]flow.ElephantState{}}
}

func (j *judge) Path(p *flow.Path) {
	if p.Revision <= j.revisions[p.ID] {
		j.t.Fatalf("path of %s: revision %d (%s) after %d", p.Key, p.Revision, p.Cause, j.revisions[p.ID])
	}
	if j.revisions[p.ID] = p.Revision; p.Cause == flow.PathExpired {
		delete(j.revisions, p.ID)
		j.expired++
	}
	if p.State == flow.PathComplete && len(p.Hops) == 0 || p.State == flow.PathPartial && p.Cause != flow.PathExpired && p.UnknownAt == nil {
		j.t.Fatalf("path of %s is %s, but has %d hops, unknown at %v", p.Key, p.State, len(p.Hops), p.UnknownAt)
	}
}

func (j *judge) Elephant(m *flow.Elephant) {
	name := fmt.Sprintf("%x-%x/%d", m.ID, m.AlertSince, m.Episode)
	before, known := j.episodes[name]
	switch {
	case m.State == flow.ElephantStarted && known, m.State != flow.ElephantStarted && (!known || before == flow.ElephantEnded):
		j.t.Fatalf("%s is %s after %v (known %v)", name, m.State, before, known)
	case m.State == flow.ElephantStarted:
		j.started++
	case m.State == flow.ElephantEnded:
		j.ended++
		if m.Ended < m.Since || m.Ended > m.Time || m.EndReason == flow.EndNone {
			j.t.Fatalf("%s ended at %d (%s) since %d, told at %d", name, m.Ended, m.EndReason, m.Since, m.Time)
		}
	}
	j.episodes[name] = m.State
	if m.Since > m.Detected || m.Share < 0 || m.ShareLow > m.Share || m.ShareHigh < m.Share || !(m.Probability >= 0 && m.Probability <= 1) {
		j.t.Fatalf("%s: since %d, detected %d, share %g (%g..%g), probability %g", name, m.Since, m.Detected, m.Share, m.ShareLow, m.ShareHigh, m.Probability)
	}
	for i := range m.Links {
		k := &m.Links[i]
		if k.Share < m.Threshold || k.Share > m.Share*1.0001 || k.Elephants < 1 || k.From.IfIndex == 0 && k.To.IfIndex == 0 {
			j.t.Fatalf("%s: link %+v of share %g", name, *k, m.Share)
		}
	}
}

func (j *judge) Topology(*topology.Record) {}

// consistent checks what must hold between any two calls.
func (s *shard) consistent(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var states [5]int
	busy := 0
	s.table.Sweep(0, s.table.Cap(), func(slot uint32) {
		e := s.table.Entry(slot)
		if state, ok := toldState(e); ok {
			states[state]++
		}
		if e.Detail != 0 {
			busy++
			if d := s.details.at(e.Detail); !d.busy || d.slot != slot {
				t.Fatalf("detail %d of slot %d says it is of %d (busy %v)", e.Detail, slot, d.slot, d.busy)
			}
		}
		if on := state(e).On; on != (e.Flags&flowtable.Pinned != 0) || on && (e.Detail == 0 || s.details.at(e.Detail).life == nil) {
			t.Fatalf("slot %d: elephant %v, flags %x, detail %d", slot, on, e.Flags, e.Detail)
		}
	})
	if states != s.stats.PathStates {
		t.Fatalf("paths by state are counted as %v, are %v", s.stats.PathStates, states)
	}
	if used := int(s.details.len()) - len(s.details.free); used != busy {
		t.Fatalf("%d details in use, %d flows have one", used, busy)
	}
}

func soakEngine(t *testing.T) (*Engine, *judge) {
	t.Helper()
	var nodes, links []string
	for s := 1; s <= 2; s++ {
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p2":{"ifindex":2},"p3":{"ifindex":3}}}`, s, 50+s))
		for l := 1; l <= 3; l++ {
			links = append(links, fmt.Sprintf(`"l%d%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"}`, l, s, l, 48+s, s, l))
		}
	}
	for l := 1; l <= 3; l++ {
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p49":{"ifindex":49},"p50":{"ifindex":50}}}`, l, l))
	}
	given, err := topology.ParseStatic(fmt.Appendf(nil, `{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ",")))
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Seed = [2]uint64{1, 2}
	cfg.Flows = FlowsConfig{Max: Shards * 64, Idle: 20 * time.Second}
	cfg.Paths.MaxPerSecond = 1000
	cfg.Topology.Static, cfg.Topology.Speeds = given, []topology.Speed{{Bps: 100e6}}
	j := newJudge(t)
	e, err := New(cfg, j)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range e.shards {
		s.details.limit = detailChunk // fewer than flows: they change hands
	}
	return e, j
}

// fabricSample is a sample as the fabric gives it: flow i between two leaves, seen at one of three switches.
func fabricSample(rng *rand.Rand, i int) flow.Sample {
	src, dst, spine := byte(1+i%3), byte(1+(i+1)%3), byte(1+i/3%2)
	if rng.IntN(50) == 0 {
		spine = 3 - spine
	}
	hop := rng.IntN(3)
	sw, in, out := [3]byte{src, 50 + spine, dst}[hop], [3]uint32{1, uint32(src), 48 + uint32(spine)}[hop], [3]uint32{48 + uint32(spine), uint32(dst), 1}[hop]
	x := flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, sw}), SamplingRate: 100, FrameLength: 1514,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: out},
	}
	x.Packet = flow.Packet{
		Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, src, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, dst, 1, 1}), SrcPort: uint16(i), DstPort: 9, Proto: flow.ProtoUDP},
		TTL: uint8(64 - hop), SrcMAC: 0x02_0000_000000 | uint64(hop), DstMAC: 0x02_0000_000100 | uint64(hop),
	}
	return x
}

// wildSample is what nobody should send.
func wildSample(rng *rand.Rand) flow.Sample {
	wild := func() uint32 { return rng.Uint32() >> rng.IntN(32) }
	addr := func() flow.Addr {
		return flow.AddrFrom4([4]byte{10, byte(1 + rng.IntN(3)), byte(wild()), byte(1 + rng.IntN(3))})
	}
	x := flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, byte(rng.IntN(2)), byte(rng.IntN(60))}), SubAgent: wild(), SamplingRate: wild(), EffectiveRate: wild(), FrameLength: wild() % 65536,
		Input: flow.Interface{Kind: flow.InterfaceKind(rng.IntN(4)), Value: wild()}, Output: flow.Interface{Kind: flow.InterfaceKind(rng.IntN(4)), Value: wild()},
		Direction: flow.Direction(rng.IntN(3)),
	}
	x.Packet = flow.Packet{
		Key: flow.Key{Src: addr(), Dst: addr(), SrcPort: uint16(wild()), DstPort: uint16(wild()), Proto: uint8(wild())},
		TTL: uint8(wild()), TOS: uint8(wild()), SrcMAC: uint64(wild()), DstMAC: uint64(wild()), TCPSequence: rng.Uint32(), PayloadLength: wild() % 65536,
	}
	if rng.IntN(3) == 0 {
		x.Packet.OuterSrc, x.Packet.OuterDst, x.Packet.OuterTTL, x.Packet.OuterLength = addr(), addr(), uint8(wild()), uint16(wild()%200)
		x.Packet.Tunnel = flow.TunnelVXLAN
	}
	return x
}

// Whatever is sent: no panic, bounded memory, each elephant one start and one
// end, and nothing left over once all flows are gone.
func TestHostileSoak(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	e, j := soakEngine(t)
	feed, now := e.Feed(), int64(1_800_000_000e9)
	for i := range 600 {
		for range 60 {
			x := fabricSample(rng, rng.IntN(2000))
			switch rng.IntN(4) {
			case 0:
				x = fabricSample(rng, rng.IntN(12)) // elephants
			case 1:
				x = wildSample(rng)
			}
			x.Received = now - rng.Int64N(1e8)
			x.NotBefore = x.Received - rng.Int64N(1e9)
			x.Time = x.Received - rng.Int64N(3e9)*rng.Int64N(2)
			x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
			feed.Take(&x, new(flow.Labels))
		}
		c := flow.Counters{
			Agent: flow.AddrFrom4([4]byte{10, 255, 0, byte(rng.IntN(60))}), Received: now, SourceIndex: rng.Uint32() >> rng.IntN(32),
			Records: flow.HasIf | flow.HasPortName | flow.HasHost, PortName: []byte(strings.Repeat("x\n", rng.IntN(2000))),
		}
		c.If.Speed, c.If.InOctets, c.Host.Hostname = rng.Uint64()>>rng.IntN(64), rng.Uint64(), fmt.Append(nil, rng.Uint32())
		feed.Counters(&c)
		feed.Flush()
		switch rng.IntN(200) {
		case 0:
			now += rng.Int64N(40e9)
		case 1:
			now += rng.Int64N(9 * 24 * 3600e9)
		default:
			now += rng.Int64N(6e7)
		}
		e.Tick(now - rng.Int64N(1e9)*rng.Int64N(2))
		if i%50 == 0 {
			for _, s := range e.shards {
				s.consistent(t)
			}
		}
	}
	st := e.Stats()
	t.Logf("%+v, %d expired", st, j.expired)
	if st.Shard.Started == 0 || st.Shard.Evictions == 0 || st.Shard.Late == 0 || st.PathsHeld == 0 {
		t.Errorf("the soak proves little: %+v", st)
	}
	if st.Shard.Started != st.Shard.Ended+uint64(st.Shard.Elephants) {
		t.Errorf("%d started, %d ended, %d active", st.Shard.Started, st.Shard.Ended, st.Shard.Elephants)
	}
	for range 200 { // a second each: idle after 20, and a tick sweeps a hundredth of the table
		now += 1e9
		e.Tick(now)
	}
	now += slotFor
	e.Tick(now) // slots are kept for that long
	e.Finish(now, flow.EndIdle)
	checkEmpty(t, e, j)
}

// checkEmpty: all flows are gone, and with them all that was kept for them.
func checkEmpty(t *testing.T, e *Engine, j *judge) {
	t.Helper()
	for i, s := range e.shards {
		s.consistent(t)
		if s.table.Len() != 0 || int(s.details.len()) != len(s.details.free) || len(s.lives) != 0 || len(s.recent) != 0 {
			t.Errorf("shard %d keeps %d flows, %d details, %d lives, %d recent ones", i,
				s.table.Len(), int(s.details.len())-len(s.details.free), len(s.lives), len(s.recent))
		}
	}
	if n := e.paths.Len(); n != 0 {
		t.Errorf("%d paths are left that no flow takes", n)
	}
	if st := e.Stats().Shard; st.Started != st.Ended || st.Started != j.started || j.started != j.ended {
		t.Errorf("%d started, %d ended; told %d and %d", st.Started, st.Ended, j.started, j.ended)
	}
	if n := len(e.desk.onLink) + len(e.desk.lives) + len(e.desk.pace.waits) + len(e.desk.pace.held); n != 0 {
		t.Errorf("the desk keeps %d entries: links %v", n, maps.Collect(maps.All(e.desk.onLink)))
	}
	if len(j.revisions) != 0 {
		t.Errorf("%d paths never expired", len(j.revisions))
	}
}

// Alert implements analytics.Outbox.
func (j *judge) Alert(*flow.Alert) {}
