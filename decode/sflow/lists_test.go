package sflow_test

import (
	"testing"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/internal/testkit/annotated"
)

// TestListsStop: who breaks out of a list gets no further element, and no panic.
func TestListsStop(t *testing.T) {
	adapters := sflow.Adapters(annotated.Bytes(t, "00000005 00000000 00000006 00000000"))
	path := sflow.ASPath(annotated.Bytes(t, "00000002 00000001 0000fde8 00000001 00000001 0000fde9"))
	var metric sflow.RealTime
	if f := metric.ParseMetric(annotated.Bytes(t, "00000000 00000002 00000000 00000001 00000001 00000000 00000001 00000002")); f != xdr.OK {
		t.Fatal(f)
	}
	lanes := sflow.Lanes(make([]byte, 80))
	steps := map[string]int{}
	for range adapters.All() {
		steps["adapters"]++
		break
	}
	for range path.All() {
		steps["AS path"]++
		break
	}
	for range metric.Values.All() {
		steps["values"]++
		break
	}
	for range lanes.All() {
		steps["lanes"]++
		break
	}
	for _, name := range []string{"adapters", "AS path", "values", "lanes"} {
		if steps[name] != 1 {
			t.Errorf("%s: %d elements after a break", name, steps[name])
		}
	}
}

// TestASPathEnds: the first number is the neighbour, the last the origin; a
// segment without numbers, which RFC 7606 calls malformed and agents send all the same, says nothing.
func TestASPathEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		in          string
		first, last uint32
	}{
		"empty":                       {"", 0, 0},
		"one number":                  {"00000002 00000001 0000fde8", 65000, 65000},
		"one segment":                 {"00000002 00000002 0000fde8 0000fde9", 65000, 65001},
		"a set at the end":            {"00000002 00000001 0000fde8 00000001 00000002 0000fdea 0000fdeb", 65000, 65003},
		"an empty segment in front":   {"00000002 00000000 00000002 00000001 0000fde8", 65000, 65000},
		"an empty segment at the end": {"00000002 00000001 0000fde8 00000001 00000000", 65000, 65000},
		"only empty segments":         {"00000002 00000000 00000001 00000000", 0, 0},
	} {
		if first, last := sflow.ASPath(annotated.Bytes(t, tc.in)).Ends(); first != tc.first || last != tc.last {
			t.Errorf("%s: %d to %d, want %d to %d", name, first, last, tc.first, tc.last)
		}
	}
}

// TestListsAtTheirLeast: elements without content count as whole ones; a count
// of one more than the bytes can hold is refused.
func TestListsAtTheirLeast(t *testing.T) {
	gateway := "00000000 00000001 00000002 00000003" // no next hop, AS, source AS, peer AS
	for name, tc := range map[string]struct {
		into sflow.Structure
		in   string
		want xdr.Fault
	}{
		"segments of 8 bytes":      {new(sflow.ExtendedGateway), gateway + "00000002 00000002 00000000 00000001 00000000 00000000 00000064", xdr.OK},
		"a segment too many":       {new(sflow.ExtendedGateway), gateway + "00000003 00000002 00000000 00000001 00000000 00000000", xdr.Length},
		"adapters of 8 bytes":      {new(sflow.HostAdapters), "00000002 00000005 00000000 00000006 00000000", xdr.OK},
		"an adapter too many":      {new(sflow.HostAdapters), "00000002 00000005 00000000 00000006", xdr.Length},
		"no adapter":               {new(sflow.HostAdapters), "00000000", xdr.OK},
		"an optical port, dark":    {new(sflow.OpticalModule), "00000001 00000004 00000ce4 000003e8 00000000", xdr.OK},
		"words that are not whole": {new(sflow.VLANStack), "00000002 81000064 810000", xdr.Length},
	} {
		if f := tc.into.Parse(annotated.Bytes(t, tc.in)); f != tc.want {
			t.Errorf("%s: %v, want %v", name, f, tc.want)
		}
	}
	if list, f := sflow.AppendHostAdapters(nil, annotated.Bytes(t, "00000002 00000005 00000000 00000006 00000000")); f != xdr.OK || len(list) != 0 {
		t.Errorf("adapters without a MAC address: %v %v", list, f)
	}
	if _, f := sflow.AppendHostAdapters(nil, annotated.Bytes(t, "00000002 00000005 00000000 00000006")); f != xdr.Length {
		t.Errorf("an adapter too many: %v", f)
	}
}
