package dump

import (
	"bytes"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/collector"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// TestLabels: each part of a label stack entry stands by itself, and no more entries are shown than were read.
func TestLabels(t *testing.T) {
	p := &flow.Packet{MPLSDepth: 2, MPLS: [4]uint32{0xfffff_0_01 | 5<<9, 16<<12 | 1<<8 | 255, 1}}
	want := list{
		object{{"label", uint64(0xfffff)}, {"traffic_class", uint64(5)}, {"bottom", false}, {"ttl", uint64(1)}},
		object{{"label", uint64(16)}, {"traffic_class", uint64(0)}, {"bottom", true}, {"ttl", uint64(255)}},
	}
	if d := cmp.Diff(want, labels(p), cmp.AllowUnexported(field{})); d != "" {
		t.Error(d)
	}
	p.MPLSDepth = 9 // deeper than what is kept
	if got := len(labels(p)); got != len(p.MPLS) {
		t.Errorf("%d entries", got)
	}
}

// TestFragment: where a fragment begins is told in bytes, and of what is none nothing is.
func TestFragment(t *testing.T) {
	p := &flow.Packet{Fragment: true, FragmentOffset: 185}
	p.Key.Src, p.Key.Proto = flow.AddrFrom4([4]byte{10, 1, 1, 1}), flow.ProtoUDP
	got := map[string]any{}
	for _, f := range appendInner(nil, p) {
		got[f.key] = f.value
	}
	if got["fragment"] != true || got["fragment_offset"] != uint64(1480) {
		t.Errorf("%v", got)
	}
	p.Fragment = false
	for _, f := range appendInner(nil, p) {
		if strings.HasPrefix(f.key, "fragment") {
			t.Errorf("%v", f)
		}
	}
}

// TestARP: only ARP of IPv4 over Ethernet is read, behind any number of VLAN tags.
func TestARP(t *testing.T) {
	frame := annotated.Bytes(t, `
		ffffffffffff   # to everybody
		020000000001
		8100 0064      # VLAN 100
		0806           # ARP
		0001           # over Ethernet
		0800           # of IPv4
		06 04          # whose addresses have so many bytes
		0001           # who has it
		020000000001   # sender
		0a010101
		000000000000   # target
		0a010102
	`)
	want := object{{"arp", object{
		{"operation", uint64(1)}, {"sender_mac", "02:00:00:00:00:01"}, {"sender_ip", "10.1.1.1"}, {"target_mac", "00:00:00:00:00:00"}, {"target_ip", "10.1.1.2"},
	}}}
	if d := cmp.Diff(want, appendARP(nil, frame, &flow.Packet{VLANTags: 1}), cmp.AllowUnexported(field{})); d != "" {
		t.Error(d)
	}
	before := object{{"ethertype", uint64(0x806)}}
	for at, what := range map[int]string{16: "no ARP", 19: "another medium", 20: "another protocol", 22: "longer hardware addresses", 23: "longer addresses"} {
		odd := bytes.Clone(frame)
		odd[at] ^= 0x18
		if d := cmp.Diff(before, appendARP(before, odd, &flow.Packet{VLANTags: 1}), cmp.AllowUnexported(field{})); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	if got := appendARP(nil, frame[:len(frame)-1], &flow.Packet{VLANTags: 1}); got != nil {
		t.Errorf("cut: %v", got)
	}
}

// TestNamelessAgent: one that states no address is known by where its datagrams come from.
func TestNamelessAgent(t *testing.T) {
	b, err := os.ReadFile(hostile + "08-addr-type-0.bin")
	if err != nil {
		t.Fatal(err)
	}
	_, agent, _ := newShow().datagram(&collector.Datagram{Payload: b, From: netip.MustParseAddrPort("192.0.2.7:4000")})
	if agent != flow.AddrFrom4([4]byte{192, 0, 2, 7}) {
		t.Errorf("agent %v", agent)
	}
}

// TestLongestPayload: what just fits into a datagram is no capture yet.
func TestLongestPayload(t *testing.T) {
	got := parse(t, run(t, Options{Raw: true, In: bytes.NewReader(make([]byte, maxPayload))}, "-")[0])
	if got.Outcome != "rejected" || got.Version == nil || *got.Version != 0 {
		t.Errorf("%+v", got)
	}
	got = parse(t, run(t, Options{Raw: true, In: strings.NewReader("abc")}, "-")[0])
	if got.Version != nil || got.Data == nil || *got.Data != "616263" || !strings.Contains(string(got.Errors), `"offset":3`) {
		t.Errorf("three bytes: %+v", got)
	}
}
