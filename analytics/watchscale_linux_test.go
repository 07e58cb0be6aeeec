package analytics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// largeFabric gives the topology of so many leaves with 8 uplinks each, to spines of 400 ports.
func largeFabric(leaves int) (text string, ports [][2]int) {
	const up, wide = 8, 400
	var nodes, links []string
	spines := leaves * up / wide
	for s := range spines {
		var list []string
		for p := 1; p <= wide; p++ {
			list = append(list, fmt.Sprintf(`"p%d":{"ifindex":%d}`, p, p))
			ports = append(ports, [2]int{leaves + s, p})
		}
		nodes = append(nodes, fmt.Sprintf(`"s%d":{"agent":%q,"ports":{%s}}`, s, agentOf(leaves+s), strings.Join(list, ",")))
	}
	for l := range leaves {
		var list []string
		for u := 1; u <= up; u++ {
			list = append(list, fmt.Sprintf(`"p%d":{"ifindex":%d}`, u, u))
			ports = append(ports, [2]int{l, u})
			n := l*up + u - 1
			links = append(links, fmt.Sprintf(`"l%d":{"node1":"l%d","port1":"p%d","node2":"s%d","port2":"p%d"}`, n, l, u, n%spines, n/spines+1))
		}
		nodes = append(nodes, fmt.Sprintf(`"l%d":{"agent":%q,"ports":{%s}}`, l, agentOf(l), strings.Join(list, ",")))
	}
	return fmt.Sprintf(`{"nodes":{%s},"links":{%s}}`, strings.Join(nodes, ","), strings.Join(links, ",")), ports
}

func agentOf(n int) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }

// BenchmarkWatch: what a second of watching costs in a fabric of 10,000 switches and 160,000 ports
// that are polled each 20 s, and what a scrape of its links holds up.
func BenchmarkWatch(b *testing.B) {
	text, ports := largeFabric(9800)
	given, err := topology.ParseStatic([]byte(text))
	if err != nil {
		b.Fatal(err)
	}
	cfg := analytics.DefaultConfig()
	cfg.Seed = [2]uint64{1, 2}
	cfg.Topology.Static = given
	cfg.Topology.Speeds = []topology.Speed{{Bps: 10e9}}
	e, err := analytics.New(cfg, &recorder{})
	if err != nil {
		b.Fatal(err)
	}
	feed := e.Feed()
	now := 1_800_000_000 * second
	octets := uint64(0)
	at := func(n int) flow.Addr { return flow.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}) }
	worst := int64(0)                                // CPU time of a tick
	step := func(s int) (poll, tick time.Duration) { // one second
		octets += 100e6
		began := time.Now()
		for i := s % 20; i < len(ports); i += 20 {
			feed.Counters(&flow.Counters{
				Agent: at(ports[i][0]), SourceIndex: uint32(ports[i][1]), Received: now, Records: flow.HasIf,
				If: flow.IfCounters{Index: uint32(ports[i][1]), Speed: 10e9, InOctets: octets, OutOctets: octets, Status: 3},
			})
		}
		feed.Flush()
		poll = time.Since(began)
		for range 10 {
			now += analytics.TickEvery
			cpu := cpuNow()
			e.Tick(now)
			cpu = cpuNow() - cpu
			worst, tick = max(worst, cpu), tick+time.Duration(cpu)
		}
		return poll, tick
	}
	for s := range 130 { // seven polls of each port
		step(s)
	}
	var polls, ticks, scrape time.Duration
	n := 0
	worst = 0
	b.ResetTimer()
	b.ReportAllocs()
	for b.Loop() {
		p, t := step(130 + n)
		n++
		polls, ticks = polls+p, ticks+t
		began := time.Now()
		list, more := e.Links(4096)
		if len(list) != 4096 || more != len(ports)-4096 {
			b.Fatalf("%d links and %d more of %d", len(list), more, len(ports))
		}
		scrape += time.Since(began)
	}
	b.ReportMetric(float64(polls.Microseconds())/1e3/float64(n), "ms/s-polls")
	b.ReportMetric(float64(ticks.Microseconds())/1e3/float64(n), "ms/s-ticks")
	b.ReportMetric(float64(worst)/1e6, "ms/worst-tick")
	b.ReportMetric(float64(scrape.Microseconds())/1e3/float64(n), "ms/scrape")
}
