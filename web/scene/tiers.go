package scene

// tiers finds which tier each node is in, from the links alone: hosts are 0,
// switches with hosts 1, the others one above the lowest that they are linked to.
func tiers(nodes []Node, links []Link) {
	near := make([][]int, len(nodes))
	for i := range links {
		a, b := links[i].A, links[i].B
		near[a], near[b] = append(near[a], b), append(near[b], a)
	}
	var queue []int
	for i := range nodes {
		n := &nodes[i]
		n.Tier = -1
		switch {
		case n.Kind == Hosts:
			n.Tier = 0
		case n.Kind == Switch && (n.Hosts > 0 || anyOf(nodes, near[i], Hosts)):
			n.Tier = 1
			queue = append(queue, i)
		}
	}
	spread(nodes, near, queue)
	border(nodes, links)
	for i := range nodes {
		n := &nodes[i]
		if n.Kind == Outside && len(near[i]) > 0 {
			if t := nodes[near[i][0]].Tier; t != 1 { // a leaf's way out is drawn beside its hosts
				n.Tier = t + 1
			} else {
				n.Tier = 0
			}
		}
		if n.Tier < 0 {
			n.Tier = 1 // linked to nobody
		}
	}
}

func anyOf(nodes []Node, list []int, k Kind) bool {
	for _, i := range list {
		if nodes[i].Kind == k {
			return true
		}
	}
	return false
}

// spread gives the switches that have no tier yet the one above their lowest neighbour.
func spread(nodes []Node, near [][]int, queue []int) {
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, o := range near[at] {
			if nodes[o].Kind == Switch && nodes[o].Tier < 0 {
				nodes[o].Tier = nodes[at].Tier + 1
				queue = append(queue, o)
			}
		}
	}
}

// border finds leaves that have no hosts but a way out: what looks like a third
// tier above one single pod is no core, for there is nothing to join.
func border(nodes []Node, links []Link) {
	parent := make([]int, len(nodes))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	low := func(i int) bool { return nodes[i].Kind == Switch && (nodes[i].Tier == 1 || nodes[i].Tier == 2) }
	for i := range links {
		if a, b := links[i].A, links[i].B; low(a) && low(b) {
			parent[find(a)] = find(b)
		}
	}
	pods := map[int]struct{}{}
	for i := range nodes {
		if low(i) && nodes[i].Tier == 2 {
			pods[find(i)] = struct{}{}
		}
	}
	if len(pods) > 1 {
		return
	}
	for i := range nodes {
		if nodes[i].Kind == Switch && nodes[i].Tier == 3 {
			nodes[i].Tier = 1
		}
	}
}
