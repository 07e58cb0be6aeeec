package topology

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/flow"
)

// remembered gives the memory of a settled fabric, by way of a file.
func remembered(t *testing.T) *Memory {
	t.Helper()
	f := settledFabric(t)
	for i := range 12 { // flows enough to make the places certain
		for leaf, host := range map[int]string{1: "10.1.1.1", 2: "10.2.1.1"} {
			f.give(Evidence{Kind: SawSource, Agent: agent(leaf), Port: 1, Addr: addr(host), Far: mac(0, leaf), Buckets: 1 << i})
		}
	}
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Name: "swp49", Speed: 100e9, Hostname: "leaf1"})
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: addr("192.0.2.1"), Buckets: 3})
	if !f.tick(time.Second).Certain(addr("10.1.1.1")) {
		t.Fatal("the place is not certain")
	}
	path := filepath.Join(t.TempDir(), "memory")
	m := f.Remember()
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadMemory(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("saved and loaded differ:\n%s", diff)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("files %v", left)
	}
	return got
}

// recall is a fabric that begins with a memory and hears nobody yet.
func recall(t *testing.T) *fabric {
	t.Helper()
	m := remembered(t)
	f := newFabric(t, Config{Learn: true, Memory: m})
	f.now = m.Time + 3600*second
	f.tick(time.Second)
	return f
}

func TestRecalledLinkIsUnproven(t *testing.T) {
	f := recall(t)
	snap := f.Snapshot()
	p := snap.Port(f.id(1), 49)
	if p.Peer != 0 || !p.Kept || p.Speed != 0 || snap.Common(f.id(1), f.id(2)) != 0 {
		t.Errorf("nobody was heard yet: leads to %d, kept %v, speed %v", p.Peer, p.Kept, p.Speed)
	}
	f.forwarded(51, 1, 1, 49)
	snap = f.tick(100 * time.Millisecond)
	p = snap.Port(f.id(1), 49)
	if p.Peer != f.id(51) || p.Kept || p.Speed != 100e9 || p.Name != "swp49" || !snap.Settled {
		t.Errorf("one frame shows the same neighbour: leads to %d, kept %v, speed %v, name %q, settled %v", p.Peer, p.Kept, p.Speed, p.Name, snap.Settled)
	}
	if name := snap.Name(f.id(1)); name != "leaf1" {
		t.Errorf("the switch is called %q", name)
	}
}

func TestRecalledLinkThatIsAnotherNow(t *testing.T) {
	f := recall(t)
	f.forwarded(77, 3, 1, 49) // a switch that nobody knew
	snap := f.tick(100 * time.Millisecond)
	if p := snap.Port(f.id(1), 49); p.Peer != 0 || p.Kept || p.Speed != 0 || p.Name != "" || snap.Settled {
		t.Errorf("another neighbour: leads to %d, kept %v, speed %v, name %q, settled %v", p.Peer, p.Kept, p.Speed, p.Name, snap.Settled)
	}
	f.sent("10.3.1.1", mac(0, 3), 2, 49) // a host where the other leaf's uplink was
	if p := f.tick(100*time.Millisecond).Port(f.id(2), 49); p.Peer != 0 || p.Kept {
		t.Errorf("a host is there now: leads to %d, kept %v", p.Peer, p.Kept)
	}
}

func TestRecalledHost(t *testing.T) {
	f := recall(t)
	a := addr("10.1.1.1")
	snap := f.Snapshot()
	sw, port, kept := snap.KeptAt(a)
	if snap.Edge(a) != f.id(1) || snap.Certain(a) || !kept || sw != f.id(1) || port != 1 {
		t.Errorf("edge %d, certain %v, kept %v at %d/%d", snap.Edge(a), snap.Certain(a), kept, sw, port)
	}
	if _, _, ok := snap.Locate(a); ok {
		t.Error("a port is named that nobody saw")
	}
	f.sent("10.1.1.1", mac(0, 1), 1, 1)
	snap = f.tick(100 * time.Millisecond)
	if _, port, ok := snap.Locate(a); !ok || port != 1 || !snap.Certain(a) || !snap.Port(f.id(1), 1).Edge {
		t.Errorf("one frame at the same port: port %d %v, certain %v, edge %v", port, ok, snap.Certain(a), snap.Port(f.id(1), 1).Edge)
	}
}

func TestRecalledHostThatMoved(t *testing.T) {
	f := recall(t)
	f.sent("10.1.1.1", mac(0, 1), 2, 7)
	snap := f.tick(100 * time.Millisecond)
	if a := addr("10.1.1.1"); snap.Edge(a) != f.id(2) || snap.Certain(a) {
		t.Errorf("edges %v, certain %v; want leaf2 alone, not certain", snap.Edges(a), snap.Certain(a))
	}
}

func TestRecalledTunnelEnd(t *testing.T) {
	f := recall(t)
	vtep := addr("192.0.2.1")
	if e, _ := f.Snapshot().TunnelEnd(vtep); e.Switches[0] != 0 {
		t.Error("known before anything was seen")
	}
	f.give(Evidence{Kind: SawVTEP, Agent: agent(1), Addr: vtep, Buckets: 4})
	if e, _ := f.tick(100 * time.Millisecond).TunnelEnd(vtep); e.Switches[0] != f.id(1) {
		t.Error("one flow that agrees is not enough")
	}
	f = recall(t)
	f.give(Evidence{Kind: SawVTEP, Agent: agent(2), Addr: vtep, Buckets: 4})
	f.give(Evidence{Kind: SawVTEP, Agent: agent(2), Addr: vtep, Buckets: 8})
	if e, _ := f.tick(100 * time.Millisecond).TunnelEnd(vtep); e.Switches != [2]SwitchID{f.id(2)} {
		t.Errorf("the address is another switch's now, not %v", e.Switches)
	}
}

// TestRecalledIsForgotten: what is not seen again although its switch is heard.
func TestRecalledIsForgotten(t *testing.T) {
	f := recall(t)
	f.give(Evidence{Kind: SawSink, Agent: agent(1), Port: 3, Addr: addr("10.9.9.9"), TTL: 60})
	f.tick(time.Second)
	if !f.tick(50*time.Second).Port(f.id(1), 49).Kept {
		t.Error("forgotten too soon")
	}
	snap := f.tick(20 * time.Second)
	if snap.Port(f.id(1), 49).Kept {
		t.Error("still remembered")
	}
	if !snap.Port(f.id(2), 49).Kept {
		t.Error("the other leaf was not heard yet")
	}
}

// TestMemoryOfMemory: a second restart, before anything was seen, loses nothing.
func TestMemoryOfMemory(t *testing.T) {
	m := remembered(t)
	got := NewLearner(Config{Learn: true, Memory: m}, NewRegistry()).Remember()
	got.Time, got.Settled = m.Time, m.Settled
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("the second memory differs:\n%s", diff)
	}
}

func TestLoadMemory_Failure(t *testing.T) {
	var b bytes.Buffer
	if err := remembered(t).write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	header, rest, _ := strings.Cut(good, "\n")
	f := func(name, text, want string) {
		t.Helper()
		_, err := readMemory(strings.NewReader(text))
		if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	f("empty", "", "not a file of this kind")
	f("another's", "root:x:0:0\n"+good, "not a file of this kind")
	f("binary", string([]byte{0, 1, 2, 0xff, '\n'}), "not a file of this kind")
	f("another JSON", "{\"kind\":\"header\",\"format\":\"cake\"}\n", "not a file of this kind")
	f("newer", strings.Replace(good, `"version":1`, `"version":2`, 1), "it is of version 2, this program reads version 1")
	f("changed", header+"\n"+strings.Replace(rest, "10.255.0.1", "10.255.0.9", 1), "its checksum is wrong")
	f("longer", good+"{}\n", "something follows its end")
	f("a line lost", header+"\n"+rest[strings.Index(rest, "\n")+1:], "its checksum is wrong")
	f("no address", header+"\n{\"kind\":\"host\",\"host\":\"nowhere\"}\n", "line 2")
	f("one end", header+"\n{\"kind\":\"link\",\"a\":{\"agent\":\"10.0.0.1\"}}\n", "without two ends")
	for n := range len(good) - 1 {
		if _, err := readMemory(strings.NewReader(good[:n])); !errors.Is(err, ErrMemory) {
			t.Fatalf("cut off at %d: %v", n, err)
		}
	}
	if _, err := LoadMemory(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := (&Memory{}).Save(filepath.Join(t.TempDir(), "no", "folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("saving where no folder is: %v", err)
	}
}

// TestHostileMemory: whatever a file says, memory stays bounded and nothing panics.
func TestHostileMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	end := func() MemoryEnd { return MemoryEnd{agent(rng.IntN(30)), rng.Uint32N(6)} }
	m := &Memory{Settled: true}
	for range 500 {
		s := MemorySwitch{Agent: agent(rng.IntN(30)), Hostname: strings.Repeat("x", rng.IntN(3)), Router: true}
		for range rng.IntN(8) {
			s.Ports = append(s.Ports, MemoryPort{IfIndex: rng.Uint32N(6), Speed: -1, Own: rng.Uint64N(9), Far: rng.Uint64N(9), Edge: true})
		}
		m.Switches = append(m.Switches, s)
		m.Links = append(m.Links, MemoryLink{A: end(), B: end()})
		m.Hosts = append(m.Hosts, MemoryHost{Host: flow.AddrFrom4([4]byte{10, 1, byte(rng.Uint32()), 1}), Ports: []MemoryEnd{end(), end()}, Switches: []flow.Addr{agent(rng.IntN(30)), {}}, Flows: rng.Uint32()})
		m.Tunnels = append(m.Tunnels, MemoryTunnel{Address: agent(rng.IntN(99)), Switches: []flow.Addr{agent(1), agent(2)}[:rng.IntN(3)], Flows: 1})
	}
	for i := range 500 {
		s := MemoryStation{MAC: rng.Uint64N(200), Hosts: []flow.Addr{flow.AddrFrom4([4]byte{10, 1, byte(i), 2}), {}}, Entry: agent(rng.IntN(30))}
		for range rng.IntN(5) {
			s.Sites = append(s.Sites, MemorySite{agent(rng.IntN(30)), make([]uint32, rng.IntN(6)), rng.IntN(2) == 0})
		}
		m.Stations = append(m.Stations, s)
		m.Links[i].Bridged = i%2 == 0
	}
	l := NewLearner(Config{Learn: true}, NewRegistry())
	l.max = bounds{ports: 60, switchPorts: 5, addresses: 50, macs: 50, votes: 50, sites: 50}
	l.Recall(m)
	now := start
	for range 50 {
		var evidence []Evidence
		for range 50 {
			evidence = append(evidence, random(rng, now))
		}
		now += second
		l.Apply(evidence, now)
	}
	if l.ports > 60 || len(l.hosts) > 50 || len(l.tunnels) > 50 || len(l.bridges.kept) > 50 || l.bridges.keptSites > 50 {
		t.Errorf("%d ports, %d hosts, %d tunnel ends", l.ports, len(l.hosts), len(l.tunnels))
	}
	l.Remember()
}

func FuzzReadMemory(f *testing.F) {
	f.Add([]byte("{\"kind\":\"header\",\"format\":\"spoor topology\",\"version\":1}\n{\"kind\":\"end\",\"lines\":1,\"crc32\":1}\n"))
	for _, text := range []string{
		`{"kind":"header","format":"spoor topology","version":1,"settled":true,"sampling_rate":100}
{"kind":"switch","agent":"10.0.0.1","ports":[{"ifindex":1},{"ifindex":2}]}
{"kind":"link","a":{"agent":"10.0.0.1","ifindex":1},"b":{"agent":"10.0.0.2","ifindex":3},"bridged":true}
{"kind":"station","mac_number":2,"hosts":["10.1.1.1"],"entry":"10.0.0.1","sites":[{"agent":"10.0.0.1","ifindexes":[2],"only":true},{"agent":"10.0.0.2","ifindexes":[3,4]}]}
`, "{\"kind\":\"header\",\"format\":\"spoor topology\",\"version\":1}\n{\"kind\":\"host\",\"host\":\"10.1.1.1\",\"switches\":[\"10.0.0.1\"]}\n",
	} {
		end := fmt.Sprintf("{\"kind\":\"end\",\"lines\":%d,\"crc32\":%d}\n", strings.Count(text, "\n"), crc32.ChecksumIEEE([]byte(text)))
		if _, err := readMemory(strings.NewReader(text + end)); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(text + end))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = sealed(b)
		m, err := readMemory(bytes.NewReader(b))
		if (m == nil) == (err == nil) {
			t.Fatalf("%v %v", m, err)
		}
		if m != nil {
			l := NewLearner(Config{Learn: true, Memory: m}, NewRegistry())
			l.Apply([]Evidence{
				{Kind: SawBridged, Agent: agent(1), Port: 2, Port2: 1, Far: 2, Own: 4, Flow: 1, Count: 1, Rate: 1, First: start, Last: start},
				{Kind: SawAgain, Agent: agent(2), Port: 3, Agent2: agent(1), Port2: 1, Far: 2, Own: 4, Count: 9, Rate: 1, First: start, Last: start},
			}, start+second)
			if _, err := remade(l.Remember()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// sealed gives a text another end, whose checksum is right, if it has an end: few mutations find one.
func sealed(b []byte) []byte {
	at := bytes.LastIndex(b, []byte(`{"kind":"end"`))
	if at < 0 {
		return b
	}
	return fmt.Appendf(bytes.Clone(b[:at]), "{\"kind\":\"end\",\"lines\":%d,\"crc32\":%d}\n", bytes.Count(b[:at], []byte("\n")), crc32.ChecksumIEEE(b[:at]))
}

// remade writes a memory and reads it.
func remade(m *Memory) (*Memory, error) {
	var b bytes.Buffer
	if err := m.write(&b); err != nil {
		return nil, err
	}
	return readMemory(&b)
}

func TestSaveReplacesAsAWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory")
	m := remembered(t)
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".tmp", []byte("left by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.Hosts = nil
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadMemory(path); err != nil || len(got.Hosts) != 0 {
		t.Errorf("%v %v", got, err)
	}
}
