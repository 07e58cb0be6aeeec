package scenario

import (
	"fmt"

	"spoor/fabric"
	"spoor/flow"
)

// namedPort is a port that an alert named as an end of a link on a flow's complete path.
type namedPort struct {
	key   flow.Key
	agent string
	port  uint32
	in    bool // the end at which the flow enters
}

// names notes the ends of links between switches that a message names. Where the ends of LAGs are named differently, the
// aggregate that one end names has a member of the other end as its partner until counters tell that it has
// fellows: until all ports were polled nothing is noted.
func (w *witness) names(m *flow.Elephant) {
	if m.PathState != flow.PathComplete || m.Time < w.counted {
		return
	}
	for i := range m.Links {
		l := &m.Links[i]
		if !l.Host.IsZero() {
			continue
		}
		for _, p := range []struct {
			flow.Port
			in bool
		}{{l.From, false}, {l.To, true}} {
			if p.IfIndex != 0 {
				w.named[namedPort{m.Key, p.Agent.String(), p.IfIndex, p.in}] = m
			}
		}
	}
}

// members holds the ends that alerts named against the ports that their flows took, as agents
// name them: of a LAG the very member, or the aggregate where that is named at one of the link's ends.
func (w *witness) members(truth *fabric.Truth) {
	agents, took, sprayed := map[string]string{}, map[namedPort]bool{}, map[flow.Key]bool{}
	for agent, name := range truth.Agents { // order does not matter
		agents[name] = agent
	}
	for i := range truth.Flows {
		f := &truth.Flows[i]
		k := keyOfTruth(f)
		sprayed[k] = len(f.Routes) > 0 // of those the ports are not told
		ways := [][]fabric.TruthHop{f.Hops}
		for j := range f.Moves {
			ways = append(ways, f.Moves[j].Hops)
		}
		for _, hops := range ways {
			for _, h := range hops {
				took[namedPort{k, agents[h.Switch], h.In, true}] = true
				took[namedPort{k, agents[h.Switch], h.Out, false}] = true
			}
		}
	}
	aggregate := map[[2]string]string{} // by agent and ifIndex of a member, "agent name"
	index := map[string]uint32{}        // of ports by "agent name"
	for _, list := range [][]fabric.TruthInterface{truth.Interfaces, truth.Unnamed} {
		for _, i := range list {
			index[i.Agent+" "+i.IfName] = i.IfIndex
			if i.LAG != "" {
				aggregate[[2]string{i.Agent, fmt.Sprint(i.IfIndex)}] = i.Agent + " " + i.LAG
			}
		}
	}
	for p := range took { // a member that was taken stands for its aggregate too
		if lag := aggregate[[2]string{p.agent, fmt.Sprint(p.port)}]; lag != "" {
			p.port = index[lag]
			took[p] = true
		}
	}
	for p, m := range w.named { // order does not matter
		if !took[p] && !sprayed[p.key] {
			w.t.Errorf("%s: an alert of %s, %v at %d, names port %d of %s (in %v), which the flow never took: %+v", w.name, p.key, m.State, m.Time, p.port, p.agent, p.in, m.Path)
		}
	}
}
