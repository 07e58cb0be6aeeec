package topology

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"spoor/flow"
)

// Static is a topology as configured, in the JSON form of sFlow-RT:
//
//	{"nodes":{"leaf1":{"agent":"10.0.0.1","ports":{"swp1":{"ifindex":"3"}}}},
//	 "links":{"l1":{"node1":"leaf1","port1":"swp1","node2":"spine1","port2":"swp5"}}}
//
// It overrides what is learned.
type Static struct {
	Nodes map[string]StaticNode `json:"nodes"`
	Links map[string]StaticLink `json:"links"`
}

// StaticNode is a switch and its ports by name.
type StaticNode struct {
	Agent string                `json:"agent"`
	Ports map[string]StaticPort `json:"ports"`

	addr flow.Addr
}

// StaticPort names a port's ifIndex.
type StaticPort struct {
	IfIndex ifIndex `json:"ifindex"`
}

// StaticLink joins two ports.
type StaticLink struct {
	Node1 string `json:"node1"`
	Port1 string `json:"port1"`
	Node2 string `json:"node2"`
	Port2 string `json:"port2"`
}

// ifIndex is written as a string or as a number.
type ifIndex uint32

// UnmarshalJSON implements json.Unmarshaler.
func (i *ifIndex) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n == 0 {
		return fmt.Errorf("ifindex %s is no number from 1 to 4294967295", b)
	}
	*i = ifIndex(n)
	return nil
}

// LoadStatic reads a topology file.
func LoadStatic(path string) (*Static, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("topology.file: %w", err)
	}
	g, err := ParseStatic(b)
	if err != nil {
		return nil, fmt.Errorf("topology.file %s: %w", path, err)
	}
	return g, nil
}

// ParseStatic reads and checks a topology.
func ParseStatic(b []byte) (*Static, error) {
	g := &Static{}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, errors.New("it is empty (want sFlow-RT's topology JSON)")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(g); err != nil {
		at := int(d.InputOffset())
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = int(e.Offset)
		} else if errors.Is(err, io.ErrUnexpectedEOF) {
			at = len(b)
		}
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			at = int(e.Offset)
			err = fmt.Errorf("a JSON %s is not wanted at %q", e.Value, cmp.Or(e.Field, "the top"))
		}
		line := 1 + bytes.Count(bytes.TrimRight(b[:min(at, len(b))], "\n"), []byte("\n"))
		return nil, fmt.Errorf("line %d: %w (want sFlow-RT's topology JSON)", line, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return g, g.check()
}

func (g *Static) check() error {
	if len(g.Nodes) == 0 {
		return errors.New(`it has no "nodes" (want sFlow-RT's topology JSON)`)
	}
	agents := map[flow.Addr]string{}
	for _, name := range slices.Sorted(maps.Keys(g.Nodes)) {
		n := g.Nodes[name]
		for port := range n.Ports {
			if !printable(port) {
				return fmt.Errorf("nodes.%q: port %q has characters that cannot be shown", name, port)
			}
		}
		if !printable(name) {
			return fmt.Errorf("nodes.%q has characters that cannot be shown", name)
		}
		a, err := netip.ParseAddr(n.Agent)
		if err != nil {
			return fmt.Errorf("nodes.%s: agent %q is no IP address", name, n.Agent)
		}
		n.addr = flow.AddrFromNetip(a)
		if other, ok := agents[n.addr]; ok {
			return fmt.Errorf("nodes.%s: agent %s is also that of %s", name, n.Agent, other)
		}
		agents[n.addr] = name
		g.Nodes[name] = n
	}
	used := map[[2]string]string{}
	for _, name := range slices.Sorted(maps.Keys(g.Links)) {
		k := g.Links[name]
		for _, end := range [][2]string{{k.Node1, k.Port1}, {k.Node2, k.Port2}} {
			n, ok := g.Nodes[end[0]]
			if !ok {
				return fmt.Errorf("links.%s: node %q is not among the nodes", name, end[0])
			}
			if p, ok := n.Ports[end[1]]; !ok || p.IfIndex == 0 {
				return fmt.Errorf("links.%s: port %q of node %q has no ifindex", name, end[1], end[0])
			}
			if other, ok := used[end]; ok {
				return fmt.Errorf("links.%s: port %q of node %q is also in link %s", name, end[1], end[0], other)
			}
			used[end] = name
		}
	}
	return nil
}

// applyStatic puts the given topology into the learner.
func (l *Learner) applyStatic() {
	g := l.cfg.Static
	if g == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(g.Nodes)) {
		given := g.Nodes[name]
		n := l.node(given.addr)
		if n == nil {
			continue
		}
		n.given, n.router = name, true
		for _, port := range slices.Sorted(maps.Keys(given.Ports)) { // of two names for one port the last counts
			if p := given.Ports[port]; p.IfIndex != 0 {
				if q := l.port(n, uint32(p.IfIndex)); q != nil {
					q.label = port
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.Links)) {
		k := g.Links[name]
		p, q := l.staticPort(k.Node1, k.Port1), l.staticPort(k.Node2, k.Port2)
		if p == nil || q == nil {
			continue
		}
		l.impose(p, q)
		l.impose(q, p)
	}
}

func (l *Learner) staticPort(node, name string) *port {
	n := l.cfg.Static.Nodes[node]
	if at := l.node(n.addr); at != nil {
		return l.port(at, uint32(n.Ports[name].IfIndex))
	}
	return nil
}

// impose makes a port lead to another one, whatever was learned.
func (l *Learner) impose(p, to *port) {
	if old := l.otherEnd(p); old != nil && old != to {
		old.peerPort = 0
		l.touchPort(old)
	}
	if p.peer != to.key.sw || p.peerPort != to.key.idx {
		p.learned, p.voted = false, false
	}
	if p.dark != 0 {
		l.lead(p, 0)
	}
	l.setEdge(p, false)
	p.peer, p.peerPort, p.given = to.key.sw, to.key.idx, true
}
