package topology

import (
	"strings"
	"testing"

	"spoor/flow"
)

func TestParseShare(t *testing.T) {
	for text, want := range map[string]string{
		"fabric=10%": "fabric=0.1", "host=0.3": "host=0.3", "border=5%": "border=0.05",
		"10.255.0.1/150=20%": "10.255.0.1/150=0.2", "10.255.0.1/*=1": "10.255.0.1/*=1",
	} {
		s, err := ParseShare(text)
		if err != nil || s.String() != want {
			t.Errorf("%s: %v %v", text, s, err)
		}
	}
	for _, text := range []string{"", "fabric", "fabric=0", "fabric=101%", "fabric=x", "wan=10%", "*=10%", "10.0.0.1=10%", "=5%", "host=NaN"} {
		if s, err := ParseShare(text); err == nil || strings.Contains(err.Error(), "bit/s") {
			t.Errorf("%q: %v %v", text, s, err)
		}
	}
}

// judged is a learner of one switch with what its ports were told.
func judged(t *testing.T, cfg Config, infos ...PortInfo) func(ifIndex uint32) *Port {
	t.Helper()
	l := NewLearner(cfg, NewRegistry())
	agent := flow.AddrFrom4([4]byte{10, 0, 0, 1})
	for i := range infos {
		infos[i].Agent = agent
		l.Inform(&infos[i])
	}
	snap, _ := l.Apply(nil, 1e9)
	return func(ifIndex uint32) *Port {
		p := snap.Port(snap.ID(agent), ifIndex)
		if p == nil {
			t.Fatalf("no port %d", ifIndex)
		}
		return p
	}
}

// TestShares: the most specific share wins.
func TestShares(t *testing.T) {
	agent := flow.AddrFrom4([4]byte{10, 0, 0, 1})
	cfg := Config{Share: 0.1, Shares: []Share{{Class: HostLinks, Part: 0.3}, {Agent: agent, IfIndex: 2, Part: 0.5}}}
	port := judged(t, cfg, PortInfo{IfIndex: 1, Speed: 10e9}, PortInfo{IfIndex: 2, Speed: 10e9})
	if got := port(1).Limit(); got != 3e9 {
		t.Errorf("a host's port is judged by %g bit/s", got)
	}
	if got := port(2).Limit(); got != 5e9 {
		t.Errorf("a port with a share of its own is judged by %g bit/s", got)
	}
	s := newShares(0.1, cfg.Shares)
	for class, p := range map[Class]*Port{FabricLinks: {Peer: 1}, BorderLinks: {Dark: true}} {
		if got := s.of(agent, p); got != 0.1 || p.Class() != class {
			t.Errorf("%v: %g", p.Class(), got)
		}
	}
	all := newShares(0, nil)
	if got := all.of(agent, &Port{}); got != 1 {
		t.Errorf("without a share: %g", got)
	}
}

// TestMember: one flow takes one member of an aggregate, so that is what it is judged by.
func TestMember(t *testing.T) {
	port := judged(t, Config{Share: 0.1},
		PortInfo{IfIndex: 1000, Speed: 40e9}, PortInfo{IfIndex: 1, Speed: 10e9, Aggregate: 1000}, PortInfo{IfIndex: 2, Speed: 25e9, Aggregate: 1000})
	if p := port(1000); p.Lane() != 10e9 || p.Limit() != 1e9 || p.Speed != 40e9 {
		t.Errorf("the aggregate: %+v", p)
	}
	if p := port(2); p.Lane() != 25e9 {
		t.Errorf("a member: %+v", p)
	}
}

// TestDisprovedSpeed: a speed below what the counters count is not believed, and told.
func TestDisprovedSpeed(t *testing.T) {
	port := judged(t, Config{Share: 0.1}, PortInfo{IfIndex: 1, Speed: 10e6}, PortInfo{IfIndex: 1, Rate: 600e6},
		PortInfo{IfIndex: 2, Speed: 10e6, Rate: 200e6}, PortInfo{IfIndex: 3, Speed: 1e9, Rate: 990e6},
		PortInfo{IfIndex: 4, Speed: 10e6, Rate: 200e6}, PortInfo{IfIndex: 4, Speed: 1e9})
	for ifIndex, want := range map[uint32]Port{1: {Speed: 1e9, SpeedInferred: true}, 2: {}, 3: {Speed: 1e9}, 4: {Speed: 1e9}} {
		if p := port(ifIndex); p.Speed != want.Speed || p.SpeedInferred != want.SpeedInferred {
			t.Errorf("port %d: %g bit/s, inferred %v", ifIndex, p.Speed, p.SpeedInferred)
		}
	}
}
