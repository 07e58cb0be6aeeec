package fabric

import (
	"math"
	"testing"
	"time"

	"spoor/flow"
)

// TestLimit: an agent sends at most so many samples a second; with what it says it
// dropped the bytes are those of the truth. One that backs off then drops none.
func TestLimit(t *testing.T) {
	t.Parallel()
	for _, backOff := range []bool{false, true} {
		c := small(func(c *Config) { c.SampleLimit, c.BackOff, c.Lifetime = 150, backOff, 0 })
		f, all := run(t, c)
		w := hearAll(t, all)
		type key struct {
			agent  flow.Addr
			source uint32
		}
		drops, last, pool := map[key]uint32{}, map[key]uint32{}, map[key]uint32{}
		late := uint32(0)
		for i := range w.samples {
			s := &w.samples[i]
			k := key{s.Agent, s.SourceIndex}
			if s.Time-f.start > 7*int64(time.Second) {
				late += s.Drops - drops[k]
			}
			drops[k], last[k], pool[k] = s.Drops, s.Sequence, s.SamplePool
		}
		agents := map[flow.Addr]uint32{}
		for k, n := range drops {
			agents[k.agent] += n
			if want := 20 * (last[k] + n); !backOff && pool[k] != want {
				t.Errorf("pool %d after %d samples and %d drops", pool[k], last[k], n)
			}
		}
		if agents[flow.AddrFromNetip(f.net.find("spine1").addr)] < 100 {
			t.Errorf("back-off %v: dropped %v", backOff, agents)
		}
		if backOff && late > 50 || !backOff && late < 100 {
			t.Errorf("back-off %v: %d dropped at the end", backOff, late)
		}
		if n := float64(len(w.samples)) / float64(f.Agents()) / c.Duration.Seconds(); n > float64(c.SampleLimit) || math.IsNaN(n) {
			t.Errorf("%.0f samples a second and agent", n)
		}
	}
}

// TestWeights: uplinks carry flows by their weights.
func TestWeights(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) { c.Weights, c.Spines = []float64{3, 1}, 3 }) // 3, 1, 3
	n := build(&c)
	counts := map[string]int{}
	for i := range uint64(7000) {
		r := n.trace(n.hosts[0], n.hosts[15], i, mix(i), byHash)
		counts[r.hops[1].node.name]++
	}
	for name, want := range map[string]float64{"spine1": 3000, "spine2": 1000, "spine3": 3000} {
		if math.Abs(float64(counts[name])-want) > 5*math.Sqrt(want) {
			t.Errorf("%s: %d flows, want %.0f", name, counts[name], want)
		}
	}
}

// TestRenumber: every ifIndex is another, and the agent's sequence goes on.
func TestRenumber(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) { c.Events = []Event{{At: 4 * time.Second, Kind: EventRenumber, Target: "leaf2"}} })
	f, all := run(t, c)
	sequence := uint32(0)
	for i := range all {
		if all[i].Agent != f.net.find("leaf2").addr {
			continue
		}
		var head ours
		if head.decode(t, all[i]); head.head.SequenceNumber != sequence+1 {
			t.Fatalf("sequence %d after %d", head.head.SequenceNumber, sequence)
		}
		sequence++
	}
	for _, i := range f.Truth().Interfaces {
		if (i.Switch == "leaf2") != (i.IfIndexBefore != 0 && i.IfIndexBefore != i.IfIndex) {
			t.Errorf("%s %s: ifIndex %d, before %d", i.Switch, i.IfName, i.IfIndex, i.IfIndexBefore)
		}
	}
}
