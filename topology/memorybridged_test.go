package topology

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rememberedBridged gives the memory of a bridged fabric whose links and entries are known.
func rememberedBridged(t *testing.T) *Memory {
	t.Helper()
	f := bridged(t)
	for i := range 30 {
		for h := 1; h <= 4; h++ {
			f.cross(h, 5-h, i)
			f.ordered(h, 5-h)
		}
		f.tick(100 * time.Millisecond)
	}
	m := f.Remember()
	if len(m.Stations) != 4 || len(m.Stations[0].Sites) != 3 || m.Stations[0].Entry != agent(1) || len(m.Stations[0].Hosts) != 1 || m.Rate != 100 {
		t.Fatalf("remembered %+v", m.Stations)
	}
	return m
}

// recallBridged is a fabric that begins with a memory of a bridged one.
func recallBridged(t *testing.T) *fabric {
	t.Helper()
	m := rememberedBridged(t)
	f := newFabric(t, Config{Learn: true, Memory: m})
	f.now = m.Time + 3600*second
	f.tick(0)
	return f
}

// again says that a flow from src to dst passed both ends of the first link on its way.
func (f *fabric) again(src, dst int) {
	way := steps(src, dst)
	f.give(Evidence{Kind: SawAgain, Agent: agent(way[1].sw), Port: uint32(way[1].in), Agent2: agent(way[0].sw), Port2: uint32(way[0].out), Far: mac(0, src), Own: mac(0, dst), Rate: 100, Count: 1})
}

func TestBridgedMemoryFile(t *testing.T) {
	m := rememberedBridged(t)
	var b bytes.Buffer
	if err := m.write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := readMemory(&b)
	if diff := cmp.Diff(m, got); diff != "" || err != nil {
		t.Errorf("%v; saved and loaded differ:\n%s", err, diff)
	}
	second := NewLearner(Config{Learn: true, Memory: m}, NewRegistry()).Remember()
	second.Time, second.Settled = m.Time, m.Settled
	if diff := cmp.Diff(m, second); diff != "" {
		t.Errorf("a second restart before anything was seen loses something:\n%s", diff)
	}
}

// TestBridgedRecalled: nothing is believed before it is seen, and all at the first frames that show it as it was.
func TestBridgedRecalled(t *testing.T) {
	f := recallBridged(t)
	snap := f.Snapshot()
	if !snap.Bridged(hostAddr(1)) || snap.Crosses(hostAddr(1)) || snap.BridgedMAC(hostAddr(1)) != mac(0, 1) {
		t.Error("the host is not taken for one of a bridged fabric")
	}
	if p := snap.Port(f.id(1), 9); p.Peer != 0 || p.Was != (PortKey{f.id(51), 1}) || snap.Entry(mac(0, 1)) != 0 || snap.Toward(f.id(51), mac(0, 1)) != 0 {
		t.Errorf("believed before anything was seen: %+v", p)
	}
	for h := 1; h <= 4; h++ {
		for i := range 4 {
			f.cross(h, 5-h, i)
		}
	}
	f.again(1, 4)
	snap = f.tick(100 * time.Millisecond)
	if p := snap.Port(f.id(1), 9); p.Peer != f.id(51) || p.PeerPort != 1 || p.Kept || snap.Entry(mac(0, 1)) != f.id(1) || snap.Toward(f.id(51), mac(0, 1)) != 1 {
		t.Errorf("seen as before, and not believed: %+v, entry %d, toward %d", p, snap.Entry(mac(0, 1)), snap.Toward(f.id(51), mac(0, 1)))
	}
	if p := snap.Port(f.id(2), 9); p.Peer != 0 {
		t.Errorf("believed, though no flow was seen at both ends: %+v", p)
	}
}

// TestBridgedRecalledMoved: a MAC behind another port is learned anew, and no link rests on it.
func TestBridgedRecalledMoved(t *testing.T) {
	f := recallBridged(t)
	f.give(Evidence{Kind: SawBridged, Agent: agent(2), Port: 5, Port2: 9, Far: mac(0, 1), Own: mac(0, 2), Flow: 1, Rate: 100})
	for range 4 {
		f.again(1, 4)
	}
	snap := f.tick(100 * time.Millisecond)
	if f.bridges.kept[mac(0, 1)] != nil || f.bridges.kept[mac(0, 4)] == nil {
		t.Error("the host that moved is remembered, or another one is not")
	}
	if p := snap.Port(f.id(1), 9); p.Peer != 0 || snap.Bridged(hostAddr(1)) {
		t.Errorf("a link rests on a host that moved: %+v", p)
	}
}

// TestBridgedRecalledStranger: a switch of which nothing was remembered may be between two others.
func TestBridgedRecalledStranger(t *testing.T) {
	f := recallBridged(t)
	for h := 1; h <= 4; h++ {
		for i := range 4 {
			f.cross(h, 5-h, i)
		}
	}
	f.again(1, 4)
	if f.tick(100*time.Millisecond).Port(f.id(1), 9).Peer == 0 {
		t.Fatal("the link is not believed")
	}
	f.give(Evidence{Kind: SawBridged, Agent: agent(99), Port: 1, Port2: 2, Far: mac(0, 1), Own: mac(0, 4), Flow: 1, Rate: 100})
	for range 4 {
		f.again(1, 4)
	}
	if snap := f.tick(100 * time.Millisecond); snap.Port(f.id(1), 9).Peer != 0 || snap.Entry(mac(0, 1)) != 0 {
		t.Error("what rests on memory alone is believed")
	}
}

// TestBridgedRecalledLater: enough samples make a remembered link one that was learned, which no stranger undoes.
func TestBridgedRecalledLater(t *testing.T) {
	f := recallBridged(t)
	for i := range 30 {
		for h := 1; h <= 4; h++ {
			f.cross(h, 5-h, i)
			f.ordered(h, 5-h)
			f.again(h, 5-h)
		}
		f.tick(100 * time.Millisecond)
	}
	f.give(Evidence{Kind: SawBridged, Agent: agent(99), Port: 1, Port2: 2, Far: mac(0, 77), Own: mac(0, 78), Flow: 1, Rate: 100})
	if snap := f.tick(100 * time.Millisecond); snap.Port(f.id(1), 9).Peer != f.id(51) || snap.Port(f.id(2), 9).Peer != f.id(51) || snap.Entry(mac(0, 1)) != f.id(1) {
		t.Error("what was learned is forgotten")
	}
}

// TestBridgedRecalledExpires: a MAC that is not seen for as long as is configured is forgotten.
func TestBridgedRecalledExpires(t *testing.T) {
	testBridgedRecalledExpires(t, 0)
	testBridgedRecalledExpires(t, 400*24*int64(time.Hour)) // by a machine whose clock was ahead
}

func testBridgedRecalledExpires(t *testing.T, ahead int64) {
	t.Helper()
	m := rememberedBridged(t)
	for i := range m.Stations {
		m.Stations[i].Seen += ahead
	}
	f := newFabric(t, Config{Learn: true, Memory: m, Expire: time.Hour})
	f.now = m.Time
	f.tick(0)
	for range 40 {
		f.give(Evidence{Kind: SawBridged, Agent: agent(1), Port: 1, Port2: 9, Far: mac(0, 1), Own: mac(0, 4), Flow: 1, Rate: 100})
		f.tick(2 * time.Minute)
	}
	if f.bridges.kept[mac(0, 1)] == nil || f.bridges.kept[mac(0, 3)] != nil || f.bridges.keptSites != 6 {
		t.Errorf("remembered %v ahead: kept %v with %d sites, want two", time.Duration(ahead), f.bridges.kept, f.bridges.keptSites)
	}
}
