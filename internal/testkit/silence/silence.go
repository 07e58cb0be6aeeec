// Package silence is for tests that ask the engine itself, and not what it tells.
package silence

import (
	"spoor/flow"
	"spoor/topology"
)

// Outbox is an analytics.Outbox that forgets all it is told; the zero value is ready.
type Outbox struct{}

// Path implements analytics.Outbox.
func (Outbox) Path(*flow.Path) {}

// Elephant implements analytics.Outbox.
func (Outbox) Elephant(*flow.Elephant) {}

// Topology implements analytics.Outbox.
func (Outbox) Topology(*topology.Record) {}

// Alert implements analytics.Outbox.
func (Outbox) Alert(*flow.Alert) {}
