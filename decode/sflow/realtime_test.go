package sflow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// TestRealTimeValues has each type of value of both samples, whose numbers
// mean different things (sflow.org, structures 4300:1002 and 4300:1003).
func TestRealTimeValues(t *testing.T) {
	for name, tc := range map[string]struct {
		metric, flow any // nil: not defined there
		bytes        string
	}{
		"0, a string": {sflow.Text("up"), sflow.Text("up"), "00000000 00000002 75700000"},
		"1, a counter or a MAC": {
			uint32(0x02000000), sflow.MAC(0x020000000001),
			"00000001 02000000 00010000",
		},
		"2, a long counter or IPv4": {uint64(0x0a010101_00000007), flow.AddrFrom4([4]byte{10, 1, 1, 1}), "00000002 0a010101 00000007"},
		"3, a gauge or IPv6": {
			uint32(0x20010db8),
			flow.Addr{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: 1},
			"00000003 20010db8 00000000 00000000 00000001",
		},
		"4, a long gauge or an integer":  {uint64(0xffffffff_00000002), int32(-1), "00000004 ffffffff 00000002"},
		"5, a float or a long integer":   {float32(-1.5), int64(-0x4040000000000000), "00000005 bfc00000 00000000"},
		"6, a double or a float":         {-1.5, float32(-1.9375), "00000006 bff80000 00000000"},
		"7, nothing or a double":         {nil, 2.5, "00000007 40040000 00000000"},
		"8, nothing":                     {nil, nil, "00000008 00000000 00000000"},
		"4096, whatever its bytes say":   {nil, nil, "00001000 00000000 00000000"},
		"2^32-1, as a hostile agent has": {nil, nil, "ffffffff 00000000 00000000"},
	} {
		for _, kind := range []struct {
			name  string
			head  string
			parse func(*sflow.RealTime, []byte) xdr.Fault
			want  any
		}{
			{"rtmetric", "00000001 64000000", (*sflow.RealTime).ParseMetric, tc.metric},
			{"rtflow", "00000001 64000000 00000064 000003e8", (*sflow.RealTime).ParseFlow, tc.flow},
		} {
			var s sflow.RealTime
			b := annotated.Bytes(t, kind.head+"00000001 00000001 76000000"+tc.bytes) // one value, "v"
			f := kind.parse(&s, b)
			if kind.want == nil {
				if f != xdr.Value {
					t.Errorf("%s of %s: %v, want a fault: what follows a type of unknown size cannot be found", name, kind.name, f)
				}
				continue
			}
			var got any
			for _, v := range s.Values.All() {
				got = v
			}
			if f != xdr.OK || !cmp.Equal(got, kind.want) {
				t.Errorf("%s of %s: %v, %T %v, want %T %v", name, kind.name, f, got, got, kind.want, kind.want)
			}
		}
	}
}

// TestRealTimeBounds: each value takes 12 bytes at least (an empty name, a type, four bytes),
// so that a count beyond what is there is refused before anything is gone through.
func TestRealTimeBounds(t *testing.T) {
	var s sflow.RealTime
	two := "00000000 00000002" // source "", two values
	least := "00000000 00000000 00000000"
	if f := s.ParseMetric(annotated.Bytes(t, two+least+least)); f != xdr.OK {
		t.Errorf("two values of the least size: %v", f)
	}
	if f := s.ParseMetric(annotated.Bytes(t, two+least+"00000000 00000000")); f != xdr.Length {
		t.Errorf("two values in the bytes of less: %v", f)
	}
	if f := s.ParseMetric(annotated.Bytes(t, "00000000 ffffffff"+least)); f != xdr.Length {
		t.Errorf("2^32-1 values: %v", f)
	}
	if f := s.ParseFlow(annotated.Bytes(t, "00000000 00000001 00000001 00000001 00000000 00000003 20010db8")); f != xdr.Short {
		t.Errorf("an IPv6 address cut: %v", f)
	}
	if f := s.ParseFlow(annotated.Bytes(t, "00000000 00000001 00000001 00000001 00000004 61626364 00000002")); f != xdr.Short {
		t.Errorf("an IPv4 address cut: %v", f)
	}
}
