package scenario

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"spoor/fabric"
)

// anyFabric gives a fabric of any size with any traffic, in modes in which all must
// be right.
func anyFabric(seed uint64) fabric.Config {
	r := rand.New(rand.NewPCG(seed, 7))
	c := fabric.DefaultConfig()
	c.Seed, c.Duration, c.Elephants = seed, 15*time.Second, nil
	size(&c, 1+r.IntN(4), 2+r.IntN(4), 2+r.IntN(4), 20+r.IntN(60))
	for i := range 1 + r.IntN(3) {
		e := fabric.Elephant{Share: 0.2 + 0.3*r.Float64(), Start: time.Duration(1+i) * time.Second, Duration: 8 * time.Second, UDP: r.IntN(2) == 0}
		if i > 0 && r.IntN(2) == 0 {
			e.Share = 0.02 + 0.025*r.Float64() // less than half the threshold
		}
		c.Elephants = append(c.Elephants, e)
	}
	c.Direction = fabric.Direction(r.IntN(3))
	c.Loss, c.Duplicate = 0.05*float64(r.IntN(3)), 0.02*float64(r.IntN(2))
	c.SwitchMAC, c.Expanded, c.IPv6Agents, c.Acks = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
	c.IPv6, c.UDP, c.MTU = 0.5*r.Float64(), r.Float64(), []int{1500, 1500, 4000}[r.IntN(3)]
	switch r.IntN(4) {
	case 0:
		c.Events = happens("move:elephants@6s")
	case 1:
		if c.MTU == 1500 { // of large frames half the samples are too few in 8 s
			c.Events = happens("rate:*2@6s")
		}
	}
	lag(&c, rand.New(rand.NewPCG(seed, 8)))
	return c
}

// lag gives half of the fabrics 2 to 4 links in each LAG; in some of them a
// member fails, or all router MACs are shared.
func lag(c *fabric.Config, r *rand.Rand) {
	if r.IntN(2) == 0 {
		return
	}
	c.LAG, c.LAGNaming = 2+r.IntN(3), fabric.LAGNaming(r.IntN(3))
	if r.IntN(3) == 0 {
		c.Events = append(c.Events, happens(fmt.Sprintf("linkdown:leaf%d>spine%d/%d@%ds", 1+r.IntN(c.Leaves), 1+r.IntN(c.Spines), 1+r.IntN(c.LAG), 3+r.IntN(6)))...)
	}
	if r.IntN(4) == 0 {
		c.SharedMACs = []fabric.SharedMAC{fabric.SharedMAC(r.IntN(3))}
	}
}

// aggregated gives such a fabric with two links in each LAG.
func aggregated(seed uint64, naming fabric.LAGNaming, way fabric.Direction) fabric.Config {
	c := anyFabric(seed)
	c.LAG, c.LAGNaming, c.Direction = 2, naming, way
	return c
}

// dimensions are what else a random fabric may be, one at a time.
var dimensions = map[string]func(c *fabric.Config, r *rand.Rand){
	"vxlan": func(c *fabric.Config, _ *rand.Rand) { c.VXLAN = true },
	"dual-homed": func(c *fabric.Config, r *rand.Rand) {
		pairs(c)
		c.DualHomed = 0.25 + 0.75*r.Float64()
		byOne(c)
	},
	"silent": func(c *fabric.Config, r *rand.Rand) {
		c.SilentLeaves, c.SilentSpines = r.IntN(c.Leaves), r.IntN(c.Spines)
		byOne(c)
	},
	"spray":     func(c *fabric.Config, _ *rand.Rand) { c.Spray = true },
	"direction": func(c *fabric.Config, r *rand.Rand) { c.Direction = fabric.Direction(1 + r.IntN(2)) },
	"one-way":   func(c *fabric.Config, _ *rand.Rand) { c.OneWay, c.Acks = true, false },
	"bare":      func(c *fabric.Config, _ *rand.Rand) { c.Extended = false },
	"ports": func(c *fabric.Config, r *rand.Rand) {
		kind := fabric.WrongKind(r.IntN(int(fabric.WrongSource) + 1))
		c.WrongPorts = []fabric.WrongPorts{{Kind: kind, Switch: fmt.Sprintf("leaf%d", 1+r.IntN(c.Leaves))}}
		if r.IntN(2) == 0 {
			c.WrongPorts = append(c.WrongPorts, fabric.WrongPorts{Kind: kind, Switch: fmt.Sprintf("spine%d", 1+r.IntN(c.Spines))})
		}
	},
}

// byOne has one switch sample what three would else, jumbo frames as is recommended: of a UDP flow of twice the threshold
// that a single switch samples there are else too few in 8 s for every seed (p99 7 s, and 10 s by frames of 4,000 bytes).
func byOne(c *fabric.Config) { c.SamplingRate = uint32(c.HostSpeed/1e6*1500) / uint32(3*c.MTU) }

// pairs makes the leaves of a fabric even in number.
func pairs(c *fabric.Config) { c.Leaves += c.Leaves % 2 }

// along gives the random fabric of a seed with one dimension more.
func along(name string, seed uint64) fabric.Config {
	c := anyFabric(seed)
	dimensions[name](&c, rand.New(rand.NewPCG(seed, 9)))
	return c
}

// TestFabrics holds fabrics in which something was wrong before.
func TestFabrics(t *testing.T) {
	for name, c := range map[string]fabric.Config{
		"aggregates on egress":           aggregated(1, fabric.NameAggregate, fabric.Egress),
		"aggregates on both sides":       aggregated(2, fabric.NameAggregate, fabric.Both),
		"a port that was left by a move": anyFabric(5112),
	} {
		t.Run(name, func(t *testing.T) {
			if _, paths := checkFabric(t, name, c); paths < 10 {
				t.Errorf("%d paths right", paths)
			}
		})
	}
}
