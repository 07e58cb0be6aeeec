package scene

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
)

// Kind says what a node is.
type Kind uint8

// Kinds.
const (
	Switch  Kind = iota
	Hosts        // one host, or all that live behind the same ports
	Outside      // whatever lies behind ports that lead to nobody we hear
)

// Health of a node.
const (
	Silent = "silent" // its agent was heard before and is not now
	Dark   = "dark"   // no agent reports it, traffic proves it
)

// LinkState is whether a link is there.
type LinkState uint8

// States of links.
const (
	Up    LinkState = iota
	Stale           // not seen for long, and believed still
	Gone            // not believed any more; shown for some minutes
	Down            // a port of it is down
)

// Node is a box of the map.
type Node struct {
	Name  string
	Agent string // address, "" for all but switches that report
	Kind  Kind
	State string // "", Silent, Dark
	Hosts int    // that live there, on switches
	Tier  int    // 0 hosts, 1 where they are connected, and so on up
}

// Link joins two nodes, A the one of the lower tier. Directions are numbered 2 *
// link from A to B and 2 * link + 1 back.
type Link struct {
	A, B           int    // indices of nodes
	AIndex, BIndex uint32 // ifIndexes, 0 unknown
	APort, BPort   string // names, "" unknown
	Speed          float64
	Member         float64 // bit/s of the slowest member, where it is an aggregate; else 0
	Inferred       bool    // the speed is no agent's word
	State          LinkState
}

// Fabric is all nodes and links.
type Fabric struct {
	Nodes []Node
	Links []Link
	More  int // links beyond the bound, which are not in Links

	text  []byte // as in messages: members "nodes" and "links"
	ports map[string]int
	once  sync.Once
}

// NewFabric takes nodes and links over: it orders the links' ends by tier and
// encodes all. Links whose ends are no nodes are a mistake of the caller's.
func NewFabric(nodes []Node, links []Link, more int) *Fabric {
	tiers(nodes, links)
	for i := range links {
		l := &links[i]
		if a, b := &nodes[l.A], &nodes[l.B]; a.Tier > b.Tier || a.Tier == b.Tier && l.A > l.B {
			l.A, l.B, l.AIndex, l.BIndex, l.APort, l.BPort = l.B, l.A, l.BIndex, l.AIndex, l.BPort, l.APort
		}
	}
	slices.SortStableFunc(links, func(x, y Link) int {
		return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B), cmp.Compare(x.AIndex, y.AIndex), cmp.Compare(x.BIndex, y.BIndex))
	})
	f := &Fabric{Nodes: nodes, Links: links, More: more}
	f.encode()
	return f
}

// Same reports whether two fabrics look the same on the page.
func (f *Fabric) Same(o *Fabric) bool { return o != nil && string(f.text) == string(o.text) }

// PortName names a port of a node as Link does.
func PortName(agent string, ifIndex uint32) string {
	return agent + "/" + strconv.FormatUint(uint64(ifIndex), 10)
}

// Link gives the link at a port of a switch that reports ("10.255.0.1/150"), -1 if there is none.
func (f *Fabric) Link(port string) int {
	f.once.Do(func() {
		f.ports = make(map[string]int, 2*len(f.Links))
		for i := range f.Links {
			l := &f.Links[i]
			for _, end := range [...]struct {
				agent   string
				ifIndex uint32
			}{{f.Nodes[l.A].Agent, l.AIndex}, {f.Nodes[l.B].Agent, l.BIndex}} {
				if end.agent != "" {
					f.ports[PortName(end.agent, end.ifIndex)] = i
				}
			}
		}
	})
	if i, ok := f.ports[port]; ok {
		return i
	}
	return -1
}

// Inner reports whether a link joins two switches.
func (f *Fabric) Inner(i int) bool {
	l := &f.Links[i]
	return f.Nodes[l.A].Kind == Switch && f.Nodes[l.B].Kind == Switch
}

func (f *Fabric) encode() {
	b := append(make([]byte, 0, 64*(len(f.Nodes)+len(f.Links))), `"nodes":[`...)
	for i := range f.Nodes {
		n := &f.Nodes[i]
		b = comma(b)
		b = text(append(b, '['), n.Name)
		b = text(append(b, ','), n.Agent)
		switch n.Kind {
		case Hosts:
			b = append(b, `,"h",`...)
		case Outside:
			b = append(b, `,"x",`...)
		case Switch:
			b = append(strconv.AppendInt(append(b, ','), int64(n.Hosts), 10), ',')
		}
		b = text(b, n.State)
		b = append(strconv.AppendInt(append(b, ','), int64(n.Tier), 10), ']')
	}
	b = append(b, `],"links":[`...)
	for i := range f.Links {
		b = f.Links[i].append(comma(b))
	}
	b = append(b, `],"more":`...)
	f.text = strconv.AppendInt(b, int64(f.More), 10)
}

func (l *Link) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, '['), int64(l.A), 10)
	b = strconv.AppendInt(append(b, ','), int64(l.B), 10)
	b = index(append(b, ','), l.AIndex)
	b = index(append(b, ','), l.BIndex)
	b = text(append(b, ','), l.APort)
	b = text(append(b, ','), l.BPort)
	b = mega(append(b, ','), l.Speed)
	b = strconv.AppendUint(append(b, ','), uint64(l.State), 10)
	if l.Member > 0 || l.Inferred {
		b = mega(append(b, ','), l.Member)
		if l.Inferred {
			b = append(b, ",1"...)
		}
	}
	return append(b, ']')
}

// comma separates values of a list.
func comma(b []byte) []byte {
	if c := b[len(b)-1]; c == '[' || c == '{' || c == ':' {
		return b
	}
	return append(b, ',')
}

func text(b []byte, s string) []byte {
	t, _ := json.Marshal(s) // a string always can be
	return append(b, t...)
}

func index(b []byte, v uint32) []byte {
	if v == 0 {
		return append(b, "null"...)
	}
	return strconv.AppendUint(b, uint64(v), 10)
}

// mega writes bit/s as Mbit/s; 0 is unknown.
func mega(b []byte, bits float64) []byte {
	return strconv.AppendFloat(b, bits/1e6, 'g', 7, 64)
}
