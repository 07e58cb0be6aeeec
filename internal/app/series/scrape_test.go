package series

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/collector"
	"spoor/docs"
	"spoor/flow"
	"spoor/internal/telemetry"
	"spoor/internal/testkit/silence"
	"spoor/internal/testkit/tool"
	"spoor/topology"
)

// large is what a scrape reads of a fabric of so many leaves, each with a link to every of four spines of its own hundred.
type large struct {
	engine   *analytics.Engine
	registry *telemetry.Registry
	now      int64
}

func newLarge(tb testing.TB, leaves int, odd string) *large {
	tb.Helper()
	const spines, uplinks = 100, 4
	var nodes, links []string
	addr := func(i int) string { return fmt.Sprintf("10.%d.%d.%d", 200+i>>16, i>>8&255, i&255) }
	for i := range leaves {
		ports := make([]string, uplinks)
		for u := range uplinks {
			ports[u] = fmt.Sprintf(`"swp%d":{"ifindex":%d}`, 49+u, 49+u)
			links = append(links, fmt.Sprintf(`"l%d-%d":{"node1":"leaf%d%s","port1":"swp%d","node2":"spine%d","port2":"p%d"}`, i, u, i, odd, 49+u, (i*uplinks+u)%spines, i))
		}
		nodes = append(nodes, fmt.Sprintf(`"leaf%d%s":{"agent":%q,"ports":{%s}}`, i, odd, addr(i), strings.Join(ports, ",")))
	}
	for s := range spines {
		var ports []string
		for i := range leaves {
			for u := range uplinks {
				if (i*uplinks+u)%spines == s {
					ports = append(ports, fmt.Sprintf(`"p%d":{"ifindex":%d}`, i, i+1))
				}
			}
		}
		nodes = append(nodes, fmt.Sprintf(`"spine%d":{"agent":%q,"ports":{%s}}`, s, addr(leaves+s), strings.Join(ports, ",")))
	}
	static, err := topology.ParseStatic([]byte(`{"nodes":{` + strings.Join(nodes, ",") + `},"links":{` + strings.Join(links, ",") + `}}`))
	if err != nil {
		tb.Fatal(err)
	}
	l := &large{now: 1_800_000_000 * int64(time.Second)}
	cfg := analytics.DefaultConfig()
	cfg.Topology.Static, cfg.Topology.Speeds = static, []topology.Speed{{Bps: 100e9}}
	if l.engine, err = analytics.New(cfg, silence.Outbox{}); err != nil {
		tb.Fatal(err)
	}
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		tb.Fatal(err)
	}
	feed := l.engine.Feed()
	for i := range leaves + spines {
		a := flow.AddrFromNetip(netip.MustParseAddr(addr(i)))
		agents.Account(a, 0, 1, 1000, 1, l.now, a.Netip())
		s := flow.Sample{Agent: a, SamplingRate: 10000, EffectiveRate: 10000, FrameLength: 1514, Received: l.now, Time: l.now, NotBefore: l.now}
		s.Input = flow.Interface{Kind: flow.InterfaceIndex, Value: 49}
		feed.Take(&s, new(flow.Labels))
	}
	feed.Flush()
	l.tick()
	in := &Input{Agents: agents}
	l.registry = telemetry.NewRegistry(telemetry.Build{Version: "v1", Revision: "r", Go: "go"})
	l.registry.Describe(docs.Metrics())
	l.registry.AddWriter(func(w io.Writer) { in.writeAgents(telemetry.NewText(w)) })
	l.registry.AddWriter(func(w io.Writer) { Analytics(w, l.engine) })
	return l
}

func (l *large) tick() {
	l.now += int64(100 * time.Millisecond)
	l.engine.Tick(l.now)
}

// TestScrape: beyond the bounds what has no series is counted, and what switches are called does no harm.
func TestScrape(t *testing.T) {
	l := newLarge(t, 1200, `\"é`)
	var b bytes.Buffer
	l.registry.WritePrometheus(&b)
	for _, want := range []string{
		"spoor_agents_without_series 300\n", "spoor_links_without_series 5504\n", "spoor_link_detection_without_series 8600\n",
		`switch="leaf7\"é"`, `{agent="other",sub_agent="",source=""}`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in %.2000s", want, b.String())
		}
	}
	if n := strings.Count(b.String(), "\nspoor_link_detection_seconds{"); n != maxLinkSeries {
		t.Errorf("%d links", n)
	}
	tool.Need(t, "promtool")
	cmd := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	cmd.Stdin = &b
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// BenchmarkScrape is one answer of /metrics about 10,000 switches with 39,600 links.
func BenchmarkScrape(b *testing.B) {
	l := newLarge(b, 9900, "")
	var text bytes.Buffer
	l.registry.WritePrometheus(&text)
	b.ReportAllocs()
	for b.Loop() {
		l.registry.WritePrometheus(io.Discard)
	}
	b.ReportMetric(float64(text.Len()), "bytes")
}
