package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/decode/sflow"
	"spoor/flow"
	"spoor/internal/testkit/annotated"
)

// counters gives a compact counters sample of ifIndex 5 with the records.
func counters(tb testing.TB, records ...[]byte) []byte {
	tb.Helper()
	head := binary.BigEndian.AppendUint32(annotated.Bytes(tb, "00000009 00000005"), uint32(len(records)))
	return item(2, append([][]byte{head}, records...)...)
}

// ifCounters gives an if_counters record of a speed.
func ifCounters(speed uint64) []byte {
	b := make([]byte, 88)
	binary.BigEndian.PutUint32(b, 5)
	binary.BigEndian.PutUint64(b[8:], speed)
	return item(1, b)
}

func TestCountersSample(t *testing.T) {
	r, res, _ := decodeAll(datagram(t, counters(t,
		ifCounters(10e9),
		item(2, make([]byte, 52)),
		item(1005, annotated.Bytes(t, "00000004 73777031")),
		item(2000, annotated.Bytes(t, "00000002 6c310000 000102030405060708090a0b0c0d0e0f 00000003 00000002 00000000")),
		item(2001, annotated.Bytes(t, "00000001 00000005 00000001 0200000000010000")),
		item(2003, make([]byte, 68)),
	)))
	if res != (decode.Result{Counter: 1}) {
		t.Fatalf("%+v", res)
	}
	want := flow.Counters{
		Agent: agent, SubAgent: 2, DatagramSeq: 7, Uptime: 3600, Sequence: 9, SourceIndex: 5,
		Records:  flow.HasIf | flow.HasEthernet | flow.HasPortName | flow.HasHost | flow.HasAdapters,
		If:       flow.IfCounters{Index: 5, Speed: 10e9},
		PortName: []byte("swp1"),
		Host: flow.HostDescr{
			Hostname: []byte("l1"), UUID: [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, MachineType: 3, OSName: 2, OSRelease: []byte{},
		},
		Adapters: []flow.Adapter{{IfIndex: 5, MAC: 0x020000000001}},
	}
	if diff := cmp.Diff(want, r.counters[0]); diff != "" {
		t.Error(diff)
	}
}

// TestSpeeds mends the speeds that Open vSwitch cuts to 32 bits.
func TestSpeeds(t *testing.T) {
	for _, speed := range []uint64{10e9, 25e9, 40e9, 50e9, 100e9, 200e9, 400e9} {
		r, _, stats := decodeAll(datagram(t, counters(t, ifCounters(speed&0xffffffff))))
		if c := r.counters[0].If; c.Speed != speed || !c.SpeedRepaired || stats.RepairedSpeeds != 1 {
			t.Errorf("%d bit/s became %d, repaired %v", speed, c.Speed, c.SpeedRepaired)
		}
	}
	for sent, want := range map[uint64]uint64{10e6: 10e6, 100e6: 100e6, 1e9: 1e9, 10e9: 10e9, 400e9: 400e9, 0: 0, 1<<64 - 1: 0} {
		r, _, _ := decodeAll(datagram(t, counters(t, ifCounters(sent))))
		if c := r.counters[0].If; c.Speed != want || c.SpeedRepaired {
			t.Errorf("%d bit/s became %d, repaired %v", sent, c.Speed, c.SpeedRepaired)
		}
	}
}

// TestMegabits: an Ethernet port whose speed is one of the usual, in Mbit/s, has that speed.
func TestMegabits(t *testing.T) {
	of := func(ifType uint32, speed uint64) flow.IfCounters {
		b := ifCounters(speed)
		binary.BigEndian.PutUint32(b[12:], ifType)
		r, _, stats := decodeAll(datagram(t, counters(t, b)))
		if c := &r.counters[0].If; c.SpeedRepaired != (stats.RepairedSpeeds == 1) {
			t.Errorf("%d: repaired %v, counted %d", speed, c.SpeedRepaired, stats.RepairedSpeeds)
		}
		return r.counters[0].If
	}
	for _, ethernet := range []uint32{6, 117, 161} {
		for _, sent := range []uint64{10, 100, 1000, 2500, 10_000, 25_000, 40_000, 100_000, 400_000, 800_000} {
			if c := of(ethernet, sent); c.Speed != sent*1e6 || !c.SpeedRepaired {
				t.Errorf("%d of type %d became %d, repaired %v", sent, ethernet, c.Speed, c.SpeedRepaired)
			}
		}
	}
	for _, c := range []flow.IfCounters{of(131, 100_000), of(6, 1), of(6, 64_000), of(6, 1e6), of(0, 1000)} {
		if c.SpeedRepaired {
			t.Errorf("%d of type %d: repaired", c.Speed, c.Type)
		}
	}
}

// TestRefusedCounterRecord keeps the sample and what else is in it.
func TestRefusedCounterRecord(t *testing.T) {
	r, res, stats := decodeAll(datagram(t, counters(t,
		ifCounters(1e9),
		item(2000, annotated.Bytes(t, "00000002 6c310000 0001")),
		item(1005, annotated.Bytes(t, "00000009 73777031")),
		item(2001, annotated.Bytes(t, "00000002 00000005 00000001 0200000000010000")),
	)))
	if res.Outcome != decode.Partial || res.Reason != decode.ReasonRecordShort || res.Counter != 1 {
		t.Fatalf("%+v", res)
	}
	want := flow.Counters{
		Agent: agent, SubAgent: 2, DatagramSeq: 7, Uptime: 3600, Sequence: 9, SourceIndex: 5,
		Records: flow.HasIf, If: flow.IfCounters{Index: 5, Speed: 1e9},
	}
	got := r.counters[0]
	if len(got.Adapters) == 0 {
		got.Adapters = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if stats.Records[decode.RecordHostDescr][decode.Refused] != 1 || stats.Records[decode.RecordPortName][decode.Refused] != 1 ||
		stats.Records[decode.RecordHostAdapters][decode.Refused] != 1 || stats.Records[decode.RecordIfCounters][decode.Decoded] != 1 {
		t.Errorf("%v", stats.Records)
	}
}

func TestStats(t *testing.T) {
	r := &recorder{}
	d := decode.New(r)
	vendor := uint32(4413<<12 | 77)
	d.Decode(datagram(t,
		counters(t, item(3999, make([]byte, 68)), item(vendor, make([]byte, 8)), item(vendor, nil), ifCounters(1)),
		item(5, make([]byte, 32)), item(vendor, nil)))
	d.Decode([]byte{0, 9, 0, 1})
	d.Decode(append(datagram(t, item(1, nil)), 1, 2, 3))
	s := d.Stats()
	var sum decode.Stats
	s.AddTo(&sum)
	s.AddTo(&sum)
	for name, pair := range map[string][2]uint64{
		"partial":         {sum.Datagrams[decode.Partial], 2},
		"ok":              {sum.Datagrams[decode.OK], 2},
		"rejected":        {sum.Datagrams[decode.Rejected], 2},
		"netflow_v9":      {sum.Reasons[decode.ReasonNetFlow9], 2},
		"sample_short":    {sum.Reasons[decode.ReasonSampleShort], 2},
		"counter samples": {sum.Samples[decode.KindCounter][decode.Decoded], 2},
		"flow samples":    {sum.Samples[decode.KindFlow][decode.Refused], 2},
		"discard samples": {sum.Samples[decode.KindDiscard][decode.Decoded], 2},
		"unknown samples": {sum.Samples[decode.KindUnknown][decode.Passed], 2},
		"if_counters":     {sum.Records[decode.RecordIfCounters][decode.Decoded], 2},
		"unknown records": {sum.Records[decode.RecordUnknownCounter][decode.Passed], 6},
		"trailing":        {sum.TrailingBytes, 6},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %d, want %d", name, pair[0], pair[1])
		}
	}
	got := make(map[string]uint64)
	for u := range sum.Unknown.All() {
		got[u.Kind.String()+" "+u.Format.String()] = u.Count
	}
	if diff := cmp.Diff(map[string]uint64{"counter 0:3999": 2, "counter 4413:77": 4, "unknown 4413:77": 2}, got); diff != "" {
		t.Error(diff)
	}
}

// TestUnknownIsBounded meets more formats than there is room for: none is lost from the sum.
func TestUnknownIsBounded(t *testing.T) {
	d := decode.New(&recorder{})
	const formats = 3000
	for i := range uint32(formats) {
		d.Decode(datagram(t, item((i+1)<<12|7, nil)))
	}
	sum := d.Stats().Unknown.Other
	kept := 0
	for u := range d.Stats().Unknown.All() {
		sum += u.Count
		kept++
	}
	if sum != formats || kept < 32 || kept > 64 {
		t.Errorf("%d of %d counted, %d formats kept", sum, formats, kept)
	}
}

// TestEveryRecordIsCounted: what sflow reads and what the counts have are the same.
func TestEveryRecordIsCounted(t *testing.T) {
	want := map[string]bool{}
	for _, k := range sflow.FlowRecords() {
		want["flow "+k.Format.String()] = true
	}
	for _, k := range sflow.CounterRecords() {
		want["counter "+k.Format.String()] = true
	}
	got := map[string]bool{}
	for r := range decode.NumRecords {
		if rec := decode.Record(r); rec.Known() {
			got[rec.Kind().String()+" "+rec.Format().String()] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNames checks that every reason, outcome, kind, fate and record has a name of its own.
func TestNames(t *testing.T) {
	seen := make(map[string]bool)
	unique := func(name string) {
		if name == "" || seen[name] {
			t.Errorf("%q is empty or taken", name)
		}
		seen[name] = true
	}
	for r := 1; r < decode.NumReasons; r++ {
		unique(decode.Reason(r).String())
	}
	for o := range decode.NumOutcomes {
		unique(decode.Outcome(o).String())
	}
	for k := range decode.NumKinds {
		unique(decode.Kind(k).String())
	}
	for r := range decode.NumRecords {
		if rec := decode.Record(r); rec.Known() {
			unique(rec.Kind().String() + " " + rec.Format().String())
		}
	}
	for f := range decode.NumFates {
		if name := decode.Fate(f).String(); name == "" {
			t.Errorf("fate %d has no name", f)
		}
	}
}
