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
		w.See(s, 0, 0)
	}
	first := kinds(w.Drain(nil))
	if first[SawIngress] != repeatFirst || first[SawSource] != repeatFirst || first[SawSink] != repeatFirst {
		t.Fatalf("first sightings sent: %v", first)
	}
	sent, total := 0, uint32(0)
	for i := range 1000 {
		s.Received = start + int64(i)*second/50
		w.See(s, 0, 0)
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
	w.See(s, 0, 0)
	for _, e := range w.Drain(nil) {
		if e.Kind == SawIngress {
			total += e.Count
		}
	}
	if total != 1001 {
		t.Errorf("the counts sum to %d sightings, want 1001", total)
	}
}

// TestWitnessTellsRates: what enters a port is told with the rate at which it was sampled.
func TestWitnessTellsRates(t *testing.T) {
	for _, direction := range []flow.Direction{flow.Ingress, flow.Egress} {
		w, s := NewWitness(), hostSample()
		s.Direction, s.SamplingRate, s.EffectiveRate, s.Packet.TTL = direction, 1000, 1200, 63
		w.See(s, 0, 0)
		rate := uint32(0)
		for _, e := range w.Drain(nil) {
			if e.Kind == SawIngress {
				rate = e.Rate
			}
		}
		if rate != 1200 {
			t.Errorf("%v: one in %d, want 1200", direction, rate)
		}
	}
}

func TestWitnessLeavesOut(t *testing.T) {
	f := func(name string, change func(*flow.Sample), want map[Kind]uint32) {
		t.Helper()
		w := NewWitness()
		s := hostSample()
		change(s)
		w.See(s, 0, 0)
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
	f("link-local source", func(s *flow.Sample) { s.Packet.Key.Src = addr("fe80::1") }, nil)
	f("multicast", func(s *flow.Sample) { s.Packet.Key.Dst = addr("239.1.1.1") }, map[Kind]uint32{SawIngress: 1, SawSource: 1})
	f("two hops away", func(s *flow.Sample) { s.Packet.TTL = 62 }, map[Kind]uint32{SawIngress: 1, SawSink: 1})
	f("bridged, on egress", func(s *flow.Sample) { s.Direction = flow.Egress }, map[Kind]uint32{SawSink: 1})
	f("forwarded egress", func(s *flow.Sample) { s.Direction, s.Packet.TTL = flow.Egress, 63 }, map[Kind]uint32{SawIngress: 1, SawSource: 1, SawSink: 1, SawEgress: 1})
	f("egress, input unknown", func(s *flow.Sample) { s.Direction, s.Input = flow.Egress, flow.Interface{} }, map[Kind]uint32{SawSink: 1})
}

// TestWitnessKnowsLinks: of a known neighbour the link does not matter, and what leaves for one says nothing.
func TestWitnessKnowsLinks(t *testing.T) {
	w := NewWitness()
	s := hostSample()
	s.Packet.TTL = 63
	for i := range uint32(40) { // over forty links from one switch to another
		s.Input.Value, s.Output.Value = 1+i, 101+i
		w.See(s, 7, 8)
	}
	if got := kinds(w.Drain(nil)); got[SawIngress] != 40 || got[SawSource] != repeatFirst || got[SawSink] != 0 {
		t.Errorf("evidence is %v", got)
	}
	w.See(s, 9, 8) // from another neighbour: news
	if got := kinds(w.Drain(nil)); got[SawSource] != 1 {
		t.Errorf("evidence from another neighbour is %v", got)
	}
}

// TestWitnessOutOfTunnels: where a frame that a known neighbour sent in a tunnel left for no known switch, its receiver is noted beside the
// tunnel's end; on egress, where tunnels begin as well, it is not.
func TestWitnessOutOfTunnels(t *testing.T) {
	for _, tc := range []struct {
		from, to  SwitchID
		direction flow.Direction
		want      int
	}{{7, 0, flow.Ingress, 1}, {0, 0, flow.Ingress, 0}, {7, 8, flow.Ingress, 0}, {7, 0, flow.Egress, 0}} {
		w := NewWitness()
		s := hostSample()
		s.Packet.OuterSrc, s.Packet.OuterDst, s.Direction = addr("10.240.0.1"), addr("10.240.0.2"), tc.direction
		w.See(s, tc.from, tc.to)
		got := 0
		for _, e := range w.Drain(nil) {
			if e.Kind == SawSink && e.Addr == s.Packet.Key.Dst && e.Hops == insideHops && !e.Encap && e.Buckets == bucket(s.FlowID) {
				got++
			}
		}
		if got != tc.want {
			t.Errorf("%+v: noted %d times", tc, got)
		}
	}
}

func TestWitnessDoesNotAllocate(t *testing.T) {
	w := NewWitness()
	s := hostSample()
	for range 100 {
		w.See(s, 0, 0)
	}
	w.Drain(nil)
	if n := testing.AllocsPerRun(1000, func() { w.See(s, 0, 0) }); n > 0 {
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
		w.See(s, 0, 0)
	}
}

// TestWitnessFlowsReceived: of the flows to an address only those that a known neighbour sent count, each of them once.
func TestWitnessFlowsReceived(t *testing.T) {
	for from, want := range map[SwitchID]uint32{0: 0, 7: 1<<5 | 1<<6} {
		w := NewWitness()
		s := hostSample()
		for range 20 {
			for s.FlowID = 5; s.FlowID < 7; s.FlowID++ {
				w.See(s, from, 0)
			}
		}
		got := uint32(0)
		for _, e := range w.Drain(nil) {
			if e.Kind == SawSink {
				got |= e.Buckets
			}
		}
		if got != want {
			t.Errorf("from %d: buckets %b, want %b", from, got, want)
		}
	}
}
