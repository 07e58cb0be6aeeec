package sflow_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

func TestSampledHeader(t *testing.T) {
	const head = "00000001 000005ee 00000004" // Ethernet, frame 1518, stripped 4
	for name, tc := range map[string]struct {
		in      string
		header  string
		clamped bool
		fault   xdr.Fault
	}{
		"padded":             {head + "00000006 0102030405060000", "\x01\x02\x03\x04\x05\x06", false, xdr.OK},
		"empty":              {head + "00000000", "", false, xdr.OK},
		"beyond the record":  {head + "00000009 0102030405060000", "\x01\x02\x03\x04\x05\x06\x00\x00", true, xdr.OK},
		"2^32-1":             {head + "ffffffff 01020304", "\x01\x02\x03\x04", true, xdr.OK},
		"without its length": {head, "", false, xdr.Short},
	} {
		var h sflow.SampledHeader
		fault := h.Parse(annotated.Bytes(t, tc.in))
		if fault != tc.fault {
			t.Errorf("%s: fault %v", name, fault)
		}
		if fault != xdr.OK {
			continue
		}
		want := sflow.SampledHeader{Protocol: 1, FrameLength: 1518, Stripped: 4, Header: []byte(tc.header), Clamped: tc.clamped}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSampledEthernet(t *testing.T) {
	want := sflow.SampledEthernet{Length: 64, SrcMAC: 0x020000000001, DstMAC: 0x020000000002, Type: 0x800}
	for name, in := range map[string]string{
		"padded":      "00000040 0200000000010000 0200000000020000 00000800",
		"unpadded":    "00000040 020000000001 020000000002 00000800",
		"with a tail": "00000040 0200000000010000 0200000000020000 00000800 00000063",
	} {
		var got sflow.SampledEthernet
		if fault := got.Parse(annotated.Bytes(t, in)); fault != xdr.OK || got != want {
			t.Errorf("%s: %v %+v", name, fault, got)
		}
	}
	var e sflow.SampledEthernet
	if fault := e.Parse(make([]byte, 22)); fault != xdr.Short {
		t.Errorf("22 bytes: %v", fault)
	}
}

func TestSampledIP(t *testing.T) {
	const tail = "00009cb0 00001451 00000018 0000002e" // ports 40112 and 5201, flags, TOS
	want := sflow.SampledIP{
		Length: 1500, Protocol: 6, Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}),
		SrcPort: 40112, DstPort: 5201, TCPFlags: 0x18, TOS: 0x2e,
	}
	var got sflow.SampledIP
	v4 := annotated.Bytes(t, "000005dc 00000006 0a010101 0a020101"+tail)
	if fault := got.ParseIPv4(v4); fault != xdr.OK || got != want {
		t.Errorf("IPv4: %v %+v", fault, got)
	}
	want.Src, want.Dst = flow.Addr{0: 0xfd, 15: 1}, flow.Addr{0: 0xfd, 15: 2}
	v6 := annotated.Bytes(t, "000005dc 00000006 fd000000000000000000000000000001 fd000000000000000000000000000002"+tail)
	if fault := got.ParseIPv6(v6); fault != xdr.OK || got != want {
		t.Errorf("IPv6: %v %+v", fault, got)
	}
	if got.ParseIPv4(v4[:31]) != xdr.Short || got.ParseIPv6(v6[:55]) != xdr.Short {
		t.Error("cut structure accepted")
	}
}

func TestExtendedRecords(t *testing.T) {
	var s sflow.ExtendedSwitch
	if f := s.Parse(annotated.Bytes(t, "0000000a 00000001 00000014 00000002")); f != xdr.OK || s != (sflow.ExtendedSwitch{10, 1, 20, 2}) {
		t.Errorf("switch: %v %+v", f, s)
	}
	if f := s.Parse(make([]byte, 12)); f != xdr.Short {
		t.Errorf("switch of 12 bytes: %v", f)
	}
	for name, tc := range map[string]struct {
		in    string
		want  sflow.ExtendedRouter
		fault xdr.Fault
	}{
		"IPv4":      {"00000001 0a000001 00000018 00000020", sflow.ExtendedRouter{flow.AddrFrom4([4]byte{10, 0, 0, 1}), 24, 32}, xdr.OK},
		"IPv6":      {"00000002 fd000000000000000000000000000001 00000040 00000080", sflow.ExtendedRouter{flow.Addr{0: 0xfd, 15: 1}, 64, 128}, xdr.OK},
		"unknown":   {"00000000 00000018 00000018", sflow.ExtendedRouter{flow.Addr{}, 24, 24}, xdr.OK},
		"undefined": {"00000009 00000018 00000018", sflow.ExtendedRouter{}, xdr.Value},
		"cut":       {"00000001 0a000001 00000018", sflow.ExtendedRouter{}, xdr.Short},
	} {
		var r sflow.ExtendedRouter
		f := r.Parse(annotated.Bytes(t, tc.in))
		if f != tc.fault || f == xdr.OK && r != tc.want {
			t.Errorf("router, %s: %v %+v", name, f, r)
		}
	}
	if vni, f := sflow.ParseVNI(annotated.Bytes(t, "00000064")); vni != 100 || f != xdr.OK {
		t.Errorf("VNI %d %v", vni, f)
	}
	if _, f := sflow.ParseVNI(make([]byte, 3)); f != xdr.Short {
		t.Errorf("cut VNI: %v", f)
	}
	if ns, f := sflow.ParseTimestamp(annotated.Bytes(t, "188c6f8b 2d4b1c00")); ns != 0x188c6f8b2d4b1c00 || f != xdr.OK {
		t.Errorf("timestamp %x %v", ns, f)
	}
	if _, f := sflow.ParseTimestamp(make([]byte, 4)); f != xdr.Short {
		t.Errorf("cut timestamp: %v", f)
	}
}

// TestCounterFieldOrder fills the structures with 1, 2, 3... so that every field has its own value.
func TestCounterFieldOrder(t *testing.T) {
	count := func(n int) []byte {
		b := make([]byte, 4*n)
		for i := range n {
			binary.BigEndian.PutUint32(b[4*i:], uint32(i+1))
		}
		return b
	}
	two := func(hi uint64) uint64 { return hi<<32 | (hi + 1) } // a 64-bit field that begins at word hi
	var i flow.IfCounters
	wantIf := flow.IfCounters{
		Index: 1, Type: 2, Speed: two(3), Direction: 5, Status: 6, InOctets: two(7), InUcast: 9, InMulticast: 10, InBroadcast: 11,
		InDiscards: 12, InErrors: 13, InUnknownProtos: 14, OutOctets: two(15), OutUcast: 17, OutMulticast: 18, OutBroadcast: 19,
		OutDiscards: 20, OutErrors: 21, Promiscuous: 22,
	}
	if f := sflow.ParseIfCounters(count(22), &i); f != xdr.OK || i != wantIf {
		t.Errorf("if_counters: %v %s", f, cmp.Diff(wantIf, i))
	}
	if f := sflow.ParseIfCounters(count(21), &i); f != xdr.Short {
		t.Errorf("if_counters of 84 bytes: %v", f)
	}
	var e flow.EthernetCounters
	wantEthernet := flow.EthernetCounters{
		AlignmentErrors: 1, FCSErrors: 2, SingleCollisions: 3, MultipleCollisions: 4, SQETestErrors: 5,
		DeferredTransmits: 6, LateCollisions: 7, ExcessiveCollisions: 8, InternalMACTxErrors: 9, CarrierSenseErrors: 10,
		FrameTooLongs: 11, InternalMACRxErrors: 12, SymbolErrors: 13,
	}
	if f := sflow.ParseEthernetCounters(count(13), &e); f != xdr.OK || e != wantEthernet {
		t.Errorf("ethernet: %v %+v", f, e)
	}
	if f := sflow.ParseEthernetCounters(count(12), &e); f != xdr.Short {
		t.Errorf("ethernet of 48 bytes: %v", f)
	}
}

func TestNames(t *testing.T) {
	if name, f := sflow.ParsePortName(annotated.Bytes(t, "00000004 73777031")); string(name) != "swp1" || f != xdr.OK {
		t.Errorf("port name %q %v", name, f)
	}
	if _, f := sflow.ParsePortName(annotated.Bytes(t, "00000005 73777031")); f != xdr.Length {
		t.Errorf("port name longer than its record: %v", f)
	}
	var h flow.HostDescr
	in := annotated.Bytes(t, `
		00000005 6c65616631000000         # host name: leaf1
		000102030405060708090a0b0c0d0e0f  # UUID, without a length word
		00000003 00000002                 # x86_64, Linux
		00000006 352e31302e300000         # release: 5.10.0`)
	want := flow.HostDescr{
		Hostname: []byte("leaf1"), UUID: [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		MachineType: 3, OSName: 2, OSRelease: []byte("5.10.0"),
	}
	if f := sflow.ParseHostDescr(in, &h); f != xdr.OK || !cmp.Equal(h, want) {
		t.Errorf("host_descr: %v %s", f, cmp.Diff(want, h))
	}
	for n := range len(in) - 2 { // the last two bytes are padding
		if f := sflow.ParseHostDescr(in[:n], &h); f == xdr.OK {
			t.Errorf("host_descr cut to %d bytes accepted", n)
		}
	}
}

func TestHostAdapters(t *testing.T) {
	in := annotated.Bytes(t, `
		00000002          # two adapters
		00000005          # ifIndex 5
		00000001          # with one MAC address
		0200000000010000
		00000006          # ifIndex 6
		00000002          # with two
		0200000000020000
		0200000000030000`)
	want := []flow.Adapter{
		{IfIndex: 5, MAC: 0x020000000001}, {IfIndex: 6, MAC: 0x020000000002}, {IfIndex: 6, MAC: 0x020000000003},
	}
	if got, f := sflow.AppendHostAdapters(nil, in); f != xdr.OK || !cmp.Equal(got, want) {
		t.Errorf("%v %+v", f, got)
	}
	for name, text := range map[string]string{
		"adapter count 2^30":    "40000000 00000001 00000000",
		"MAC count 2^30":        "00000001 00000005 40000000 0200000000010000",
		"second adapter is cut": "00000002 00000005 00000001 0200000000010000 00000006",
		"MAC address cut":       "00000001 00000005 00000001 02000000",
	} {
		if got, f := sflow.AppendHostAdapters(want[:1], annotated.Bytes(t, text)); f == xdr.OK || len(got) != 1 {
			t.Errorf("%s: %v, %d adapters", name, f, len(got))
		}
	}
}
