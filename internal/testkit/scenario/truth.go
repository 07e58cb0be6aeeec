package scenario

import (
	"fmt"

	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/judge"
)

// truthOf gives the fabric's truth to the judge.
func truthOf(f *fabric.Truth) *judge.Truth {
	t := &judge.Truth{
		Kind: f.Kind, Mode: f.Mode, Settings: judge.AgentSettings{Sampling: int64(f.Settings.Sampling)},
		Threshold: f.ElephantThreshold, LinkSpeed: f.LinkSpeed, Agents: f.Agents,
	}
	for i := range f.Interfaces {
		p := &f.Interfaces[i]
		q := judge.Port{Switch: p.Switch, Agent: p.Agent, IfIndex: int64(p.IfIndex), IfName: p.IfName, Down: p.Down}
		if p.Neighbour != nil && p.NeighbourPort != nil {
			q.Neighbour, q.NeighbourPort = *p.Neighbour, *p.NeighbourPort
		}
		q.During.In, q.During.Out = int64(p.During.InFrames), int64(p.During.OutFrames)
		t.Ports = append(t.Ports, q)
	}
	for i := range f.Events {
		t.Events = append(t.Events, judge.Event{Time: f.Events[i].T})
	}
	for i := range f.Flows {
		t.Flows = append(t.Flows, flowOf(&f.Flows[i]))
	}
	return t
}

func flowOf(f *fabric.TruthFlow) judge.Flow {
	samples := int64(f.Samples)
	v := judge.Flow{
		Key:     judge.NewKey(f.Src, f.Dst, int(f.Proto), int(f.SrcPort), int(f.DstPort)),
		Session: f.Session, Role: f.Role, Start: f.Start, End: f.End, Frames: int64(f.Frames), Second0: float64(f.Second0),
		Switches: f.Switches, Samples: &samples, BPS: make([]float64, len(f.Bps)),
	}
	for i, b := range f.Bps {
		v.BPS[i] = float64(b)
	}
	for i := range f.Moves {
		m := &f.Moves[i]
		w := judge.Move{From: m.From, To: m.To, Switches: m.Switches}
		if len(f.Routes) == 0 { // of a sprayed flow the samples of a turn are not told
			n := int64(m.Samples)
			w.Samples, w.FirstSample = &n, m.FirstSample
			if m.Early != nil {
				early := int64(*m.Early)
				w.Early = &early
			}
		}
		v.Moves = append(v.Moves, w)
	}
	v.Evidence = func() []judge.Evidence { return evidenceOf(f) }
	for i := range f.Routes {
		v.Routes = append(v.Routes, judge.Route{Switches: f.Routes[i].Switches})
	}
	return v
}

// evidenceOf gives what samples of a flow showed to the judge.
func evidenceOf(f *fabric.TruthFlow) (all []judge.Evidence) {
	for _, e := range f.Evidence() {
		v := judge.Evidence{Fit: len(e.Fit)}
		for _, s := range e.Seen {
			v.Seen = append(v.Seen, fmt.Sprintf("%+v", s))
		}
		all = append(all, v)
	}
	return all
}

func keyOf(k *flow.Key) judge.Key {
	return judge.NewKey(k.Src.String(), k.Dst.String(), int(k.Proto), int(k.SrcPort), int(k.DstPort))
}
