package sflow_test

import (
	"testing"

	"spoor/decode/sflow"
	"spoor/decode/xdr"
	"spoor/internal/testkit/annotated"
)

// all are the records of flow samples, then those of counters samples.
func all() []sflow.Known {
	return append(append([]sflow.Known{}, sflow.FlowRecords()...), sflow.CounterRecords()...)
}

// FuzzRecords: no bytes make a parser panic or read without end, and what it
// accepts can be gone through.
func FuzzRecords(f *testing.F) {
	known := all()
	for i := range known {
		f.Add(uint8(i), make([]byte, 160))
		f.Add(uint8(i), []byte{0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		s := known[int(which)%len(known)].New()
		if s.Parse(b) != xdr.OK {
			return
		}
		read := 0
		switch s := s.(type) {
		case *sflow.ExtendedGateway:
			for _, n := range s.DstASPath.All() {
				read += 8 + 4*n.Len()
			}
		case *sflow.HostAdapters:
			for _, macs := range s.Adapters.All() {
				read += 8 + 8*macs.Len()
			}
		case *sflow.OpticalModule:
			for range s.Lanes.All() {
				read += 40
			}
		}
		if read > len(b) {
			t.Errorf("%d bytes read of %d", read, len(b))
		}
	})
}

// FuzzRealTime: as FuzzRecords, for the samples of host-sflow.
func FuzzRealTime(f *testing.F) {
	f.Add(annotated.Bytes(f, "00000002 61620000 00000001 00000001 63000000 00000005 3fc00000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sflow.RealTime
		for _, parse := range []func([]byte) xdr.Fault{s.ParseMetric, s.ParseFlow} {
			if parse(b) != xdr.OK {
				continue
			}
			for name, v := range s.Values.All() {
				if v == nil || len(name) > len(b) {
					t.Errorf("%q: %v", name, v)
				}
			}
		}
	})
}
