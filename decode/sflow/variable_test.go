package sflow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

func TestGateway(t *testing.T) {
	in := annotated.Bytes(t, `
		00000001 0a0000fe          # next hop 10.0.0.254
		0000fde8 0000fdf2 0000fdf3 # own, source, source peer AS
		00000002                   # two segments
		00000002 00000002 0000fdfc 0000fdfd # sequence of two
		00000001 00000001 0000fdfe # set of one
		00000001 fde80001          # one community
		00000064                   # local preference`)
	var g sflow.ExtendedGateway
	if f := g.Parse(in); f != xdr.OK {
		t.Fatal(f)
	}
	var got []any
	for kind, numbers := range g.DstASPath.All() {
		got = append(got, kind, numbers.Len(), numbers.At(0))
	}
	want := []any{uint32(2), 2, uint32(65020), uint32(1), 1, uint32(65022)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if first, last := g.DstASPath.Ends(); first != 65020 || last != 65022 {
		t.Errorf("ends %d, %d", first, last)
	}
	if g.NextHop != flow.AddrFrom4([4]byte{10, 0, 0, 254}) || g.AS != 65000 || g.Communities.At(0) != 0xfde80001 || g.LocalPref != 100 {
		t.Errorf("%+v", g)
	}
	for n := range in {
		if f := g.Parse(in[:n]); f == xdr.OK {
			t.Errorf("cut to %d bytes: accepted", n)
		}
	}
}

func TestLAGPortStats(t *testing.T) {
	var l sflow.LAGPortStats
	f := l.Parse(annotated.Bytes(t, `
		0200000000010000 0200000000020000 # actor's and partner's system
		000003e8                          # aggregate 1000
		47 3d 46 3c                       # states
		00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008`))
	want := sflow.LAGPortStats{0x020000000001, 0x020000000002, 1000, 0x47, 0x3d, 0x46, 0x3c, 1, 2, 3, 4, 5, 6, 7, 8}
	if f != xdr.OK || l != want {
		t.Errorf("%v %+v", f, l)
	}
}

func TestOpticalModule(t *testing.T) {
	in := annotated.Bytes(t, `
		00000001 00000004 00000ce4 fffffc18 # module 1, 4 lanes, 3300 mV, -1 degree
		00000001                            # one lane told
		00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 0000000a`)
	var o sflow.OpticalModule
	if f := o.Parse(in); f != xdr.OK || o.ModuleTemperature != -1000 {
		t.Fatalf("%v %+v", f, o)
	}
	for lane := range o.Lanes.All() {
		if lane != (sflow.OpticalLane{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Errorf("%+v", lane)
		}
	}
	if f := o.Parse(in[:len(in)-1]); f != xdr.Length {
		t.Errorf("lane cut: %v", f)
	}
}

func TestHostCPU(t *testing.T) {
	b := make([]byte, 80)
	copy(b, annotated.Bytes(t, "3f800000 40000000 bf800000 00000005"))
	b[79] = 9
	var h sflow.HostCPU
	if f := h.Parse(b); f != xdr.OK || h.LoadOne != 1 || h.LoadFive != 2 || h.LoadFifteen != -1 || h.ProcRun != 5 ||
		h.CPUGuestNice != (sflow.Optional{Value: 9, Known: true}) {
		t.Errorf("%v %+v", f, h)
	}
	if f := h.Parse(b[:68]); f != xdr.OK || h.CPUSteal.Known {
		t.Errorf("of 68 bytes: %v %+v", f, h.CPUSteal)
	}
}

func TestStrings(t *testing.T) {
	var a sflow.ExtendedACL
	if f := a.Parse(annotated.Bytes(t, "00000007 00000004 64656e79 00000001")); f != xdr.OK || string(a.Name) != "deny" || a.Direction != 1 {
		t.Errorf("acl: %v %+v", f, a)
	}
	var h sflow.ExtendedHWTrap
	if f := h.Parse(annotated.Bytes(t, "00000002 6c330000 00000003 74746c00")); f != xdr.OK || string(h.Group) != "l3" || string(h.Trap) != "ttl" {
		t.Errorf("trap: %v %+v", f, h)
	}
	var m sflow.ExtendedMPLS
	f := m.Parse(annotated.Bytes(t, "00000001 0a000001 00000001 00010140 00000002 00010040 00020140"))
	if f != xdr.OK || m.InStack.Len() != 1 || m.OutStack.Len() != 2 || m.OutStack.At(1) != 0x20140 {
		t.Errorf("mpls: %v %+v", f, m)
	}
	var p sflow.BSTPortBuffers
	f = p.Parse(annotated.Bytes(t, "00000001 00000002 00000003 00000004 00000002 00000005 ffffffff 00000000"))
	if f != xdr.OK || p.EgressQueueUnicastPC.Len() != 2 || p.EgressQueueUnicastPC.At(1) != -1 || p.EgressQueueMulticastPC.Len() != 0 {
		t.Errorf("buffers: %v %+v", f, p)
	}
}

func TestSockets(t *testing.T) {
	var a sflow.ExtendedSocketIPv4
	f := a.Parse(annotated.Bytes(t, "00000006 0a010101 0a020101 00009cb0 00001451"))
	if f != xdr.OK || a != (sflow.ExtendedSocketIPv4{6, flow.AddrFrom4([4]byte{10, 1, 1, 1}), flow.AddrFrom4([4]byte{10, 2, 1, 1}), 40112, 5201}) {
		t.Errorf("IPv4: %v %+v", f, a)
	}
	var b sflow.ExtendedSocketIPv6
	f = b.Parse(annotated.Bytes(t, "00000006 fd000000000000000000000000000001 fd000000000000000000000000000002 00009cb0 00001451"))
	if f != xdr.OK || b != (sflow.ExtendedSocketIPv6{6, flow.Addr{0: 0xfd, 15: 1}, flow.Addr{0: 0xfd, 15: 2}, 40112, 5201}) {
		t.Errorf("IPv6: %v %+v", f, b)
	}
	var n sflow.ExtendedNAT
	f = n.Parse(annotated.Bytes(t, "00000001 0a010101 00000002 fd000000000000000000000000000002"))
	if f != xdr.OK || n != (sflow.ExtendedNAT{flow.AddrFrom4([4]byte{10, 1, 1, 1}), flow.Addr{0: 0xfd, 15: 2}}) {
		t.Errorf("NAT: %v %+v", f, n)
	}
	var u sflow.ExtendedURL
	if f := u.Parse(annotated.Bytes(t, "00000001 00000001 2f000000 00000002 61620000")); f != xdr.OK || string(u.URL) != "/" || string(u.Host) != "ab" {
		t.Errorf("URL: %v %+v", f, u)
	}
}

func TestRealTime(t *testing.T) {
	var s sflow.RealTime
	f := s.ParseFlow(annotated.Bytes(t, `
		00000002 77650000  # data source "we"
		00000064 000003e8  # 1 in 100, pool
		00000003           # three fields
		00000002 69700000 00000002 0a010101
		00000001 6d000000 00000001 0200000000010000
		00000001 6e000000 00000005 ffffffffffffffff`))
	got := map[string]any{}
	for name, v := range s.Values.All() {
		got[string(name)] = v
	}
	want := map[string]any{"ip": flow.AddrFrom4([4]byte{10, 1, 1, 1}), "m": sflow.MAC(0x020000000001), "n": int64(-1)}
	if f != xdr.OK || string(s.DataSource) != "we" || s.SamplingRate != 100 || s.SamplePool != 1000 || !cmp.Equal(want, got) {
		t.Errorf("%v %+v %v", f, s, got)
	}
	f = s.ParseMetric(annotated.Bytes(t, "00000000 00000002 00000001 61000000 00000000 00000001 78000000 00000001 62000000 00000006 3ff8000000000000"))
	got = map[string]any{}
	for name, v := range s.Values.All() {
		got[string(name)] = v
	}
	if want := (map[string]any{"a": sflow.Text("x"), "b": 1.5}); f != xdr.OK || !cmp.Equal(want, got) {
		t.Errorf("%v %v", f, got)
	}
	if f := s.ParseMetric(annotated.Bytes(t, "00000000 00000001 00000001 61000000 00000009 00000000")); f != xdr.Value {
		t.Errorf("unknown type: %v", f)
	}
}
