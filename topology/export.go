package topology

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
)

// MarshalJSON implements json.Marshaler, as sFlow-RT writes it.
func (i ifIndex) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatUint(uint64(i), 10))), nil
}

// MarshalIndent gives the topology in sFlow-RT's JSON form, which ParseStatic reads.
func (g *Static) MarshalIndent() ([]byte, error) {
	b, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("topology: %w", err)
	}
	return append(b, '\n'), nil
}

// Export gives switches, their ports and the links whose two ends are known, given and
// learned, in sFlow-RT's form.
func (m *Memory) Export() *Static {
	g := &Static{Nodes: map[string]StaticNode{}, Links: map[string]StaticLink{}}
	type place struct{ node, port string }
	at := map[MemoryEnd]place{}
	for i := range m.Switches {
		s := &m.Switches[i]
		name := cmp.Or(s.Name, s.Agent.String())
		if _, taken := g.Nodes[name]; taken {
			name = s.Agent.String()
		}
		n := StaticNode{Agent: s.Agent.String(), Ports: map[string]StaticPort{}}
		for j := range s.Ports {
			p := &s.Ports[j]
			number := strconv.FormatUint(uint64(p.IfIndex), 10)
			port := cmp.Or(p.Name, number)
			if _, taken := n.Ports[port]; taken {
				port += "#" + number
			}
			n.Ports[port] = StaticPort{IfIndex: ifIndex(p.IfIndex)}
			at[MemoryEnd{s.Agent, p.IfIndex}] = place{name, port}
		}
		g.Nodes[name] = n
	}
	linked := map[MemoryEnd]bool{}
	for i := range m.Links {
		k := &m.Links[i]
		if k.A.compare(k.B) > 0 { // each is there from both ends
			k = &MemoryLink{A: k.B, B: k.A}
		}
		a, aok := at[k.A]
		b, bok := at[k.B]
		if !aok || !bok || linked[k.A] || linked[k.B] {
			continue
		}
		linked[k.A], linked[k.B] = true, true
		g.Links[a.node+":"+a.port+"--"+b.node+":"+b.port] = StaticLink{Node1: a.node, Port1: a.port, Node2: b.node, Port2: b.port}
	}
	return g
}
