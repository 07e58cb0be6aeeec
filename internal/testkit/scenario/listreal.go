package scenario

import (
	"net/netip"
	"time"

	"spoor/fabric"
	"spoor/internal/app/settings"
)

// failures differ in what breaks.
func failures() []Scenario {
	return []Scenario{
		{
			Name: "link-failure", About: "the link between a leaf and a spine fails at 15 s and is back at 28 s",
			Fabric: func(c *fabric.Config) { c.Events = happens("linkdown:leaf1>spine1@15s", "linkup:leaf1>spine1@28s") },
		},
		{
			Name: "leaf-without-uplinks", About: "a leaf loses its uplinks at 15 s: its traffic takes the peer link",
			Fabric: func(c *fabric.Config) { c.PeerLinks, c.Events = true, happens("linkdown:leaf1>*@15s") },
		},
		{
			Name: "host-links", About: "half of the hosts on two leaves, peer links; hosts lose one of their two links at 15 s",
			Fabric: func(c *fabric.Config) {
				c.PeerLinks, c.DualHomed = true, 0.5
				c.Events = happens("linkdown:leaf1>h1-1@15s", "linkdown:leaf1>h1-3@15s", "linkdown:leaf4>h3-1@15s")
			},
		},
		{
			Name: "peer-links", About: "half of the hosts are on two leaves, the others are reached over peer links",
			Fabric: func(c *fabric.Config) { c.PeerLinks, c.DualHomed = true, 0.5 },
		},
		{
			Name: "bonds-by-mac", About: "every host is on two leaves, sends all by one of them, and gets it by either",
			Fabric: func(c *fabric.Config) { c.DualHomed, c.BondHash = 1, fabric.BondByMAC },
			Target: func(t *Target) { t.Missing = 0.05 },
		},
		{
			Name: "bonds-peer-links", About: "half of the hosts are on two leaves and send all by one of them, the others are reached over peer links",
			Fabric: func(c *fabric.Config) { c.PeerLinks, c.DualHomed, c.BondHash = true, 0.5, fabric.BondByMAC },
			Target: func(t *Target) { t.Missing = 0.05 },
		},
		{
			Name: "bonds-host-links", About: "the same, and hosts lose one of their two links at 15 s",
			Fabric: func(c *fabric.Config) {
				c.PeerLinks, c.DualHomed, c.BondHash = true, 0.5, fabric.BondByMAC
				c.Events = happens("linkdown:leaf1>h1-1@15s", "linkdown:leaf1>h1-3@15s", "linkdown:leaf4>h3-1@15s")
			},
			Target: func(t *Target) { t.Missing = 0.05 },
		},
		{
			Name: "few-dual-homed", About: "15% of the hosts are on two leaves, the others are reached over peer links that carry little",
			Fabric: func(c *fabric.Config) {
				size(c, 2, 6, 4, 60)
				c.PeerLinks, c.DualHomed, c.Duration = true, 0.15, 25*time.Second
			},
		},
		{
			Name: "renumbered", About: "every ifIndex of a leaf is another from 15 s on, and nothing tells of it",
			Fabric: func(c *fabric.Config) { c.Events = happens("renumber:leaf2@15s") },
		},
		{
			Name: "grey-link", About: "a link loses 2% of its frames in one direction, another damages 2%",
			Fabric: func(c *fabric.Config) {
				c.Events = happens("grey:leaf1>spine1*0.02@10s", "errors:spine2>leaf3*0.02@10s")
			},
		},
		{
			Name: "few-uplinks", About: "leaves 1 and 4 of 4 leaves have 2 and 3 of 4 uplinks",
			Fabric: func(c *fabric.Config) {
				c.Spines = 4
				c.Events = happens("linkdown:leaf1>spine1@0s", "linkdown:leaf1>spine2@0s", "linkdown:leaf4>spine4@0s")
			},
		},
	}
}

// combined are the cases of 16 leaves and 4 spines in which several things come
// together. Where part of the paths cannot be proven, that is the target.
func combined() []Scenario {
	both := func(name, about string, missing float64, change func(*fabric.Config)) Scenario {
		return Scenario{
			Name: name, About: about, Long: true,
			Fabric: func(c *fabric.Config) {
				size(c, 4, 16, 4, 400)
				c.Elephants = several(6, 0.15)
				change(c)
			},
			Target: func(t *Target) { t.Missing = missing },
		}
	}
	return []Scenario{
		both("silent-mix", "2 of 16 leaves and 1 of 4 spines have no agent", 0.02, func(c *fabric.Config) { c.SilentLeaves, c.SilentSpines = 2, 1 }),
		both("dual-silent-leaves", "every host is on two leaves, 2 leaves have no agent", 0.02, func(c *fabric.Config) { c.DualHomed, c.SilentLeaves = 1, 2 }),
		both("dual-silent-spines", "every host is on two leaves, no spine has an agent", 0.02, func(c *fabric.Config) { c.DualHomed, c.SilentSpines = 1, 4 }),
		both("evpn-silent-spines", "VXLAN, no spine has an agent", 0.02, func(c *fabric.Config) { c.VXLAN, c.SilentSpines = true, 4 }),
		both("evpn-silent", "VXLAN, 2 of 16 leaves and 1 of 4 spines have no agent", 0.02, func(c *fabric.Config) { c.VXLAN, c.SilentLeaves, c.SilentSpines = true, 2, 1 }),
		both("evpn-pairs", "VXLAN, half of the hosts on two leaves, pairs share a tunnel address", 0.04, func(c *fabric.Config) { c.VXLAN, c.DualHomed = true, 0.5 }),
		both("evpn-bonds", "the same, and hosts send all by one of their links", 0.06, func(c *fabric.Config) {
			c.VXLAN, c.DualHomed, c.BondHash = true, 0.5, fabric.BondByMAC
		}),
		both("guests-bonds", "half of the hosts on two leaves send all by one of their links, half of all hosts route for guests", 0.15, func(c *fabric.Config) {
			c.Routing, c.DualHomed, c.BondHash = 0.5, 0.5, fabric.BondByMAC
		}),
		both("leaf-mac-silent", "one router MAC on all leaves, 2 of which have no agent", 0.02, func(c *fabric.Config) {
			c.SharedMACs, c.SilentLeaves = []fabric.SharedMAC{fabric.SharedLeaves}, 2
		}),
		both("routing-silent", "half of the hosts route for guests, a gateway MAC, 2 leaves have no agent", 0.11, func(c *fabric.Config) {
			c.Routing, c.SharedMACs, c.SilentLeaves = 0.5, []fabric.SharedMAC{fabric.SharedGateway}, 2
		}),
		both("evpn-both-silent", "VXLAN, agents sample on ingress and on egress, 1 of 4 spines has no agent", 0.02, func(c *fabric.Config) {
			c.VXLAN, c.Direction, c.SilentSpines = true, fabric.Both, 1
		}),
		both("evpn-guests-silent", "VXLAN, half of the hosts route for guests, 2 of 16 leaves and 1 of 4 spines have no agent", 0.08, func(c *fabric.Config) {
			c.VXLAN, c.Routing, c.SilentLeaves, c.SilentSpines = true, 0.5, 2, 1
		}),
		both("failures-silent", "half of the hosts on two leaves, peer links, 1 of 4 spines has no agent; links of hosts, of a leaf, of all uplinks of another fail", 0.04, func(c *fabric.Config) {
			c.PeerLinks, c.DualHomed, c.SilentSpines = true, 0.5, 1
			c.Events = happens("linkdown:leaf1>h1-1@15s", "linkdown:leaf1>h1-3@15s", "linkdown:leaf4>h3-1@15s", "linkdown:leaf7>spine2@18s", "linkdown:leaf9>*@20s")
		}),
		both("renumbered-silent", "every ifIndex of a leaf and of a spine is another, and nothing tells of it; 2 leaves and 1 spine have no agent", 0.02, func(c *fabric.Config) {
			c.SilentLeaves, c.SilentSpines = 2, 1
			c.Events = happens("renumber:leaf2@15s", "renumber:spine2@20s")
		}),
	}
}

// realities are what fabrics are like outside of textbooks.
func realities() []Scenario {
	return []Scenario{
		shared("gateway-mac", "one gateway MAC on the host ports of all leaves", fabric.SharedGateway),
		shared("leaf-mac", "one router MAC on all leaves", fabric.SharedLeaves),
		shared("spine-mac", "one router MAC on all spines", fabric.SharedSpines),
		borders("borders", false), borders("silent-borders", true),
		{
			Name: "routing-hosts", About: "half of the hosts route for guests, with and without NAT, behind an anycast gateway",
			Fabric: func(c *fabric.Config) {
				c.Routing, c.SharedMACs = 0.5, []fabric.SharedMAC{fabric.SharedGateway}
			},
		},
		routingAgents("routing-agents", "half of the hosts route for guests and all run agents: topology.hosts names them", true),
		routingAgents("routing-agents-unnamed", "the same without topology.hosts: an agent that routes looks like a leaf", false),
		{
			Name: "evpn-host-agents", About: "VXLAN, half of the hosts on two leaves, and hosts run agents too",
			Fabric: func(c *fabric.Config) { c.VXLAN, c.HostAgents, c.DualHomed = true, true, 0.5 },
			Target: func(t *Target) { t.Missing = 0.4 },
		},
		{
			Name: "everything", About: "16 x 4: 2 silent leaves, half of the hosts on two leaves, peer links, a gateway MAC, routing hosts, TTLs, borders",
			Fabric: func(c *fabric.Config) {
				size(c, 4, 16, 4, 400)
				c.Elephants = several(6, 0.15)
				c.SilentLeaves, c.DualHomed, c.PeerLinks, c.Routing = 2, 0.5, true, 0.2
				c.SharedMACs, c.HostTTL = []fabric.SharedMAC{fabric.SharedGateway}, []byte{64, 64, 64, 128, 255}
				c.Borders, c.Outside = 2, 0.2
			},
			Target: func(t *Target) { t.Missing = 0.36 },
		},
	}
}

func shared(name, about string, who fabric.SharedMAC) Scenario {
	return Scenario{Name: name, About: about, Fabric: func(c *fabric.Config) { c.SharedMACs = []fabric.SharedMAC{who} }}
}

// borders gives a fabric of which a third of the mice come from or go to the outside.
func borders(name string, silent bool) Scenario {
	s := Scenario{Name: name, About: "a third of the mice cross 2 border leaves to 400 addresses outside", Fabric: func(c *fabric.Config) {
		size(c, 2, 8, 4, 200)
		c.Borders, c.Outside, c.SilentBorder = 2, 0.33, silent
	}}
	if silent {
		s.About = "the same, border leaves without an agent"
	}
	return s
}

// routingAgents gives a fabric whose hosts run agents, half of them as routers for guests.
func routingAgents(name, about string, named bool) Scenario {
	s := Scenario{Name: name, About: about, Fabric: func(c *fabric.Config) { c.Routing, c.HostAgents = 0.5, true }}
	s.Target = func(t *Target) { t.Missing = 1 } // nobody can tell
	if named {
		s.Target = nil
		s.Tune = func(c *settings.Config) {
			c.Analytics.Topology.Hosts = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}
		}
	}
	return s
}
