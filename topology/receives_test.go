package topology

import (
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// TestReceives: a host on two leaves that sends all by one of them gets frames at both: what leaves for it at the other one
// tells so, and then no address is certain of which flows enough did not come out where it sends.
func TestReceives(t *testing.T) {
	host, other := addr("10.1.0.1"), addr("10.1.0.2")
	for name, tc := range map[string]struct {
		buckets uint32
		more    bool // another interface's frames leave by that port
		both    bool
	}{
		"over the fabric":         {1, false, true},
		"of a host beside":        {0, false, false},
		"over a link of the pair": {1, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := sending(t, host, other)
			if snap := f.tick(time.Second); !snap.Reached(host) || !snap.Reached(other) || snap.Bonds {
				t.Fatal("it was seen at one leaf only, and is not certain there")
			}
			f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: host, TTL: 62, Buckets: tc.buckets, Count: 1})
			if tc.more {
				f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: other, TTL: 62, Buckets: tc.buckets, Count: 1})
			}
			snap := f.tick(time.Second)
			want := []SwitchID{f.id(1)}
			if tc.both {
				want = append(want, f.id(2))
			}
			if got := snap.Receives(host); !slices.Equal(got, want) || !slices.Equal(snap.Edges(host), want[:1]) {
				t.Errorf("it receives at %v and sends at %v, want %v", got, snap.Edges(host), want)
			}
			if !snap.Begins(host) || snap.Bonds != tc.both || snap.Reached(host) == tc.both || snap.Reached(other) == tc.both {
				t.Errorf("begins %v, bonds %v, reached %v, another one %v", snap.Begins(host), snap.Bonds, snap.Reached(host), snap.Reached(other))
			}
			f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 2, Addr: other, TTL: 62, Buckets: 0x3ff << 3, Count: 10})
			if snap = f.tick(time.Second); !tc.more && !snap.Reached(other) {
				t.Error("flows enough came out where it sends, and it is not certain there")
			}
			wasUp := f.now
			f.tick(time.Second)
			f.Inform(&PortInfo{Agent: agent(2), IfIndex: 7, Down: true, WasUp: wasUp})
			if snap = f.tick(time.Second); (snap.Left(host) != 0) != tc.both || tc.both && (len(snap.Receives(host)) != 1 || snap.Leaving(host) != wasUp) {
				t.Errorf("its link is down: it receives at %v, and left at %d, or at %d", snap.Receives(host), snap.Left(host), snap.Leaving(host))
			}
		})
	}
}

// sending gives a pair of leaves at the first of which two hosts have sent enough to live there.
func sending(t *testing.T, host, other flow.Addr) *fabric {
	t.Helper()
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 3 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1)
		f.sent("10.1.0.2", mac(0, 2), 1, 2)
		f.sent("10.2.0.1", mac(0, 3), 2, 1)
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 1, Addr: host, Far: mac(0, 1), Buckets: 0xffff})
		f.give(Evidence{Kind: SawSource, Agent: agent(1), Port: 2, Addr: other, Far: mac(0, 2), Buckets: 0xffff})
		f.tick(time.Second)
	}
	return f
}

// TestReceivedWithoutBonds: while hosts get frames where they send, how many flows came out there changes no snapshot;
// once one gets them elsewhere, what came out before counts.
func TestReceivedWithoutBonds(t *testing.T) {
	host, other := addr("10.1.0.1"), addr("10.1.0.2")
	f := sending(t, host, other)
	f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 2, Addr: other, TTL: 62, Buckets: 1, Count: 15})
	before := f.tick(time.Second)
	f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 2, Addr: other, TTL: 62, Buckets: 0x3ff << 3, Count: 10})
	snap := f.tick(time.Second)
	if before.Bonds || snap.AddressChanged(other, before.Version) || !snap.Reached(other) {
		t.Errorf("changed %v, reached %v, bonds %v", snap.AddressChanged(other, before.Version), snap.Reached(other), before.Bonds)
	}
	f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: host, TTL: 62, Buckets: 1, Count: 1})
	if snap = f.tick(time.Second); !snap.Bonds || !snap.Reached(other) || snap.Reached(host) {
		t.Errorf("bonds %v, reached %v and %v", snap.Bonds, snap.Reached(other), snap.Reached(host))
	}
}

// TestInterfaceLosesALink: where one address of an interface was seen to receive by a link that is down now, all of them
// have left that switch.
func TestInterfaceLosesALink(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 3 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1)
		f.sent("fd00::1", mac(0, 1), 1, 1)
		f.sent("10.1.0.2", mac(0, 2), 1, 2)
		f.sent("10.2.0.1", mac(0, 3), 2, 1)
		f.tick(time.Second)
	}
	f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: addr("10.1.0.1"), TTL: 62, Buckets: 1, Count: 1})
	f.tick(time.Second)
	wasUp := f.now
	f.tick(time.Second)
	f.Inform(&PortInfo{Agent: agent(2), IfIndex: 7, Down: true, WasUp: wasUp})
	snap := f.tick(time.Second)
	for a, want := range map[string]int64{"10.1.0.1": wasUp, "fd00::1": wasUp, "10.1.0.2": 0} {
		if got := snap.Leaving(addr(a)); got != want || (snap.Left(addr(a)) != 0) != (want != 0) {
			t.Errorf("%s left at %d, began to at %d, want %d", a, snap.Left(addr(a)), got, want)
		}
	}
}

// TestReceivesOutOfTunnels: what came to a switch in a tunnel and left by a port by which nothing enters tells the same; it
// places nobody who does not send.
func TestReceivesOutOfTunnels(t *testing.T) {
	host, mute := addr("10.1.0.1"), addr("10.9.1.1")
	f := newFabric(t, Config{Learn: true})
	f.joined()
	for range 3 {
		f.sent("10.1.0.1", mac(0, 1), 1, 1)
		f.sent("10.2.0.1", mac(0, 3), 2, 1)
		f.tick(time.Second)
	}
	out := func(port uint32, to flow.Addr) {
		f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: port, Addr: to, TTL: 62, Hops: insideHops, Buckets: 1, Count: sinkFrames})
	}
	out(8, mute)
	out(1, host) // a port of another host, over which the pair may be linked
	snap := f.tick(20 * time.Second)
	if _, _, ok := snap.Locate(mute); ok || snap.Bonds || len(snap.Receives(host)) != 1 {
		t.Errorf("a place %v for who sends nothing, bonds %v, it receives at %v", ok, snap.Bonds, snap.Receives(host))
	}
	out(7, host)
	if snap = f.tick(time.Second); !snap.Bonds || !slices.Equal(snap.Receives(host), []SwitchID{f.id(1), f.id(2)}) {
		t.Errorf("bonds %v, it receives at %v", snap.Bonds, snap.Receives(host))
	}
	f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: host, TTL: 62, Buckets: 2, Count: 1})
	if snap = f.tick(time.Second); !snap.Known(host) {
		t.Error("frames left for it in no tunnel, and it is not known to receive")
	}
}

// TestReceivesForGuests: what leaves by a silent port for a host that routes and for its guests leaves for one host.
func TestReceivesForGuests(t *testing.T) {
	for name, tc := range map[string]struct {
		guests bool // it is known to route for them
		want   int
	}{"a host and its guests": {true, 2}, "two hosts": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			f := newFabric(t, Config{Learn: true})
			f.joined()
			for i := range 20 {
				f.sent("10.2.0.1", mac(0, 3), 2, 1)
				f.sent("10.1.0.9", mac(0, 9), 1, 9)
				f.sent("10.1.0.1", mac(0, 1), 1, 1)
				if tc.guests {
					f.routedIn("10.64.0.1", mac(0, 1), 1, 1)
				} else {
					f.sent("10.64.0.1", mac(0, 2), 1, 2)
				}
				if f.tick(time.Second); i == 10 {
					for _, a := range []string{"10.1.0.1", "10.64.0.1"} {
						f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: 7, Addr: addr(a), TTL: 62, Buckets: 1, Count: 1})
					}
				}
			}
			snap := f.tick(time.Second)
			for _, a := range []string{"10.1.0.1", "10.64.0.1"} {
				if got := snap.Receives(addr(a)); len(got) != tc.want {
					t.Errorf("%s sends at %v and receives at %v", a, snap.Edges(addr(a)), got)
				}
			}
		})
	}
}
