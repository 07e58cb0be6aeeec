package path

import "testing"

// TestStrange: a frame that comes from another switch than that to which its port is known to lead, or leaves for another one, tells
// nothing of its way: the switch's ports may have other numbers now.
func TestStrange(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Sighting
		far  uint64
		want bool
	}{
		{"entered from the neighbour", Sighting{In: 49, Out: 1, TTL: 62}, macOf(51, 1), true},
		{"from another port of it", Sighting{In: 49, Out: 1, TTL: 62}, macOf(51, 2), true},
		{"from nobody known", Sighting{In: 49, Out: 1, TTL: 62}, macOf(77, 1), true},
		{"from another spine", Sighting{In: 49, Out: 1, TTL: 62}, macOf(52, 1), false},
		{"left for the neighbour", Sighting{In: 49, Out: 1, TTL: 61, Egress: true}, macOf(9, 9), true},
	} {
		n := learnedNet(t)
		tr := n.tracker(2, 1)
		c.s.Switch, c.s.Time = n.id(1), n.now+second
		if c.s.Egress {
			c.s.DstMAC = c.far
		} else {
			c.s.SrcMAC = c.far
		}
		if tr.Add(n.snap, &c.s, nil); tr.Complete != c.want {
			t.Errorf("%s: complete %v, path %s", c.name, tr.Complete, n.names(tr.Hops))
		}
	}
	n := learnedNet(t)
	for far, want := range map[uint64]bool{macOf(51, 1): true, macOf(52, 1): false} {
		tr := n.tracker(1, 2)
		tr.Add(n.snap, &Sighting{Switch: n.id(1), In: 1, Out: 49, TTL: 63, Egress: true, DstMAC: far, Time: n.now + second}, nil)
		if tr.Complete != want {
			t.Errorf("on egress, to %x: complete %v, path %s", far, tr.Complete, n.names(tr.Hops))
		}
	}
}
