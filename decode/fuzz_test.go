package decode_test

import (
	"testing"

	"spoor/decode"
	"spoor/flow"
)

// FuzzDecode checks what must hold for any input: no panic, output bounded by
// the input, an outcome that agrees with the counts, the same by the short way as
// without it, and agreement with goflow2 where both can read the datagram.
func FuzzDecode(f *testing.F) {
	for _, c := range hostileCases(f) {
		if len(c.data) < 4096 {
			f.Add(c.data)
		}
	}
	for _, name := range []string{"ovs-l3-smoke", "hsflowd-smoke", "ovs-l3-vxlan"} {
		for _, payload := range capture(f, name)[:8] {
			f.Add(payload)
		}
	}
	f.Add(remains())
	f.Fuzz(func(t *testing.T, payload []byte) {
		p := newPair()
		p.check(t, remains())
		p.check(t, payload)
		r, res, stats := decodeAll(payload)
		checkResult(t, payload, r, res, stats)
		for i := range r.samples {
			checkSample(t, len(payload), &r.samples[i])
		}
		for i := range r.counters {
			c := &r.counters[i]
			if len(c.PortName) > 255 || len(c.Host.Hostname) > 255 || len(c.Host.OSRelease) > 255 || len(c.Adapters)*8 > len(payload) {
				t.Fatalf("counters sample beyond its bounds: %+v", c)
			}
		}
		if diff, ok := oracle(payload, r, res); ok && diff != "" {
			t.Fatalf("goflow2 reads otherwise: %s", diff)
		}
	})
}

func checkResult(t *testing.T, payload []byte, r *recorder, res decode.Result, stats *decode.Stats) {
	t.Helper()
	if res.Flow != len(r.samples) || res.Counter != len(r.counters) || res.Discard != len(r.discards) {
		t.Fatalf("%+v, but %d, %d and %d samples were handed over", res, len(r.samples), len(r.counters), len(r.discards))
	}
	for i := range r.discards {
		x := &r.discards[i]
		for _, b := range [][]byte{x.Function, x.TrapGroup, x.Trap, x.LinuxReason, x.ACL.Name} {
			if len(b) > 255 {
				t.Fatalf("discarded packet beyond its bounds: %+v", x)
			}
		}
		if int(x.FrameLength) > max(1<<16+128, len(payload)) {
			t.Fatalf("length out of bounds in %d bytes: %+v", len(payload), x)
		}
	}
	if n := res.Flow + res.Counter + res.Discard + res.Unknown; n*8 > len(payload) || res.Trailing > len(payload) {
		t.Fatalf("%d samples, %d bytes behind them, out of %d bytes", n, res.Trailing, len(payload))
	}
	if (res.Outcome == decode.OK) != (res.Reason == decode.ReasonNone) || res.Reason.String() == "" != (res.Outcome == decode.OK) {
		t.Fatalf("outcome %v with reason %v", res.Outcome, res.Reason)
	}
	if (res.Outcome == decode.Rejected) != (len(r.headers) == 0) {
		t.Fatalf("outcome %v with %d headers", res.Outcome, len(r.headers))
	}
	var refused uint64
	for _, n := range stats.Reasons {
		refused += n
	}
	if (refused > 0) != (res.Outcome != decode.OK) || stats.Datagrams[res.Outcome] != 1 {
		t.Fatalf("outcome %v with %d refusals", res.Outcome, refused)
	}
}

func checkSample(t *testing.T, size int, s *flow.Sample) {
	t.Helper()
	p := &s.Packet
	switch {
	case int(s.HeaderLength) > size,
		s.FrameLength > max(1<<16+128, s.HeaderLength),
		s.FrameLength < s.HeaderLength,
		p.PayloadLength > s.FrameLength:
		t.Fatalf("lengths out of bounds in %d bytes: %+v", size, s)
	case p.Fragment && (p.Key.SrcPort != 0 || p.Key.DstPort != 0),
		(p.Tunnel == flow.TunnelNone) != (p.OuterLength == 0),
		p.Tunnel == flow.TunnelNone && (p.OuterProto != 0 || p.VNI != 0),
		int(p.IPOffset) > int(s.HeaderLength):
		t.Fatalf("contradiction: %+v", p)
	}
}
