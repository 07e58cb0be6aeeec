package doctor

import (
	"fmt"
	"math"
)

// Bounds from which something is worth telling.
const (
	silentAfter  = 90.0 // seconds; agents poll counters each 20 to 30
	lossRatio    = 0.001
	lossFault    = 0.05
	backOffRatio = 1.5   // effective over stated sampling rate
	driftRatio   = 0.02  // of an agent's uptime against ours
	driftOver    = 300.0 // seconds over which it must have been seen
	enough       = 1000  // datagrams or samples, before a ratio means something
	agreeBy      = 0.2   // off 1, beyond what chance explains
	agreeSamples = 100   // before agreement means something
	pollEvery    = 20    // seconds, recommended
	headerBytes  = 256   // of a tunnel's packet, recommended
)

// agents: nobody is heard, or some no more.
func agents(f *Facts) []Finding {
	if len(f.Agents) == 0 {
		return []Finding{{
			Check: CheckAgents, Severity: Fault, Text: "no agent was heard since the start",
			Do:   "point the switches' sFlow at this collector; tcpdump -n udp port 6343 shows whether datagrams arrive, listen.allow and a firewall may hold them back",
			Type: commands(destination, 0),
		}}
	}
	var silent []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Silent > silentAfter {
			silent = append(silent, place{fmt.Sprintf("%s, for %s", a.Switch, span(a.Silent)), a.Silent})
		}
	}
	return told(silent, Finding{
		Check: CheckSilent, Severity: Fault,
		Text: fmt.Sprintf("%s sent sFlow and are silent now: paths through them are partial, elephants are found later", count(len(silent), "agent")),
		Do:   "see whether the switch runs, reaches this collector and still has it as its destination",
		Type: commands(destination, 0),
	})
}

// losses: datagrams on the way, samples in the agent.
func losses(f *Facts) []Finding {
	var datagrams, samples []place
	worst := 0.0
	for i := range f.Agents {
		a := &f.Agents[i]
		if all := a.Datagrams + a.DatagramsLost; all >= enough {
			if r := float64(a.DatagramsLost) / float64(all); r >= lossRatio {
				datagrams = append(datagrams, place{fmt.Sprintf("%s, %s", a.Switch, percent(r)), r})
				worst = max(worst, r)
			}
		}
		if all := a.Samples + a.Dropped; all >= enough {
			if r := float64(a.Dropped) / float64(all); r >= lossRatio {
				samples = append(samples, place{fmt.Sprintf("%s, %s", a.Switch, percent(r)), r})
			}
		}
	}
	severity := Warning
	if worst >= lossFault {
		severity = Fault
	}
	list := told(datagrams, Finding{
		Check: CheckDatagrams, Severity: severity,
		Text: fmt.Sprintf("datagrams of %s are lost on the way to this collector", count(len(datagrams), "agent")),
		Do:   "if the kernel drops none here (socket_buffer), look at the management network: policers on the switch's CPU port, MTU, congested uplinks; rates are corrected for the loss, delays are not",
	})
	return append(list, told(samples, Finding{
		Check: CheckSamples, Severity: Warning,
		Text: fmt.Sprintf("%s cannot send all samples that they take", count(len(samples), "agent")),
		Do:   "sample less there: one in twice as many; a busy elephant is sampled often enough",
		Type: commands(sampling, doubled(f)),
	})...)
}

// doubled recommends a rate for agents that drop samples.
func doubled(f *Facts) float64 {
	rate := 0.0
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Dropped > 0 {
			rate = max(rate, a.Stated)
		}
	}
	return 2 * rate
}

// backOff: what a sample stands for is not what the agent states.
func backOff(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		a := &f.Agents[i]
		if a.Stated > 0 && a.Effective > 0 && a.Samples >= enough {
			if r := a.Effective / a.Stated; r >= backOffRatio || r <= 1/backOffRatio {
				list = append(list, place{fmt.Sprintf("%s states 1 in %.0f, samples 1 in %.0f", a.Switch, a.Stated, a.Effective), math.Abs(math.Log(r))})
			}
		}
	}
	return append(unrated(f), told(list, Finding{
		Check: CheckBackOff, Severity: Warning,
		Text: fmt.Sprintf("%s sample at another rate than they state", count(len(list), "agent")),
		Do:   "estimates use what was measured, so they are right; the agent has backed off for want of CPU, or limits its samples: raise the rate that it states",
		Type: commands(sampling, 0),
	})...)
}

// unrated: agents of whose samples nobody knows what they stand for.
func unrated(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Unrated && a.Samples >= enough {
			list = append(list, place{a.Switch, float64(a.Samples)})
		}
	}
	return told(list, Finding{
		Check: CheckBackOff, Severity: Fault,
		Text: fmt.Sprintf("the sampling rate of %s is 0: what is sampled there tells of paths, not of rates, and flows that no other switch samples are no elephants", count(len(list), "agent")),
		Do:   "set the rate on the switch, or update its software",
		Type: commands(sampling, 0),
	})
}

// counters: agents that send samples and no counters.
func counters(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Counters == 0 && a.Samples >= enough {
			list = append(list, place{a.Switch, float64(a.Samples)})
		}
	}
	return told(list, Finding{
		Check: CheckCounters, Severity: Warning,
		Text: fmt.Sprintf("%s send no counters: speeds and names of their ports, their load, errors and discards are unknown", count(len(list), "agent")),
		Do:   "let them poll their interfaces each 20 seconds",
		Type: commands(polling, pollEvery),
	})
}

// uptimes: agents whose clock runs off, as in a virtual switch that was paused.
func uptimes(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.DriftOver >= driftOver && math.Abs(a.Drift) >= driftRatio {
			list = append(list, place{fmt.Sprintf("%s, %+.1f%%", a.Switch, 100*a.Drift), math.Abs(a.Drift)})
		}
	}
	return told(list, Finding{
		Check: CheckUptime, Severity: Note,
		Text: fmt.Sprintf("the uptime of %s does not run like our clock", count(len(list), "agent")),
		Do:   "datagrams are held back on the way more and more, or the agent's clock is wrong: times of arrival are used, so a growing delay makes alerts late",
	})
}

// shared: several agents under one address.
func shared(f *Facts) []Finding {
	var list []place
	for i := range f.Agents {
		if a := &f.Agents[i]; a.Shared != "" {
			list = append(list, place{fmt.Sprintf("%s, also from %s", a.Address, a.Shared), 0})
		}
	}
	return told(list, Finding{
		Check: CheckShared, Severity: Fault,
		Text: "several switches state one agent address: their ports are taken for those of one switch",
		Do:   "give each switch an agent address of its own, best its loopback's",
		Type: commands(agentAddress, 0),
	})
}

// silentSwitches: ports that lead to switches which do not report.
func silentSwitches(f *Facts) []Finding {
	var list []place
	for i := range f.Ports {
		if p := &f.Ports[i]; p.Dark {
			list = append(list, place{p.where(), 0})
		}
	}
	return told(list, Finding{
		Check: CheckSilentSwitch, Severity: Warning,
		Text: fmt.Sprintf("%s lead to switches that send no sFlow: paths end there or have an inferred hop", count(len(list), "port")),
		Do:   "let those switches send sFlow; if a router is there that is not yours, nothing is to be done",
		Type: commands(destination, 0),
	})
}
