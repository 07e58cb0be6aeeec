package analytics_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/capture"
	"spoor/decode"
	"spoor/flow"
	"spoor/topology"
)

const second = int64(1e9)

// recorder keeps what an engine tells.
type recorder struct {
	paths     []*flow.Path
	elephants []*flow.Elephant
	records   []topology.Record
	alerts    []*flow.Alert
}

func (r *recorder) Path(p *flow.Path)           { r.paths = append(r.paths, p) }
func (r *recorder) Elephant(e *flow.Elephant)   { r.elephants = append(r.elephants, e) }
func (r *recorder) Alert(a *flow.Alert)         { r.alerts = append(r.alerts, a) }
func (r *recorder) Topology(t *topology.Record) { r.records = append(r.records, *t) }

// rig is an engine on a given 2 x 4 fabric with 100 Mbit/s links: leaf N (agent
// 10.255.0.N) has host 10.N.1.1 on port 1 and spine S on port 48+S.
type rig struct {
	*recorder
	t    testing.TB
	e    *analytics.Engine
	feed *analytics.Feed
	now  int64
	next int64
}

func leafSpine() string {
	var nodes, links []string
	for s := 1; s <= 2; s++ {
		var ports []string
		for l := 1; l <= 4; l++ {
			ports = append(ports, fmt.Sprintf(`"p%d":{"ifindex":%d}`, l, l))
			links = append(links, fmt.Sprintf(`"l%d%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"}`, l, s, l, 48+s, s, l))
		}
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"10.255.0.%d","ports":{%s}}`, s, 50+s, strings.Join(ports, ",")))
	}
	for l := 1; l <= 4; l++ {
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p49":{"ifindex":49},"p50":{"ifindex":50}}}`, l, l))
	}
	return fmt.Sprintf(`{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ","))
}

func newRig(tb testing.TB, change func(*analytics.Config)) *rig {
	tb.Helper()
	return newRigAt(tb, 1_800_000_000*second, change)
}

// newRigAt begins at a time.
func newRigAt(tb testing.TB, now int64, change func(*analytics.Config)) *rig {
	tb.Helper()
	given, err := topology.ParseStatic([]byte(leafSpine()))
	if err != nil {
		tb.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Seed = [2]uint64{1, 2}
	cfg.Topology.Static = given
	cfg.Topology.Speeds = []topology.Speed{{Bps: 100e6}}
	if change != nil {
		change(&cfg)
	}
	r := &rig{recorder: &recorder{}, t: tb, now: now}
	r.next = r.now + analytics.TickEvery
	if r.e, err = analytics.New(cfg, r.recorder); err != nil {
		tb.Fatal(err)
	}
	r.feed = r.e.Feed()
	for l := 1; l <= 4; l++ { // each host is heard once
		s := r.sample(l, 5-l, byte(l), 1, 49, 64)
		s.Packet.Key.Proto = flow.ProtoICMP
		r.give(s)
	}
	r.advance(100e6)
	return r
}

// sample is one of the flow from host src to host dst, as switch sw took it.
func (r *rig) sample(src, dst int, sw byte, in, out uint32, ttl uint8) *flow.Sample {
	s := &flow.Sample{
		Agent: flow.AddrFrom4([4]byte{10, 255, 0, sw}), SamplingRate: 100, EffectiveRate: 100, FrameLength: 1514,
		Input: flow.Interface{Kind: flow.InterfaceIndex, Value: in}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: out},
	}
	s.Packet = flow.Packet{
		Key: flow.Key{
			Src: flow.AddrFrom4([4]byte{10, byte(src), 1, 1}), Dst: flow.AddrFrom4([4]byte{10, byte(dst), 1, 1}),
			SrcPort: 40000, DstPort: 5201, Proto: flow.ProtoUDP,
		},
		TTL: ttl, SrcMAC: 0x020000000001, DstMAC: 0x020000000002,
	}
	return s
}

func (r *rig) give(s *flow.Sample) {
	s.Received, s.NotBefore = r.now, r.now-second/10
	if s.Time == 0 {
		s.Time = r.now
	}
	s.FlowID, s.Exchange = s.Packet.Key.ID(), s.Packet.Key.Exchange()
	r.feed.Take(s, new(flow.Labels))
}

// advance moves the clock, ticking on the way.
func (r *rig) advance(ns int64) {
	r.now += ns
	r.feed.Flush()
	for ; r.next <= r.now; r.next += analytics.TickEvery {
		r.e.Tick(r.next)
	}
}

// run sends the flow from host 1 to host 3 over a spine for some seconds: bps
// bit/s, evenly sampled at the spine.
func (r *rig) run(spine byte, bps, seconds float64) {
	gap := int64(8 * 1514 * 100 / bps * 1e9)
	for end := r.now + int64(seconds*1e9); r.now < end; {
		r.give(r.sample(1, 3, spine, 1, 3, 63))
		r.advance(gap)
	}
}

// play runs a capture through an engine with some feeds, agents dealt out to them.
func play(tb testing.TB, file string, feeds int, speeds []topology.Speed) *recorder {
	tb.Helper()
	cfg := analytics.DefaultConfig()
	cfg.Seed = [2]uint64{1, 2}
	cfg.Topology.Speeds = speeds
	out := &recorder{}
	e, err := analytics.New(cfg, out)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := capture.Open([]string{file}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		tb.Fatal(err)
	}
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		tb.Fatal(err)
	}
	sinks := make([]*sink, feeds)
	decoders := make([]*decode.Decoder, feeds)
	for i := range sinks {
		sinks[i] = &sink{agents: agents, feed: e.Feed()}
		decoders[i] = decode.New(sinks[i])
	}
	tick := func(at int64) {
		for _, s := range sinks {
			s.feed.Flush()
		}
		e.Tick(at)
	}
	next := int64(0)
	for d := (collector.Datagram{}); ; {
		err := r.Next(&d)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		if next == 0 {
			next = d.Received/analytics.TickEvery*analytics.TickEvery + analytics.TickEvery
		}
		for ; d.Received >= next; next += analytics.TickEvery {
			tick(next)
		}
		a := d.From.Addr().As16()
		i := int(a[15]) % feeds
		sinks[i].received, sinks[i].from = d.Received, d.From.Addr()
		decoders[i].Decode(d.Payload)
	}
	for range 600 {
		tick(next)
		next += analytics.TickEvery
	}
	e.Finish(next, flow.EndIdle)
	return out
}

// sink is the least that a worker must do between decoder and feed.
type sink struct {
	agents   *collector.Agents
	feed     *analytics.Feed
	acc      collector.Accounting
	received int64
	from     netip.Addr
	n, i     int64
}

func (s *sink) Datagram(h *decode.Header) bool {
	a, ok := s.agents.Resolve(h.Agent, s.from)
	h.Agent = a
	s.acc = s.agents.Account(a, h.SubAgentID, h.SequenceNumber, h.Uptime, h.Uptime, s.received, s.from)
	s.n, s.i = int64(h.Samples), 0
	return ok && !s.acc.Duplicate
}

func (s *sink) FlowSample(x *flow.Sample) {
	x.Received, x.NotBefore = s.received, s.acc.NotBefore
	x.Time = s.acc.NotBefore + (s.received-s.acc.NotBefore)*(2*s.i+1)/(2*s.n)
	s.i++
	x.EffectiveRate = s.acc.Source(x.SourceClass, x.SourceIndex, x.Sequence, x.SamplingRate, x.Drops)
	x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
	s.feed.Take(x, new(flow.Labels))
}

func (s *sink) CountersSample(c *flow.Counters) { c.Received = s.received; s.feed.Counters(c) }

func (s *sink) DiscardedPacket(*flow.Discard) {}
