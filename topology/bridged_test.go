package topology

import (
	"testing"
	"time"

	"spoor/flow"
)

func hostAddr(h int) flow.Addr { return flow.AddrFrom4([4]byte{10, 1, 1, byte(h)}) }

// bridged is a fabric of two leaves and a spine that forward by MAC: hosts 1 and 2
// on ports 1 and 2 of leaf 1, hosts 3 and 4 on those of leaf 2; port 9 of leaf 1
// is joined to port 1 of spine 51, port 9 of leaf 2 to its port 2.
func bridged(t *testing.T) *fabric {
	t.Helper()
	f := newFabric(t, Config{Learn: true})
	for h := 1; h <= 4; h++ {
		f.cross(h, 5-h, 1)
	}
	f.tick(0)
	return f
}

type step struct{ sw, in, out int }

func steps(src, dst int) []step {
	up, down := (src+1)/2, (dst+1)/2
	return []step{{up, src - 2*(up-1), 9}, {51, up, down}, {down, 9, dst - 2*(down-1)}}
}

// cross gives what a flow's samples at all its switches say.
func (f *fabric) cross(src, dst, flow int) {
	way := steps(src, dst)
	for _, s := range way {
		f.give(Evidence{Kind: SawIngress, Agent: agent(s.sw), Port: uint32(s.in), Far: mac(0, src), Own: mac(0, dst), Fresh: true})
		f.give(Evidence{Kind: SawSource, Agent: agent(s.sw), Port: uint32(s.in), Addr: hostAddr(src), Far: mac(0, src)})
		f.give(Evidence{Kind: SawBridged, Agent: agent(s.sw), Port: uint32(s.in), Port2: uint32(s.out), Far: mac(0, src), Own: mac(0, dst), Flow: uint64(100*src + flow), Rate: 100})
	}
}

// ordered gives what the order of a flow's switches says.
func (f *fabric) ordered(src, dst int) {
	way := steps(src, dst)
	for i := range way[1:] {
		a, b := way[i], way[i+1]
		f.give(Evidence{Kind: SawNext, Agent: agent(a.sw), Port: uint32(a.out), Agent2: agent(b.sw), Port2: uint32(b.in), Far: mac(0, src), Rate: 100})
	}
}

func TestBridgedOrder(t *testing.T) {
	f := bridged(t)
	way := steps(1, 4)
	at := func(i int) Crossing {
		return Crossing{Switch: f.snap.ID(agent(way[i].sw)), In: uint32(way[i].in), Out: uint32(way[i].out)}
	}
	for i := range way {
		for j := range way {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := f.snap.Before(at(i), at(j), mac(0, 1), mac(0, 4)); got != want {
				t.Errorf("switch %d before %d: %d, want %d", i, j, got, want)
			}
		}
	}
	blind := at(1)
	blind.Out = 0
	if got := f.snap.Before(at(0), blind, mac(0, 1), mac(0, 4)); got != 0 {
		t.Errorf("a switch with an unknown port is ordered: %d", got)
	}
}

func TestBridgedLinksAndEntries(t *testing.T) {
	f := bridged(t)
	for i := range 30 {
		for h := 1; h <= 4; h++ {
			f.cross(h, 5-h, i)
			f.ordered(h, 5-h)
		}
		f.tick(time.Second / 10)
	}
	snap := f.tick(time.Second)
	one, two, spine := snap.ID(agent(1)), snap.ID(agent(2)), snap.ID(agent(51))
	if p := snap.Port(one, 9); p.Peer != spine || p.PeerPort != 1 {
		t.Errorf("port 9 of leaf 1 leads to %+v", p)
	}
	if p := snap.Port(spine, 2); p.Peer != two || p.PeerPort != 9 {
		t.Errorf("port 2 of the spine leads to %+v", p)
	}
	for h := 1; h <= 4; h++ {
		sw, port, ok := snap.Locate(hostAddr(h))
		if want := snap.ID(agent((h + 1) / 2)); snap.Entry(mac(0, h)) != want || !ok || sw != want || port != uint32((h-1)%2+1) {
			t.Errorf("host %d enters at %d, lives at %d/%d", h, snap.Entry(mac(0, h)), sw, port)
		}
	}

	// A third switch between two ports, or a host behind both, ends the link.
	f.give(Evidence{Kind: SawApart, Agent: agent(1), Port: 9, Agent2: agent(51), Port2: 1})
	f.give(Evidence{Kind: SawBridged, Agent: agent(51), Port: 2, Far: mac(0, 1), Own: mac(0, 4), Rate: 100})
	snap = f.tick(time.Second)
	if p, q := snap.Port(one, 9), snap.Port(spine, 1); p.Peer != 0 || q.Peer != 0 {
		t.Errorf("a link with a switch between its ends stays: %+v, %+v", p, q)
	}
	if p := snap.Port(spine, 2); p.Peer != 0 {
		t.Errorf("a link with a host behind both ends stays: %+v", p)
	}
}

// TestBridgedTwoPartners: of two ports that both seem to be a port's other end, none is.
func TestBridgedTwoPartners(t *testing.T) {
	f := bridged(t)
	for range 2 * int(joinSamples) {
		f.ordered(1, 4)
	}
	if p := f.tick(time.Second).Port(f.snap.ID(agent(1)), 9); p.Peer == 0 {
		t.Fatal("no link")
	}
	for range 2 * int(joinSamples) {
		f.give(Evidence{Kind: SawNext, Agent: agent(1), Port: 9, Agent2: agent(52), Port2: 1, Far: mac(0, 1), Rate: 100})
	}
	if p := f.tick(time.Second).Port(f.snap.ID(agent(1)), 9); p.Peer != 0 {
		t.Errorf("port 9 of leaf 1 still leads to %d", p.Peer)
	}
}

// TestBridgedRates: samples taken at smaller rates say less.
func TestBridgedRates(t *testing.T) {
	f := bridged(t)
	give := func(rate uint32, n int) {
		for range n {
			f.give(Evidence{Kind: SawNext, Agent: agent(1), Port: 9, Agent2: agent(51), Port2: 1, Far: mac(0, 1), Rate: rate})
		}
		f.tick(time.Second)
	}
	linked := func() bool { return f.snap.Port(f.snap.ID(agent(1)), 9).Peer != 0 }
	give(10, 2*int(joinSamples))
	if linked() {
		t.Error("samples of one in 10, where others take one in 100, make a link too soon")
	}
	give(100, int(joinSamples))
	if !linked() {
		t.Error("no link")
	}
}
