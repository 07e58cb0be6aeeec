package elephant

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// hopRate is the samples per second of a flow at the threshold at one hop that samples 1 in 1000.
const hopRate = 8.234

// scenario is a flow whose frames take one of several routes, each a list of
// the points that a frame passes.
type scenario struct {
	name   string
	routes [][]Point
	pick   func(t float64, r *rand.Rand) int          // the route of a frame
	dead   func(agent uint32, t float64) bool         // agents that went silent
	orders map[uint32]int                             // positions in a bridged path, told 5 s in
	want   [3]float64                                 // estimate over truth: first 10 s, to 30 s, after
	off    float64                                    // tolerance, 0.03 unless told
	check  func(s *Stages, fail func(string, ...any)) // of the stages at the end
}

// sighting is one sample, in seconds.
type sighting struct {
	at    float64 // arrival
	after float64 // arrival of the agent's datagram before
	event float64 // event time, spread over (after, at]
	taken float64 // when it was taken in truth
	point *Point
}

// take gives the samples of a flow at rho times the threshold in order of
// arrival. Agents hold samples until they have 7 or a second is over.
func (c *scenario) take(r *rand.Rand, rho, until float64) []sighting {
	var raw []sighting
	for k := 0; ; k++ {
		least := math.Inf(1) // the smallest N at this place of any route
		for _, route := range c.routes {
			if k < len(route) {
				least = min(least, route[k].N)
			}
		}
		if math.IsInf(least, 1) {
			break
		}
		rate := hopRate * 1000 / least * rho
		for t := r.ExpFloat64() / rate; t < until; t += r.ExpFloat64() / rate {
			route := c.routes[c.pick(t, r)]
			if k >= len(route) || r.Float64()*route[k].N > least || c.dead != nil && c.dead(route[k].Agent, t) {
				continue
			}
			raw = append(raw, sighting{taken: t, point: &route[k]})
		}
	}
	slices.SortFunc(raw, func(a, b sighting) int { return cmp.Compare(a.taken, b.taken) })
	return batch(r, raw)
}

// batch gives the samples their datagrams.
func batch(r *rand.Rand, raw []sighting) []sighting {
	type agent struct {
		due, sent float64
		held      []sighting
	}
	agents := map[uint32]*agent{}
	var out []sighting
	send := func(a *agent, at float64) {
		after := max(a.sent, at-1)
		for i, x := range a.held {
			x.at, x.after, x.event = at, after, after+(float64(i)+0.5)/float64(len(a.held))*(at-after)
			out = append(out, x)
		}
		a.held, a.sent = a.held[:0], at
	}
	for _, x := range raw {
		a := agents[x.point.Agent]
		if a == nil {
			a = &agent{due: r.Float64()}
			agents[x.point.Agent] = a
		}
		for ; a.due < x.taken; a.due++ {
			if len(a.held) > 0 {
				send(a, a.due)
			}
		}
		if a.held = append(a.held, x); len(a.held) == 7 {
			send(a, x.taken)
		}
	}
	slices.SortStableFunc(out, func(a, b sighting) int { return cmp.Compare(a.at, b.at) })
	return out
}

func always() func(float64, *rand.Rand) int { return func(float64, *rand.Rand) int { return 0 } }

func spray(n int) func(float64, *rand.Rand) int {
	return func(_ float64, r *rand.Rand) int { return r.IntN(n) }
}

func flap(period float64) func(float64, *rand.Rand) int {
	return func(t float64, _ *rand.Rand) int { return int(t/period) & 1 }
}

func hop(agent, port uint32, ttl uint16, egress bool, src, dst uint64, n float64) Point {
	return Point{Agent: agent, Port: port, TTL: ttl, Egress: egress, SrcMAC: src, DstMAC: dst, N: n}
}

// routed gives n routes leaf 1 > spine 10+i > leaf 2, sampled on ingress and
// perhaps on egress, with the N of the leaves and of the spines.
func routed(n int, egress bool, leaf, spine float64) (routes [][]Point) {
	for i := range uint32(n) {
		s := 10 + i
		m := uint64(s)
		p := []Point{hop(1, 1, 64, false, 1, 100, leaf), hop(s, 1, 63, false, 101, 1000+m, spine), hop(2, s, 62, false, 2000+m, 200, leaf)}
		if egress {
			p = append(p, hop(1, s, 64, true, 101, 1000+m, leaf), hop(s, 2, 63, true, 2000+m, 200, spine), hop(2, 1, 62, true, 200, 2, leaf))
		}
		routes = append(routes, p)
	}
	return routes
}

// switched gives n bridged routes leaf 1 > spine 10+i > leaf 2: the frame never changes.
func switched(n int) (routes [][]Point) {
	for i := range uint32(n) {
		routes = append(routes, []Point{hop(1, 1, 64, false, 1, 2, 1000), hop(10+i, 1, 64, false, 1, 2, 1000), hop(2, 10+i, 64, false, 1, 2, 1000)})
	}
	return routes
}

// tunnelled is Open vSwitch with VXLAN: the last leaf sees a frame in the tunnel and, on its other bridge, bare.
func tunnelled(spine uint32) []Point {
	m := uint64(spine)
	return []Point{
		{Agent: 1, Sub: 1, Port: 1, TTL: 64, SrcMAC: 1, DstMAC: 2, N: 1000},
		{Agent: spine, Port: 1, TTL: 63, Tunnel: 7, SrcMAC: 3, DstMAC: 4 + m, N: 1000},
		{Agent: 2, Port: 50, TTL: 62, Tunnel: 7, SrcMAC: 5 + m, DstMAC: 6, N: 1000},
		{Agent: 2, Sub: 1, Port: 0, TTL: 64, SrcMAC: 1, DstMAC: 2, N: 1000},
	}
}
