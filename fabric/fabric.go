package fabric

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// slice gives the longest step of the simulation. It divides a second, so that
// the truth's seconds are exact; many flows are worth less detail.
func (c *Config) slice() int64 {
	ms := int64(time.Millisecond)
	switch {
	case c.Flows >= 60_000:
		return 200 * ms
	case c.Flows >= 20_000:
		return 100 * ms
	}
	return 50 * ms
}

// Fabric is a simulated fabric. It is not for concurrent use.
type Fabric struct {
	cfg      Config
	net      *network
	agents   []*agent
	gen      *generator
	sessions []*session
	events   []Event
	happened []happened
	out      outbox
	traffic  *rand.Rand // draws of flows
	sampling *rand.Rand // draws of samplers
	start    int64
	now      int64
	routing  uint32 // epoch of routes
	rates    uint32 // epoch of sampling rates
	truth    []*flowTruth
	spoof    spoofer
	chatter  chatter
}

// New builds a fabric; it does nothing until Run. Errors wrap ErrConfig.
func New(cfg Config) (*Fabric, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Fabric{cfg: cfg, start: cfg.start(), events: cfg.schedule(), routing: 1, rates: 1}
	f.now = f.start
	f.net = build(&f.cfg)
	f.traffic = rand.New(rand.NewPCG(cfg.Seed, 1))
	f.sampling = rand.New(rand.NewPCG(cfg.Seed, 2))
	f.out = outbox{r: rand.New(rand.NewPCG(cfg.Seed, 3)), loss: cfg.Loss, duplicate: cfg.Duplicate}
	f.addAgents()
	if err := f.misname(); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	f.spoof.r = rand.New(rand.NewPCG(cfg.Seed, 6))
	f.chatter = newChatter(f.net, rand.New(rand.NewPCG(cfg.Seed, 8)))
	f.gen = newGenerator(&f.cfg, f.net, rand.New(rand.NewPCG(cfg.Seed, 4)))
	for i := range cfg.Elephants {
		for range cfg.Elephants[i].flows() {
			s, err := f.gen.elephant(i, f.start+int64(cfg.Elephants[i].Start))
			if err != nil {
				return nil, err
			}
			f.sessions = append(f.sessions, s)
		}
	}
	for i := range cfg.Bursts {
		for range cfg.Bursts[i].Count {
			f.sessions = append(f.sessions, f.gen.bursts(&cfg.Bursts[i]))
		}
	}
	for len(f.sessions) < cfg.Flows {
		f.sessions = append(f.sessions, f.gen.mice(f.start+f.traffic.Int64N(int64(time.Second))))
	}
	if cfg.Discards > 0 {
		f.sessions = append(f.sessions, f.gen.blocked())
	}
	return f, nil
}

// check finds the names in the events, and makes the ports to which hosts will move.
func (f *Fabric) check() error {
	for i := range f.events {
		e := &f.events[i]
		switch e.Kind {
		case EventMove:
		case EventDrain, EventUndrain:
			if v := f.net.find(e.Target); v == nil || v.tier == tierLeaf {
				return bad("%v %s: there is no such spine", e.Kind, e.Target)
			}
		case EventRestart, EventHold, EventRenumber:
			if v := f.net.find(e.Target); v == nil || v.agent == nil {
				return bad("%v %s: there is no such switch with an agent", e.Kind, e.Target)
			}
		case EventRate:
			if e.Target != "" && f.net.find(e.Target) == nil {
				return bad("rate %s: there is no such switch", e.Target)
			}
		case EventGrey, EventErrors, EventLinkDown, EventLinkUp, EventSpeed:
			links := f.net.between(e.Target, e.To)
			if links == nil || e.Kind.valued() && links[0].far == nil {
				return bad("%v %s>%s: there is no such link", e.Kind, e.Target, e.To)
			}
		case EventHostMove:
			h, leaf := f.net.findHost(e.Target), f.net.find(e.To)
			if h == nil || leaf == nil || leaf.tier != tierLeaf {
				return bad("hostmove %s>%s: there is no such host or leaf", e.Target, e.To)
			}
		}
	}
	return nil
}

func (f *Fabric) addAgents() {
	r := rand.New(rand.NewPCG(f.cfg.Seed, 5))
	if f.cfg.HostAgents {
		for _, h := range f.net.hosts {
			if h.home == nil {
				f.addHostAgent(h)
			}
		}
	}
	for _, v := range f.net.nodes {
		if v.silent {
			continue
		}
		a := &agent{cfg: &f.cfg, node: v, name: v.name, addr: v.addr, number: len(f.agents), expanded: f.cfg.Expanded}
		a.flows = &subAgent{}
		a.counters = a.flows
		if v.tier == tierHost {
			a.host = v.ports[0].host
			a.host.agent = a
			a.expanded = true
			a.flows, a.counters = &subAgent{id: hostFlows}, &subAgent{id: hostCounters}
		}
		a.boot = f.start - int64(time.Hour) - r.Int64N(int64(40*24*time.Hour))
		a.delay = 50_000 + r.Int64N(350_000)
		a.flows.tick = f.start + r.Int64N(maxWait)
		a.counters.tick = max(a.counters.tick, a.flows.tick)
		a.round, a.firstPoll, a.phase = f.start+r.Int64N(maxWait/4), true, r.Int64N(int64(f.cfg.Polling)/2)
		v.agent = a
		f.agents = append(f.agents, a)
	}
}

func (f *Fabric) addHostAgent(h *host) {
	v := &node{tier: tierHost, name: h.name, addr: h.ip4.Netip(), mac: h.mac}
	if f.cfg.IPv6Agents {
		v.addr = h.ip6.Netip()
	}
	p := f.net.addPort(v, f.cfg.HostSpeed)
	p.ifIndex, p.name, p.mac, p.host = 2, "eth0", h.mac, h
	p.source.setRate(f.net.rate(p.speed))
	for _, g := range f.net.hosts {
		if g.home == h {
			g.inside = f.net.addPort(v, f.cfg.HostSpeed)
			g.inside.name = fmt.Sprintf("veth%d", g.inside.number-1)
		}
	}
	f.net.nodes = append(f.net.nodes, v)
}

// Agents gives how many agents send.
func (f *Fabric) Agents() int { return len(f.agents) }

// Stats counts what agents sent so far.
func (f *Fabric) Stats() Stats { return f.out.stats }

// Now gives the virtual time, Unix ns, that the simulation has reached.
func (f *Fabric) Now() int64 { return f.now }

// Run lets the fabric live and hands its datagrams to the sink, in the order of
// time and from this goroutine. It ends with nil when the configured duration is
// over and the agents have sent what they held, with the context's error, or
// with the sink's. It works once.
func (f *Fabric) Run(ctx context.Context, sink Sink) error {
	end, step := int64(math.MaxInt64), f.cfg.slice()
	if f.cfg.Duration > 0 {
		end = f.start + int64(f.cfg.Duration)
	}
	for f.now < end {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("fabric stopped: %w", err)
		}
		f.happen()
		t1 := min((f.now/step+1)*step, end)
		if len(f.events) > 0 {
			t1 = min(t1, max(f.start+int64(f.events[0].At), f.now+1))
		}
		f.advance(f.now, t1)
		f.flood(f.now, t1)
		f.chat(f.now, t1)
		for _, a := range f.agents {
			a.process(t1, &f.out)
		}
		if t1/1e9 != f.now/1e9 {
			f.backOff()
		}
		f.now = t1
		if err := f.out.deliver(t1, sink); err != nil {
			return err
		}
	}
	for _, a := range f.agents {
		for _, s := range []*subAgent{a.flows, a.counters} {
			a.send(s, s.tick, &f.out)
		}
	}
	return f.out.deliver(math.MaxInt64, sink)
}

// advance lets all sessions send for a slice.
func (f *Fabric) advance(t0, t1 int64) {
	for i, s := range f.sessions {
		if s.end <= t0 {
			s = f.replace(i, t0)
		}
		if s.start >= t1 {
			continue
		}
		a, b := max(t0, s.start), min(t1, s.end)
		n := s.packets(f.traffic, a, b)
		if n > 0 {
			f.send(s, &s.data, n, a, b)
		}
		if s.ack == nil {
			continue
		}
		if m := s.data.next/2 - s.acked; m > 0 {
			if f.send(s, s.ack, m, a, b) {
				s.acked += m
			}
		}
	}
}

// replace ends a session and puts the next one in its place.
func (f *Fabric) replace(i int, now int64) *session {
	old := f.sessions[i]
	if old.elephant < 0 {
		f.sessions[i] = f.gen.mice(now + int64(f.traffic.ExpFloat64()*5e8))
		return f.sessions[i]
	}
	f.gen.retire(old)
	next := &session{elephant: old.elephant, start: math.MaxInt64, end: math.MaxInt64} // none
	if every := f.cfg.Elephants[old.elephant].Every; every > 0 {
		if s, err := f.gen.elephant(old.elephant, old.start+int64(every)); err == nil {
			next = s
		}
	}
	f.sessions[i] = next
	return next
}

// send lets packets of a conduit go through the fabric; where no way leads to the
// receiver nothing is sent, and it gives false.
func (f *Fabric) send(s *session, c *conduit, n uint64, t0, t1 int64) bool {
	if c.epoch != f.routing {
		f.reroute(s, c)
	}
	if len(c.routes) == 0 {
		return false
	}
	if c.skipped != f.rates {
		f.redraw(c)
	}
	first := c.next
	c.next += n
	if t1 == s.end {
		c.fin = c.next - 1
	}
	t := train{session: s, conduit: c, t0: t0, t1: t1, first: first, n: n, bytes: c.stream.bytesUpTo(c.next) - c.stream.bytesUpTo(first)}
	k := uint64(len(c.routes))
	var lost, lostBytes uint64
	for i, r := range c.routes {
		l := t.lane(uint64(i), k)
		if l.n == 0 {
			continue
		}
		reason := f.lose(s, c, &l)
		if l.lost > 0 {
			f.drop(&t, &l, r, reason)
		}
		f.leak(&l, r)
		r.count(&l)
		f.pick(&t, &l, r, c.skips[i])
		n, bytes := l.at(arrived)
		lost += l.n - n
		lostBytes += l.bytes - bytes
	}
	if c.truth != nil {
		c.truth.discarded += lost
		if lost < n {
			c.truth.add(t.when(first), t.when(first+n-1), n-lost, t.bytes-lostBytes)
		}
	}
	return true
}

// lose decides how much of a lane the first switch drops, and why.
func (f *Fabric) lose(s *session, c *conduit, l *lane) uint32 {
	switch {
	case c.role == roleBlocked:
		l.lost = l.n
		return reasonACL
	case f.cfg.Discards > 0 && s.elephant >= 0 && c.role == roleData:
		l.lost = min(poisson(f.traffic, f.cfg.Discards*float64(l.n)), l.n)
	}
	return reasonNoBuffer
}

// count adds a lane to the counters of the ports on its way.
func (r *route) count(l *lane) {
	for i := range r.tolls {
		n, bytes := l.at(r.tolls[i].stage)
		r.tolls[i].tally.add(n, bytes+n*r.tolls[i].overhead)
	}
}

// reroute traces a conduit's routes again.
func (f *Fabric) reroute(s *session, c *conduit) {
	c.epoch = f.routing
	c.routes = f.net.routes(c.src, c.dst, c.hash, mix(c.hash+c.salt))
	c.skipped = 0
	if len(c.routes) == 0 {
		return
	}
	if c.truth == nil && f.cfg.Truth {
		c.truth = &flowTruth{conduit: c, session: s}
		f.truth = append(f.truth, c.truth)
	}
	if c.truth != nil {
		c.truth.begin(c.routes)
	}
}

// redraw draws the first sampled packet of each tap, as sampling has no memory.
func (f *Fabric) redraw(c *conduit) {
	c.skipped = f.rates
	c.skips = c.skips[:0]
	for _, r := range c.routes {
		k := make(skips, len(r.taps))
		for i := range r.taps {
			k[i] = r.taps[i].source.source.draw(f.sampling)
		}
		c.skips = append(c.skips, k)
	}
}
