package alertday

import (
	"net/netip"
	"time"

	"spoor/fabric"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// Scene is one thing that goes wrong in half an hour, with what should be told of it.
type Scene struct {
	Name string
	Plan *Plan
}

// Where things happen in a scene.
const (
	sceneTakes = 20 * time.Minute
	sceneAt    = 4 * time.Minute
	sceneFor   = 5 * time.Minute
)

// Scenes are those of which a day has none: together with Day every kind of alert is among them, but
// for the collector's own socket (no socket in a simulation).
func Scenes() []Scene {
	list := []Scene{
		{"address-shared", sharedAddress()},
		{"samples-dropped", samplesDropped()},
		{"detection-slow", detectionSlow()},
		{"speed-unknown", speedUnknown()},
		{"drops-told", drops(false)},
		{"drops-counted", drops(true)},
		{"elephant", loneElephant()},
		{"link-busy", linkBusy()},
		{"mislearned", mislearned()},
		{"lag", hotMember()},
		{"herd", pairHerd()},
	}
	return list
}

// scene is a fabric with little traffic for half an hour.
func scene() *Plan {
	p := &Plan{Fabric: base(sceneTakes)}
	p.Fabric.Flows = 30
	return p
}

func sharedAddress() *Plan {
	p := scene()
	twin := netip.MustParseAddr(leaf1).As4()
	p.Alter = func(agent netip.Addr, at time.Duration, payload []byte) {
		if agent.String() == leaf2 && at < sceneAt+sceneFor {
			copy(payload[agentAt:], twin[:])
		}
	}
	p.expect(0, sceneAt+sceneFor, "leaf2 sends under the address of leaf1", page("AgentAddressShared", "several devices send sFlow as agent 10.255.0.1"))
	return p
}

func samplesDropped() *Plan {
	p := scene()
	p.Fabric.Mouse, p.Fabric.SampleLimit, p.Fabric.SamplingRate = 0.002, 150, 2000
	p.elephant(0.5, sceneAt, sceneFor)
	p.expect(sceneAt, sceneFor, "an elephant makes its switches sample more than they can send", page("TelemetryLoss", "itself dropped"), page("TelemetryLoss", "itself dropped"), page("TelemetryLoss", "itself dropped"))
	return p
}

func detectionSlow() *Plan {
	p := scene()
	p.Fabric.Duration = 36 * time.Minute
	p.event(fabric.EventRate, "leaf3", "", 50, sceneAt)
	p.event(fabric.EventRate, "leaf3", "", 0.02, sceneAt+14*time.Minute)
	p.expect(sceneAt, 14*time.Minute, "leaf3 samples 50 times as rarely", note("SamplingRateChanged", "leaf3 samples 1 in 500000"), note("DetectionSlow", "6 of 6 ports of leaf3 would be found later"))
	return p
}

func speedUnknown() *Plan {
	p := scene()
	p.Alter = func(agent netip.Addr, at time.Duration, payload []byte) {
		if agent.String() == leaf1 && at < sceneAt+sceneFor {
			hideSpeed(payload, 3)
		}
	}
	p.expect(0, sceneAt+sceneFor, "leaf1 does not tell how fast a host's port is", note("SpeedUnknown", "leaf1:swp1 carries"))
	return p
}

func drops(counted bool) *Plan {
	p := scene()
	p.Fabric.Discards = 0.02
	p.elephant(0.4, sceneAt, sceneFor)
	if counted {
		p.Alter = func(_ netip.Addr, _ time.Duration, payload []byte) { hideDiscards(payload) }
	}
	told := []Want{page("PacketDrops", "leaf1:swp5 discards packets (no_buffer_space), of at least 1 flow (10.0.1.13:32768 > 10.0.2.13:5201 tcp), an elephant among them"), page("ElephantFlow", "takes")}
	if counted {
		told[0] = page("PacketDrops", "leaf1:swp5 discards 6172 packets a second that it should send, by its counters")
	} else {
		p.expect(0, sceneTakes, "a rule refuses a flow all the time", page("PacketDrops", "leaf1:swp2 discards packets (acl), of at least 1 flow"))
	}
	p.expect(sceneAt, sceneFor, "an elephant of which a port drops 2%", told...)
	return p
}

func loneElephant() *Plan {
	p := scene()
	p.elephant(0.8, sceneAt, sceneFor)
	p.expect(sceneAt, sceneFor, "one elephant of 80%", page("ElephantFlow", "takes"))
	return p
}

func linkBusy() *Plan {
	p := scene()
	p.Fabric.Spines, p.Fabric.Leaves, p.Fabric.Flows = 1, 2, 10
	p.Configure = func(c *settings.Config) { c.Analytics.Elephants.Share = 0.5 } // so that none of these is an elephant
	for range 3 {
		p.elephant(0.31, sceneAt, sceneFor)
	}
	p.expect(sceneAt, sceneFor, "three flows of 31% fill the two links on their way",
		page("LinkBusy", "leaf1:swp5>spine1:swp1 is 96% full"), page("LinkBusy", "spine1:swp2>leaf2:swp5 is 96% full"))
	return p
}

func mislearned() *Plan {
	p := scene()
	p.Fabric.Flows = 60
	static, err := topology.ParseStatic([]byte(`{"nodes":{"spine1":{"agent":"10.254.0.1","ports":{"swp1":{"ifindex":3},"swp2":{"ifindex":4}}},
		"leaf1":{"agent":"10.255.0.1","ports":{"swp5":{"ifindex":7}}},"leaf2":{"agent":"10.255.0.2","ports":{"swp5":{"ifindex":7}}}},
		"links":{"a":{"node1":"leaf1","port1":"swp5","node2":"spine1","port2":"swp2"},"b":{"node1":"leaf2","port1":"swp5","node2":"spine1","port2":"swp1"}}}`))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	p.Configure = func(c *settings.Config) { c.Analytics.Topology.Static = static }
	p.elephant(0.3, 0, sceneTakes)
	p.expect(0, sceneTakes, "the topology that was given has two links crossed",
		note("LinkMislearned", "they do not face each other"), note("LinkMislearned", "they do not face each other"))
	return p
}

func hotMember() *Plan {
	p := scene()
	p.Fabric.LAG = 2
	p.elephant(0.75, sceneAt, 8*time.Minute)
	p.expect(sceneAt, 8*time.Minute, "an elephant of 75%, on one of two members twice", page("ElephantFlow", "takes"),
		page("LAGImbalance", "the 2 links from leaf1 to spine1 are out of balance"), page("LAGImbalance", "the 2 links from spine1 to leaf2 are out of balance"))
	return p
}

func pairHerd() *Plan {
	p := scene()
	p.Fabric.Elephants = []fabric.Elephant{{Share: 0.05, Flows: 8, Start: sceneAt, Duration: sceneFor}}
	p.expect(sceneAt, sceneFor, "eight flows of 5% between two hosts", note("FlowHerd", "a herd: 8 flows from"))
	return p
}
