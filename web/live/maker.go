package live

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"spoor/analytics"
	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
	"spoor/web/scene"
)

// maker makes the fabric of the picture from the engine's snapshot, and from what
// was told of hosts and of switches that nobody reports.
type maker struct {
	hosts map[string]topology.Record // by id
	dark  map[string]string          // names of switches that nobody reports, by id
	gone  map[string]goneLink        // links that were believed, by their names

	fresh   bool // something was told since the fabric was made
	version uint64
	silent  string // agents, joined
	down    string
	fabric  *scene.Fabric
	ports   []analytics.PortName // two by link: of end A and of end B; zero where nobody reports
	loads   []analytics.PortTraffic
	checked int64
}

type goneLink struct {
	link   topology.Record
	first  int64 // when it was believed first
	since  int64 // and last
	listed bool  // in the latest snapshot
}

func (m *maker) init() {
	m.hosts, m.dark, m.gone = map[string]topology.Record{}, map[string]string{}, map[string]goneLink{}
}

// take notes what was told of places.
func (m *maker) take(places []topology.Record) {
	for i := range places {
		r := &places[i]
		m.fresh = true
		switch {
		case r.Kind == topology.LinkRecord: // the snapshot has them
		case r.Kind == topology.HostRecord && r.State == topology.Gone:
			delete(m.hosts, r.ID)
		case r.Kind == topology.HostRecord:
			m.hosts[r.ID] = *r
		case r.State == topology.Gone:
			delete(m.dark, r.ID)
		default:
			m.dark[r.ID] = r.Switch
		}
	}
}

// update makes the fabric anew if it can have changed.
func (m *maker) update(snap *topology.Snapshot, silent map[string]int64, now int64) {
	quiet, down := joined(silent), m.downs()
	old := now-m.checked > int64(10e9) // what is gone leaves in the end
	if m.fabric != nil && !m.fresh && snap.Version == m.version && quiet == m.silent && down == m.down && !old {
		return
	}
	m.fresh, m.version, m.silent, m.down, m.checked = false, snap.Version, quiet, down, now
	b := newBuilder(snap, down)
	b.switches(silent, m.dark)
	b.links()
	m.remember(b, now)
	b.places(m.hosts)
	next := b.fabric()
	if next.Same(m.fabric) {
		return
	}
	m.fabric, m.ports = next, m.ports[:0]
	for i := range next.Links {
		l := &next.Links[i]
		m.ports = append(m.ports, portName(next, l.A, l.AIndex), portName(next, l.B, l.BIndex))
	}
}

func portName(f *scene.Fabric, node int, ifIndex uint32) analytics.PortName {
	a, err := netip.ParseAddr(f.Nodes[node].Agent)
	if err != nil {
		return analytics.PortName{}
	}
	return analytics.PortName{Agent: flow.AddrFromNetip(a), IfIndex: ifIndex}
}

func joined(silent map[string]int64) string {
	names := make([]string, 0, len(silent))
	for a := range silent {
		names = append(names, a)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// remember notes which links are believed, and adds those that were until some minutes ago.
func (m *maker) remember(b *builder, now int64) {
	for id, g := range m.gone {
		g.listed = false
		m.gone[id] = g
	}
	for i := range b.believed {
		r := &b.believed[i]
		first := now
		if was, ok := m.gone[r.ID]; ok {
			first = was.first
		}
		m.gone[r.ID] = goneLink{link: *r, first: first, since: now, listed: true}
	}
	var left []topology.Record
	for id, g := range m.gone {
		switch {
		case g.listed:
		case now-g.since > goneFor || b.taken(&g.link) || g.guess():
			delete(m.gone, id)
		default:
			left = append(left, g.link)
		}
	}
	slices.SortFunc(left, func(x, y topology.Record) int { return cmp.Compare(x.ID, y.ID) })
	for i := range left {
		b.add(&left[i], scene.Gone)
	}
}

// guess: a link that was believed for a short while, or led to a switch that nobody
// reports, was a step of learning; that it is believed no more is no news.
func (g *goneLink) guess() bool {
	return g.since-g.first < believedFor || g.link.A.Agent.IsZero() || g.link.B.Agent.IsZero()
}

// downs names the links with a port that is down, as the latest loads say.
func (m *maker) downs() string {
	if m.fabric == nil {
		return ""
	}
	var names []string
	for i := range m.loads {
		if s := &m.loads[i].Status; s.Known && !s.Up && i < len(m.ports) {
			names = append(names, scene.PortName(m.ports[i].Agent.String(), m.ports[i].IfIndex))
		}
	}
	return strings.Join(names, " ")
}

// use gives the loads by direction, and what is discarded on the way into links.
func (m *maker) use(e *analytics.Engine) (use []int16, lost []scene.Loss) {
	m.loads = e.Traffic(m.ports, m.loads[:0])
	use = make([]int16, 2*len(m.fabric.Links))
	for i := range m.fabric.Links {
		l := &m.fabric.Links[i]
		a, b := &m.loads[2*i], &m.loads[2*i+1]
		use[2*i], use[2*i+1] = perMille(&a.Out, &b.In, l), perMille(&b.Out, &a.In, l)
		for d, out := range [2]*links.Load{&a.Out, &b.Out} {
			if out.Discards > 0 {
				lost = append(lost, scene.Loss{Direction: 2*i + d, PerSecond: out.Discards})
			}
		}
	}
	return use, lost
}

// perMille gives the load of a direction by what its sender counts, else by what
// the other end receives; -1 unknown.
func perMille(sent, received *links.Load, l *scene.Link) int16 {
	load := sent
	if load.Source == links.Unknown {
		load = received
	}
	if load.Source == links.Unknown || l.Speed <= 0 || l.State == scene.Gone {
		return -1
	}
	return int16(min(1000, max(0, 1000*load.Bits/l.Speed+0.5)))
}
