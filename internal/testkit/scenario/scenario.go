package scenario

import (
	"slices"
	"time"

	"spoor/fabric"
	"spoor/internal/app/settings"
)

// Scenario is a fabric with its traffic, what happens in it, and what must be reached.
type Scenario struct {
	Name   string
	About  string                 // what is special, for people
	Fabric func(*fabric.Config)   // changes what Base gives
	Tune   func(*settings.Config) // changes the configuration of spoor; nil: none
	Long   bool                   // only in the full run
	Target func(*Target)          // changes DefaultTarget; nil: none
}

// Target is what must be reached, over all seeds.
type Target struct {
	Recall  float64 `json:"recall"`  // least part of the elephants that must be found
	False   int     `json:"false"`   // most false alerts, those of unknown flows included
	Delay   float64 `json:"delay"`   // most seconds of p99 from the excess to the alert; 0 = not judged
	Wrong   int     `json:"wrong"`   // most flows whose last complete path is wrong
	Missing float64 `json:"missing"` // greatest part of the sampled flows without a complete or multipath path
	Moves   float64 `json:"moves"`   // least part of the path moves that is reported
}

// DefaultTarget is that of scenarios that say nothing else (docs/accuracy.md).
var DefaultTarget = Target{Recall: 1, False: 0, Delay: 3, Wrong: 0, Missing: 0.02, Moves: 0.98}

func (s *Scenario) target() Target {
	t := DefaultTarget
	if s.Target != nil {
		s.Target(&t)
	}
	return t
}

// Base gives the fabric that scenarios begin with: 2 spines, 4 leaves, 10 Gbit/s,
// 100 flows of which three are elephants of 26, 19 and 12.6%.
func Base(seed uint64) fabric.Config {
	c := fabric.DefaultConfig()
	c.Seed, c.Duration = seed, 40*time.Second
	c.Elephants = []fabric.Elephant{
		{Share: 0.26, Start: 3 * time.Second, Duration: 25 * time.Second},
		{Share: 0.19, Start: 6 * time.Second, Duration: 28 * time.Second},
		{Share: 0.126, Start: 9 * time.Second, Duration: 28 * time.Second},
	}
	return c
}

// All lists the scenarios.
func All() []Scenario {
	return slices.Concat(plain(), loaded(), telemetry(), misnamed(), topologies(), failures(), realities(), combined())
}
