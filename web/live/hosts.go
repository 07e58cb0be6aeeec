package live

import (
	"cmp"
	"slices"
	"strconv"

	"spoor/flow"
	"spoor/topology"
)

// hostGroup is hosts that live behind the same ports: those of a hypervisor, or
// one host on two leaves.
type hostGroup struct {
	name  string // address of the first host, the lowest IPv4 one if there is any
	hosts int    // by MAC address where those are known: a host has several addresses
	ports []flow.Port

	macs     map[uint64]struct{}
	nameless int // addresses whose MAC is not known
}

// groupHosts joins hosts that share a port, in a natural order.
func groupHosts(hosts map[string]topology.Record) []hostGroup {
	type portKey struct {
		agent   flow.Addr
		ifIndex uint32
	}
	ids := make([]string, 0, len(hosts))
	for id := range hosts {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, y := hosts[a], hosts[b]
		if v4 := x.Host.Is4(); v4 != y.Host.Is4() {
			if v4 {
				return -1
			}
			return 1
		}
		return x.Host.Compare(y.Host)
	})
	parent := make([]int, len(ids))
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[portKey]int{}
	for i, id := range ids {
		parent[i] = i
		r := hosts[id]
		for _, p := range r.Ports {
			k := portKey{p.Agent, p.IfIndex}
			if o, ok := first[k]; ok {
				parent[find(i)] = find(o)
			} else {
				first[k] = i
			}
		}
	}
	groups := map[int]*hostGroup{}
	var order []int
	for i, id := range ids {
		r, root := hosts[id], find(i)
		g := groups[root]
		if g == nil {
			g = &hostGroup{name: r.Host.String(), macs: map[uint64]struct{}{}}
			groups[root] = g
			order = append(order, root)
		}
		if r.MAC != 0 {
			g.macs[r.MAC] = struct{}{}
		} else {
			g.nameless++
		}
		g.hosts = max(len(g.macs), 1)
		if len(g.macs) == 0 {
			g.hosts = g.nameless
		}
		for _, p := range r.Ports {
			if !slices.ContainsFunc(g.ports, func(q flow.Port) bool { return q.Agent == p.Agent && q.IfIndex == p.IfIndex }) {
				g.ports = append(g.ports, p)
			}
		}
	}
	out := make([]hostGroup, 0, len(order))
	for _, root := range order {
		g := groups[root]
		slices.SortFunc(g.ports, func(p, q flow.Port) int {
			return cmp.Or(p.Agent.Compare(q.Agent), cmp.Compare(p.IfIndex, q.IfIndex))
		})
		out = append(out, *g)
	}
	slices.SortStableFunc(out, func(a, b hostGroup) int {
		return cmp.Or(natural(a.ports[0].Switch, b.ports[0].Switch), cmp.Compare(a.ports[0].IfIndex, b.ports[0].IfIndex))
	})
	return out
}

// natural compares names as people sort them: leaf2 before leaf10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := run(a)
		y, restB := run(b)
		m, errA := strconv.ParseUint(x, 10, 64)
		n, errB := strconv.ParseUint(y, 10, 64)
		if c := cmp.Compare(m, n); errA == nil && errB == nil && c != 0 {
			return c
		}
		if c := cmp.Compare(x, y); c != 0 && (errA != nil || errB != nil) {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// run splits off the first digits, or what comes before them.
func run(s string) (first, rest string) {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	i := 1
	for i < len(s) && digit(s[i]) == digit(s[0]) {
		i++
	}
	return s[:i], s[i:]
}
