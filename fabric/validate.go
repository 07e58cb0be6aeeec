package fabric

import (
	"errors"
	"fmt"
	"time"
)

// ErrConfig is wrapped by every error about a configuration that no fabric can have.
var ErrConfig = errors.New("fabric")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
}

// Validate says in one line what is wrong with c, or nil. What only placing the
// flows shows (elephants that fit on no pair of hosts) is New's to say.
func (c *Config) Validate() error {
	for _, check := range []func() error{c.validateSizes, c.validateLinks, c.validateTraffic, c.validateAgents, c.validateEvents} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

type limit struct {
	name      string
	got       int
	low, high int
}

func within(limits []limit) error {
	for _, l := range limits {
		if l.got < l.low || l.got > l.high {
			return bad("%s is %d: it must be %d to %d", l.name, l.got, l.low, l.high)
		}
	}
	return nil
}

func shares(names []string, values ...float64) error {
	for i, v := range values {
		if !(v >= 0 && v <= 1) {
			return bad("%s is %v: a share is 0 to 1", names[i], v)
		}
	}
	return nil
}

// maxLeaves is as many as host and tunnel addresses have room for.
const maxLeaves = 8190

func (c *Config) validateSizes() error {
	err := within([]limit{
		{"spines", c.Spines, 1, 32},
		{"leaves", c.Leaves, 1, 512},
		{"hosts per leaf", c.Hosts, 1, 64},
		{"pods", c.Pods, 1, 512},
		{"links in a LAG", c.LAG, 1, 8},
		{"borders", c.Borders, 0, min(c.Leaves*c.Pods, 32)},
	})
	if err != nil {
		return err
	}
	if c.Pods > 1 {
		if err := within([]limit{{"leaves in all pods", c.Leaves * c.Pods, 2, maxLeaves}, {"super-spines per plane", c.SuperSpines, 1, 32}}); err != nil {
			return err
		}
	}
	if c.Leaves*c.Pods*c.Hosts < 2 {
		return bad("one host has nobody to talk to: at least two are needed")
	}
	for _, s := range []uint64{c.HostSpeed, c.FabricSpeed} {
		if s < 1e6 || s > 1.6e12 {
			return bad("a link of %d bit/s: speeds are 1 Mbit/s to 1.6 Tbit/s", s)
		}
	}
	if (c.DualHomed > 0 || c.PeerLinks) && (c.Leaves < 2 || c.Leaves%2 != 0) {
		return bad("dual-homed hosts and peer links need pairs of leaves, and %d is odd", c.Leaves)
	}
	if c.BondHash > BondByMAC {
		return bad("unknown bond hash %d", c.BondHash)
	}
	if len(c.HostTTL) == 0 {
		return bad("no initial TTL for the hosts")
	}
	for _, t := range c.HostTTL {
		if t < 8 {
			return bad("initial TTL %d does not cross a fabric", t)
		}
	}
	return nil
}

func (c *Config) validateLinks() error {
	if c.Outside > 0 && c.Borders == 0 {
		return bad("outside is %v of the mice, but there are no borders", c.Outside)
	}
	for _, s := range c.SharedMACs {
		if s > SharedSpines {
			return bad("unknown shared MAC %d", s)
		}
	}
	for _, w := range c.Weights {
		if !(w > 0 && w <= 1000) {
			return bad("an uplink of weight %v: it must be more than 0 and at most 1000", w)
		}
	}
	return nil
}

func (c *Config) validateTraffic() error {
	if err := within([]limit{{"flows", c.Flows, 1, 1_000_000}}); err != nil {
		return err
	}
	for i, e := range c.Elephants {
		if err := e.validate(i + 1); err != nil {
			return err
		}
	}
	if n := c.big(); n > c.Flows {
		return bad("%d elephants among %d flows", n, c.Flows)
	}
	if err := c.validateModes(); err != nil {
		return err
	}
	names := []string{"udp", "ipv6", "local", "loss", "duplicate", "discards", "dual-homed", "routing hosts", "outside"}
	if err := shares(names, c.UDP, c.IPv6, c.Local, c.Loss, c.Duplicate, c.Discards, c.DualHomed, c.Routing, c.Outside); err != nil {
		return err
	}
	if !(c.Mouse > 0 && c.Mouse <= 0.5) {
		return bad("a mouse of %v of a link: it must be more than 0 and at most 0.5", c.Mouse)
	}
	if c.Duration < 0 || c.Lifetime < 0 || c.Start < 0 {
		return bad("duration, lifetime and start cannot be negative")
	}
	return nil
}

// validate checks the elephant of a number.
func (e *Elephant) validate(i int) error {
	switch {
	case !(e.Share > 0 && e.Share <= 0.95):
		return bad("elephant %d takes %v of a link: it must be more than 0 and at most 0.95", i, e.Share)
	case e.Flows < 0 || e.Flows > 10_000 || e.Share*float64(e.flows()) > reserve:
		return bad("elephant %d is %d flows that take %v of a link each: together that must be at most 0.95", i, e.Flows, e.Share)
	case e.Start < 0 || e.Duration < 0 || e.Every < 0:
		return bad("elephant %d has a negative time", i)
	case e.On < 0 || e.Off < 0 || e.On > 0 != (e.Off > 0):
		return bad("elephant %d sends for %v and pauses for %v: it takes both or none", i, e.On, e.Off)
	case e.Every > 0 && (e.Duration == 0 || e.Every < e.Duration+time.Second):
		return bad("elephant %d comes again every %v but lasts %v", i, e.Every, e.Duration)
	}
	return nil
}

func (c *Config) validateAgents() error {
	if err := within([]limit{
		{"header bytes", c.HeaderBytes, 64, 256},
		{"sample limit", c.SampleLimit, 0, 1_000_000_000},
		{"silent leaves", c.SilentLeaves, 0, c.Leaves * c.Pods},
		{"silent spines", c.SilentSpines, 0, c.Spines * c.Pods},
	}); err != nil {
		return err
	}
	if c.BackOff && c.SampleLimit == 0 {
		return bad("agents cannot back off without a limit of samples")
	}
	if c.Direction > Both || c.LAGNaming > NameMixed {
		return bad("unknown sampling direction or LAG naming")
	}
	if c.SamplingRate >= 1<<24 {
		return bad("sampling rate %d: it must be below %d", c.SamplingRate, 1<<24)
	}
	if c.Polling < 100*time.Millisecond {
		return bad("polling every %v: at least 100ms", c.Polling)
	}
	if c.SilentLeaves == c.Leaves*c.Pods && c.SilentSpines == c.Spines*c.Pods && !c.HostAgents && c.Pods == 1 {
		return bad("every switch is silent")
	}
	return nil
}
