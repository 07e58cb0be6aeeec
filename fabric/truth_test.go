package fabric

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/decode"
	"spoor/flow"
)

// witness collects flow samples and counters with the time of their datagram.
type witness struct {
	at       int64
	samples  []flow.Sample
	counters []flow.Counters
	names    []string
}

func (w *witness) Datagram(*decode.Header) bool { return true }

func (w *witness) FlowSample(s *flow.Sample) {
	k := *s
	k.Time = w.at
	w.samples = append(w.samples, k)
}

func (w *witness) CountersSample(c *flow.Counters) {
	k := *c
	k.Received = w.at
	w.counters = append(w.counters, k)
	w.names = append(w.names, string(c.PortName))
}

func (w *witness) DiscardedPacket(*flow.Discard) {}

func hearAll(t *testing.T, all []Datagram) *witness {
	t.Helper()
	w := &witness{}
	d := decode.New(w)
	for i := range all {
		w.at = all[i].Time
		if r := d.Decode(all[i].Payload); r.Outcome != decode.OK {
			t.Fatalf("%+v", r)
		}
	}
	return w
}

func keyOf(f *TruthFlow) string {
	return strings.Join([]string{f.Src, f.Dst, string(rune(f.Proto)), string(rune(f.SrcPort)), string(rune(f.DstPort))}, " ")
}

// TestSamplesAgreeWithTruth: each sample lies on a path of its flow, with the
// TTL of that place, and samples times rates give the bytes of the truth.
func TestSamplesAgreeWithTruth(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		f, all := run(t, c)
		truth := f.Truth()
		w := hearAll(t, all)
		flows := map[flow.Key]*flowTruth{}
		for _, v := range f.truth {
			flows[v.conduit.key] = v
		}
		if n := truth.samples(); c.Duplicate == 0 && n != uint64(len(w.samples)) {
			t.Errorf("%d samples, %d in the truth", len(w.samples), n)
		}
		estimated := map[*flowTruth]float64{}
		counted := map[*flowTruth]float64{}
		readable := 0
		for i := range w.samples {
			s := &w.samples[i]
			v := flows[s.Packet.Key]
			if v == nil {
				if c.VXLAN && c.HeaderBytes < 128 || s.Packet.Tunnel == flow.TunnelVXLAN || s.Packet.Truncated {
					continue
				}
				t.Fatalf("sample of an unknown flow %v", s.Packet.Key)
			}
			readable++
			place := v.place(s)
			if place < 0 && s.Output.Kind != flow.InterfaceDiscarded && !c.HostAgents && c.Events == nil {
				t.Fatalf("flow %v: agent %v in %d out %d TTL %d is not on its path %v", s.Packet.Key, s.Agent, s.Input.Value, s.Output.Value, s.Packet.EntryTTL(), v.segments[0].routes[0].switches())
			}
			if place == 0 && s.Packet.Tunnel == flow.TunnelNone && s.Direction == flow.Ingress {
				estimated[v] += float64(s.FrameLength) * float64(s.SamplingRate)
				counted[v]++
			}
		}
		if readable < len(w.samples)/2 || readable < 1000 {
			t.Fatalf("%d of %d samples readable", readable, len(w.samples))
		}
		if c.Direction == Egress || c.SampleLimit > 0 || c.Loss > 0 || c.SilentLeaves > 0 || c.Events != nil {
			return
		}
		checked := 0
		for v, bytes := range estimated {
			n := counted[v]
			if n < 100 {
				continue
			}
			checked++
			sent := float64(v.bytes) * (1 + float64(v.discarded)/float64(v.frames))
			if dev := math.Abs(bytes/sent - 1); dev > 5/math.Sqrt(n) {
				t.Errorf("flow %v: %.0f bytes by %.0f samples, truth %.0f", v.conduit.key, bytes, n, sent)
			}
		}
		if checked < 3 {
			t.Errorf("only %d flows had enough samples", checked)
		}
		if len(truth.Flows) < 40 {
			t.Errorf("%d flows in the truth", len(truth.Flows))
		}
	})
}

func (t *Truth) samples() uint64 {
	n := uint64(0)
	for _, f := range slices.Concat(t.Flows, t.Blocked) {
		n += f.Samples
	}
	return n
}

// place gives the hop of the flow's routes where a sample was taken, -1 if nowhere.
func (v *flowTruth) place(s *flow.Sample) int {
	for _, seg := range v.segments {
		for _, r := range seg.routes {
			for i, h := range r.hops {
				w := &r.wires[i]
				if s.Direction == flow.Egress || s.Direction == flow.DirectionUnknown && s.Packet.SrcMAC != w.smac {
					w = &r.wires[i+1]
				}
				naming := NameMember
				if h.in.lag != nil && s.Input.Value == h.in.lag.ifIndex || h.out.lag != nil && s.Output.Value == h.out.lag.ifIndex {
					naming = NameAggregate
				}
				if flow.AddrFromNetip(h.node.addr) == s.Agent && s.Input.Value == h.in.reported(naming) && s.Output.Value == h.out.reported(naming) &&
					w.entryTTL() == s.Packet.EntryTTL() && w.smac == s.Packet.SrcMAC && w.dmac == s.Packet.DstMAC {
					return i
				}
			}
		}
	}
	return -1
}

// TestCountersAgreeWithTruth: counters never fall, and one more poll at the end gives what the truth says.
func TestCountersAgreeWithTruth(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		f, all := run(t, c)
		w := hearAll(t, all)
		last := map[flow.Addr]map[string]flow.IfCounters{}
		for i := range w.counters {
			n := &w.counters[i]
			if n.Records&flow.HasIf == 0 {
				continue
			}
			if last[n.Agent] == nil {
				last[n.Agent] = map[string]flow.IfCounters{}
			}
			before := last[n.Agent][w.names[i]]
			if n.If.InOctets < before.InOctets || n.If.OutOctets < before.OutOctets {
				t.Fatalf("counters of %v %s fall", n.Agent, w.names[i])
			}
			last[n.Agent][w.names[i]] = n.If
		}
		truth := f.Truth()
		polled := 0
		for _, i := range slices.Concat(truth.Interfaces, truth.Unnamed) {
			v := f.net.find(i.Switch)
			p := v.ports[slices.IndexFunc(v.ports, func(p *port) bool { return p.name == i.IfName })]
			got := pollOnce(t, v.agent, p)
			if in := i.During.InBytes + 4*i.During.InFrames; got.InOctets != in || got.InUcast != uint32(i.During.InFrames) {
				t.Errorf("%s %s: %d octets in, truth %d", i.Switch, i.IfName, got.InOctets, in)
			}
			if out := i.During.OutBytes + 4*i.During.OutFrames; got.OutOctets != out || got.OutDiscards != uint32(i.During.OutDrops) {
				t.Errorf("%s %s: %d octets out, truth %d", i.Switch, i.IfName, got.OutOctets, out)
			}
			if l, ok := last[flow.AddrFromNetip(v.addr)][i.IfName]; ok {
				polled++
				if l.InOctets > got.InOctets || l.Speed != p.rated() {
					t.Errorf("%s %s: last poll %+v", i.Switch, i.IfName, l)
				}
			}
			if p.far != nil && p.far.node.agent != nil && p.grey+p.damage == 0 && i.During.OutFrames != f.truthOfPort(p.far).During.InFrames {
				t.Errorf("%s %s: the far end received another number of frames", i.Switch, i.IfName)
			}
			if got.InErrors != uint32(i.During.InErrors) {
				t.Errorf("%s %s: %d errors, truth %d", i.Switch, i.IfName, got.InErrors, i.During.InErrors)
			}
		}
		if polled < len(truth.Interfaces) {
			t.Errorf("%d of %d ports were polled", polled, len(truth.Interfaces))
		}
		f.checkSums(t, truth)
	})
}

// checkSums compares what left the fabric towards hosts with the flows that reached them.
func (f *Fabric) checkSums(t *testing.T, truth *Truth) {
	t.Helper()
	var delivered, reached, seconds uint64
	for _, v := range f.net.leaves {
		for _, p := range v.ports {
			if p.host != nil || p.far == nil && p.members == nil {
				delivered += p.out.bytes
			}
		}
	}
	for i := range truth.Flows {
		reached += truth.Flows[i].Bytes
		for _, b := range truth.Flows[i].Bps {
			seconds += b / 8
		}
	}
	// Sprayed trains are shared out in proportion, to the byte below.
	if diff := math.Abs(float64(delivered) - float64(reached)); diff > 1e-4*float64(reached) || !f.cfg.Spray && f.cfg.Discards == 0 && diff != 0 {
		t.Errorf("%d bytes went to hosts, %d reached them", delivered, reached)
	}
	if seconds != reached {
		t.Errorf("seconds add up to %d bytes of %d", seconds, reached)
	}
}

func pollOnce(t *testing.T, a *agent, p *port) flow.IfCounters {
	t.Helper()
	out := &outbox{}
	a.encodePort(p)
	a.append(a.counters, math.MaxInt64, out)
	a.send(a.counters, a.counters.last, out)
	w := hearAll(t, []Datagram{*out.queue[len(out.queue)-1]})
	return w.counters[len(w.counters)-1].If
}

func TestTruthReadsAsJSON(t *testing.T) {
	t.Parallel()
	f, _ := run(t, modes()["events"])
	var b strings.Builder
	truth := f.Truth()
	n, err := truth.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes, %v", n, b.Len(), err)
	}
	var back Truth
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Flows) != len(truth.Flows) || len(back.Events) != 6 || back.LinkSpeed != 100e6 || back.ElephantThreshold != 10e6 {
		t.Errorf("%d flows, %d events, %v", len(back.Flows), len(back.Events), back.LinkSpeed)
	}
	moved, elephants := 0, 0
	keys := map[string]bool{}
	for i := range back.Flows {
		v := &back.Flows[i]
		if keys[keyOf(v)] {
			t.Errorf("%+v twice", v)
		}
		keys[keyOf(v)] = true
		if len(v.Moves) > 1 {
			moved++
			n := uint64(0)
			for _, m := range v.Moves {
				n += m.Samples
				if m.Samples > 0 != (m.FirstSample > 0) || m.Samples > 0 && (m.FirstSample < m.From || m.FirstSample > m.To+2) {
					t.Errorf("%d samples from %f to %f, the first at %f", m.Samples, m.From, m.To, m.FirstSample)
				}
			}
			if n != v.Samples {
				t.Errorf("%d samples, moves add up to %d", v.Samples, n)
			}
		}
		if v.Elephant {
			elephants++
		}
		for j, m := range v.Moves {
			if m.From > m.To || len(m.Switches) == 0 || j > 0 && m.From < v.Moves[j-1].To {
				t.Errorf("moves %+v", v.Moves)
			}
		}
	}
	if moved < 5 || elephants < 3 {
		t.Errorf("%d flows moved, %d elephants", moved, elephants)
	}
}

// TestSprayedFlowsListAllPaths: those that are over within a moment took all of them, too.
func TestSprayedFlowsListAllPaths(t *testing.T) {
	t.Parallel()
	f, _ := run(t, modes()["spray"])
	truth := f.Truth()
	short := 0
	for i := range truth.Flows {
		v := &truth.Flows[i]
		if v.Start == v.End { // one frame
			continue
		}
		listed := map[string]bool{}
		for _, m := range v.Moves {
			listed[strings.Join(m.Switches, " ")] = true
		}
		for _, r := range v.Routes {
			if way := strings.Join(r.Switches, " "); !listed[way] {
				t.Errorf("flow %s from %.3f to %.3f: %s is not among its moves", v.ID, v.Start, v.End, way)
			}
		}
		if len(v.Routes) > 1 && v.End-v.Start < 0.5 {
			short++
		}
	}
	if short == 0 {
		t.Error("no flow was that short")
	}
}

// TestEarly: of the samples of a move those count that reach the collector within 5 s of the first, in whatever order.
func TestEarly(t *testing.T) {
	const s = int64(time.Second)
	for _, test := range []struct {
		at   []int64
		want int
	}{
		{nil, 0},
		{[]int64{10 * s}, 1},
		{[]int64{10 * s, 15 * s, 15*s + 1}, 2},
		{[]int64{16 * s, 10 * s, 14 * s}, 2},         // the first was held back beyond the 5 s
		{[]int64{14 * s, 16 * s, 10 * s, 11 * s}, 3}, // twice in doubt
		{[]int64{10 * s, 10 * s, 60 * s, 10 * s}, 3}, // at once
		{[]int64{60 * s, 50 * s, 40 * s, 30 * s}, 1}, // ever earlier
		{[]int64{13 * s, 12 * s, 11 * s, 10 * s}, 4}, // the same, all in time
	} {
		v := flowTruth{segments: make([]segment, 2)}
		for _, at := range test.at {
			v.sampled(0, &view{}, at)
			v.sampled(1, &view{}, at)
		}
		if n := len(v.segments[1].early); n != test.want || len(v.segments[0].early) > 0 || int(v.samples) != 2*len(test.at) {
			t.Errorf("%v: %d early, want %d", test.at, n, test.want)
		}
	}
}

// TestEarlyTold: the truth tells of each later path of a flow how many samples came early.
func TestEarlyTold(t *testing.T) {
	t.Parallel()
	f, _ := run(t, small(func(c *Config) {
		c.Truth, c.Events = true, []Event{{At: time.Second, Kind: EventMove, Target: "elephants", Value: 1}}
	}))
	moved := 0
	for _, v := range f.Truth().Flows {
		for i, m := range v.Moves {
			if (m.Early != nil) != (i > 0) {
				t.Fatalf("path %d of %d: %+v", i, len(v.Moves), m)
			}
			if i > 0 && (*m.Early > m.Samples || (*m.Early == 0) != (m.Samples == 0)) {
				t.Errorf("%d of %d samples were early", *m.Early, m.Samples)
			}
			moved += min(i, 1)
		}
	}
	if moved == 0 {
		t.Error("nothing moved")
	}
}
