package analytics_test

import (
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// stating is a rig whose switches state speeds in their counters: of the path from
// host 1 over spine 1 to host 3, whose octets pass counts.
type stating struct {
	*rig
	octets uint64
}

func newStating(t *testing.T) *stating {
	t.Helper()
	return &stating{rig: newRig(t, func(c *analytics.Config) { c.Topology.Speeds = nil })}
}

// path is where the flow is sampled, with its TTL there.
var statingPath = [...]struct {
	sw      byte
	in, out uint32
	ttl     uint8
}{{1, 1, 49, 64}, {51, 1, 3, 63}, {3, 49, 1, 62}}

func (r *stating) poll(speed uint64) {
	for _, p := range statingPath {
		for _, port := range [...]uint32{p.in, p.out} {
			r.feed.Counters(&flow.Counters{
				Agent: flow.AddrFrom4([4]byte{10, 255, 0, p.sw}), Received: r.now, Records: flow.HasIf,
				If: flow.IfCounters{Index: port, Type: 6, Speed: speed, Status: 3, InOctets: r.octets, OutOctets: r.octets},
			})
		}
	}
	r.advance(second / 10)
}

// pass lets flows pass for so long, each of so many bit/s, one packet in rate sampled at each
// switch; counted is what of it the counters see.
func (r *stating) pass(flows int, bps float64, rate uint32, counted float64, seconds int) {
	gap := int64(8 * 1514 * float64(rate) / bps * 1e9)
	for end := r.now + int64(seconds)*second; r.now < end; {
		for _, p := range statingPath {
			for i := range flows {
				s := r.sample(1, 3, p.sw, p.in, p.out, p.ttl)
				s.SamplingRate, s.EffectiveRate, s.Packet.Key.SrcPort = rate, rate, uint16(40000+i)
				r.give(s)
			}
		}
		r.octets += uint64(counted * float64(flows) * bps * float64(gap) / 8e9)
		r.advance(gap)
	}
}

func (r *stating) started() (n int) {
	for _, e := range r.elephants {
		if e.State == flow.ElephantStarted {
			n++
		}
	}
	return n
}

func (r *stating) port(sw byte, ifIndex uint32) (speed, disproved float64) {
	snap := r.e.Snapshot()
	p := snap.Port(snap.ID(flow.AddrFrom4([4]byte{10, 255, 0, sw})), ifIndex)
	return p.Speed, p.Disproved
}

// TestSpeedOutrun: ten flows that each take a hundredth of links of 10 Gbit/s are no elephants
// though the agents state 10 Mbit/s, from the first counters on; their ports' speed is unknown
// until the agents state another.
func TestSpeedOutrun(t *testing.T) {
	r := newStating(t)
	r.poll(10e6)
	r.pass(10, 100e6, 1000, 1, 25)
	if n := r.started(); n != 0 {
		t.Fatalf("%d of 10 are elephants of a speed that all outrun: %+v", n, r.elephants[0])
	}
	if speed, disproved := r.port(51, 1); speed != 0 || disproved != 10e6 {
		t.Errorf("the speed is %g, that of %g disproved", speed, disproved)
	}
	r.poll(10e9)
	if speed, disproved := r.port(51, 1); speed != 10e9 || disproved != 0 {
		t.Errorf("then the speed is %g, that of %g disproved", speed, disproved)
	}
	r.pass(10, 100e6, 1000, 1, 20)
	if n := r.started(); n != 0 {
		t.Errorf("%d are elephants of the right speed", n)
	}
	r.pass(1, 5e9, 1000, 1, 5)
	if n := r.started(); n != 1 {
		t.Errorf("%d elephants of half the right speed", n)
	}
}

// TestSpeedFilled: elephants that fill their link, or a third of it each, are found at speeds
// that nothing else confirms.
func TestSpeedFilled(t *testing.T) {
	for flows, share := range map[int]float64{1: 1, 3: 0.33} {
		r := newStating(t)
		r.poll(100e6)
		r.pass(flows, 100e6*share, 100, 1, 10)
		if n := r.started(); n != flows {
			t.Errorf("%d of %d found", n, flows)
		}
		if speed, _ := r.port(51, 1); speed != 100e6 {
			t.Errorf("the speed is %g", speed)
		}
	}
}

// TestSpeedOutrunByForgery: samples of ten times what a link can carry do not take the speed from a
// link whose counters confirm it; where counters come later they give it back.
func TestSpeedOutrunByForgery(t *testing.T) {
	r := newStating(t)
	r.poll(100e6)
	r.pass(1, 50e6, 100, 1, 10)
	r.poll(100e6)
	r.pass(20, 50e6, 100, 0.05, 30)
	if speed, _ := r.port(51, 1); speed != 100e6 {
		t.Errorf("forged samples took a speed that counters confirm: %g", speed)
	}
	if n := r.started(); n != 20 {
		t.Errorf("%d of 20 found", n)
	}

	r = newStating(t)
	r.poll(100e6)
	r.pass(20, 50e6, 100, 0.05, 20)
	if speed, disproved := r.port(51, 1); speed != 0 || disproved != 100e6 {
		t.Errorf("nothing but samples tells of the speed: %g, that of %g disproved", speed, disproved)
	}
	r.poll(100e6)
	if speed, disproved := r.port(51, 1); speed != 100e6 || disproved != 0 {
		t.Errorf("counters confirm the speed, it is %g, that of %g disproved", speed, disproved)
	}
}
