package fabric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"spoor/flow"
)

// generator makes sessions: which hosts, ports, sizes and rates.
type generator struct {
	cfg   *Config
	net   *network
	r     *rand.Rand
	start int64
	mouse float64           // largest mouse, bit/s
	load  map[*port]float64 // bit/s of elephants that leave by a port
	lives []int             // of each elephant
	pairs []pairing         // the same
}

// pairing is between whom the flows of an elephant are that begin at a time.
type pairing struct {
	start    int64
	src, dst *host
}

// reserve is the part of a link that elephants leave to others.
const reserve = 0.95

func newGenerator(cfg *Config, n *network, r *rand.Rand) *generator {
	g := &generator{cfg: cfg, net: n, r: r, start: cfg.start(), load: map[*port]float64{}, lives: make([]int, len(cfg.Elephants)), pairs: make([]pairing, len(cfg.Elephants))}
	hosts := float64(len(n.hosts)) * float64(cfg.HostSpeed)
	uplinks := float64(len(n.leaves)*cfg.Spines*cfg.LAG) * float64(cfg.FabricSpeed)
	mice := float64(cfg.Flows - cfg.big())
	g.mouse = min(cfg.Mouse*cfg.linkSpeed(), 0.3*min(hosts, uplinks)*math.Log(mouseSpread)/max(mice, 1))
	return g
}

// mouseSpread is how many times the largest mouse is the smallest one.
const mouseSpread = 200

// meet gives the two hosts between which the flows of an elephant are that begin at a time.
func (g *generator) meet(i int, start int64) (src, dst *host, err error) {
	e, p := &g.cfg.Elephants[i], &g.pairs[i]
	if p.src != nil && p.start == start {
		return p.src, p.dst, nil
	}
	src = g.freest(func(h *host) float64 { return h.sent }, nil)
	dst = g.freest(func(h *host) float64 { return h.received }, src)
	all := e.Share * float64(e.flows()) * g.cfg.linkSpeed()
	if (max(src.sent, dst.received) + all) > reserve*float64(g.cfg.HostSpeed) {
		return nil, nil, bad("elephant %d takes %v of a link: no two hosts have that much of their links free beside the others", i+1, e.Share*float64(e.flows()))
	}
	*p = pairing{start, src, dst}
	return src, dst, nil
}

// elephant makes the next life of an elephant, or one of its flows; it fails if no two hosts have that much of their links free.
func (g *generator) elephant(i int, start int64) (*session, error) {
	e := &g.cfg.Elephants[i]
	rate := e.Share * g.cfg.linkSpeed()
	src, dst, err := g.meet(i, start)
	if err != nil {
		return nil, err
	}
	src.sent += rate
	dst.received += rate
	s := &session{elephant: i, start: start, end: math.MaxInt64, rate: rate, swing: 0.04, factor: 1, bursts: 4, duty: 0.5}
	g.lives[i]++
	s.name = fmt.Sprintf("elephant%d-%d", i+1, g.lives[i])
	if e.Duration > 0 {
		s.end = start + int64(e.Duration)
	}
	s.on, s.pause = int64(e.On), int64(e.Off)
	proto := uint8(flow.ProtoTCP)
	if e.UDP || g.cfg.OneWay {
		proto = flow.ProtoUDP
	}
	for range 16 { // a hash that does not put too many elephants on one link
		g.connect(s, src, dst, proto, false, 1, uint64(g.cfg.MTU))
		if g.fits(s) {
			break
		}
	}
	g.account(s)
	return s, nil
}

// way gives the hops that a session will take, none where no link leads.
func (g *generator) way(s *session) []hop {
	if r := g.net.trace(s.data.src, s.data.dst, s.data.hash, s.data.hash, byHash); r != nil {
		return r.hops
	}
	return nil
}

func (g *generator) fits(s *session) bool {
	for _, h := range g.way(s) {
		if g.load[h.out]+s.rate > 0.8*float64(h.out.speed) && g.load[h.out] > 0 {
			return false
		}
	}
	return true
}

// account adds the load of an elephant to the links of its path.
func (g *generator) account(s *session) {
	for _, h := range g.way(s) {
		g.load[h.out] += s.rate
		s.path = append(s.path, h.out)
	}
}

// retire gives back what an elephant took.
func (g *generator) retire(s *session) {
	for _, p := range s.path {
		g.load[p] -= s.rate
	}
	s.data.src.sent -= s.rate
	s.data.dst.received -= s.rate
}

// freest gives one of the hosts with the least load, in another leaf than the peer if there is another leaf.
func (g *generator) freest(load func(*host) float64, peer *host) *host {
	var best *host
	first := g.r.IntN(len(g.net.hosts))
	for i := range g.net.hosts {
		h := g.net.hosts[(first+i)%len(g.net.hosts)]
		if peer != nil && (h.box() == peer.box() || h.leaf == peer.leaf && len(g.net.leaves) > 1) || !g.may(h, peer != nil) {
			continue
		}
		if best == nil || load(h) < load(best) {
			best = h
		}
	}
	return best
}

// mice makes one mouse that begins at start.
func (g *generator) mice(start int64) *session {
	r := g.r
	s := &session{elephant: -1, name: "mouse", start: start, end: math.MaxInt64, factor: 1, swing: 0.2}
	s.rate = g.mouse * math.Pow(mouseSpread, -r.Float64())
	if g.cfg.Lifetime > 0 {
		s.end = start + int64(time.Second) + int64(r.ExpFloat64()*float64(g.cfg.Lifetime))
	}
	if r.IntN(2) == 0 {
		s.onOff = float64(time.Second) * (1 + 3*r.Float64())
		s.toggle = start + int64(r.ExpFloat64()*s.onOff)
	}
	src := g.sender()
	dst := g.partner(src)
	if g.cfg.Outside > 0 && r.Float64() < g.cfg.Outside {
		src, dst = g.far()
	}
	six := r.Float64() < g.cfg.IPv6
	if r.Float64() < g.cfg.UDP || g.cfg.OneWay {
		s.poisson = true
		size := [...]uint64{64, 172, 512, 1200, 1400}[r.IntN(5)]
		g.connect(s, src, dst, flow.ProtoUDP, six, 1, size)
		return s
	}
	s.bursts, s.duty = float64(2+r.IntN(4)), 0.2+0.5*r.Float64()
	group, tail := uint64(1), uint64(g.cfg.MTU)
	if r.IntN(2) == 0 {
		s.poisson = true
		group, tail = 1+r.Uint64N(6), 64+r.Uint64N(1300)
	}
	g.connect(s, src, dst, flow.ProtoTCP, six, group, tail)
	return s
}

// may tells whether a host receives, or sends.
func (g *generator) may(h *host, receive bool) bool {
	return !g.cfg.OneWay || receive == (h.slot%2 == 1)
}

// sender picks the first end of a mouse.
func (g *generator) sender() *host {
	for {
		if h := g.net.hosts[g.r.IntN(len(g.net.hosts))]; g.may(h, false) {
			return h
		}
	}
}

// partner picks the other end of a mouse.
func (g *generator) partner(src *host) *host {
	n := len(g.net.hosts)
	local := g.r.Float64() < g.cfg.Local
	dst := src
	for range 64 {
		dst = g.net.hosts[g.r.IntN(n)]
		if dst.box() != src.box() && (dst.leaf == src.leaf) == local && g.may(dst, true) {
			return dst
		}
	}
	for i := 1; dst.box() == src.box() || !g.may(dst, true); i++ {
		dst = g.net.hosts[(src.number+i)%n]
	}
	return dst
}

// blocked makes the flow that an ACL drops.
func (g *generator) blocked() *session {
	s := &session{elephant: -1, name: "blocked", start: g.start, end: math.MaxInt64, rate: 50 * 8 * 554, factor: 1, poisson: true}
	src := g.net.hosts[g.r.IntN(len(g.net.hosts))]
	g.connect(s, src, g.partner(src), flow.ProtoUDP, false, 1, 512)
	s.data.role = roleBlocked
	return s
}

// connect gives a session its addresses, ports and streams.
func (g *generator) connect(s *session, src, dst *host, proto uint8, six bool, group, tail uint64) {
	port := src.nextPort
	src.nextPort++
	key := flow.Key{
		Src: src.ip4, Dst: dst.ip4, Proto: proto,
		SrcPort: uint16(32768 + port%28000), DstPort: uint16(5201 + port/28000),
	}
	if six {
		key.Src, key.Dst = src.ip6, dst.ip6
	}
	s.data = conduit{key: key, src: src, dst: dst, hash: key.ID(), stream: newStream(&key, uint64(g.cfg.MTU), group, tail, g.r.Uint32())}
	s.ack = nil
	if proto == flow.ProtoTCP {
		s.data.peerISN = g.r.Uint32()
		if g.cfg.Acks {
			back := key.Reverse()
			s.ack = &conduit{key: back, role: roleAck, src: dst, dst: src, hash: back.ID(), peerISN: s.data.stream.isn}
			s.ack.stream = s.data.stream.acknowledging(s.data.peerISN)
		}
	}
}
