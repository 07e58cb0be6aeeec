package judge

import "fmt"

// Links counts links between switches.
type Links struct {
	Right   int `json:"right"`
	Wrong   int `json:"wrong"`
	Missing int `json:"missing"`
}

type end struct {
	agent   string
	ifIndex int64
}

// pair is a link, its ends in order.
type pair [2]end

func newPair(a, b end) pair {
	if b.agent < a.agent || b.agent == a.agent && b.ifIndex < a.ifIndex {
		a, b = b, a
	}
	return pair{a, b}
}

func (e LinkEnd) end() end {
	r := end{noAgent, noIfIndex}
	if e.Agent != nil {
		r.agent = *e.Agent
	}
	if e.IfIndex != nil {
		r.ifIndex = *e.IfIndex
	}
	return r
}

// links gives the true links between switches, and for each whether enough
// frames crossed it that it must be found; one that is down need not.
func (t *Truth) links() (map[pair]bool, error) {
	type name struct{ node, port string }
	ports := make(map[name]*Port, len(t.Ports))
	for i := range t.Ports {
		ports[name{t.Ports[i].Switch, t.Ports[i].IfName}] = &t.Ports[i]
	}
	switches := t.switches()
	existing := make(map[pair]bool)
	for i := range t.Ports {
		p := &t.Ports[i]
		if !switches[p.Neighbour] {
			continue
		}
		n := ports[name{p.Neighbour, p.NeighbourPort}]
		if n == nil {
			return nil, fmt.Errorf("truth: %s %s leads to an unknown port %s %s", p.Switch, p.IfName, p.Neighbour, p.NeighbourPort)
		}
		l := newPair(end{p.Agent, p.IfIndex}, end{n.Agent, n.IfIndex})
		existing[l] = existing[l] || !p.Down && p.During.In+p.During.Out >= 10*t.Settings.Sampling
	}
	return existing, nil
}

func (t *Truth) switches() map[string]bool {
	names := make(map[string]bool, len(t.Agents))
	for _, s := range t.Agents {
		names[s] = true
	}
	return names
}

func scoreLinks(t *Truth, rows []TopologyRow) (r Links, err error) {
	existing, err := t.links()
	if err != nil {
		return r, err
	}
	last := make(map[string]*TopologyRow)
	for i := range rows {
		if m := &rows[i]; m.Link != nil && m.Source != "inferred" {
			last[m.ID] = m
		}
	}
	said := make(map[pair]bool)
	for _, m := range last {
		if m.State == "up" {
			said[newPair(m.A.end(), m.B.end())] = true
		}
	}
	for l := range said {
		if _, ok := existing[l]; ok {
			r.Right++
		} else {
			r.Wrong++
		}
	}
	for l, busy := range existing {
		if busy && !said[l] {
			r.Missing++
		}
	}
	return r, nil
}
