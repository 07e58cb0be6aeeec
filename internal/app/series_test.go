package app

import (
	"net/netip"
	"strings"
	"testing"

	"spoor/flow"
)

// nobody hears nothing.
type nobody struct{ outbox }

func (nobody) Elephant(*flow.Elephant) {}

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

// TestActives: an elephant has its series as long as it lives, and only the largest have one.
func TestActives(t *testing.T) {
	a := newActives(nobody{})
	e := flow.Elephant{ID: 0xab, Rate: 25e6, Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFromNetip(netip.MustParseAddr("fd00::1")), SrcPort: 40112, DstPort: 5201}}
	e.Links = []flow.ElephantLink{
		{Share: 0.2, From: flow.Port{Switch: "leaf1", Name: "swp1"}, Host: e.Key.Src, HostSends: true},
		{Share: 0.25, From: flow.Port{Switch: "leaf1", Name: "swp5"}, To: flow.Port{Switch: "spine1", IfIndex: 1}},
	}
	a.Elephant(&e)
	e.State, e.Rate = flow.ElephantUpdated, 26e6
	a.Elephant(&e)
	got := lines(func(b *strings.Builder) { a.write(b) })
	want := `spoor_elephant_bits_per_second{flow="00000000000000ab",src="10.1.1.1:40112",dst="[fd00::1]:5201",link="leaf1:swp5>spine1:1"} 2.6e+07`
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %s", got, want)
	}
	for i := range 100 {
		x := flow.Elephant{ID: uint64(i + 1000), Rate: float64(i)}
		a.Elephant(&x)
	}
	got = lines(func(b *strings.Builder) { a.write(b) })
	if len(got) != maxElephantSeries || got[0] != want || !strings.Contains(got[1], `link=""} 99`) {
		t.Errorf("%d series, the first %q", len(got), got[:2])
	}
	e.State = flow.ElephantEnded
	a.Elephant(&e)
	if got = lines(func(b *strings.Builder) { a.write(b) }); strings.Contains(strings.Join(got, ""), "00000000000000ab") {
		t.Error("it has ended and has a series")
	}
}

// TestDiscards: notifications are counted by agent and reason, beyond the bound together.
func TestDiscards(t *testing.T) {
	d := newDiscards()
	for i := range maxDiscardSeries + 5 {
		d.add(flow.AddrFrom4([4]byte{10, 255, byte(i >> 8), byte(i)}), flow.DropTTL)
	}
	d.add(flow.AddrFrom4([4]byte{10, 255, 0, 0}), flow.DropTTL)
	got := lines(func(b *strings.Builder) { d.write(b, func(flow.Addr) string { return "leaf" }) })
	if len(got) != maxDiscardSeries+1 || got[0] != `spoor_discarded_packets_total{agent="10.255.0.0",switch="leaf",reason="ttl_exceeded"} 2` ||
		got[len(got)-1] != `spoor_discarded_packets_total{agent="other",switch="",reason=""} 5` {
		t.Errorf("%d series from %s to %s", len(got), got[0], got[len(got)-1])
	}
	(*discards)(nil).add(flow.Addr{}, flow.DropTTL)
}
