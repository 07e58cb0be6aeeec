package api

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"spoor/analytics"
	"spoor/flow"
	"spoor/web/answer"
	"spoor/web/scene"
)

// graphJSON is what Grafana's node graph panel draws; the members' names are those that it looks for.
type graphJSON struct {
	Nodes []graphNode `json:"nodes"`
	Edges []graphEdge `json:"edges"`
	More  int         `json:"more"` // links that are not in it
}

// graphNode is a circle. The arcs around it are shares of 1.
type graphNode struct {
	ID        string  `json:"id"`
	Title     string  `json:"title"`
	Subtitle  string  `json:"subtitle"`
	Main      string  `json:"mainstat"`
	Secondary string  `json:"secondarystat"`
	Used      float64 `json:"arc__used"`
	Free      float64 `json:"arc__free"`
	Unknown   float64 `json:"arc__unknown"`
	Silent    float64 `json:"arc__silent"`
	Agent     *string `json:"detail__agent"`
}

// graphEdge is a line from one circle to another.
type graphEdge struct {
	ID        string  `json:"id"`
	Source    string  `json:"source"`
	Target    string  `json:"target"`
	Main      string  `json:"mainstat"`
	Secondary string  `json:"secondarystat"`
	Thickness float64 `json:"thickness"`
	Color     *string `json:"color"`
	Ports     *string `json:"detail__ports"`
	Speed     *string `json:"detail__speed"`
	State     string  `json:"detail__state"`

	share float64 // of the flow, where it takes several ways
}

const (
	defaultGraph = 200 // nodes: Grafana draws no more at once
	unknownNode  = "?"
)

func (a *API) graph(w http.ResponseWriter, r *http.Request) {
	q := ask(r, "flow", "switch", "limit")
	limit := q.number("limit", defaultGraph, 1, maxLimit, true)
	way, name, id := q.text("flow"), q.text("switch"), uint64(0)
	if way != "" {
		id = q.flowID(way)
	}
	if way != "" && name != "" {
		q.fail("give flow or switch, not both")
	}
	if q.bad(w) {
		return
	}
	a.Live.Await(r.Context())
	f := a.Live.Latest()
	if f == nil {
		notYet(w)
		return
	}
	if way == "" {
		answer.JSON(w, http.StatusOK, fabricGraph(f, name, limit))
		return
	}
	if !a.enter(w, r) {
		return
	}
	defer a.leave()
	a.byID(w, id, func(s *analytics.FlowState) {
		answer.JSON(w, http.StatusOK, flowGraph(f, &s.Key, s.Path))
	})
}

// use gives the load of a direction per mille, -1 unknown.
func use(f *scene.Frame, direction int) int16 {
	if direction < 0 || direction >= len(f.Use) {
		return -1
	}
	return f.Use[direction]
}

// percent says a load to people; "" unknown.
func percent(perMille int16) string {
	if perMille < 0 {
		return ""
	}
	return strconv.FormatFloat(float64(perMille)/10, 'f', -1, 64) + "%"
}

// names gives each node of a fabric a name that no other has.
func names(f *scene.Fabric) []string {
	seen, out := make(map[string]int, len(f.Nodes)), make([]string, len(f.Nodes))
	for i := range f.Nodes {
		n := &f.Nodes[i]
		out[i] = n.Name
		if seen[n.Name]++; seen[n.Name] > 1 {
			out[i] = fmt.Sprintf("%s (%s)", n.Name, cmp.Or(n.Agent, strconv.Itoa(i)))
		}
	}
	return out
}

// fabricGraph draws the links between switches, or all of one switch: the busiest, until so many nodes are there.
func fabricGraph(f *scene.Frame, name string, limit int) *graphJSON {
	b := f.Fabric
	at := func(node int) bool {
		return strings.EqualFold(b.Nodes[node].Name, name) || name != "" && b.Nodes[node].Agent == name
	}
	var order []int
	for i := range b.Links {
		if l := &b.Links[i]; name == "" && b.Inner(i) || at(l.A) || at(l.B) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(busier(f, y), busier(f, x)) })

	g, id := &graphJSON{Nodes: []graphNode{}, Edges: []graphEdge{}, More: b.More}, names(b)
	busiest := make(map[int]int16, limit) // load of a node's busiest link
	g.link(f, order, id, busiest, limit)
	for i := range b.Nodes {
		load, linked := busiest[i]
		if !linked && len(g.Nodes) < limit && len(busiest) < limit && b.Nodes[i].Kind == scene.Switch && (name == "" || at(i)) {
			busiest[i], load, linked = -1, -1, true // without a link that is known
		}
		if linked {
			g.Nodes = append(g.Nodes, newNode(&b.Nodes[i], id[i], load))
		}
	}
	return g
}

// busier gives the load of a link in its busier direction.
func busier(f *scene.Frame, link int) int16 { return max(use(f, 2*link), use(f, 2*link+1)) }

// link adds links while their nodes are at most limit.
func (g *graphJSON) link(f *scene.Frame, order []int, id []string, busiest map[int]int16, limit int) {
	for _, i := range order {
		l, fresh := &f.Fabric.Links[i], 0
		for _, n := range [...]int{l.A, l.B} {
			if _, there := busiest[n]; !there {
				fresh++
			}
		}
		if len(busiest)+fresh > limit {
			g.More++
			continue
		}
		for _, n := range [...]int{l.A, l.B} {
			if before, there := busiest[n]; !there || busier(f, i) > before {
				busiest[n] = busier(f, i)
			}
		}
		g.Edges = append(g.Edges, newEdge(f, i, id))
	}
}

func newNode(n *scene.Node, id string, busiest int16) graphNode {
	x := graphNode{ID: id, Title: n.Name, Subtitle: n.State, Main: percent(busiest), Agent: known(n.Agent)}
	switch {
	case n.Kind == scene.Hosts:
		x.Subtitle = "hosts"
	case n.Kind == scene.Outside:
		x.Subtitle = "outside"
	case n.Hosts > 0:
		x.Secondary = fmt.Sprintf("%d hosts", n.Hosts)
	}
	switch share := min(float64(busiest)/1000, 1); {
	case n.State != "":
		x.Silent = 1
	case busiest < 0:
		x.Unknown = 1
	default:
		x.Used, x.Free = share, 1-share
	}
	return x
}

// linkStates are scene's, to people.
var linkStates = [...]string{scene.Up: "up", scene.Stale: "stale", scene.Gone: "gone", scene.Down: "down"}

// newEdge draws a link; both directions' loads stand on it, that from its source to its target first.
func newEdge(f *scene.Frame, i int, id []string) graphEdge {
	l := &f.Fabric.Links[i]
	out, back := use(f, 2*i), use(f, 2*i+1)
	e := graphEdge{
		ID:     id[l.A] + ":" + portOf(l.APort, l.AIndex) + "-" + id[l.B] + ":" + portOf(l.BPort, l.BIndex) + "#" + strconv.Itoa(i),
		Source: id[l.A], Target: id[l.B], Main: percent(out), Secondary: percent(back), State: linkStates[l.State], Color: colour(max(out, back), l.State),
		Thickness: thickness(max(out, back)), Ports: ports(portOf(l.APort, l.AIndex), portOf(l.BPort, l.BIndex)),
	}
	if l.Speed > 0 {
		e.Speed = known(strconv.FormatFloat(l.Speed/1e9, 'g', -1, 64) + " Gbit/s")
	}
	return e
}

func portOf(name string, index uint32) string {
	if name != "" || index == 0 {
		return name
	}
	return strconv.FormatUint(uint64(index), 10)
}

// ports names both ends, "?" the one that is not known.
func ports(from, to string) *string {
	if from == "" && to == "" {
		return nil
	}
	return known(cmp.Or(from, unknownNode) + " > " + cmp.Or(to, unknownNode))
}

// thickness is 1 to 6 pixels.
func thickness(perMille int16) float64 { return 1 + 5*float64(min(max(perMille, 0), 1000))/1000 }

// colour marks what somebody should look at.
func colour(perMille int16, state scene.LinkState) *string {
	switch {
	case state == scene.Down || state == scene.Gone:
		return known("red")
	case perMille >= 800:
		return known("orange")
	}
	return nil
}

// flowGraph draws the way of a flow: its ends, the switches, the loads of the links that it takes.
func flowGraph(f *scene.Frame, k *flow.Key, p *flow.Path) *graphJSON {
	g := &graphJSON{Nodes: []graphNode{}, Edges: []graphEdge{}}
	src, dst := k.Src.Netip().String(), k.Dst.Netip().String()
	g.node(src, "source")
	g.node(dst, "destination")
	if p == nil || len(p.Hops) == 0 {
		g.edge(src, dst, "unknown")
		return g
	}
	state := p.State.String()
	if len(p.Alternatives) > 0 {
		for _, w := range p.Alternatives {
			g.way(slices.Concat([]string{src}, w.Switches, []string{dst}), w.Share, state)
		}
		return g
	}
	last := src
	for i := range p.Hops {
		h := &p.Hops[i]
		subtitle := ""
		if !h.Observed {
			subtitle = "inferred"
		}
		g.node(h.Switch, subtitle)
		if i == 0 || last == unknownNode {
			g.edge(last, h.Switch, state)
		} else {
			g.hop(f, &p.Hops[i-1], h, state)
		}
		last = h.Switch
		if u := p.UnknownAt; u != nil && u.Switch == h.Switch {
			g.node(unknownNode, "silent")
			g.edge(last, unknownNode, state).Ports = ports(portOf(u.Name, u.IfIndex), "")
			last = unknownNode
		}
	}
	g.edge(last, dst, state)
	return g
}

// node adds one that is not there yet.
func (g *graphJSON) node(id, subtitle string) {
	if !slices.ContainsFunc(g.Nodes, func(n graphNode) bool { return n.ID == id }) {
		g.Nodes = append(g.Nodes, graphNode{ID: id, Title: id, Subtitle: subtitle, Unknown: 1})
	}
}

// edge adds one, or gives the one that is there.
func (g *graphJSON) edge(from, to, state string) *graphEdge {
	id := from + ">" + to
	for i := range g.Edges {
		if g.Edges[i].ID == id {
			return &g.Edges[i]
		}
	}
	g.Edges = append(g.Edges, graphEdge{ID: id, Source: from, Target: to, Thickness: thickness(-1), State: state})
	return &g.Edges[len(g.Edges)-1]
}

// way adds one of several that a flow takes, with its share.
func (g *graphJSON) way(nodes []string, share float64, state string) {
	for i, n := range nodes {
		g.node(n, "")
		if i == 0 {
			continue
		}
		e := g.edge(nodes[i-1], n, state)
		e.share += share
		part := int16(min(math.Round(1000*e.share), 1000))
		e.Main, e.Thickness = percent(part), thickness(part)
	}
}

// hop adds the link between two switches, with the load in the flow's direction.
func (g *graphJSON) hop(f *scene.Frame, from, to *flow.Hop, state string) {
	e := g.edge(from.Switch, to.Switch, state)
	e.Ports = ports(portOf(from.OutPort, from.Out), portOf(to.InPort, to.In))
	agent := from.Agent.String()
	i := f.Fabric.Link(scene.PortName(agent, from.Out))
	if i < 0 {
		return
	}
	direction := 2 * i
	if f.Fabric.Nodes[f.Fabric.Links[i].A].Agent != agent {
		direction++
	}
	load := use(f, direction)
	e.Main, e.Thickness, e.Color = percent(load), thickness(load), colour(load, f.Fabric.Links[i].State)
}
