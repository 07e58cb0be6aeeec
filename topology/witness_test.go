package topology

import (
	"testing"

	"spoor/flow"
)

func hostSample() *flow.Sample {
	s := &flow.Sample{Agent: agent(1), Received: start, Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 101}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 49}}
	s.Packet = flow.Packet{Key: flow.Key{Src: addr("10.1.1.1"), Dst: addr("10.2.1.1"), Proto: 6, SrcPort: 1, DstPort: 2}, TTL: 64, SrcMAC: mac(0, 1), DstMAC: mac(1, 101)}
	return s
}

func kinds(ev []Evidence) map[Kind]uint32 {
	m := map[Kind]uint32{}
	for i := range ev {
		m[ev[i].Kind] += ev[i].Count
	}
	return m
}

func TestWitnessSendsNewThenRarely(t *testing.T) {
	w := NewWitness()
	s := hostSample()
	for range repeatFirst {
		w.See(s)
	}
	first := kinds(w.Drain(nil))
	if first[SawIngress] != repeatFirst || first[SawSource] != repeatFirst || first[SawSink] != repeatFirst {
		t.Fatalf("first sightings sent: %v", first)
	}
	sent, total := 0, uint32(0)
	for i := range 1000 {
		s.Received = start + int64(i)*second/50
		w.See(s)
		for _, e := range w.Drain(nil) {
			if e.Kind == SawIngress {
				sent++
				total += e.Count
			}
		}
	}
	if sent == 0 || sent > 12 {
		t.Errorf("of 1000 repeated sightings in 20 s %d were sent", sent)
	}
	s.Received += 20 * second
	w.See(s)
	for _, e := range w.Drain(nil) {
		if e.Kind == SawIngress {
			total += e.Count
		}
	}
	if total != 1001 {
		t.Errorf("the counts sum to %d sightings, want 1001", total)
	}
}

func TestWitnessLeavesOut(t *testing.T) {
	f := func(name string, change func(*flow.Sample), want map[Kind]uint32) {
		t.Helper()
		w := NewWitness()
		s := hostSample()
		change(s)
		w.See(s)
		got := kinds(w.Drain(nil))
		if len(got) != len(want) {
			t.Errorf("%s: evidence is %v, want %v", name, got, want)
		}
		for k, n := range want {
			if got[k] != n {
				t.Errorf("%s: evidence is %v, want %v", name, got, want)
			}
		}
	}
	f("no IP", func(s *flow.Sample) { s.Packet.Key = flow.Key{} }, nil)
	f("traceroute", func(s *flow.Sample) { s.Packet.TTL = 3 }, nil)
	f("link-local source", func(s *flow.Sample) { s.Packet.Key.Src = addr("fe80::1") }, map[Kind]uint32{SawIngress: 1, SawSink: 1})
	f("multicast", func(s *flow.Sample) { s.Packet.Key.Dst = addr("239.1.1.1") }, map[Kind]uint32{SawIngress: 1, SawSource: 1})
	f("two hops away", func(s *flow.Sample) { s.Packet.TTL = 62 }, map[Kind]uint32{SawIngress: 1, SawSink: 1})
	f("fresh egress", func(s *flow.Sample) { s.Direction = flow.Egress }, map[Kind]uint32{SawIngress: 1, SawSink: 1})
	f("forwarded egress", func(s *flow.Sample) { s.Direction, s.Packet.TTL = flow.Egress, 63 }, map[Kind]uint32{SawIngress: 1, SawSource: 1, SawSink: 1, SawEgress: 1})
	f("egress, input unknown", func(s *flow.Sample) { s.Direction, s.Input = flow.Egress, flow.Interface{} }, map[Kind]uint32{SawSink: 1})
}

func TestWitnessDoesNotAllocate(t *testing.T) {
	w := NewWitness()
	s := hostSample()
	for range 100 {
		w.See(s)
	}
	w.Drain(nil)
	if n := testing.AllocsPerRun(1000, func() { w.See(s) }); n > 0 {
		t.Errorf("%v allocations a sample", n)
	}
}

func BenchmarkWitness(b *testing.B) {
	w := NewWitness()
	s := hostSample()
	b.ReportAllocs()
	i := uint32(0)
	for b.Loop() {
		i++
		s.Packet.Key.Src[15] = byte(i)
		w.See(s)
	}
}
