package explain

import (
	"fmt"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/doctor"
)

// misnamed tells of switches on the flow's way whose samples misname ports, as spoor
// doctor does: why its path is open there, or its speeds are those of other ports.
func misnamed(c *analytics.Case, agents *collector.Agents) (list []string) {
	names := make(map[flow.Addr]string, len(c.Hops))
	for i := range c.Hops {
		names[c.Hops[i].Agent] = c.Hops[i].Switch
	}
	for i := range c.Taps {
		names[c.Taps[i].Port.Agent] = c.Taps[i].Port.Switch
	}
	delete(names, flow.Addr{}) // inferred hops, expected taps
	accounts := agents.Snapshot()
	for i := range accounts {
		x := &accounts[i]
		name, ours := names[x.Agent]
		if !ours {
			continue
		}
		a := doctor.Agent{Samples: x.Flows.Samples, NoPort: x.Names.Neither, NoOutput: x.Names.NoOut, SamePort: x.Names.Same}
		a.NoSource, a.OtherPorts = collector.OddSources(agents.DataSources(x))
		if what := a.Misnames(); what != "" {
			list = append(list, fmt.Sprintf("Samples of %s misname ports: %s (spoor doctor says what to do).", name, what))
			delete(names, x.Agent) // of several sub-agents the first tells
		}
	}
	return list
}
