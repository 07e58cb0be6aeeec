package topology

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/flow"
)

// darkGroup is the ports that lead to one inferred switch.
type darkGroup struct {
	ports  []*port
	leaf   bool
	starts []tunnelStart // that begin there
}

// nodeAt gives a switch, inferred ones too; nil if there is none.
func (l *Learner) nodeAt(id SwitchID) *node {
	switch {
	case id.Inferred():
		if i := int(id - firstInferred); i < len(l.dark.nodes) {
			return l.dark.nodes[i]
		}
	case int(id) < len(l.nodes):
		return l.nodes[id]
	}
	return nil
}

// maxDarks bounds the switches that are inferred at a time or one after the other.
const maxDarks = 1 << 12

// assign gives the groups their switches: the one that most of their ports led to, else a new one.
func (l *Learner) assign(groups []darkGroup) {
	now := map[*port]SwitchID{}
	starts, borders := map[flow.Addr]darkStart{}, map[SwitchID]bool{}
	ids := formerly(groups)
	for i, group := range groups {
		id := ids[i]
		if id == 0 {
			if len(l.dark.nodes) == maxDarks {
				l.Ignored++
				continue
			}
			id = firstInferred + SwitchID(len(l.dark.nodes))
			l.dark.nodes = append(l.dark.nodes, &node{id: id, given: fmt.Sprintf("dark-%d", len(l.dark.nodes)+1), router: true, ports: map[uint32]*port{}, links: map[string]struct{}{}})
		}
		l.nodeAt(id).leaf = group.leaf
		for _, p := range group.ports {
			borders[id] = borders[id] || group.leaf && p.beyond.outsideBehind()
			now[p] = id
		}
		for _, s := range group.starts {
			starts[s.addr] = darkStart{id, s.buckets}
		}
	}
	for p := range l.dark.ports { // order does not matter: each port for itself
		if now[p] != p.dark {
			l.lead(p, now[p])
		}
	}
	for p, id := range now {
		if p.dark != id {
			l.lead(p, id)
		}
	}
	l.placeStarts(starts)
	l.leadOutside(borders)
}

// formerly gives for each group the switch to which most of its ports led before, 0 if there is none. Each switch goes
// to one group: to that with most of its ports.
func formerly(groups []darkGroup) []SwitchID {
	type claim struct {
		group int
		id    SwitchID
		ports int
	}
	var claims []claim
	for i, g := range groups {
		for k, p := range g.ports {
			if p.wasDark == 0 || slices.ContainsFunc(g.ports[:k], func(q *port) bool { return q.wasDark == p.wasDark }) {
				continue
			}
			c := claim{group: i, id: p.wasDark}
			for _, q := range g.ports[k:] {
				if q.wasDark == c.id {
					c.ports++
				}
			}
			claims = append(claims, c)
		}
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.ports, a.ports), cmp.Compare(a.id, b.id), cmp.Compare(a.group, b.group))
	})
	ids, taken := make([]SwitchID, len(groups)), map[SwitchID]bool{}
	for _, c := range claims {
		if ids[c.group] == 0 && !taken[c.id] {
			ids[c.group], taken[c.id] = c.id, true
		}
	}
	return ids
}

// lead notes to which inferred switch a port leads.
func (l *Learner) lead(p *port, id SwitchID) {
	if was := l.nodeAt(p.dark); was != nil {
		was.members = slices.DeleteFunc(was.members, func(q *port) bool { return q == p })
		l.touch(was)
	}
	if p.dark = id; id == 0 {
		delete(l.dark.ports, p)
	} else {
		p.wasDark = id
		l.dark.ports[p] = struct{}{}
		n := l.nodeAt(id)
		at, _ := slices.BinarySearchFunc(n.members, p, comparePorts)
		n.members = slices.Insert(n.members, at, p)
		l.touch(n)
	}
	l.touchPort(p)
}

// darkLinkRecord describes the link of a port to a switch that nobody reports.
func (l *Learner) darkLinkRecord(p *port) Record {
	name := l.nodeAt(p.dark).given
	r := Record{
		Kind: LinkRecord, ID: fmt.Sprintf("%s/%d--%s", l.nodes[p.key.sw].agent, p.key.idx, name), Time: l.now, Source: Inferred, State: Up, Seen: l.now,
		A: l.flowPort(p), B: flow.Port{Switch: name}, Link: l.portName(p) + "--" + name,
	}
	r.Speed, r.SpeedInferred = l.speed(p)
	return r
}

// inferredRecord tells of a switch that nobody reports if it is new or no longer believed.
func (l *Learner) inferredRecord(n *node) {
	up := len(n.members) > 0
	if up == (n.told != 0) {
		return
	}
	r := Record{Kind: SwitchRecord, ID: fmt.Sprintf("dark/%d", n.id-firstInferred+1), Time: l.now, Source: Inferred, State: Up, Since: n.told, Seen: l.now, Switch: n.given}
	if up {
		n.told, r.Since = l.now, l.now
	} else {
		n.told, r.State = 0, Gone
	}
	l.records = append(l.records, r)
}
