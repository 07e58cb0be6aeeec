package analytics_test

import (
	"testing"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// TestSlowHostBehindUnknownPort: a path is whole by a sample at a spine, before anything tells the port of a host whose link
// is slower than all others. Samples at its leaf name that port: from then on the flow is judged by its speed.
func TestSlowHostBehindUnknownPort(t *testing.T) {
	f := func(name string, slow uint32, agent byte, in, out uint32, ttl uint8) {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *analytics.Config) {
				c.Topology.Speeds = append(c.Topology.Speeds, topology.Speed{Agent: flow.AddrFrom4([4]byte{10, 255, 0, agent}), IfIndex: slow, Bps: 10e6})
			})
			r.give(r.sample(1, 3, 51, 1, 3, 63))
			r.advance(200e6)
			if len(r.paths) == 0 || r.paths[len(r.paths)-1].State != flow.PathComplete {
				t.Fatalf("the path is not whole by a sample at the spine: %+v", r.paths)
			}
			const bps = 3e6 // 30% of the host's link, 3% of the others
			for end := r.now + 20*second; r.now < end; {
				r.give(r.sample(1, 3, 51, 1, 3, 63))
				r.give(r.sample(1, 3, agent, in, out, ttl))
				r.advance(8 * 1514 * 100 * second / bps)
			}
			if len(r.elephants) == 0 {
				t.Fatal("an elephant of 30% of the host's link was missed")
			}
			m := r.elephants[len(r.elephants)-1]
			if len(m.Links) != 1 || m.Links[0].Speed != 10e6 || m.Links[0].Host.IsZero() {
				t.Errorf("links %+v, want the host's", m.Links)
			}
		})
	}
	f("sender", 1, 1, 1, 49, 64)
	f("receiver", 1, 3, 49, 1, 62)
}
