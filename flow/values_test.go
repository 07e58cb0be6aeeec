package flow

import (
	"net/netip"
	"slices"
	"testing"
)

// TestIs4: only ::ffff:0:0/96 is IPv4. A single bit beside it makes the address one of IPv6.
func TestIs4(t *testing.T) {
	v4 := AddrFrom4([4]byte{192, 0, 2, 1})
	for i := range 12 {
		a := v4
		a[i] ^= 1
		if a.Is4() {
			t.Errorf("%s is IPv4, with a bit changed in byte %d", netip.AddrFrom16(a), i)
		}
	}
	for i := 12; i < 16; i++ {
		a := v4
		a[i] ^= 0xff
		if !a.Is4() {
			t.Errorf("%s is not IPv4", a)
		}
	}
}

// TestSet4: as AddrFrom4, whatever the address was before.
func TestSet4(t *testing.T) {
	for _, b := range [][]byte{{0, 0, 0, 0}, {192, 0, 2, 1}, {255, 254, 253, 252}, {10, 1, 2, 3, 99}} {
		a := addr("2001:db8:1:2:3:4:5:6")
		a.Set4(b)
		if want := AddrFrom4([4]byte(b)); a != want {
			t.Errorf("%v gives %v, want %v", b, a, want)
		}
	}
}

// TestNamesNobody: agents that do not know their address send 0.0.0.0, ::, all ones, or that of their loopback.
func TestNamesNobody(t *testing.T) {
	for text, want := range map[string]bool{
		"0.0.0.0": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "10.0.0.1": false, "2001:db8::1": false, "255.255.255.255": true,
		"224.0.0.5": true, "ff02::1": true, "240.0.0.1": false, "255.255.255.254": false, "223.255.255.255": false, "fe80::1": false,
	} {
		if got := addr(text).NamesNobody(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if !(Addr{}).NamesNobody() {
		t.Error("an unknown address names somebody")
	}
}

func TestAddrWords(t *testing.T) {
	a := Addr{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	if x, y := a.Words(); x != 0x0807060504030201 || y != 0x100f0e0d0c0b0a09 {
		t.Errorf("%#x %#x", x, y)
	}
}

func TestAddrNetip(t *testing.T) {
	zoned := netip.MustParseAddr("fe80::1%eth0")
	if got := AddrFromNetip(zoned).Netip(); got != netip.MustParseAddr("fe80::1") {
		t.Errorf("%v keeps its zone or loses more: %v", zoned, got)
	}
	for _, text := range []string{"192.0.2.1", "2001:db8::1"} {
		if got := addr(text).Netip(); got.String() != text || got.Is4In6() {
			t.Errorf("%s becomes %v", text, got)
		}
	}
}

func TestAddrCompare(t *testing.T) {
	ordered := []Addr{{}, addr("::1"), addr("0.0.0.0"), addr("10.0.0.9"), addr("10.0.0.10"), addr("10.0.1.0"), addr("2001:db8::"), addr("ffff::")}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v to %v: %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestCountersPort: if_counters tells its port itself; a data source does where it is one at all
// (Open vSwitch's is a bridge, a host's a physical entity).
func TestCountersPort(t *testing.T) {
	for name, tc := range map[string]struct {
		c    Counters
		want uint32
	}{
		"if_counters beside a source of another number": {Counters{Records: HasIf, If: IfCounters{Index: 150}, SourceIndex: 1000}, 150},
		"if_counters and more":                          {Counters{Records: HasIf | HasLAG | HasHost, If: IfCounters{Index: 150}}, 150},
		"other records of a port":                       {Counters{Records: HasEthernet, If: IfCounters{Index: 150}, SourceIndex: 7}, 7},
		"a record of a host":                            {Counters{Records: HasHost, SourceClass: 2, SourceIndex: 1}, 0},
		"a VLAN":                                        {Counters{SourceClass: 1, SourceIndex: 100}, 0},
		"nothing":                                       {Counters{}, 0},
	} {
		if got := tc.c.IfIndex(); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// TestLabelsWithoutNames: an encoder reads names without asking whether there are any.
func TestLabelsWithoutNames(t *testing.T) {
	var l Labels
	if in, out := l.Input(), l.Output(); in.Switch != "" || in.Port != "" || in.Link != "" || out.Port != "" {
		t.Errorf("unknown names are %+v and %+v", *in, *out)
	}
	l = Labels{In: &Names{Switch: "leaf1", Port: "swp1"}, Out: &Names{Port: "swp5"}}
	if l.Input() != l.In || l.Output() != l.Out {
		t.Error("the names are not those that were given")
	}
}

// TestRename: what an encoder made of names stays while they are the same, and its memory longer.
func TestRename(t *testing.T) {
	n := &Names{Encoded: make([]byte, 3, 8), EncodedOut: make([]byte, 2, 4)}
	n.Rename("", "", "")
	if len(n.Encoded) != 3 || len(n.EncodedOut) != 2 {
		t.Error("names that did not change are made anew")
	}
	for i, x := range [][3]string{{"leaf1", "", ""}, {"leaf1", "swp1", ""}, {"leaf1", "swp1", "a--b"}} {
		n.Encoded, n.EncodedOut = n.Encoded[:3], n.EncodedOut[:2]
		n.Rename(x[0], x[1], x[2])
		if n.Switch != x[0] || n.Port != x[1] || n.Link != x[2] || len(n.Encoded) != 0 || len(n.EncodedOut) != 0 || cap(n.Encoded) != 8 || cap(n.EncodedOut) != 4 {
			t.Errorf("change %d: %+v", i, n)
		}
	}
}

func TestPathSwitches(t *testing.T) {
	p := Path{Hops: []Hop{{Switch: "leaf1"}, {Switch: "spine1"}, {Switch: "leaf2"}}}
	if got := p.Switches(); !slices.Equal(got, []string{"leaf1", "spine1", "leaf2"}) {
		t.Error(got)
	}
	if got := new(Path).Switches(); len(got) != 0 {
		t.Error(got)
	}
}

func TestInterfaceIndex(t *testing.T) {
	for kind, want := range map[InterfaceKind]uint32{
		InterfaceUnknown: 0, InterfaceIndex: 5, InterfaceDiscarded: 0, InterfaceMultiple: 0, InterfaceInternal: 0,
	} {
		if got := (Interface{Kind: kind, Value: 5}).Index(); got != want {
			t.Errorf("kind %d: port %d, want %d", kind, got, want)
		}
	}
}

// TestKeyPorts: three protocols have ports; the hash takes them as they stand, whichever it is.
func TestKeyPorts(t *testing.T) {
	for proto := range 256 {
		k := Key{Proto: uint8(proto)}
		want := proto == 6 || proto == 17 || proto == 132
		if k.HasPorts() != want {
			t.Errorf("protocol %d: has ports is %v", proto, k.HasPorts())
		}
	}
	same := Key{Src: addr("10.1.1.1"), Dst: addr("10.1.1.1"), SrcPort: 7, DstPort: 7, Proto: ProtoUDP}
	if same.Exchange() != same.ID() {
		t.Error("ends that are the same change places")
	}
}

// TestFingerprintBounds: names and values are parted in the hash, so that letters
// may not wander from one to the next.
func TestFingerprintBounds(t *testing.T) {
	seen := map[uint64][]Label{}
	for _, labels := range [][]Label{
		{{"a", "bc"}}, {{"ab", "c"}}, {{"abc", ""}}, {{"", "abc"}}, {{"a", "b"}, {"c", ""}}, {{"a", ""}, {"bc", ""}},
	} {
		a := Alert{Labels: labels}
		h := a.Fingerprint()
		if other, dup := seen[h]; dup {
			t.Errorf("%v and %v are one alert", labels, other)
		}
		seen[h] = labels
	}
}
