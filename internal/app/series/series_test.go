package series

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/testkit/silence"
)

func lines(write func(*strings.Builder)) (list []string) {
	var b strings.Builder
	write(&b)
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "#") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// TestElephants: an elephant has its series as long as it lives, and only the largest have one.
func TestElephants(t *testing.T) {
	a := NewElephants(silence.Outbox{})
	e := flow.Elephant{ID: 0xab, Rate: 25e6, Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFromNetip(netip.MustParseAddr("fd00::1")), SrcPort: 40112, DstPort: 5201}}
	e.Links = []flow.ElephantLink{
		{Share: 0.2, From: flow.Port{Switch: "leaf1", Name: "swp1"}, Host: e.Key.Src, HostSends: true},
		{Share: 0.25, From: flow.Port{Switch: "leaf1", Name: "swp5"}, To: flow.Port{Switch: "spine1", IfIndex: 1}},
	}
	a.Elephant(&e)
	e.State, e.Rate = flow.ElephantUpdated, 26e6
	a.Elephant(&e)
	got := lines(func(b *strings.Builder) { a.Write(b) })
	want := `spoor_elephant_bits_per_second{flow="00000000000000ab",src="10.1.1.1:40112",dst="[fd00::1]:5201",link="leaf1:swp5>spine1:1"} 2.6e+07`
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %s", got, want)
	}
	for i := range 100 {
		x := flow.Elephant{ID: uint64(i + 1000), Rate: float64(i)}
		a.Elephant(&x)
	}
	got = lines(func(b *strings.Builder) { a.Write(b) })
	if len(got) != maxElephantSeries || got[0] != want || !strings.Contains(got[1], `link=""} 99`) {
		t.Errorf("%d series, the first %q", len(got), got[:2])
	}
	e.State = flow.ElephantEnded
	a.Elephant(&e)
	if got = lines(func(b *strings.Builder) { a.Write(b) }); strings.Contains(strings.Join(got, ""), "00000000000000ab") {
		t.Error("it has ended and has a series")
	}
}

// TestDiscards: each switch and reason has a series; what is counted of none shares one.
func TestDiscards(t *testing.T) {
	d := pipeline.NewDiscards()
	for _, last := range []byte{2, 1, 2} {
		d.Add(flow.AddrFrom4([4]byte{10, 255, 0, last}), flow.DropTTL)
	}
	got := lines(func(b *strings.Builder) { Discards(b, d, func(flow.Addr) string { return "leaf" }) })
	want := []string{
		`spoor_discarded_packets_total{agent="10.255.0.1",switch="leaf",reason="ttl_exceeded"} 1`,
		`spoor_discarded_packets_total{agent="10.255.0.2",switch="leaf",reason="ttl_exceeded"} 2`,
		`spoor_discarded_packets_total{agent="other",switch="",reason=""} 0`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestTwoOfOneAddress: agents that state one address have series of their own, by source.
func TestTwoOfOneAddress(t *testing.T) {
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	a := flow.AddrFrom4([4]byte{10, 0, 0, 1})
	for i := range uint32(100) {
		for k, from := range []string{"10.255.0.1", "10.255.0.2"} {
			agents.Account(a, 0, 500+i, uint32(k)*1_000_000+10*i, 1, int64(i+1)*1e8, netip.MustParseAddr(from))
		}
	}
	list := agents.Snapshot()
	if got := agentLabels(&list[0]) + agentLabels(&list[1]); got != `agent="10.0.0.1",sub_agent="0",source=""agent="10.0.0.1",sub_agent="0",source="10.255.0.2"` {
		t.Error(got)
	}
	if got := sharing(list); got != 1 {
		t.Errorf("%d share an address", got)
	}
}
