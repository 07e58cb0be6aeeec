package loads

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// load is a fabric with its agents and flows, of which each is judged by itself.
type load struct {
	seed    uint64
	r       *rand.Rand
	start   int64   // ns
	span    float64 // s; all times of flows and agents are seconds from start
	leaves  []*device
	spines  []*device
	hosts   []*host
	flows   []*stream
	plan    plan
	polling float64 // s
	mishaps mishaps
}

// plan is what the ports of a load are drawn from.
type plan struct {
	base    float64 // bit/s
	lambda  float64 // samples a second and tap of a flow at the threshold of a link at the base speed
	mixed   bool    // speeds differ
	perPort bool    // sampling rates differ
	taps    int     // 1 egress, 2 both, else ingress
	subs    int     // sub-agents
	hold    float64 // s that samples wait at most: sFlow allows 1
	oneMAC  bool    // of all ports of a switch
}

// mishaps are what happens to datagrams on their way.
type mishaps struct {
	loss, duplicate float64
	jitter          float64 // s by which datagrams overtake each other
}

// device is a switch.
type device struct {
	number          int
	addr            netip.Addr
	mac             uint64
	ports           []*port
	expanded        bool
	ingress, egress bool
	slow            float64 // factor of its sampling rates
	change, factor  float64 // s at which they change, 0 never; by what
	boot            int64   // ns
}

type port struct {
	at    *device
	index uint32
	speed float64    // bit/s
	rate  [2]float64 // 1 in as many, in and out
	mac   uint64
	peer  *port
	taken [2]float64 // planned, bit/s, in and out
	ways  [2][]*way

	samples, pool, polls uint32
}

type host struct {
	number   int
	port     *port
	mac      uint64
	ip4, ip6 netip.Addr
	next     uint16 // its latest source port
}

func (l *load) pick(of ...float64) float64 { return of[l.r.IntN(len(of))] }

func (l *load) between(a, b float64) float64 { return a * math.Pow(b/a, l.r.Float64()) }

func (l *load) chance(of int) bool { return l.r.IntN(of) == 0 }

func (l *load) devices() []*device { return slices.Concat(l.leaves, l.spines) }

// at gives a time of a message in seconds from the start.
func (l *load) at(t int64) float64 { return float64(t-l.start) / 1e9 }

func newLoad(seed uint64) *load {
	l := &load{seed: seed, r: rand.New(rand.NewPCG(seed, 77)), span: 50}
	r := l.r
	l.start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() + r.Int64N(1e15)
	l.plan = plan{
		base: l.pick(10e6, 100e6, 1e9, 10e9, 25e9, 100e9), lambda: l.between(0.6, 40),
		mixed: l.chance(2), perPort: l.chance(3), taps: r.IntN(4), subs: 1, hold: l.pick(0.1, 0.2, 1), oneMAC: l.chance(2),
	}
	if l.chance(4) {
		l.plan.subs = 2 + r.IntN(3)
	}
	l.polling = l.pick(5, 10, 20, 30)
	spines, leaves, hosts := 1+r.IntN(4), 2+r.IntN(5), 2+r.IntN(4)
	if l.chance(12) {
		spines, leaves = 2+r.IntN(7), 8+r.IntN(9)
	}
	for i := range leaves {
		l.leaves = append(l.leaves, l.device(1+i))
	}
	for i := range spines {
		l.spines = append(l.spines, l.device(1001+i))
	}
	for i, leaf := range l.leaves {
		l.cable(leaf)
		for j := range hosts {
			l.attach(leaf, i, j)
		}
	}
	if l.chance(4) {
		for _, d := range l.devices() {
			if l.chance(2) {
				d.change, d.factor = 15+10*r.Float64(), l.pick(0.25, 0.5, 2, 4)
			}
		}
	}
	switch r.IntN(5) {
	case 0:
		l.mishaps.loss = l.pick(0.01, 0.05, 0.1, 0.2)
	case 1:
		l.mishaps.duplicate = l.pick(0.02, 0.2)
	case 2:
		l.mishaps.jitter = l.pick(0.01, 0.1, 0.3)
	}
	l.traffic()
	return l
}

func (l *load) device(number int) *device {
	d := &device{
		number: number, addr: netip.AddrFrom4([4]byte{10, 255, byte(number >> 8), byte(number)}),
		mac: 0x02_0000_000000 | uint64(number)<<16, expanded: l.chance(4), slow: 1, factor: 1,
	}
	d.ingress, d.egress = l.plan.taps != 1, l.plan.taps == 1 || l.plan.taps == 2
	d.boot = l.start - int64(1e9*l.pick(100, 1e5, 3e6))
	if l.plan.mixed && l.chance(2) {
		d.slow = l.pick(0.25, 0.5, 1, 2, 4)
	}
	return d
}

// cable joins a leaf to all spines.
func (l *load) cable(leaf *device) {
	for _, spine := range l.spines {
		speed := l.plan.base * l.pick(1, 1, 4)
		if l.plan.mixed {
			speed = l.plan.base * l.pick(1, 2, 4, 10, 40)
		}
		up, down := l.port(leaf, speed), l.port(spine, speed)
		up.peer, down.peer = down, up
	}
}

// attach puts host j at leaf i.
func (l *load) attach(leaf *device, i, j int) {
	speed := l.plan.base
	if l.plan.mixed {
		speed *= l.pick(0.1, 1, 1, 1, 4)
	}
	n := len(l.hosts)
	l.hosts = append(l.hosts, &host{
		number: n, port: l.port(leaf, speed), mac: 0x06_0000_000001 + uint64(n), ip4: netip.AddrFrom4([4]byte{10, 1, byte(i), byte(j + 10)}),
		ip6: netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 5: byte(i), 15: byte(j + 10)}),
	})
}

func (l *load) port(d *device, speed float64) *port {
	p := &port{at: d, index: uint32(1 + len(d.ports)), speed: speed, mac: d.mac}
	if len(d.ports) > 0 && d.number%3 == 0 {
		p.index += 1000
	}
	if !l.plan.oneMAC {
		p.mac += uint64(p.index)
	}
	of := l.plan.base
	if l.plan.mixed && l.chance(3) {
		of = speed
	}
	n := 0.1 * of / (8 * 1500 * l.plan.lambda) * d.slow
	if l.plan.perPort {
		n *= l.pick(0.2, 0.5, 1, 1, 2, 5)
	}
	n = min(max(1, math.Round(n)), 100_000)
	p.rate = [2]float64{n, n}
	if l.plan.perPort && l.chance(2) {
		p.rate[1] = max(1, math.Round(n*l.pick(0.5, 2, 4)))
	}
	d.ports = append(d.ports, p)
	return p
}

// to gives the port that leads to another device.
func (d *device) to(other *device) *port {
	i := slices.IndexFunc(d.ports, func(p *port) bool { return p.peer != nil && p.peer.at == other })
	return d.ports[i]
}

func (p *port) threshold() float64 { return 0.1 * p.speed }
