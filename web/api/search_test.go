package api

import (
	"net/netip"
	"strings"
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// givenSnapshot is a fabric of a leaf and two spines, with two links between leaf1 and spine1.
func givenSnapshot(t *testing.T) *topology.Snapshot {
	t.Helper()
	given, err := topology.ParseStatic([]byte(`{"nodes":{
 "leaf1":{"agent":"10.255.0.1","ports":{"swp1":{"ifindex":1},"swp49":{"ifindex":49},"swp50":{"ifindex":50},"swp51":{"ifindex":51}}},
 "spine1":{"agent":"10.255.0.51","ports":{"swp1":{"ifindex":1},"swp3":{"ifindex":3}}},
 "spine2":{"agent":"10.255.0.52","ports":{"swp1":{"ifindex":1}}}},
"links":{"a":{"node1":"leaf1","port1":"swp49","node2":"spine1","port2":"swp1"},"b":{"node1":"leaf1","port1":"swp51","node2":"spine1","port2":"swp3"},
 "c":{"node1":"leaf1","port1":"swp50","node2":"spine2","port2":"swp1"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	snap, _ := topology.NewLearner(topology.Config{Static: given}, topology.NewRegistry()).Apply(nil, 1)
	return snap
}

func keyOf(t *testing.T, src, dst string, proto uint8) flow.Key {
	t.Helper()
	k := flow.Key{Proto: proto}
	ends := [2]netip.AddrPort{}
	for i, text := range [2]string{src, dst} {
		ap, err := netip.ParseAddrPort(text)
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = ap
	}
	k.Src, k.SrcPort, k.Dst, k.DstPort = flow.AddrFromNetip(ends[0].Addr()), ends[0].Port(), flow.AddrFromNetip(ends[1].Addr()), ends[1].Port()
	return k
}

// TestWordsOfKeys: what each kind of word says of one flow, either direction of it.
func TestWordsOfKeys(t *testing.T) {
	snap := givenSnapshot(t)
	tcp := keyOf(t, "10.1.2.3:40000", "192.0.2.9:443", 6)
	icmp := keyOf(t, "10.1.2.3:0", "192.0.2.9:0", 1)
	v6 := keyOf(t, "[2001:db8::1]:40000", "[2001:db8::2]:443", 17)
	for word, want := range map[string][3]bool{ // tcp, icmp, v6
		"10.1.2.3": {true, true, false}, "192.0.2.9": {true, true, false}, "10.1.2.4": {}, "::ffff:10.1.2.3": {true, true, false},
		"2001:db8::2": {false, false, true}, "[2001:db8::2]": {false, false, true}, "2001:db8::2%eth0": {false, false, true}, "2001:db8::3": {},
		"10.1.2.0/24": {true, true, false}, "10.1.2.99/24": {true, true, false}, "10.1.3.0/24": {}, "2001:db8::/32": {false, false, true},
		"10.1.2.": {true, true, false}, "10.1.2": {true, true, false}, "10.1": {true, true, false}, "10.": {true, true, false}, "10.2": {}, "192.0": {true, true, false}, "1.1": {},
		// A port belongs to its own end, and to protocols that have ports.
		"10.1.2.3:40000": {true, false, false}, "192.0.2.9:443": {true, false, false}, "10.1.2.3:443": {}, "192.0.2.9:40000": {}, "10.1.2.3:0": {},
		"[2001:db8::1]:40000": {false, false, true}, "[2001:db8::1]:443": {},
		"443": {true, false, true}, ":443": {true, false, true}, "40000": {true, false, true}, "port 443": {true, false, true}, "PORT 443": {true, false, true}, ":444": {}, "0": {},
		"tcp": {true, false, false}, "UDP": {false, false, true}, "icmp": {false, true, false}, "proto 6": {true, false, false}, "proto 17": {false, false, true}, "proto 255": {},
		flow.FormatID(tcp.ID()): {true, false, false}, strings.ToUpper(flow.FormatID(tcp.ID())): {true, false, false}, "0000000000000001": {},
		// All words must match; commas between them are people's habit.
		"10.1.2.3 443": {true, false, false}, "10.1.2.3, 443;": {true, false, false}, "10.1.2.3 udp": {}, "": {true, true, true}, " , ; ": {true, true, true},
	} {
		s, err := parseSearch(word, snap)
		if err != nil {
			t.Errorf("%q: %v", word, err)
			continue
		}
		if len(s.hops) != 0 {
			t.Errorf("%q is taken for a place", word)
		}
		match := s.matches()
		for i, k := range [3]*flow.Key{&tcp, &icmp, &v6} {
			if got := match == nil || match(k); got != want[i] {
				t.Errorf("%q matches %v: %v", word, k, got)
			}
			back := k.Reverse()
			if id := len(word) == 16 && !strings.Contains(word, "."); !id && match != nil && match(&back) != want[i] {
				t.Errorf("%q matches one direction of %v and not the other", word, k)
			}
		}
	}
}

// TestProtocolNames: IANA's numbers.
func TestProtocolNames(t *testing.T) {
	for name, number := range map[string]uint8{
		"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "icmpv6": 58, "icmp6": 58, "ospf": 89, "sctp": 132,
	} {
		s, err := parseSearch(name, givenSnapshot(t))
		if err != nil || len(s.keys) != 1 {
			t.Fatalf("%s: %v, %d words", name, err, len(s.keys))
		}
		for n := range 256 {
			if got := s.matches()(&flow.Key{Proto: uint8(n)}); got != (uint8(n) == number) {
				t.Errorf("%s is protocol %d: %v", name, n, got)
			}
		}
	}
}

// TestWordsOfPlaces: names of switches in any case, agents, ports by name or number, links by both ends in either order.
func TestWordsOfPlaces(t *testing.T) {
	snap := givenSnapshot(t)
	for word, want := range map[string]string{
		"leaf1": "leaf1", "LEAF1": "leaf1", "switch:10.255.0.1": "leaf1", "switch:leaf1": "leaf1", "leaf": "", "leaf9": "",
		"leaf1:swp49": "leaf1:49", "Leaf1:49": "leaf1:49", "switch:10.255.0.1:49": "leaf1:49", "leaf1:swp7": "", "leaf1:": "", ":x": "", "spine1:swp49": "",
		"leaf1>spine1": "leaf1:49 leaf1:51 spine1:1 spine1:3", "spine1>leaf1": "leaf1:49 leaf1:51 spine1:1 spine1:3", "leaf1 -> spine2": "leaf1:50 spine2:1",
		"leaf1:swp49>spine1": "leaf1:49 spine1:1", "leaf1>spine1:swp3": "leaf1:51 spine1:3", "leaf1:swp49>spine1:swp3": "", "leaf1:swp1>spine1": "", "spine1>spine2": "",
		"leaf1--spine2": "leaf1:50 spine2:1", "leaf1 -- spine2": "leaf1:50 spine2:1", "leaf1->spine2": "leaf1:50 spine2:1", "leaf1 → spine2": "leaf1:50 spine2:1", "10.255.0.1>10.255.0.52": "leaf1:50 spine2:1",
	} {
		s, err := parseSearch(word, snap)
		if err != nil || len(s.hops) != 1 || len(s.keys) != 0 {
			t.Errorf("%q: %v, %+v", word, err, s)
			continue
		}
		var got []string
		snap.Switches(func(sw *topology.Switch) {
			for _, id := range s.hops[0].Switches {
				if id == sw.ID {
					got = append(got, sw.Name)
				}
			}
			for i := range uint32(60) {
				for _, p := range s.hops[0].Ports {
					if p.Switch == sw.ID && p.IfIndex == i {
						got = append(got, portOf(sw.Name+":", 0)+portOf("", i))
					}
				}
			}
		})
		if text := strings.Join(got, " "); text != want || (len(s.unknown) == 0) != (want != "") {
			t.Errorf("%q is %q, want %q; unknown: %q", word, text, want, s.unknown)
		}
	}
}

// TestUnknownWords: what names nothing is told, a link by its unknown end.
func TestUnknownWords(t *testing.T) {
	snap := givenSnapshot(t)
	for words, want := range map[string]string{
		"leaf9>spine1": "leaf9", "leaf9>spine9 :443": "leaf9 spine9", "leaf1>leaf1:swp7": "leaf1:swp7", "spine1>spine2": "spine1>spine2",
		"10.9.9.9 tcp leaf1": "", "switch:leaf9": "leaf9", "port 443 leaf8 leaf1>spine1": "leaf8",
	} {
		s, err := parseSearch(words, snap)
		if err != nil || strings.Join(s.unknown, " ") != want {
			t.Errorf("%q: %q, %v; want %q", words, s.unknown, err, want)
		}
	}
}

// TestWordsThatAreNone: what cannot be meant is told, with what could be.
func TestWordsThatAreNone(t *testing.T) {
	for word, want := range map[string]string{
		"port x": "is no number of a port", "port 65536": "is no number of a port", "proto 256": "is no number of a proto", "proto -1": "is no number of a proto",
		"10.0.0.0/33": "is no prefix", ":65536": "is no port: there are 65535", ">leaf1x>": "", "leaf1 > ": "",
		strings.Repeat("a ", 17): "at most 16 words", strings.Repeat("a ", 16): "", "port 65535": "", "proto 255": "",
	} {
		_, err := parseSearch(word, givenSnapshot(t))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", word, err, want)
		}
	}
}
