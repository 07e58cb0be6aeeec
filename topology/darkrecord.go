package topology

import (
	"fmt"

	"spoor/flow"
)

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
