package analytics_test

import "spoor/flow"

// plain is what anybody would write first: a map of flows by key, with the
// switches that were seen. It has no lock, no path, no detector and no end, and
// is measured beside an engine with the same flows: what machines and their
// neighbours do to memory, they do to both.
type plain struct {
	flows map[flow.Key]*plainFlow
	cpu   float64
	n     int
}

type plainFlow struct {
	bytes, packets uint64
	first, last    int64
	hops           [4]struct {
		agent   flow.Addr
		in, out uint32
	}
	n int
}

// newPlain gives a map that has met all flows of a crowd.
func newPlain(c *crowd) *plain {
	p := &plain{flows: make(map[flow.Key]*plainFlow, c.flows)}
	for i := range c.flows {
		c.fill(uint32(i)<<2 | 1)
		p.take(&c.sample)
	}
	return p
}

func (p *plain) take(s *flow.Sample) {
	f := p.flows[s.Packet.Key]
	if f == nil {
		f = &plainFlow{first: s.Received}
		p.flows[s.Packet.Key] = f
	}
	f.bytes += uint64(s.FrameLength) * uint64(s.Rate())
	f.packets += uint64(s.Rate())
	f.last = s.Received
	for i := range f.n {
		if f.hops[i].agent == s.Agent {
			return
		}
	}
	if f.n < len(f.hops) {
		f.hops[f.n].agent, f.hops[f.n].in, f.hops[f.n].out = s.Agent, s.Input.Index(), s.Output.Index()
		f.n++
	}
}

// measure takes so many samples of a crowd's order, from a place far from that of the crowd.
func (p *plain) measure(c *crowd, n int) (cpu float64) {
	from := c.turn + len(c.order)/2
	cpu = cpuOf(func() {
		for i := range n {
			c.fill(c.order[(from+i)&(len(c.order)-1)])
			c.stamp()
			p.take(&c.sample)
		}
	})
	p.cpu += cpu
	p.n += n
	return cpu
}
