package flow

import "testing"

func TestPortString(t *testing.T) {
	for want, p := range map[string]Port{
		"leaf1:swp5": {Switch: "leaf1", IfIndex: 150, Name: "swp5"}, // a name says more than a number
		"leaf1:150":  {Switch: "leaf1", IfIndex: 150},
		"leaf1":      {Switch: "leaf1"},
		"?":          {},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}

// TestLinkName: the arrow points in the direction of the flow, whichever end is the host.
func TestLinkName(t *testing.T) {
	leaf, spine := Port{Switch: "leaf1", Name: "swp5"}, Port{Switch: "spine1", Name: "swp1"}
	host := addr("10.1.1.1")
	for want, l := range map[string]ElephantLink{
		"leaf1:swp5>spine1:swp1": {From: leaf, To: spine},
		"10.1.1.1>leaf1:swp5":    {From: leaf, Host: host, HostSends: true},
		"leaf1:swp5>10.1.1.1":    {From: leaf, Host: host},
		"leaf1:swp5>?":           {From: leaf},
		"?>spine1:swp1":          {To: spine, HostSends: true}, // without a host nobody sends but the port
	} {
		if got := l.Name(">"); got != want {
			t.Errorf("%+v: %q, want %q", l, got, want)
		}
	}
}

// TestAlertName: the name holds the second of the first episode in hex, so that
// neither a later episode nor a finer clock gives the alert another one.
func TestAlertName(t *testing.T) {
	m := Elephant{ID: 0xfd80419af28b11f8, AlertSince: 1_000_000_000 * 0x6956_1234}
	const want = "fd80419af28b11f8-69561234"
	if got := m.Alert(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m.AlertSince += 999_999_999
	m.Since, m.Episode = m.AlertSince+5, 3
	if got := m.Alert(); got != want {
		t.Errorf("later in the second, in a later episode: %q, want %q", got, want)
	}
}

func TestLargest(t *testing.T) {
	if l := new(Elephant).Largest(); l != nil {
		t.Errorf("an elephant without links has a largest one: %+v", l)
	}
	for name, tc := range map[string]struct {
		shares []float64
		want   int
	}{
		"the only one, of no share": {[]float64{0}, 0},
		"the largest":               {[]float64{0.1, 0.4, 0.3}, 1},
		"the first of equals":       {[]float64{0.1, 0.4, 0.4}, 1},
	} {
		var m Elephant
		for _, s := range tc.shares {
			m.Links = append(m.Links, ElephantLink{Share: s})
		}
		if got := m.Largest(); got != &m.Links[tc.want] {
			t.Errorf("%s: not link %d", name, tc.want)
		}
	}
}

func TestSummary(t *testing.T) {
	tcp := Key{Src: addr("10.1.1.1"), Dst: addr("10.2.1.1"), SrcPort: 40112, DstPort: 5201, Proto: ProtoTCP}
	pieces := tcp
	pieces.SrcPort, pieces.DstPort = 0, 0
	oneSided := pieces
	oneSided.DstPort = 5201
	links := []ElephantLink{
		{From: Port{Switch: "leaf1", Name: "swp1"}, Host: tcp.Src, HostSends: true, Share: 0.2},
		{From: Port{Switch: "leaf1", Name: "swp5"}, To: Port{Switch: "spine1", Name: "swp1"}, Share: 0.31},
	}
	for want, m := range map[string]Elephant{
		"10.1.1.1:40112 > 10.2.1.1:5201 takes 31.4% of leaf1:swp5 > spine1:swp1": {Key: tcp, Share: 0.314, Links: links},
		"10.1.1.1:40112 > 10.2.1.1:5201 took 31.4% of leaf1:swp5 > spine1:swp1, ended: idle": {
			Key: tcp, Share: 0.314, Links: links, State: ElephantEnded, EndReason: EndIdle,
		},
		"10.1.1.1:40112 > 10.2.1.1:5201 takes 12.0% of a link": {Key: tcp, Share: 0.12, State: ElephantUpdated},
		"10.1.1.1 > 10.2.1.1 tcp takes 0.0% of a link":         {Key: pieces}, // fragments have no ports
		"10.1.1.1 > 10.2.1.1:5201 takes 0.0% of a link":        {Key: oneSided},
		"10.1.1.1 > 10.2.1.1 icmp takes 0.0% of a link":        {Key: Key{Src: tcp.Src, Dst: tcp.Dst, Proto: ProtoICMP}},
		"[fd00::1]:1 > [::]:2 takes 0.0% of a link": { // a flow's address is known even if it is ::
			Key: Key{Src: addr("fd00::1"), Dst: addr("::"), SrcPort: 1, DstPort: 2, Proto: ProtoUDP},
		},
	} {
		if got := m.Summary(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestNames: what is written on topics and pages; the order is that of flow.proto and docs/interfaces.md.
func TestNames(t *testing.T) {
	for name, tc := range map[string]struct {
		n    int
		name func(uint8) string
		want []string
	}{
		"AlertState":    {3, func(i uint8) string { return AlertState(i).String() }, []string{"raised", "active", "resolved"}},
		"ElephantState": {3, func(i uint8) string { return ElephantState(i).String() }, []string{"started", "updated", "ended"}},
		"EndReason": {
			6, func(i uint8) string { return EndReason(i).String() },
			[]string{"", "below", "idle", "telemetry_lost", "evicted", "collector_restart"},
		},
		"Proof":    {2, func(i uint8) string { return Proof(i).String() }, []string{"samples", "sequence"}},
		"Severity": {3, func(i uint8) string { return Severity(i).String() }, []string{"info", "warning", "critical"}},
		"PathState": {
			5, func(i uint8) string { return PathState(i).String() },
			[]string{"provisional", "partial", "complete", "multipath", "unordered"},
		},
		"PathCause": {5, func(i uint8) string { return PathCause(i).String() }, []string{"new", "completed", "moved", "corrected", "expired"}},
		"Direction": {4, func(i uint8) string { return Direction(i).String() }, []string{"unknown", "ingress", "egress", "unknown"}},
		"Tunnel": {
			8, func(i uint8) string { return Tunnel(i).String() },
			[]string{"", "vxlan", "geneve", "gre", "ipip", "gtpu", "mpls_pseudowire", "unknown"}, // 7 comes from a newer spoor's topic
		},
	} {
		for i := range tc.n {
			if got := tc.name(uint8(i)); got != tc.want[i] {
				t.Errorf("%s %d is %q, want %q", name, i, got, tc.want[i])
			}
		}
	}
	for p, want := range map[uint8]string{1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6", 132: "sctp", 0: "proto 0", 255: "proto 255"} {
		if got := ProtoName(p); got != want {
			t.Errorf("protocol %d is %q, want %q", p, got, want)
		}
	}
}
