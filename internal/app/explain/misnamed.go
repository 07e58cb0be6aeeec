package explain

import (
	"fmt"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
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
		if what := x.Misnames(agents.DataSources(x)); what != "" {
			list = append(list, fmt.Sprintf("Samples of %s misname ports: %s (spoor doctor says what to do).", name, what))
			delete(names, x.Agent) // of several sub-agents the first tells
		}
	}
	return list
}
