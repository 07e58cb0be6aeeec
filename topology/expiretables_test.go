package topology

import (
	"slices"
	"testing"
	"time"
)

// aging gives a learner that forgets after an hour, and a step that lets some minutes pass.
func aging(t *testing.T) (f *fabric, minutes func(int) *Snapshot) {
	t.Helper()
	f = newFabric(t, Config{Learn: true, Expire: time.Hour})
	return f, func(n int) *Snapshot {
		for range n {
			f.tick(time.Minute)
		}
		return f.snap
	}
}

// TestExpireBeginsLate: the first look is only the beginning, and there is one a minute.
func TestExpireBeginsLate(t *testing.T) {
	f, _ := aging(t)
	f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: addr("10.1.1.1"), Far: mac(0, 1)})
	f.Apply(f.ev, f.now)
	for _, c := range []struct {
		after time.Duration // since the step before
		known int
	}{{2 * time.Hour, 0}, {0, 0}} {
		f.tick(c.after)
		if got := len(f.hosts); got != c.known {
			t.Errorf("after %v more %d hosts are known, want %d", c.after, got, c.known)
		}
	}
	f.ev = nil
	f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: addr("10.1.1.1"), Far: mac(0, 1)})
	f.tick(time.Minute)
	for range 59 {
		f.tick(time.Second)
	}
	at := f.expiredAt
	if f.tick(time.Second); f.expiredAt == at {
		t.Errorf("no look after a minute: the last was %v ago", time.Duration(f.now-f.expiredAt))
	}
}

// TestExpireVotes: votes for a pair of ports that made no link go, at both ports; those that a link rests on stay and
// weigh against contrary ones, which go in their turn.
func TestExpireVotes(t *testing.T) {
	f, minutes := aging(t)
	vote := func(p, q, n int) {
		for range n {
			f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: uint32(p), Agent2: agent(51), Port2: uint32(q)})
		}
	}
	vote(49, 1, 4)
	vote(50, 2, 1)
	f.tick(time.Second)
	if len(f.votes) != 2 || f.snap.Peer(f.id(1), 49) != f.id(51) || f.snap.Peer(f.id(1), 50) != 0 {
		t.Fatalf("%d pairs, 49 leads to %d", len(f.votes), f.snap.Peer(f.id(1), 49))
	}
	for range 75 { // by the link goes something else all the time
		f.give(Evidence{Kind: SawEgress, Agent: agent(1), Port: 49, Own: mac(1, 49), Far: mac(51, 1), Fresh: true})
		minutes(1)
	}
	ports := f.nodes[f.id(1)].ports
	if len(f.votes) != 1 || len(ports[49].votes) != 1 || len(ports[50].votes) != 0 || len(f.nodes[f.id(51)].ports[2].votes) != 0 {
		t.Errorf("votes for %d pairs are left; %d at 49, %d at 50", len(f.votes), len(ports[49].votes), len(ports[50].votes))
	}
	if f.snap.Peer(f.id(1), 49) != f.id(51) {
		t.Error("the link by votes is forgotten")
	}
	vote(49, 3, 3)
	if f.tick(time.Second); f.snap.Port(f.id(1), 49).PeerPort != 1 {
		t.Errorf("three votes against four took 49 to %d", f.snap.Port(f.id(1), 49).PeerPort)
	}
}

// TestExpireTunnelEnds: of the two switches that share a tunnel end each goes on its own, the first with what is known of
// its flows; one seen at none goes as a whole, and the counts with it.
func TestExpireTunnelEnds(t *testing.T) {
	end := addr("10.255.9.9")
	for name, tc := range map[string]struct {
		seen [2]bool // at leaf 1, at leaf 2
		want End
	}{
		"both":   {[2]bool{true, true}, End{Switches: [2]SwitchID{1, 2}, Flows: flowsOfOne}},
		"first":  {[2]bool{true, false}, End{Switches: [2]SwitchID{1}, Flows: flowsOfOne}},
		"second": {[2]bool{false, true}, End{}}, // whose flows nobody has counted yet: those that come will tell
		"none":   {[2]bool{}, End{}},
	} {
		f, minutes := aging(t)
		give := func(leaf int, buckets uint32) {
			f.give(Evidence{Kind: SawVTEP, Agent: agent(leaf), Addr: end, Buckets: buckets})
		}
		give(1, 0x3ff)
		f.tick(time.Second)
		give(2, 0xffc00)
		f.tick(time.Second)
		if f.id(1) != 1 || f.id(2) != 2 || !f.snap.SharesEnd(1) || !f.snap.SharesEnd(2) || f.sharedEnds != 1 {
			t.Fatal("it is not on both")
		}
		for range 75 {
			for i, seen := range tc.seen {
				if seen && i == 0 {
					give(1, 0x3ff)
				} else if seen {
					give(2, 0)
				}
			}
			minutes(1)
		}
		got, _ := f.snap.TunnelEnd(end)
		if got != tc.want {
			t.Errorf("%s: the tunnel end is %+v, want %+v", name, got, tc.want)
		}
		both := tc.seen[0] && tc.seen[1]
		if f.snap.SharesEnd(1) != both || f.snap.SharesEnd(2) != both || (f.sharedEnds == 1) != both {
			t.Errorf("%s: shared as the snapshot says: %v, %v; %d are", name, f.snap.SharesEnd(1), f.snap.SharesEnd(2), f.sharedEnds)
		}
		if known := len(f.tunnels) == 1; known != (tc.seen[0] || tc.seen[1]) {
			t.Errorf("%s: it is known: %v", name, known)
		}
		give(2, 0xffc00)
		give(2, 0xffc00)
		if f.tick(time.Second); name == "second" {
			if got, _ := f.snap.TunnelEnd(end); got != (End{Switches: [2]SwitchID{2}, Flows: flowsOfOne}) {
				t.Errorf("after flows at the second: %+v", got)
			}
		}
		for _, wrong := range f.consistent() {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// TestExpireStations: a MAC is forgotten where it entered long ago, not where it enters; and with its addresses as a whole.
func TestExpireStations(t *testing.T) {
	f, minutes := aging(t)
	enter := func(leaf int) { f.sent("10.1.1.1", mac(0, 1), leaf, 7) }
	enter(1)
	enter(2)
	f.tick(time.Second)
	at := func() (switches []SwitchID) {
		if s := f.stations[mac(0, 1)]; s != nil {
			for _, k := range s.ports {
				switches = append(switches, k.sw)
			}
		}
		return switches
	}
	for range 75 {
		enter(2)
		minutes(1)
	}
	if got := at(); !slices.Equal(got, []SwitchID{f.id(2)}) {
		t.Errorf("its MAC enters at %v, want leaf 2", got)
	}
	for range 75 { // frames of the address are seen elsewhere, none of the MAC
		f.give(Evidence{Kind: SawSink, Agent: agent(51), Port: 7, Addr: addr("10.1.1.1"), TTL: 60})
		minutes(1)
	}
	if s := f.stations[mac(0, 1)]; s == nil || len(s.ports) != 0 || len(s.hosts) != 1 {
		t.Errorf("an address that is seen has lost its MAC, or the MAC enters somewhere: %+v", s)
	}
	if minutes(75); len(f.stations) != 0 {
		t.Errorf("%d MACs are kept", len(f.stations))
	}
}

// TestExpireOwners: a switch's MAC is known as long as a port leads to it; then what the agent listed goes too.
func TestExpireOwners(t *testing.T) {
	f, minutes := aging(t)
	f.give(Evidence{Kind: SawOwnMAC, Agent: agent(1), Own: mac(1, 60)}) // nobody ever sends to it
	f.forwarded(51, 1, 1, 49)
	f.forwarded(1, 49, 51, 1)
	f.give(Evidence{Kind: SawUnnamed, Agent: agent(3), Far: mac(3, 1), Own: mac(3, 2)})
	f.tick(time.Second)
	if !f.snap.Routes(f.id(1), mac(1, 60)) || !f.snap.Routes(f.id(1), mac(1, 49)) || f.listedBy[mac(1, 60)] != f.id(1) || len(f.nameless) != 2 {
		t.Fatal("the MACs are not known")
	}
	if minutes(6); len(f.nameless) != 0 {
		t.Errorf("%d MACs of switches that name no ports are kept for more than %v", len(f.nameless), time.Duration(unnamedFor))
	}
	for range 75 {
		f.give(Evidence{Kind: SawEgress, Agent: agent(51), Port: 1, Own: mac(51, 1), Far: mac(1, 49), Fresh: true})
		minutes(1)
	}
	if snap := f.snap; snap.Routes(f.id(1), mac(1, 60)) || len(f.listedBy) != 0 {
		t.Errorf("a MAC that nobody saw is kept: %v, listed by %d", snap.Routes(f.id(1), mac(1, 60)), len(f.listedBy))
	}
	if !f.snap.Routes(f.id(1), mac(1, 49)) {
		t.Error("a port leads to a MAC, and whose it is is forgotten")
	}
	minutes(76) // the ports first, then whose the MACs are
	if len(f.owners) != 0 || f.snap.Routes(f.id(1), mac(1, 49)) {
		t.Errorf("%d MACs are kept", len(f.owners))
	}
}

// TestExpireLinkEnds: frames at either end keep a link; without any both ends go.
func TestExpireLinkEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		give  func(f *fabric)
		known bool
	}{
		"at one end":      {func(f *fabric) { f.forwarded(51, 1, 1, 49) }, true},
		"at the other":    {func(f *fabric) { f.forwarded(1, 49, 51, 1) }, true},
		"at another port": {func(f *fabric) { f.forwarded(51, 9, 1, 50) }, false},
		"votes": {func(f *fabric) {
			f.give(Evidence{Kind: SawVote, Agent: agent(1), Port: 49, Agent2: agent(51), Port2: 1})
		}, true},
		"of the same switch, two ports": {func(f *fabric) {
			f.give(Evidence{Kind: SawBridged, Agent: agent(1), Port: 7, Port2: 49, Far: mac(0, 8), Own: mac(0, 9), Rate: 1})
		}, true},
	} {
		f, minutes := aging(t)
		f.forwarded(51, 1, 1, 49)
		f.forwarded(1, 49, 51, 1)
		f.tick(time.Second)
		for range 75 {
			tc.give(f)
			minutes(1)
		}
		a, b := f.snap.Port(f.id(1), 49), f.snap.Port(f.id(51), 1)
		if (a.Peer != 0 && a.PeerPort == 1) != tc.known || (b.Peer != 0 && b.PeerPort == 49) != tc.known {
			t.Errorf("%s: leaf1:49 is %+v, the spine's port %+v; want a link: %v", name, a, b, tc.known)
		}
		if gone := slices.Contains(f.told("10.255.0.1/49--10.255.0.51/1"), Gone); gone == tc.known {
			t.Errorf("%s: it was told to be gone: %v", name, gone)
		}
	}
}

// TestExpireHostsKeepPort: a port at which an address is known is not forgotten before the address is.
func TestExpireHostsKeepPort(t *testing.T) {
	f, minutes := aging(t)
	for range 4 {
		f.sent("10.1.1.1", mac(0, 1), 1, 7)
		f.tick(time.Second)
	}
	for range 75 { // the host is seen there, no frame that tells anything else of the port
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 7, Addr: addr("10.1.1.1"), Far: mac(0, 1)})
		minutes(1)
	}
	if p := f.snap.Port(f.id(1), 7); !p.Edge {
		t.Errorf("the port of a host that is seen is %+v", p)
	}
	minutes(75)
	if p := f.snap.Port(f.id(1), 7); p.Edge || len(f.hosts) != 0 {
		t.Errorf("the port is %+v, %d addresses are kept", p, len(f.hosts))
	}
}

// TestSilentSwitchFallsSilent: a switch that nobody reports was inferred from what enters ports. Once nothing does for long it is
// told to be gone, with its links; when frames come again so does the switch, and the fabric is not unsettled by either.
func TestSilentSwitchFallsSilent(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: time.Hour})
	f.unheard(24, false)
	was := f.snap.Peer(f.id(1), 49)
	if !was.Inferred() {
		t.Fatalf("leaf1:49 leads to %d", was)
	}
	for range 30 {
		f.tick(time.Minute)
	}
	if f.snap.Peer(f.id(1), 49) != was || !f.snap.Settled {
		t.Errorf("half an hour of silence took the silent switch away: %d", f.snap.Peer(f.id(1), 49))
	}
	for range 40 {
		f.tick(time.Minute)
	}
	if got := f.snap.Peer(f.id(1), 49); got != 0 || len(f.dark.ports) != 0 || len(f.dark.open) != 0 && f.dark.open[0].beyond != nil {
		t.Errorf("after an hour leaf1:49 leads to %d; %d ports to silent switches", got, len(f.dark.ports))
	}
	for _, id := range []string{"dark/1", "dark/2", "10.255.0.1/49--dark-1", "10.255.0.2/50--dark-2"} {
		if got := f.told(id); !slices.Equal(got, []State{Up, Gone}) {
			t.Errorf("%s was told as %v", id, got)
		}
	}
	if f.snap.Adjacent(was, f.id(1)) || !f.snap.Settled {
		t.Error("the switch that is gone is next to leaf 1, or the fabric is unsettled")
	}
	f.unheard(60, false)
	a, b := f.snap.Peer(f.id(1), 49), f.snap.Peer(f.id(1), 50)
	if !a.Inferred() || !b.Inferred() || a == b || f.snap.Peer(f.id(2), 49) != a {
		t.Errorf("after its return leaf1's uplinks lead to %d and %d, leaf2's first to %d", a, b, f.snap.Peer(f.id(2), 49))
	}
	for _, wrong := range f.consistent() {
		t.Error(wrong)
	}
}
