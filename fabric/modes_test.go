package fabric

import (
	"bytes"
	"testing"
	"time"
)

// small gives a config of few links and slow ones, so that a short run has many samples.
func small(change func(*Config)) Config {
	c := DefaultConfig()
	c.Duration = 8 * time.Second
	c.Flows = 30
	c.HostSpeed, c.FabricSpeed = 100e6, 100e6
	c.SamplingRate = 20
	c.Polling = 2 * time.Second
	c.Lifetime = 5 * time.Second
	c.IPv6 = 0.3
	c.Elephants = []Elephant{
		{Share: 0.30, Start: time.Second / 2, Duration: 6 * time.Second},
		{Share: 0.20, Start: time.Second},
		{Share: 0.15, UDP: true},
	}
	if change != nil {
		change(&c)
	}
	return c
}

// modes are all kinds of fabric and what may happen to them.
func modes() map[string]Config {
	five := func(c *Config) { c.Pods, c.Leaves, c.Hosts, c.SuperSpines = 2, 2, 2, 2 }
	return map[string]Config{
		"plain":       small(nil),
		"five stages": small(five),
		"ipv6 agents": small(func(c *Config) { c.IPv6Agents = true }),
		"egress":      small(func(c *Config) { c.Direction = Egress }),
		"both":        small(func(c *Config) { c.Direction, c.SwitchMAC = Both, true }),
		"expanded":    small(func(c *Config) { c.Expanded, c.Extended, c.HeaderBytes = true, false, 64 }),
		"ttl":         small(func(c *Config) { c.HostTTL = []byte{64, 128, 255} }),
		"silent":      small(func(c *Config) { c.SilentLeaves, c.SilentSpines = 1, 1 }),
		"spray":       small(func(c *Config) { c.Spray, c.Spines = true, 4 }),
		"spray five":  small(func(c *Config) { five(c); c.Spray = true }),
		"vxlan":       small(func(c *Config) { c.VXLAN, c.Direction = true, Both }),
		"vxlan five":  small(func(c *Config) { five(c); c.VXLAN = true }),
		"vxlan dual":  small(func(c *Config) { c.VXLAN, c.DualHomed = true, 0.5 }),
		"dual":        small(func(c *Config) { c.DualHomed = 1 }),
		"bonds":       small(func(c *Config) { c.DualHomed, c.PeerLinks, c.BondHash = 0.5, true, BondByMAC }),
		"lag":         small(func(c *Config) { c.LAG = 2 }),
		"mixed":       small(func(c *Config) { c.LAG, c.LAGNaming = 2, NameMixed }),
		"aggregate":   small(func(c *Config) { c.LAG, c.LAGNaming, c.Direction = 3, NameAggregate, Both }),
		"host agents": small(func(c *Config) { c.HostAgents = true }),
		"loss":        small(func(c *Config) { c.Loss, c.Duplicate = 0.1, 0.1 }),
		"lost":        small(func(c *Config) { c.Loss = 0.3 }),
		"discards":    small(func(c *Config) { c.Discards = 0.05 }),
		"bad links": small(func(c *Config) {
			c.Direction = Both
			c.Events = []Event{
				{Kind: EventGrey, Target: "leaf1", To: "spine1", Value: 0.05},
				{Kind: EventErrors, Target: "spine2", To: "leaf3", Value: 0.02},
			}
		}),
		"shared macs": small(func(c *Config) { c.SharedMACs, c.Direction = []SharedMAC{SharedGateway, SharedSpines}, Both }),
		"leaf mac":    small(func(c *Config) { c.SharedMACs, c.VXLAN = []SharedMAC{SharedLeaves}, true }),
		"guests":      small(func(c *Config) { c.Routing, c.HostAgents, c.DualHomed, c.Flows = 0.3, true, 0.5, 200 }),
		"weights":     small(func(c *Config) { c.Weights = []float64{3, 1} }),
		"limit":       small(func(c *Config) { c.SampleLimit = 150 }),
		"back off":    small(func(c *Config) { c.SampleLimit, c.BackOff = 150, true }),
		"borders":     small(func(c *Config) { c.Borders, c.Outside = 2, 0.4 }),
		"vxlan borders": small(func(c *Config) {
			c.Borders, c.Outside, c.VXLAN, c.SilentBorder, c.Routing = 2, 0.4, true, true, 0.3
		}),
		"peer links": small(func(c *Config) { c.PeerLinks, c.DualHomed = true, 0.5 }),
		"failures": small(func(c *Config) {
			c.PeerLinks, c.DualHomed, c.LAG = true, 0.5, 2
			c.Events = []Event{
				{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf1", To: "*"},
				{At: 3 * time.Second, Kind: EventLinkDown, Target: "spine2", To: "leaf3"},
				{At: 4 * time.Second, Kind: EventLinkDown, Target: "leaf3", To: "h3-1"},
				{At: 5 * time.Second, Kind: EventLinkUp, Target: "leaf1", To: "spine1/2"},
			}
		}),
		"vxlan failures": small(func(c *Config) {
			c.VXLAN, c.DualHomed = true, 0.5
			c.Events = []Event{
				{At: 2 * time.Second, Kind: EventLinkDown, Target: "leaf1", To: "*"},
				{At: 4 * time.Second, Kind: EventLinkDown, Target: "leaf3", To: "h3-1"},
			}
		}),
		"events": small(func(c *Config) {
			c.Events = []Event{
				{At: 2 * time.Second, Kind: EventDrain, Target: "spine1"},
				{At: 3*time.Second + 7*time.Millisecond, Kind: EventMove, Value: 0.5},
				{At: 4 * time.Second, Kind: EventUndrain, Target: "spine1"},
				{At: 4 * time.Second, Kind: EventHostMove, Target: "h1-1", To: "leaf3"},
				{At: 5 * time.Second, Kind: EventRate, Target: "leaf2", Value: 3},
				{At: 3 * time.Second, Kind: EventRestart, Target: "leaf4"},
			}
		}),
	}
}

// eachMode runs a test for every mode.
func eachMode(t *testing.T, test func(t *testing.T, c Config)) {
	t.Helper()
	for name, c := range modes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// brief shortens a run in which nothing happens later on.
func brief(c Config) Config {
	if c.Events == nil {
		c.Duration = 2500 * time.Millisecond
	}
	return c
}

// run lets a fabric live to its end and keeps what it sent.
func run(tb testing.TB, c Config) (*Fabric, []Datagram) {
	tb.Helper()
	f, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	var all []Datagram
	err = f.Run(tb.Context(), SinkFunc(func(d *Datagram) error {
		kept := *d
		kept.Payload = bytes.Clone(d.Payload)
		all = append(all, kept)
		return nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	return f, all
}
