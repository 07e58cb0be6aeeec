package scenario

import (
	"fmt"
	"time"

	"spoor/fabric"
)

// plain scenarios differ in size and traffic.
func plain() []Scenario {
	return []Scenario{
		{
			Name: "plain", About: "100 flows, three elephants of 26, 19 and 12.6%",
			Fabric: func(*fabric.Config) {},
		},
		{
			Name: "near", About: "16 flows at 8% must stay silent, 4 at 12.5% be found",
			Fabric: func(c *fabric.Config) {
				c.Duration = 60 * time.Second
				c.Elephants = near(16, 0.08, 4, 0.125)
			},
			Target: func(t *Target) { t.Delay = 12 }, // half of them UDP
		},
		{
			Name: "bursts-3", About: "10 flows send 3 MB at once every 4 s, 0.24 s at the threshold's rate: no elephants",
			Fabric: func(c *fabric.Config) { bursts(c, 3e6) },
		},
		{
			Name: "bursts-10", About: "10 flows send 10 MB at once every 4 s, 0.8 s at the threshold's rate: no elephants",
			Fabric: func(c *fabric.Config) { bursts(c, 10e6) },
		},
		{
			Name: "on-off", About: "elephants of 30, 20 and 15% send for 6 s and pause for 4 s, one sends for 2 s and pauses for 3 s",
			Fabric: func(c *fabric.Config) {
				c.Duration = 60 * time.Second
				c.Elephants = onOff()
			},
		},
		{
			Name: "jumbo", About: "frames of 9,000 bytes, one in 10,000 sampled: a sixth of the samples",
			Fabric: func(c *fabric.Config) { c.MTU, c.Duration = 9000, 60*time.Second },
			Target: func(t *Target) { t.Delay = 15 },
		},
		{
			Name: "jumbo-tuned", About: "frames of 9,000 bytes, one in 1,666 sampled, as is recommended",
			Fabric: func(c *fabric.Config) { c.MTU, c.SamplingRate = 9000, 1666 },
		},
		{
			Name: "one-way", About: "every second host only sends, the others only receive, all of it UDP",
			Fabric: func(c *fabric.Config) { c.OneWay = true },
			Target: func(t *Target) { t.Delay = 12 },
		},
		{
			Name: "control-plane", About: "few flows, all of them one way, and switches talk to their neighbours over idle links too: BGP, BFD, OSPF, VRRP, neighbour discovery, pings",
			Fabric: func(c *fabric.Config) {
				size(c, 4, 8, 4, 24)
				c.OneWay, c.Control = true, 200
			},
			Target: func(t *Target) { t.Delay, t.Missing = 12, 0.2 }, // as without such frames: most links are idle
		},
		{
			Name: "tcp-1.25", About: "8 TCP flows at 1.25 x the threshold",
			Fabric: func(c *fabric.Config) { c.Duration, c.Elephants = 60*time.Second, above(8, false) },
		},
		{
			Name: "udp-1.25", About: "8 UDP flows at 1.25 x the threshold",
			Fabric: func(c *fabric.Config) { c.Duration, c.Elephants = 60*time.Second, above(8, true) },
			Target: func(t *Target) { t.Delay = 12 },
		},
		{
			Name: "line-rate", About: "8 flows at 9 x the threshold",
			Fabric: func(c *fabric.Config) {
				size(c, 4, 8, 4, 100)
				c.Elephants = several(8, 0.75)
			},
			Target: func(t *Target) { t.Delay = 1.5 },
		},
	}
}

// loaded scenarios are large, or flooded.
func loaded() []Scenario {
	return []Scenario{
		{
			Name: "flood", About: "20,000 samples a second of spoofed flows",
			Fabric: func(c *fabric.Config) {
				size(c, 4, 8, 8, 200)
				c.Elephants, c.Duration, c.Flood = several(20, 0.15), 25*time.Second, 20_000
			},
		},
		{
			Name: "flood-200k", About: "200,000 samples a second of spoofed flows, 200 elephants", Long: true,
			Fabric: func(c *fabric.Config) {
				size(c, 8, 32, 16, 1000)
				c.Elephants, c.Duration, c.Flood = several(200, 0.15), 22*time.Second, 200_000
			},
		},
		{
			Name: "large", About: "10,000 flows on 16 leaves and 4 spines, 8 elephants", Long: true,
			Fabric: func(c *fabric.Config) {
				size(c, 4, 16, 8, 10_000)
				c.Elephants = several(8, 0.15)
			},
		},
		{
			Name: "huge", About: "100,000 flows on 64 leaves and 16 spines, 32 elephants", Long: true,
			Fabric: func(c *fabric.Config) {
				size(c, 16, 64, 8, 100_000)
				c.Duration = 30 * time.Second
				c.Elephants = several(32, 0.15)
			},
		},
	}
}

// telemetry scenarios differ in what agents tell and what arrives of it.
func telemetry() []Scenario {
	return []Scenario{
		{
			Name: "loss", About: "10% of the datagrams are lost, 2% come twice",
			Fabric: func(c *fabric.Config) { c.Loss, c.Duplicate = 0.1, 0.02 },
		},
		{
			Name: "both", About: "agents sample on ingress and on egress",
			Fabric: func(c *fabric.Config) { c.Direction = fabric.Both },
		},
		{
			Name: "egress", About: "agents sample on egress only",
			Fabric: func(c *fabric.Config) { c.Direction = fabric.Egress },
		},
		{
			Name: "rate", About: "all agents sample a quarter as often from 15 s on",
			Fabric: func(c *fabric.Config) { c.Events = happens("rate:*4@15s") },
		},
		{
			Name: "sample-limit", About: "agents drop what is more than 40 samples a second",
			Fabric: func(c *fabric.Config) { c.SampleLimit = 40 },
			Target: func(t *Target) { t.Delay = 5 }, // half of the samples
		},
		{
			Name: "back-off", About: "agents drop what is more than 40 samples a second, and double their sampling rates then",
			Fabric: func(c *fabric.Config) { c.SampleLimit, c.BackOff = 40, true },
			Target: func(t *Target) { t.Delay = 6 }, // a quarter of the samples
		},
		{
			Name: "restart", About: "an agent restarts with other ifIndexes",
			Fabric: func(c *fabric.Config) { c.Events = happens("restart:leaf2@15s") },
		},
		{
			Name: "held-back", About: "what one agent sends from 15 to 25 s arrives at 25 s, all at once",
			Fabric: func(c *fabric.Config) { c.Events = happens("hold:leaf2@15s") },
		},
		{
			Name: "ttl", About: "hosts send TTLs of 63, 128 and 255",
			Fabric: func(c *fabric.Config) { c.HostTTL = []byte{63, 128, 255} },
		},
		{
			Name: "host-agents", About: "hosts run agents too",
			Fabric: func(c *fabric.Config) { c.HostAgents = true },
		},
	}
}

// misnamed are fabrics of which a leaf and a spine misname ports in samples: what
// they say proves little, and nothing wrong may be concluded from it.
func misnamed() []Scenario {
	wrong := func(kind fabric.WrongKind, about string, missing float64) Scenario {
		return Scenario{
			Name: "ports-" + kind.String(), About: "a leaf and a spine misname ports: " + about,
			Fabric: func(c *fabric.Config) {
				c.WrongPorts = []fabric.WrongPorts{{Kind: kind, Switch: "leaf2"}, {Kind: kind, Switch: "spine1"}}
			},
			Target: func(t *Target) { t.Missing = missing },
		}
	}
	return []Scenario{
		wrong(fabric.WrongZero, "input and output are 0", 0.02),
		wrong(fabric.WrongSame, "always the same one", 1),
		wrong(fabric.WrongInternal, "every output is the device itself", 0.02),
		wrong(fabric.WrongDiscard, "every output says discarded", 0.02),
		wrong(fabric.WrongMultiple, "every output says several", 0.02),
		wrong(fabric.WrongOffset, "other numbers than in counters", 0.02),
		wrong(fabric.WrongSource, "the data source is 0", 0.02),
	}
}

// topologies differ in how the fabric is built and in what happens to it.
func topologies() []Scenario {
	return []Scenario{
		{
			Name: "moves", About: "half of the flows take another path at 12 s, the elephants at 20 s",
			Fabric: func(c *fabric.Config) { c.Events = happens("move:0.5@12s", "move:elephants@20s") },
		},
		{
			Name: "drain", About: "a spine is drained at 15 s and comes back at 28 s",
			Fabric: func(c *fabric.Config) { c.Events = happens("drain:spine1@15s", "undrain:spine1@28s") },
		},
		{
			Name: "weights", About: "one of 4 spines gets four times the flows of another",
			Fabric: func(c *fabric.Config) { c.Spines, c.Weights = 4, []float64{4, 2, 2, 1} },
		},
		{
			Name: "flapping", About: "elephants change their paths every 0.5 s from 12 to 20 s",
			Fabric: func(c *fabric.Config) {
				for at := 12 * time.Second; at <= 20*time.Second; at += time.Second / 2 {
					c.Events = append(c.Events, fabric.Event{At: at, Kind: fabric.EventMove, Target: "elephants", Value: 1})
				}
			},
		},
		sprayed(2), sprayed(4), sprayed(8), sprayed(16),
		{
			Name: "host-moves", About: "a host goes to another leaf at 15 s",
			Fabric: func(c *fabric.Config) { c.Events = happens("hostmove:h1-1>leaf3@15s") },
		},
		silent("silent-leaf-1", 1, 0), silent("silent-leaf-2", 2, 0), silent("silent-leaf-4", 4, 0),
		silent("silent-spine-1", 0, 1), silent("silent-spines", 0, 4),
		{
			Name: "dual-homed", About: "every host is on two leaves",
			Fabric: func(c *fabric.Config) { c.DualHomed = 1 },
		},
		{
			Name: "evpn", About: "VXLAN with symmetric IRB: the VNI changes on the way",
			Fabric: func(c *fabric.Config) { c.VXLAN = true },
		},
		{
			Name: "evpn-dual-homed", About: "the same with every host on two leaves that share a tunnel address",
			Fabric: func(c *fabric.Config) { c.VXLAN, c.DualHomed = true, 1 },
		},
		{
			Name: "five-stages", About: "two pods below super-spines",
			Fabric: func(c *fabric.Config) { c.Pods, c.Leaves = 2, 2 },
		},
		{
			Name: "evpn-five-stages", About: "VXLAN in two pods; super-spines end one tunnel and begin the next",
			Fabric: func(c *fabric.Config) { c.Pods, c.Leaves, c.VXLAN = 2, 2, true },
		},
		{
			Name: "lag", About: "two links between switches, agents name members",
			Fabric: func(c *fabric.Config) { c.LAG = 2 },
		},
		{
			Name: "lag-aggregate", About: "two links between switches, agents name aggregates",
			Fabric: func(c *fabric.Config) { c.LAG, c.LAGNaming = 2, fabric.NameAggregate },
		},
		{
			Name: "lag-member", About: "two links of 5 Gbit/s between switches, agents name aggregates: a flow takes one member",
			Fabric: func(c *fabric.Config) { c.LAG, c.LAGNaming, c.FabricSpeed = 2, fabric.NameAggregate, 5e9 },
		},
	}
}

// size sets that of fabric and traffic.
func size(c *fabric.Config, spines, leaves, hosts, flows int) {
	c.Spines, c.Leaves, c.Hosts, c.Flows = spines, leaves, hosts, flows
}

// several gives n elephants of at least share, one after another, for 15 s each.
func several(n int, share float64) (all []fabric.Elephant) {
	for i := range n {
		all = append(all, fabric.Elephant{
			Share: share + 0.02*float64(i%8), Start: 3*time.Second + time.Duration(i%8)*500*time.Millisecond, Duration: 15 * time.Second, UDP: i%4 == 3,
		})
	}
	return all
}

// near gives flows a little below and above the threshold, half of them UDP.
func near(below int, low float64, above int, high float64) (all []fabric.Elephant) {
	for i := range below + above {
		e := fabric.Elephant{Share: low, Start: 2*time.Second + time.Duration(i)*200*time.Millisecond, Duration: 50 * time.Second, UDP: i%2 == 1}
		if i >= below {
			e.Share = high
		}
		all = append(all, e)
	}
	return all
}

// above gives n flows a quarter above the threshold.
func above(n int, udp bool) (all []fabric.Elephant) {
	for i := range n {
		all = append(all, fabric.Elephant{Share: 0.125, Start: 2*time.Second + time.Duration(i)*time.Second, Duration: 40 * time.Second, UDP: udp})
	}
	return all
}

// bursts gives flows that send bytes at once on links of 1 Gbit/s.
func bursts(c *fabric.Config, bytes uint64) {
	c.HostSpeed, c.FabricSpeed, c.Duration = 1e9, 1e9, 60*time.Second
	c.Bursts = []fabric.Burst{{Bytes: bytes, Every: 4 * time.Second, Count: 10}}
}

func onOff() (all []fabric.Elephant) {
	for i, share := range []float64{0.3, 0.2, 0.15} {
		all = append(all, fabric.Elephant{Share: share, Start: time.Duration(2+i) * time.Second, On: 6 * time.Second, Off: 4 * time.Second})
	}
	return append(all, fabric.Elephant{Share: 0.25, Start: 3 * time.Second, On: 2 * time.Second, Off: 3 * time.Second})
}

// happens reads events; a mistake in this file is a panic.
func happens(texts ...string) (all []fabric.Event) {
	for _, text := range texts {
		e, err := fabric.ParseEvent(text)
		if err != nil {
			panic(err)
		}
		all = append(all, e)
	}
	return all
}

func sprayed(spines int) Scenario {
	return Scenario{
		Name: fmt.Sprintf("spray-%d", spines), About: fmt.Sprintf("packets are sprayed over %d spines", spines), Long: spines == 4,
		Fabric: func(c *fabric.Config) { c.Spray, c.Spines = true, spines },
	}
}

func silent(name string, leaves, spines int) Scenario {
	return Scenario{
		Name: name, About: fmt.Sprintf("%d of 16 leaves and %d of 4 spines have no agent", leaves, spines),
		Fabric: func(c *fabric.Config) {
			size(c, 4, 16, 4, 400)
			c.Elephants = several(6, 0.15)
			c.SilentLeaves, c.SilentSpines = leaves, spines
		},
	}
}
