package doctor

import "fmt"

// misnamed is the part of an agent's samples from which their ports are told of.
const misnamed = 0.5

// portNames: agents whose samples misname the ports that packets passed.
func portNames(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		a := &f.Agents[i]
		if what := a.Misnames(); what != "" {
			list = append(list, place{a.Switch + ": " + what, float64(a.Samples)})
		}
	}
	return told(list, Finding{
		Check: CheckPortNames, Severity: Warning,
		Text: fmt.Sprintf("samples of %s name wrong ports or none: links there are unknown, paths through them partial, speeds are those of other ports", count(len(list), "agent")),
		Do: "sample at the switch's physical ports, not at VLANs, bridges or the device as a whole; then update the switch's software: sFlow 5 wants " +
			"the ifIndex of the IF-MIB as input, output and data source, in samples as in counters (docs/switches.md, wrong ports)",
	})
}

// Misnames says how an agent's samples name ports, "" as they should or of too few samples to tell.
func (a *Agent) Misnames() string {
	if a.Samples < enough {
		return ""
	}
	most := func(n uint64) bool { return float64(n) > misnamed*float64(a.Samples) }
	switch {
	case most(a.NoPort):
		return "input and output are 0 (unknown)"
	case most(a.SamePort):
		return "input and output are the same port"
	case most(a.NoOutput):
		return "the output is no port (the device itself, several ports, or discarded)"
	case a.NoSource:
		return "the data source is 0"
	case a.OtherPorts:
		return "ports have other numbers than in counters"
	}
	return ""
}
