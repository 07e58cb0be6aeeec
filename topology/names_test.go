package topology

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseNames_Success(t *testing.T) {
	f := func(text string, want ...Name) {
		t.Helper()
		got, err := parseNames(strings.NewReader(text))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q:\n got %v, %v\nwant %v", text, got, err, want)
		}
	}
	leaf := Name{Agent: agent(1), Name: "leaf1"}
	port := Name{Agent: agent(1), IfIndex: 49, Name: "swp49", Alias: "to spine1, rack 7", Speed: 100e9}
	f("")
	f("# nothing yet\n")
	f("agent,ifIndex,name,alias,speed\n")
	f("10.255.0.1,,leaf1\n", leaf)
	f("Agent, ifindex, Name\r\n10.255.0.1, , leaf1\r\n", leaf)
	f("\ufeffagent,ifIndex,name,alias,speed\n10.255.0.1,,leaf1,,\n", leaf)
	f("10.255.0.1,,leaf1\n# uplinks\n\n10.255.0.1,49,swp49,\"to spine1, rack 7\",100G", leaf, port)
	f("10.255.0.1,49,,spare", Name{Agent: agent(1), IfIndex: 49, Alias: "spare"})
	f("10.255.0.1,49,,,25000000000", Name{Agent: agent(1), IfIndex: 49, Speed: 25e9})
}

func TestParseNames_Failure(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := parseNames(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	f("leaf1,1,swp1", `line 1, column 1: "leaf1" is no agent's address, and no header begins with it: that would be agent,ifIndex,name,alias,speed`)
	f("10.255.0.1,,a\nleaf2,,b", `line 2, column 1: "leaf2" is no agent's address`)
	f("10.255.0.1,,a\n10.255.0.2,0,b", `line 2, column 12: "0" is no ifIndex: want a number from 1, or nothing for the switch itself`)
	f("10.255.0.1,5,a,b,fast", `line 1, column 18: "fast" is no speed in bit/s (suffixes K, M, G, T)`)
	f("10.255.0.1,5,a,b,1G,x", `line 1, column 21: 6 columns: want agent, ifindex, name, alias, speed`)
	f("10.255.0.1,5,a\u202eb", `line 1, column 14: "a\u202eb" has characters that cannot be shown`)
	f("10.255.0.1,5,a,\xff", `line 1, column 16: "\xff" has characters that cannot be shown`)
	f("10.255.0.1,5", `line 1, column 1: neither name nor alias nor speed: there is nothing to say`)
	f("10.255.0.1,5,a\n::ffff:10.255.0.1,5,b", `line 2: the same port or switch stands in line 1`)
	f("10.255.0.1,5,\"a\n", `parse error on line 1, column 17: extraneous or missing " in quoted-field`)
}

func TestLoadNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.csv")
	if _, err := LoadNames(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadNames(path); err == nil || !strings.Contains(err.Error(), path+": line 1") {
		t.Errorf("a wrong file gives %v", err)
	}
}

// FuzzParseNames wants no panic, and an error or names that say something.
func FuzzParseNames(f *testing.F) {
	f.Add("agent,ifIndex,name,alias,speed\n10.255.0.1,49,swp49,\"a, b\",100G\n")
	f.Add("10.255.0.1,\xff,\"")
	f.Fuzz(func(t *testing.T, text string) {
		names, err := parseNames(strings.NewReader(text))
		if err != nil && names != nil {
			t.Error("names beside an error")
		}
		for _, n := range names {
			if n.Agent.IsZero() && !strings.Contains(text, "::") || n.Name == "" && n.Alias == "" && n.Speed <= 0 {
				t.Errorf("%q: %v", text, n)
			}
		}
	})
}

// TestConfigure: names, speeds, shares and given links change at run time, and
// what was learned stays.
func TestConfigure(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Share: 0.1})
	f.forwarded(1, 49, 51, 1)
	f.forwarded(51, 1, 1, 49)
	f.Inform(&PortInfo{Agent: agent(1), IfIndex: 49, Name: "Ethernet49", Speed: 1e9, Hostname: "sw-a"})
	const id = "10.255.0.1/49--10.255.0.51/1"
	f.tick(time.Second)
	was := f.links[id]
	check := func(what, link, alias string, speed, share float64, source Source) {
		t.Helper()
		snap := f.tick(time.Second)
		p := snap.Port(f.id(1), 49)
		if p == nil || p.LinkName != link || p.Alias != alias || p.Speed != speed || p.Share != share {
			t.Fatalf("%s: %+v", what, p)
		}
		if r := f.links[id]; r.Link != link || r.Source != source || r.AliasA != alias || r.Since != was.Since {
			t.Errorf("%s: record %+v", what, r)
		}
		if snap.Peer(f.id(1), 49) != f.id(51) || snap.Peer(f.id(51), 1) != f.id(1) {
			t.Errorf("%s: the link is lost", what)
		}
	}
	check("at first", "sw-a:Ethernet49--10.255.0.51:1", "", 1e9, 0.1, Learned)

	names := []Name{
		{Agent: agent(1), IfIndex: 49, Name: "up1", Alias: "to spine1", Speed: 40e9},
		{Agent: agent(1), Name: "leaf1", Speed: 10e9},
		{Agent: agent(51), Name: "spine1"},
	}
	f.Configure(Config{Share: 0.2, Names: names})
	check("named", "leaf1:up1--spine1:1", "to spine1", 40e9, 0.2, Learned)

	given, err := ParseStatic([]byte(rtTopology))
	if err != nil {
		t.Fatal(err)
	}
	speed, err := ParseSpeed("10.255.0.1/49=100G")
	if err != nil {
		t.Fatal(err)
	}
	f.Configure(Config{Share: 0.2, Names: names, Static: given, Speeds: []Speed{speed}})
	check("given as well", "leaf1:swp49--spine1:swp1", "to spine1", 100e9, 0.2, Both)

	f.Configure(Config{Share: 0.1})
	check("as at first", "sw-a:Ethernet49--10.255.0.51:1", "", 1e9, 0.1, Learned)
}

// TestConfigureLinks: a link that only the configuration gave comes and goes with it.
func TestConfigureLinks(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.forwarded(2, 49, 51, 1) // learned: leaf 2, not leaf 1, is at the spine's port 1
	f.forwarded(51, 1, 2, 49)
	f.tick(time.Second)
	given, err := ParseStatic([]byte(rtTopology))
	if err != nil {
		t.Fatal(err)
	}
	f.Configure(Config{Static: given})
	snap := f.tick(time.Second)
	if snap.Peer(f.id(51), 1) != f.id(1) || snap.Peer(f.id(1), 49) != f.id(51) || f.links["10.255.0.1/49--10.255.0.51/1"].Source != Given {
		t.Error("the given link is missing")
	}
	if _, told := f.links["10.255.0.2/49--10.255.0.51/1"]; told || snap.Port(f.id(2), 49).LinkID != "" {
		t.Error("the learned link still stands")
	}
	renewed := f.Renewed
	f.Configure(Config{})
	snap = f.tick(time.Second)
	if _, told := f.links["10.255.0.1/49--10.255.0.51/1"]; told || snap.Peer(f.id(51), 1) != 0 || snap.Peer(f.id(1), 49) != 0 {
		t.Error("the given link stays")
	}
	if f.Renewed == renewed {
		t.Error("evidence of the ports is not asked for again")
	}
	f.forwarded(2, 49, 51, 1)
	f.forwarded(51, 1, 2, 49)
	if snap = f.tick(time.Second); snap.Port(f.id(2), 49).LinkID != "10.255.0.2/49--10.255.0.51/1" {
		t.Error("what is true is not learned any more")
	}
}
