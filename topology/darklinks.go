package topology

// Between two switches that nobody reports no port tells of a link. Frames of a silent
// leaf do: where they leave the silent switch above it they passed those two routers and no other.

// adjoinFrames is how many such frames prove it.
const adjoinFrames = 3

// adjoins takes frames that entered a port which leads to a silent switch between leaves.
func (l *Learner) adjoins(p *port, e *Evidence) {
	if p.dark == 0 || l.nodeAt(p.dark).leaf {
		return
	}
	var from SwitchID
	switch {
	case e.Encap && e.Hops == 1: // a switch that begins a tunnel does not count itself
		from = l.dark.starts[e.Addr]
	case !e.Encap && e.Hops == 2:
		if h := l.hosts[e.Addr]; h != nil && len(h.place.Edges) == 1 {
			from = h.place.Edges[0]
		}
	}
	leaf := l.nodeAt(from)
	if !from.Inferred() || leaf == nil || !leaf.leaf {
		return
	}
	above := l.nodeAt(p.dark)
	was := above.next[from]
	if above.next == nil {
		above.next = map[SwitchID]uint32{}
	}
	above.next[from] = add(was, e.Count)
	if was < adjoinFrames && above.next[from] >= adjoinFrames {
		if leaf.next == nil {
			leaf.next = map[SwitchID]uint32{}
		}
		leaf.next[p.dark] = adjoinFrames
		l.touch(above)
		l.touch(leaf)
	}
}

// adjoined adds the inferred switches next to an inferred one.
func (n *node) adjoined(peers map[SwitchID]peering) {
	if len(n.members) == 0 {
		return
	}
	for id, frames := range n.next { // order does not matter: a set
		if frames >= adjoinFrames {
			peers[id] = peering{ports: 1}
		}
	}
}
