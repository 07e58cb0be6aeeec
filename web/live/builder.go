package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"spoor/flow"
	"spoor/topology"
	"spoor/web/scene"
)

// builder puts a fabric together.
type builder struct {
	snap     *topology.Snapshot
	down     map[string]struct{} // ports
	nodes    []scene.Node
	list     []scene.Link
	index    map[string]int // nodes by agent, or by name where nobody reports
	ends     map[string]int // links by port
	believed []topology.Record
	more     int
}

func newBuilder(snap *topology.Snapshot, down string) *builder {
	b := &builder{snap: snap, down: map[string]struct{}{}, index: map[string]int{}, ends: map[string]int{}}
	for name := range strings.FieldsSeq(down) {
		b.down[name] = struct{}{}
	}
	return b
}

// switches adds those that report and those that traffic proves, by name.
func (b *builder) switches(silent map[string]int64, dark map[string]string) {
	b.snap.Switches(func(sw *topology.Switch) {
		if sw.Host {
			return
		}
		n := scene.Node{Name: sw.Name, Agent: sw.Agent.String()}
		if _, ok := silent[n.Agent]; ok {
			n.State = scene.Silent
		}
		b.nodes = append(b.nodes, n)
	})
	for _, name := range dark {
		b.nodes = append(b.nodes, scene.Node{Name: name, State: scene.Dark})
	}
	slices.SortFunc(b.nodes, func(x, y scene.Node) int {
		return cmp.Or(natural(x.Name, y.Name), cmp.Compare(x.Agent, y.Agent))
	})
	for i := range b.nodes {
		b.index[nodeKey(b.nodes[i].Agent, b.nodes[i].Name)] = i
	}
}

func nodeKey(agent, name string) string {
	if agent != "" {
		return agent
	}
	return "?" + name
}

// links adds those between switches, and what leads to nobody whom we hear.
func (b *builder) links() {
	seen := map[string]struct{}{}
	ways, outside := map[topology.SwitchID][]*topology.Port{}, map[topology.SwitchID][]*topology.Port{}
	b.snap.EachPort(func(sw *topology.Switch, p *topology.Port) {
		switch {
		case sw.Host:
		case p.Peer != 0:
			r := b.record(sw, p)
			if _, twice := seen[r.ID]; !twice {
				seen[r.ID] = struct{}{}
				b.believed = append(b.believed, r)
			}
		case p.Outside:
			ways[sw.ID] = append(ways[sw.ID], p)
		case p.Dark:
			outside[sw.ID] = append(outside[sw.ID], p)
		}
	})
	slices.SortFunc(b.believed, func(x, y topology.Record) int { return cmp.Compare(x.ID, y.ID) })
	for i := range b.believed {
		state := scene.Up
		if b.believed[i].State == topology.Stale {
			state = scene.Stale
		}
		b.add(&b.believed[i], state)
	}
	b.outside(outside, "beyond ", scene.Dark)
	b.outside(ways, "out of ", "")
}

// record describes the link of a port, the same from both of its ends.
func (b *builder) record(sw *topology.Switch, p *topology.Port) topology.Record {
	r := topology.Record{
		A: b.snap.FlowPort(sw.ID, p.IfIndex), B: b.snap.FlowPort(p.Peer, p.PeerPort), Speed: p.Speed, SpeedInferred: p.SpeedInferred,
	}
	if q := b.snap.Port(p.Peer, p.PeerPort); q != nil {
		if q.Speed > 0 && (r.Speed == 0 || q.Speed < r.Speed) {
			r.Speed, r.SpeedInferred = q.Speed, q.SpeedInferred
		}
		if c := r.A.Agent.Compare(r.B.Agent); c > 0 || c == 0 && r.A.IfIndex > r.B.IfIndex {
			r.A, r.B = r.B, r.A
		}
	}
	if p.Stale {
		r.State = topology.Stale
	}
	r.ID = fmt.Sprintf("%s/%d--%s/%d", end(&r.A), r.A.IfIndex, end(&r.B), r.B.IfIndex)
	return r
}

func end(p *flow.Port) string { return nodeKey(p.Agent.String(), p.Switch) }

// taken reports whether one of a link's ports is on another link now.
func (b *builder) taken(r *topology.Record) bool {
	for _, p := range [...]*flow.Port{&r.A, &r.B} {
		if _, ok := b.ends[scene.PortName(end(p), p.IfIndex)]; ok && p.IfIndex != 0 {
			return true
		}
	}
	return false
}

// add adds a link between two nodes that are there.
func (b *builder) add(r *topology.Record, state scene.LinkState) {
	i, ok := b.index[end(&r.A)]
	j, there := b.index[end(&r.B)]
	if !ok || !there {
		return
	}
	if len(b.list) >= maxLinks {
		b.more++
		return
	}
	l := scene.Link{
		A: i, B: j, AIndex: r.A.IfIndex, BIndex: r.B.IfIndex, APort: r.A.Name, BPort: r.B.Name, Speed: r.Speed, Inferred: r.SpeedInferred, State: state,
	}
	if p := b.snap.Port(b.snap.ID(r.A.Agent), r.A.IfIndex); p != nil {
		l.Member = p.Member
	}
	for _, p := range [...]*flow.Port{&r.A, &r.B} {
		name := scene.PortName(end(p), p.IfIndex)
		b.ends[name] = len(b.list)
		if _, down := b.down[name]; down && state != scene.Gone {
			l.State = scene.Down
		}
	}
	b.list = append(b.list, l)
}

// outside adds a node beside each switch with ports that lead to nobody we hear, or out of the fabric.
func (b *builder) outside(by map[topology.SwitchID][]*topology.Port, called, state string) {
	ids := make([]topology.SwitchID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		sw := b.snap.Switch(id)
		at, ok := b.index[sw.Agent.String()]
		if !ok {
			continue
		}
		ports := by[id]
		slices.SortFunc(ports, func(p, q *topology.Port) int { return cmp.Compare(p.IfIndex, q.IfIndex) })
		b.nodes = append(b.nodes, scene.Node{Name: called + sw.Name, Kind: scene.Outside, State: state})
		for _, p := range ports {
			b.edge(len(b.nodes)-1, at, p.IfIndex, p.Name, p.Speed)
		}
	}
}

// edge adds a link from a node at the edge to a port of a switch.
func (b *builder) edge(node, at int, ifIndex uint32, name string, speed float64) {
	if len(b.list) >= maxLinks {
		b.more++
		return
	}
	l := scene.Link{A: node, B: at, BIndex: ifIndex, BPort: name, Speed: speed}
	port := scene.PortName(b.nodes[at].Agent, ifIndex)
	if _, down := b.down[port]; down {
		l.State = scene.Down
	}
	b.ends[port] = len(b.list)
	b.list = append(b.list, l)
}

// places counts the hosts of each switch and, where there are few, adds them: hosts
// that live behind the same ports are one node.
func (b *builder) places(hosts map[string]topology.Record) {
	groups := groupHosts(hosts)
	for _, g := range groups {
		at := map[int]struct{}{}
		for _, p := range g.ports {
			if i, ok := b.index[p.Agent.String()]; ok {
				at[i] = struct{}{}
			}
		}
		for i := range at {
			b.nodes[i].Hosts += g.hosts
		}
	}
	if len(groups) > maxHosts || len(b.believed) > maxSmall {
		return
	}
	for _, g := range groups {
		b.group(&g)
	}
}

func (b *builder) group(g *hostGroup) {
	name := g.name
	if g.hosts > 1 {
		name = fmt.Sprintf("%d hosts", g.hosts)
	}
	node := len(b.nodes)
	b.nodes = append(b.nodes, scene.Node{Name: name, Kind: scene.Hosts, Hosts: g.hosts})
	linked := false
	for _, p := range g.ports {
		at, ok := b.index[p.Agent.String()]
		if _, taken := b.ends[scene.PortName(p.Agent.String(), p.IfIndex)]; !ok || taken {
			continue
		}
		speed := 0.0
		if q := b.snap.Port(b.snap.ID(p.Agent), p.IfIndex); q != nil {
			speed = q.Speed
		}
		b.edge(node, at, p.IfIndex, p.Name, speed)
		linked = true
	}
	if !linked {
		b.nodes = b.nodes[:node]
	}
}

func (b *builder) fabric() *scene.Fabric { return scene.NewFabric(b.nodes, b.list, b.more) }
