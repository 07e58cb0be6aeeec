package topology

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const rtTopology = `{"nodes":{"leaf1":{"agent":"10.255.0.1","ports":{"swp49":{"ifindex":"49"},"swp1":{"ifindex":101}}},
 "spine1":{"agent":"10.255.0.51","ports":{"swp1":{"ifindex":"1"}}}},
"links":{"l1":{"node1":"spine1","port1":"swp1","node2":"leaf1","port2":"swp49"}}}`

func TestStaticOverridesLearned(t *testing.T) {
	given, err := ParseStatic([]byte(rtTopology))
	if err != nil {
		t.Fatal(err)
	}
	f := newFabric(t, Config{Learn: true, Static: given})
	snap := f.Snapshot()
	if snap.Peer(f.id(1), 49) != f.id(51) || snap.Name(f.id(1)) != "leaf1" {
		t.Fatal("the given link or name is missing from the first snapshot")
	}
	f.tick(time.Second)
	if len(f.all) == 0 && len(f.links) != 1 {
		t.Error("the given link was not published")
	}
	// evidence that says otherwise
	f.forwarded(2, 49, 51, 1)
	f.forwarded(51, 1, 2, 49)
	snap = f.tick(time.Second)
	if snap.Peer(f.id(51), 1) != f.id(1) {
		t.Error("evidence overrode the given link")
	}
	f.forwarded(1, 49, 51, 1)
	f.forwarded(51, 1, 1, 49)
	f.tick(time.Second)
	if got := f.links["10.255.0.1/49--10.255.0.51/1"].Source; got != Both {
		t.Errorf("source of a link that is given and learned is %v", got)
	}
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Name: "Ethernet49"})
	if got := f.tick(time.Second).Port(f.id(1), 49).Name; got != "swp49" {
		t.Errorf("an agent's port name replaced the given one: %q", got)
	}
}

func TestParseStatic_Failure(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ParseStatic([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v, want an error with %q", text, err, want)
		}
	}
	f(`{`, "line 1")
	f("{\n\n \"nodes\": [", "line 3")
	f("{\n", "line 1")
	f(`[]`, `a JSON array is not wanted at "the top"`)
	f(`{"links":{"l":{"node1":1}}}`, `a JSON number is not wanted at "links.node1"`)
	f("{\"nodes\":{\"a\u202e\":{\"agent\":\"10.0.0.1\"}}}", "cannot be shown")
	f(`{}`, `no "nodes"`)
	f(`{"nodes":{"a":{"agent":"x"}}}`, `nodes.a: agent "x" is no IP address`)
	f(`{"nodes":{"a":{"agent":"10.0.0.1"},"b":{"agent":"10.0.0.1"}}}`, "also that of a")
	f(`{"nodes":{"a":{"agent":"10.0.0.1","ports":{"p":{"ifindex":"x"}}}}}`, "ifindex")
	f(`{"nodes":{"a":{"agent":"10.0.0.1"}},"links":{"l":{"node1":"a","port1":"p","node2":"z","port2":"q"}}}`, `port "p" of node "a" has no ifindex`)
	f(`{"nodes":{"a":{"agent":"10.0.0.1","ports":{"p":{"ifindex":"1"}}}},"links":{"l":{"node1":"a","port1":"p","node2":"z","port2":"q"}}}`, `node "z" is not among the nodes`)
	f(`{"nodes":{"a":{"agent":"10.0.0.1","ports":{"p":{"ifindex":"1"}}}},"links":{"l":{"node1":"a","port1":"p","node2":"a","port2":"p"}}}`, "also in link l")
	f(rtTopology+"{}", "more than one")
}

func TestLoadStatic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "topology.json")
	if _, err := LoadStatic(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte(rtTopology), 0o600); err != nil {
		t.Fatal(err)
	}
	if g, err := LoadStatic(path); err != nil || len(g.Links) != 1 {
		t.Errorf("got %v, %v", g, err)
	}
}

func TestSpeeds(t *testing.T) {
	parse := func(text string) Speed {
		t.Helper()
		s, err := ParseSpeed(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseSpeed(s.String()); err != nil || again != s {
			t.Errorf("%q does not survive being printed: %v %v", text, again, err)
		}
		return s
	}
	all := []Speed{parse("*=100M"), parse("10.255.0.1/*=10G"), parse("10.255.0.1/49=25G")}
	f := newFabric(t, Config{Learn: true, Speeds: all[1:]})
	f.joined()
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Speed: 1e9})
	f.Inform(&PortInfo{Agent: agent(2), IfIndex: 49, Speed: 40e9})
	f.Inform(&PortInfo{Agent: agent(2), IfIndex: 101, Rate: 7e9})
	snap := f.tick(time.Second)
	check := func(sw, port int, want float64, inferred bool) {
		t.Helper()
		p := snap.Port(f.id(sw), uint32(port))
		if p.Speed != want || p.SpeedInferred != inferred {
			t.Errorf("speed of %d/%d is %g (inferred %v), want %g (%v)", sw, port, p.Speed, p.SpeedInferred, want, inferred)
		}
	}
	check(1, 49, 25e9, false) // configured beats the agent
	check(51, 1, 25e9, true)  // nothing of its own: the other end's
	check(51, 2, 40e9, true)
	check(2, 101, 10e9, true) // from the rate counted
}

func TestParseSpeed_Failure(t *testing.T) {
	for _, text := range []string{"", "10G", "*=", "*=0", "*=-1", "*=10X", "10.0.0.1=1G", "10.0.0.1/=1G", "10.0.0.1/0=1G", "x/1=1G", "*=1e300"} {
		if s, err := ParseSpeed(text); err == nil {
			t.Errorf("%q is taken for %v", text, s)
		}
	}
}
