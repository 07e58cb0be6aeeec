package fabric

import (
	"math"
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// TestMovesAreSeen: once a flow has moved, no sample shows it on the old path.
func TestMovesAreSeen(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) {
		c.Events = []Event{{At: 3 * time.Second, Kind: EventDrain, Target: "spine1"}, {At: 6 * time.Second, Kind: EventUndrain, Target: "spine1"}}
	})
	f, all := run(t, c)
	w := hearAll(t, all)
	spine := flow.AddrFromNetip(f.net.find("spine1").addr)
	before, during, after := 0, 0, 0
	for i := range w.samples {
		s := &w.samples[i]
		if s.Agent != spine {
			continue
		}
		switch at := time.Duration(s.Time - f.start); {
		case at < 3*time.Second:
			before++
		case at > 4100*time.Millisecond && at < 6*time.Second:
			during++
		case at > 6*time.Second:
			after++
		}
	}
	if before < 500 || during > 0 || after < 200 {
		t.Errorf("spine1 sent %d samples before, %d while drained, %d after", before, during, after)
	}
	drains := 0
	for i := range f.Truth().Flows {
		v := &f.Truth().Flows[i]
		for j, m := range v.Moves {
			at := m.From - seconds(f.start)
			drained := at > 3 && at < 6
			if drained && slices.Contains(m.Switches, "spine1") {
				t.Errorf("%+v used a drained spine", v)
			}
			if j > 0 && drained {
				drains++
			}
		}
	}
	if drains < 5 {
		t.Errorf("%d flows moved away from the drained spine", drains)
	}
}

// TestBadLinks: a grey link loses its share of the frames in one direction and
// nobody counts them, a damaged one makes the far end count errors.
func TestBadLinks(t *testing.T) {
	t.Parallel()
	f, _ := run(t, modes()["bad links"])
	checked := 0
	for _, p := range f.net.ports() {
		if p.far == nil {
			continue
		}
		out, in := p.out.frames, p.far.in.frames
		gone := float64(out - in - uint64(p.far.inErrors))
		for _, k := range []struct {
			got, share float64
		}{{gone, p.grey}, {float64(p.far.inErrors), p.damage}} {
			want := k.share * float64(out)
			if math.Abs(k.got-want) > 5*math.Sqrt(want) {
				t.Errorf("%s %s: %v of %d frames, want %.0f", p.node.name, p.name, k.got, out, want)
			}
			if want > 50 {
				checked++
			}
		}
	}
	if checked != 2 {
		t.Errorf("%d links were bad and used, want 2", checked)
	}
	discarded := uint64(0)
	for _, v := range f.Truth().Flows {
		discarded += v.Discarded
	}
	if discarded < 100 {
		t.Errorf("flows lost %d frames", discarded)
	}
}

func TestRestartForgets(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) { c.Events = []Event{{At: 3 * time.Second, Kind: EventRestart, Target: "leaf2"}} })
	f, all := run(t, c)
	v := f.net.find("leaf2")
	mine := slices.DeleteFunc(slices.Clone(all), func(d Datagram) bool { return d.Agent != v.addr })
	first, last := Datagram{}, Datagram{}
	for _, d := range mine {
		if at := time.Duration(d.Time - f.start); at < 3*time.Second {
			last = d
		} else if at < 6*time.Second+time.Millisecond && at > 3*time.Second+time.Millisecond {
			t.Fatalf("a datagram at %v", at)
		} else if first.Payload == nil && at > 6*time.Second {
			first = d
		}
	}
	a, b := hearAll(t, []Datagram{last}), hearAll(t, []Datagram{first})
	var head ours
	if head.decode(t, first); head.head.SequenceNumber != 1 || head.head.Uptime > 2000 {
		t.Errorf("after the restart: %+v", head.head)
	}
	if head.decode(t, last); head.head.SequenceNumber < 10 || head.head.Uptime < 3600_000 {
		t.Errorf("before the restart: %+v", head.head)
	}
	if len(a.samples)+len(a.counters) == 0 || len(b.samples)+len(b.counters) == 0 {
		t.Error("empty datagrams")
	}
	seen := map[uint32]bool{}
	for _, i := range f.Truth().Interfaces {
		if i.Switch != "leaf2" {
			continue
		}
		if i.IfIndex == i.IfIndexBefore || i.IfIndexBefore == 0 || seen[i.IfIndex] {
			t.Errorf("%+v", i)
		}
		seen[i.IfIndex] = true
	}
}

func TestRateChangeAndHostMove(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) {
		c.Flows, c.Lifetime = 60, 0
		c.Events = []Event{{At: 4 * time.Second, Kind: EventRate, Value: 4}, {At: 4 * time.Second, Kind: EventHostMove, Target: "h1-1", To: "leaf3"}}
	})
	f, all := run(t, c)
	w := hearAll(t, all)
	leaf3, h := flow.AddrFromNetip(f.net.find("leaf3").addr), f.net.findHost("h1-1")
	counts := map[uint32]int{}
	moved := 0
	for i := range w.samples {
		s := &w.samples[i]
		counts[s.SamplingRate]++
		if s.Agent == leaf3 && s.Packet.Key.Src == h.ip4 && s.Packet.TTL == 64 {
			moved++
			if s.Input.Value != h.ports[0].ifIndex || s.Time < f.start+4e9 {
				t.Errorf("sample %+v", s)
			}
		}
	}
	if counts[20] < 3*counts[80] || counts[20] > 6*counts[80] || len(counts) != 2 {
		t.Errorf("samples by rate: %v", counts)
	}
	if moved < 10 {
		t.Errorf("%d samples of the host at its new leaf", moved)
	}
}

func TestSilentSwitchesSayNothing(t *testing.T) {
	t.Parallel()
	f, all := run(t, modes()["silent"])
	truth := f.Truth()
	if len(truth.Silent) != 2 || len(truth.Agents) != 4 {
		t.Fatalf("silent %v, agents %v", truth.Silent, truth.Agents)
	}
	for i := range all {
		if truth.Agents[all[i].Agent.String()] == "" {
			t.Fatalf("datagram of %v", all[i].Agent)
		}
	}
	for _, i := range truth.Interfaces {
		if slices.Contains(truth.Silent, i.Switch) {
			t.Errorf("interface of a silent switch: %+v", i)
		}
	}
	through := 0
	for i := range truth.Flows {
		if slices.Contains(truth.Flows[i].Switches, truth.Silent[0]) {
			through++
		}
	}
	if through == 0 {
		t.Error("no flow went through the silent switch")
	}
}

func TestLossAndDuplication(t *testing.T) {
	t.Parallel()
	c := modes()["loss"]
	f, all := run(t, c)
	st := f.Stats()
	sent := float64(st.Datagrams - st.Duplicated + st.Lost)
	if lost := float64(st.Lost) / sent; lost < 0.06 || lost > 0.14 {
		t.Errorf("%.3f lost", lost)
	}
	type name struct {
		agent string
		seq   uint32
	}
	times := map[name]int{}
	highest := map[string]uint32{}
	for i := range all {
		var o ours
		o.decode(t, all[i])
		n := name{all[i].Agent.String(), o.head.SequenceNumber}
		times[n]++
		highest[n.agent] = max(highest[n.agent], n.seq)
	}
	twice, gaps := 0, 0
	for _, n := range times {
		twice += n - 1
	}
	for a, top := range highest {
		for s := range top {
			if times[name{a, s + 1}] == 0 {
				gaps++
			}
		}
	}
	if twice != int(st.Duplicated) || gaps > int(st.Lost) || gaps < int(st.Lost)-len(highest)*3 {
		t.Errorf("%d twice and %d gaps; %+v", twice, gaps, st)
	}
}
