package doctor

import "fmt"

// portNames: agents whose samples misname the ports that packets passed.
func portNames(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Misnames != "" {
			list = append(list, place{a.Switch + ": " + a.Misnames, float64(a.Samples)})
		}
	}
	return told(list, Finding{
		Check: CheckPortNames, Severity: Warning,
		Text: fmt.Sprintf("samples of %s name wrong ports or none: links there are unknown, paths through them partial, speeds are those of other ports", count(len(list), "agent")),
		Do: "sample at the switch's physical ports, not at VLANs, bridges or the device as a whole; then update the switch's software: sFlow 5 wants " +
			"the ifIndex of the IF-MIB as input, output and data source, in samples as in counters (docs/switches.md, wrong ports)",
	})
}
