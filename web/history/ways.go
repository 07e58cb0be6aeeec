package history

import (
	"encoding/binary"

	"spoor/flow"
)

// way is a path, shared by all flows that take it.
type way struct {
	key     string
	state   flow.PathState
	hops    []hop
	others  []flow.PathAlternative
	unknown uint32 // port, 0 none
	users   int
}

// hop is a switch on a way, by the ports it is entered and left by.
type hop struct {
	in, out  uint32
	observed bool
}

func (w *way) size() int {
	n := wayBytes + 16*len(w.hops) + len(w.key)
	for i := range w.others {
		n += 48 + 16*len(w.others[i].Switches)
	}
	return n
}

// maxPorts bounds the table of ports: a path of a port beyond it is not kept.
const maxPorts = 1 << 18

// portTable numbers ports; 0 is none.
type portTable struct {
	list   []flow.Port
	number map[flow.Port]uint32
}

func newPortTable() portTable {
	return portTable{list: make([]flow.Port, 1), number: map[flow.Port]uint32{{}: 0}}
}

func (t *portTable) of(p flow.Port) (n uint32, ok bool) {
	n, ok = t.number[p]
	if !ok && len(t.list) < maxPorts {
		n, ok = uint32(len(t.list)), true
		t.list, t.number[p] = append(t.list, p), n
	}
	return n, ok
}

// intern gives the way of a path, the same for the same; nil for none.
func (s *Flows) intern(p *flow.Path) *way {
	if p == nil {
		return nil
	}
	b := append(s.text[:0], byte(p.State))
	hops, ok := make([]hop, 0, len(p.Hops)), true
	for i := range p.Hops {
		h := &p.Hops[i]
		in, known := s.ports.of(flow.Port{Switch: h.Switch, Agent: h.Agent, IfIndex: h.In, Name: h.InPort})
		out, both := s.ports.of(flow.Port{Switch: h.Switch, Agent: h.Agent, IfIndex: h.Out, Name: h.OutPort})
		ok = ok && known && both
		hops = append(hops, hop{in, out, h.Observed})
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, in), out)
		if h.Observed {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	for i := range p.Alternatives {
		for _, name := range p.Alternatives[i].Switches {
			b = append(append(b, name...), '>')
		}
		b = append(b, byte(100*p.Alternatives[i].Share), ';')
	}
	unknown := uint32(0)
	if p.UnknownAt != nil {
		var known bool
		unknown, known = s.ports.of(*p.UnknownAt)
		ok = ok && known
	}
	b = binary.LittleEndian.AppendUint32(b, unknown)
	s.text = b
	switch w := s.ways[string(b)]; {
	case w != nil:
		return w
	case !ok:
		return nil
	}
	return &way{key: string(b), state: p.State, hops: hops, others: p.Alternatives, unknown: unknown}
}

// hold counts a user of a way; the first makes it known.
func (s *Flows) hold(w *way) {
	if w == nil {
		return
	}
	if w.users++; w.users == 1 {
		s.ways[w.key] = w
		s.bytes += w.size()
	}
}

// release counts a user less; the last one's leave forgets it.
func (s *Flows) release(w *way) {
	if w == nil {
		return
	}
	if w.users--; w.users == 0 {
		delete(s.ways, w.key)
		s.bytes -= w.size()
	}
}

// path gives a way as a path.
func (s *Flows) path(w *way) *flow.Path {
	if w == nil {
		return nil
	}
	p := &flow.Path{State: w.state, Hops: make([]flow.Hop, 0, len(w.hops)), Alternatives: w.others}
	for _, h := range w.hops {
		in, out := &s.ports.list[h.in], &s.ports.list[h.out]
		p.Hops = append(p.Hops, flow.Hop{
			Switch: in.Switch, Agent: in.Agent, In: in.IfIndex, InPort: in.Name, Out: out.IfIndex, OutPort: out.Name, Observed: h.observed,
		})
	}
	if w.unknown != 0 {
		at := s.ports.list[w.unknown]
		p.UnknownAt = &at
	}
	return p
}
