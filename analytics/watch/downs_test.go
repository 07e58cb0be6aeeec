package watch_test

import (
	"slices"
	"strings"
	"testing"

	"spoor/flow"
)

const (
	raisedDown   = "raised critical PortDown: "
	resolvedDown = "resolved critical PortDown: "
)

// TestDownEnds: a port is down until it is up or switched off; what was down or unknown at its
// first poll did not go down.
func TestDownEnds(t *testing.T) {
	b := newBench(t)
	p := b.port(1, 49)
	b.run(60, nil)
	p.Up = false
	b.run(60, nil)
	b.tells(raisedDown + "leaf1:p49")
	p.AdminOff = true // somebody took it out of service
	b.run(180, nil)
	b.tells(resolvedDown + "leaf1:p49")

	b = newBench(t)
	b.port(1, 49).Up = false // since before we came
	b.run(120, nil)
	b.tells()

	b = newBench(t)
	p = b.port(1, 49)
	b.run(60, nil)
	p.Up, p.UpKnown = false, false // an agent that leaves the status out
	b.run(120, nil)
	b.tells()
}

// TestOtherEndStaysDown: the end that is polled later may seem down for a while; after 90 s it is down itself.
func TestOtherEndStaysDown(t *testing.T) {
	b := newBench(t)
	p, far := b.port(1, 49), b.port(51, 1)
	b.run(60, nil)
	p.Up = false
	b.run(20, nil)
	far.Up = false // seen later: the first one tells
	b.run(60, nil)
	b.tells(raisedDown + "leaf1:p49")
	p.Up = true
	b.run(100, nil)
	b.tells()
	b.run(60, nil)
	b.tells(raisedDown+"spine1:p1 is down, and nobody switched it off", resolvedDown+"leaf1:p49")
}

// TestSomeLinksDown: as long as one link leads to a switch it is there, and each that is down is told of.
func TestSomeLinksDown(t *testing.T) {
	b := newBench(t)
	ports := []*bool{&b.port(1, 49).Up, &b.port(2, 49).Up, &b.port(1, 51).Up} // all that lead to spine1
	b.run(60, nil)
	*ports[0], *ports[1] = false, false
	b.run(60, nil)
	b.tells(raisedDown+"leaf1:p49", raisedDown+"leaf2:p49")
	*ports[2] = false // now it is gone: one alert in place of the two
	b.run(200, nil)
	b.tells(raisedDown+"all 3 links to spine1 are down: it restarts or has failed", resolvedDown+"leaf1:p49", resolvedDown+"leaf2:p49")
}

// TestSwitchDownSaysSince: the alert holds the first loss as its start, and stands for the switch.
func TestSwitchDownSaysSince(t *testing.T) {
	b := newBench(t)
	one, two := b.port(1, 50), b.port(2, 50) // all that lead to spine2
	b.run(60, nil)
	one.Up = false
	b.run(20, nil)
	first := b.now - 19*second // the poll that saw it
	two.Up = false
	b.run(120, nil)
	b.tells(raisedDown + "all 2 links to spine2 are down")
	a := b.last
	if a.Starts != first || a.Incident != "switch/spine2" || !slices.Contains(a.Labels, flow.Label{Name: "reason", Value: "all_links"}) {
		t.Errorf("%+v, want it to start at %d", a, first)
	}
}

// TestSwitchDownAtItsOwnEnds: what the switch itself said last of its ports is not told beside it.
func TestSwitchDownAtItsOwnEnds(t *testing.T) {
	b := newBench(t)
	ups := []*bool{&b.port(1, 50).Up, &b.port(2, 50).Up, &b.port(52, 1).Up, &b.port(52, 2).Up}
	b.run(60, nil)
	for _, up := range ups {
		*up = false
	}
	b.run(120, nil)
	b.tells(raisedDown + "all 2 links to spine2 are down")
}

// TestFlapBounds: four changes within ten minutes are flapping. A port to a host is the host's own
// business, and what somebody switches off and on is not flapping.
func TestFlapBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		agent   byte
		port    uint32
		apart   int // seconds between changes
		changes int
		off     bool
		lag     uint32
		want    bool
	}{
		"four, 200 s apart":                    {1, 49, 200, 4, false, 0, true}, // from the first to the fourth it is 600 s
		"four, 220 s apart":                    {1, 49, 220, 4, false, 0, false},
		"three, quickly":                       {1, 49, 20, 3, false, 0, false},
		"eight, 220 s apart":                   {1, 49, 220, 8, false, 0, false},
		"a host that restarts twice":           {1, 1, 40, 4, false, 0, false},
		"a member of an aggregate to a switch": {1, 11, 40, 4, false, 49, true},
		"a member of an aggregate to a host":   {1, 11, 40, 4, false, 1, false},
		"switched off and on twice":            {1, 49, 40, 4, true, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			p := b.port(tc.agent, tc.port)
			p.LAG = tc.lag
			b.run(60, nil)
			for range tc.changes {
				p.Up = !p.Up
				p.AdminOff = tc.off && !p.Up
				b.run(tc.apart, nil)
			}
			got := slices.ContainsFunc(b.told, func(s string) bool { return strings.HasPrefix(s, "raised critical PortFlapping: leaf1:") })
			if got != tc.want {
				t.Errorf("flapping is %v: %q", got, b.told)
			}
		})
	}
}

// TestFlappingOfBothEnds: one end tells of it, and neither is told of as down.
func TestFlappingOfBothEnds(t *testing.T) {
	b := newBench(t)
	p, far := b.port(1, 49), b.port(51, 1)
	b.run(60, nil)
	for range 4 {
		p.Up = !p.Up
		b.run(1, nil)
		far.Up = p.Up
		b.run(19, nil)
	}
	p.Up, far.Up = false, false
	b.run(300, nil)
	n := 0
	for _, s := range b.told {
		if strings.HasPrefix(s, "raised critical PortFlapping") {
			n++
		} else {
			t.Errorf("told beside it: %s", s)
		}
	}
	if n != 1 {
		t.Errorf("told %d times of flapping: %q", n, b.told)
	}
	if b.last.Incident != "link/10.255.0.1/49--10.255.0.51/1" {
		t.Errorf("incident is %q", b.last.Incident)
	}
}
