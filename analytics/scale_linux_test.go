package analytics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// Size of the fabric that the cost is measured in.
const (
	bigLeaves = 64
	bigSpines = 16
	bigHosts  = 32 // of each leaf
	bigRate   = 1000
)

// crowd is very many flows of a settled fabric, and the samples of them in the
// order of their arrival: sizes by Zipf, hops dealt out by chance.
type crowd struct {
	tb     testing.TB
	e      *analytics.Engine
	feeds  []*analytics.Feed
	out    *counter
	flows  int
	order  []uint32 // flow and hop of each sample
	at     int
	turn   int
	now    int64
	next   int64
	sample flow.Sample
}

// counter counts what an engine tells.
type counter struct{ paths, complete, elephants int }

func (c *counter) Path(p *flow.Path) {
	c.paths++
	if p.State == flow.PathComplete {
		c.complete++
	}
}
func (c *counter) Elephant(*flow.Elephant)   { c.elephants++ }
func (c *counter) Topology(*topology.Record) {}

func bigFabric() string {
	var nodes, links []string
	for s := 1; s <= bigSpines; s++ {
		var ports []string
		for l := 1; l <= bigLeaves; l++ {
			ports = append(ports, fmt.Sprintf(`"p%d":{"ifindex":%d}`, l, l))
			links = append(links, fmt.Sprintf(`"l%d-%d":{"node1":"leaf%d","port1":"u%d","node2":"spine%d","port2":"p%d"}`, l, s, l, s, s, l))
		}
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":"10.255.1.%d","ports":{%s}}`, s, s, strings.Join(ports, ",")))
	}
	for l := 1; l <= bigLeaves; l++ {
		var ports []string
		for s := 1; s <= bigSpines; s++ {
			ports = append(ports, fmt.Sprintf(`"u%d":{"ifindex":%d}`, s, 100+s))
		}
		nodes = append(nodes, fmt.Sprintf(`"leaf%d":{"agent":"10.255.0.%d","ports":{%s}}`, l, l, strings.Join(ports, ",")))
	}
	return fmt.Sprintf(`{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ","))
}

// newCrowd gives flows that were all seen once, in a fabric whose hosts are known.
func newCrowd(tb testing.TB, flows, feeds, samples int) *crowd {
	tb.Helper()
	given, err := topology.ParseStatic([]byte(bigFabric()))
	if err != nil {
		tb.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Seed = [2]uint64{1, 2}
	cfg.Flows.Max = max(flows*20/17, 32768) // 85% full
	cfg.Flows.Idle = 30 * time.Second
	cfg.Paths.MaxPerSecond = 1 << 30
	cfg.Topology.Static = given
	cfg.Topology.Speeds = []topology.Speed{{Bps: 100e9}}
	c := &crowd{tb: tb, out: &counter{}, flows: flows, now: 1_800_000_000 * second}
	c.next = c.now + analytics.TickEvery
	if c.e, err = analytics.New(cfg, c.out); err != nil {
		tb.Fatal(err)
	}
	for range feeds {
		c.feeds = append(c.feeds, c.e.Feed())
	}
	c.meet()
	c.shuffle(samples)
	for i := range flows {
		c.fill(uint32(i)<<2 | 1)
		c.give(c.feeds[i%feeds], 2_000)
	}
	c.advance(second)
	return c
}

// meet lets all hosts be heard by many flows, until the fabric has settled.
func (c *crowd) meet() {
	for range 4 {
		for i := range bigLeaves * bigHosts * 12 {
			c.host(i)
			c.give(c.feeds[0], 200_000)
		}
	}
	c.advance(45 * second) // and forgotten
}

// host fills a sample of a ping from a host, as its leaf takes it.
func (c *crowd) host(i int) {
	n := i % (bigLeaves * bigHosts)
	c.packet(n, (n+bigHosts*(1+i%7))%(bigLeaves*bigHosts), 1+i%bigSpines, 0)
	k := &c.sample.Packet.Key
	k.Proto, k.SrcPort, k.DstPort = flow.ProtoUDP, uint16(i), 7
}

// shuffle decides which flows and hops are sampled.
func (c *crowd) shuffle(samples int) {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 50, uint64(c.flows-1))
	c.order = make([]uint32, samples)
	for i := range c.order {
		f := z.Uint64() * 0x9e3779b1 % uint64(c.flows) // large ones anywhere
		c.order[i] = uint32(f)<<2 | uint32(r.IntN(3))
	}
	for w := 0; w < len(c.order); w += 1 << 14 {
		c.bundle(c.order[w : w+1<<14])
	}
}

// bundle brings samples into the order in which datagrams of six each bring them.
func (c *crowd) bundle(window []uint32) {
	agents := map[flow.Addr][]uint32{}
	var datagrams [][]uint32
	for _, what := range window {
		c.fill(what)
		a := append(agents[c.sample.Agent], what)
		if len(a) == 6 {
			datagrams, a = append(datagrams, a), nil
		}
		agents[c.sample.Agent] = a
	}
	at := 0
	for _, d := range datagrams {
		at += copy(window[at:], d)
	}
	rest := make([]uint32, 0, len(window)-at)
	for _, d := range agents {
		rest = append(rest, d...)
	}
	slices.Sort(rest)
	copy(window[at:], rest)
}

// fill makes the sample of a flow (upper bits) at a hop (two lower ones).
func (c *crowd) fill(what uint32) {
	i := int(what >> 2)
	h := uint32(i) * 0x9e3779b1
	src := int(h>>8) % (bigLeaves * bigHosts)
	dst := (src + bigHosts + int(h>>20)%((bigLeaves-1)*bigHosts)) % (bigLeaves * bigHosts)
	if src/bigHosts == dst/bigHosts {
		dst = (dst + bigHosts) % (bigLeaves * bigHosts)
	}
	c.packet(src, dst, 1+int(h>>3)%bigSpines, int(what&3))
	k := &c.sample.Packet.Key
	k.Proto, k.SrcPort, k.DstPort = flow.ProtoTCP, uint16(i), uint16(1024+i>>16)
	if i%5 == 0 {
		k.Proto = flow.ProtoUDP
	}
	c.sample.Packet.TCPSequence, c.sample.Packet.PayloadLength = uint32(c.now>>10), 1448
	c.sample.FrameLength = 1514
}

// packet fills what a frame between two hosts looks like at a hop of its way.
func (c *crowd) packet(src, dst, spine, hop int) {
	a, b := 1+src/bigHosts, 1+dst/bigHosts
	s := &c.sample
	s.SamplingRate, s.EffectiveRate, s.Direction = bigRate, bigRate, flow.Ingress
	agent, in, out := [4]byte{10, 255, 0, byte(a)}, 1+src%bigHosts, 100+spine
	from, to := 0x020000000000|uint64(src), 0x020100000000|uint64(a)
	switch hop {
	case 1:
		agent, in, out = [4]byte{10, 255, 1, byte(spine)}, a, b
		from, to = 0x020100000000|uint64(a), 0x020200000000|uint64(spine)
	case 2:
		agent, in, out = [4]byte{10, 255, 0, byte(b)}, 100+spine, 1+dst%bigHosts
		from, to = 0x020200000000|uint64(spine), 0x020100000000|uint64(b)
	}
	s.Agent = flow.AddrFrom4(agent)
	s.SourceIndex = uint32(in)
	s.Input = flow.Interface{Kind: flow.InterfaceIndex, Value: uint32(in)}
	s.Output = flow.Interface{Kind: flow.InterfaceIndex, Value: uint32(out)}
	p := &s.Packet
	p.SrcMAC, p.DstMAC, p.TTL = from, to, uint8(64-hop)
	p.Key.Src = flow.AddrFrom4([4]byte{10, byte(a), byte(src % bigHosts), 1})
	p.Key.Dst = flow.AddrFrom4([4]byte{10, byte(b), byte(dst % bigHosts), 1})
}

// give completes the sample and hands it over; flushes and ticks fall where they fall in life.
func (c *crowd) give(f *analytics.Feed, gap int64) {
	c.stamp()
	f.Take(&c.sample, new(flow.Labels))
	c.now += gap
	if c.at++; c.at%384 == 0 {
		f.Flush()
	}
	if c.now >= c.next {
		c.tick()
	}
}

func (c *crowd) stamp() {
	s := &c.sample
	s.Received, s.NotBefore, s.Time = c.now, c.now-second/100, c.now-second/200
	s.FlowID, s.Exchange = s.Packet.Key.ID(), s.Packet.Key.Exchange()
}

func (c *crowd) tick() {
	for _, f := range c.feeds {
		f.Flush()
	}
	c.e.Tick(c.next)
	c.next += analytics.TickEvery
}

func (c *crowd) advance(ns int64) {
	for c.now += ns; c.next <= c.now; {
		c.tick()
	}
}

// yardstick is what this machine's memory is worth at the moment: changes to
// single cache lines anywhere in as much memory as the flow table takes.
type yardstick struct {
	lines []([8]uint64)
	at    uint64
	cpu   float64
	n     int
}

const (
	yardEvery = 1 << 16 // samples between two measurements
	yardLines = 1 << 15 // lines changed by one
)

func newYardstick(flows int) *yardstick {
	y := &yardstick{lines: make([][8]uint64, flows*5/4*122/64), at: 1}
	for i := range y.lines {
		y.lines[i][0] = 1
	}
	return y
}

func (y *yardstick) measure() {
	y.cpu += cpuOf(func() {
		for range yardLines {
			y.at = y.at*6364136223846793005 + 1442695040888963407
			y.lines[(y.at>>32)*uint64(len(y.lines))>>32][0]++
		}
	})
	y.n += yardLines
}

func (y *yardstick) perAccess() float64 { return y.cpu / float64(y.n) }

// run gives so many samples in their order, and ticks where they fall.
func (c *crowd) run(n int) {
	for range n {
		c.fill(c.order[c.turn&(len(c.order)-1)])
		c.turn++
		c.give(c.feeds[0], 1000)
	}
}

// residentMB gives the memory of this process that is in use, in MB of 1,000,000 bytes.
func residentMB(tb testing.TB) float64 {
	tb.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		tb.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		tb.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / 1e6
}

// TestCostByFlows: a sample costs about as much among a hundred thousand flows
// as among a thousand, and not many times what a plain map of the same flows takes,
// which knows neither paths nor elephants. Each is measured in turn, and the least of
// several rounds counts; the bounds are three times what was measured, and more, so that this never
// fails for want of quiet.
func TestCostByFlows(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("half a million samples, whose cost the race detector multiplies unevenly")
	}
	const rounds, samples = 8, 1 << 14
	few, many := newCrowd(t, 1000, 1, samples*2), newCrowd(t, 100_000, 1, samples*2)
	few.run(samples)
	many.run(4 * samples)
	p := newPlain(many)
	least := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	for range rounds {
		least[0] = min(least[0], cpuOf(func() { few.run(samples) })/samples)
		least[1] = min(least[1], cpuOf(func() { many.run(samples) })/samples)
		least[2] = min(least[2], p.measure(many, samples)/samples)
	}
	t.Logf("CPU time a sample among 1,000 flows %.0f ns, among 100,000 %.0f ns, in a map of these %.0f ns (generator included)", least[0], least[1], least[2])
	if least[1] > 3*least[0] {
		t.Errorf("a sample among 100,000 flows costs %.1f times that among 1,000", least[1]/least[0])
	}
	if least[1] > 6*least[2] {
		t.Errorf("a sample costs %.1f times what a map takes", least[1]/least[2])
	}
}

// TestCrowdDoesNotAllocate: neither do flows with details, nor those without.
func TestCrowdDoesNotAllocate(t *testing.T) {
	c := newCrowd(t, 40_000, 1, 1<<15)
	c.run(2 * len(c.order))
	i := 0
	if n := testing.AllocsPerRun(20, func() {
		for range 384 {
			c.fill(c.order[i&(len(c.order)-1)])
			c.stamp()
			c.feeds[0].Take(&c.sample, new(flow.Labels))
			i++
		}
		c.feeds[0].Flush()
	}); n > 0 {
		t.Errorf("%v allocations in 384 samples", n)
	}
	if st := c.e.Stats().Shard; st.DetailsUsed >= st.Flows {
		t.Errorf("%d details for %d flows: none is without", st.DetailsUsed, st.Flows)
	}
}

// BenchmarkScaleWorkers gives the CPU time a sample of two workers at once, over that of one.
func BenchmarkScaleWorkers(b *testing.B) {
	c := newCrowd(b, 1_000_000, 2, 1<<21)
	c.run(len(c.order))
	half := len(c.order) / 2
	work := func(f *analytics.Feed, order []uint32) { // no ticks: they are not the workers'
		w := crowd{tb: b, feeds: []*analytics.Feed{f}, order: order, now: c.now, next: math.MaxInt64}
		w.run(len(order))
	}
	var one, two float64
	b.ReportAllocs()
	for b.Loop() {
		one += cpuOf(func() { work(c.feeds[0], c.order[:half]); work(c.feeds[1], c.order[half:]) })
		two += cpuOf(func() {
			var wg sync.WaitGroup
			wg.Go(func() { work(c.feeds[0], c.order[:half]) })
			wg.Go(func() { work(c.feeds[1], c.order[half:]) })
			wg.Wait()
		})
		c.tick()
	}
	b.ReportMetric(two/one, "two/one")
}

func benchmarkScale(b *testing.B, flows int) {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(7)) // what `spoor run` sets for a table of this size
	c := newCrowd(b, flows, 1, 1<<21)
	c.run(min(4*flows, len(c.order)))                 // paths and places become known
	debug.FreeOSMemory()                              // as `spoor run` does now and then
	rss := residentMB(b) - 4e-6*float64(len(c.order)) // that is the generator's
	sum := uint64(0)
	rest := cpuOf(func() {
		for i := range len(c.order) {
			c.fill(c.order[i])
			c.stamp()
			sum += c.sample.FlowID
		}
	}) / float64(len(c.order))
	y, p := newYardstick(flows), newPlain(c)
	b.ReportAllocs()
	before := c.e.Stats().Shard
	pprof.SetGoroutineLabels(pprof.WithLabels(b.Context(), pprof.Labels("phase", "measured"))) // go tool pprof -tagfocus measured
	began := cpuNow()
	i := 0
	for b.Loop() {
		c.fill(c.order[i&(len(c.order)-1)])
		c.give(c.feeds[0], 1000)
		if i++; i%yardEvery == 0 {
			y.measure()
			p.measure(c, yardEvery/4)
		}
	}
	cost := (float64(cpuNow()-began)-y.cpu-p.cpu)/float64(i) - rest
	b.ReportMetric(cost, "cpu-ns/sample")
	b.ReportMetric(rss, "rss-MB")
	if y.cpu > 0 {
		b.ReportMetric(y.perAccess(), "cpu-ns/access")
		b.ReportMetric(cost/y.perAccess(), "accesses/sample")
		b.ReportMetric(cost/(p.cpu/float64(p.n)-rest), "maps/sample") // what a plain map of the flows takes for one
	}
	after := c.e.Stats().Shard
	b.ReportMetric(float64(after.PathStates[flow.PathComplete])/float64(after.Flows), "complete")
	b.ReportMetric(float64(after.Starved-before.Starved)/float64(i), "starved")
	if sum == 0 || after.Flows < flows*99/100 {
		b.Errorf("%d of %d flows live", after.Flows, flows)
	}
	b.Logf("%+v, told %+v", c.e.Stats(), *c.out)
}

func BenchmarkScale1k(b *testing.B)   { benchmarkScale(b, 1_000) }
func BenchmarkScale10k(b *testing.B)  { benchmarkScale(b, 10_000) }
func BenchmarkScale100k(b *testing.B) { benchmarkScale(b, 100_000) }
func BenchmarkScale1M(b *testing.B)   { benchmarkScale(b, 1_000_000) }

// Alert implements analytics.Outbox.
func (c *counter) Alert(*flow.Alert) {}
