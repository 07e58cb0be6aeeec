package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"spoor/flow"
)

// PortInfo is what an agent's counters say of a port or of itself.
type PortInfo struct {
	Agent     flow.Addr
	IfIndex   uint32  // 0: only Hostname counts
	Name      string  // "" unknown
	Speed     float64 // bit/s, 0 unknown
	Rate      float64 // highest rate counted between two polls, bit/s
	Sampled   float64 // bit/s, a rate proven by samples that its speed does not allow; negative: that is over; 0 no news
	Aggregate uint32  // ifIndex of the aggregate that the port is member of, 0 none or unknown
	Hostname  string  // "" unknown
	Down, Up  bool    // the link went down, came up; neither: no news
	WasUp     int64   // arrival of the latest counters that said so before it went down (Unix ns), 0 unknown
}

// Inform takes names and speeds. They show in the snapshot of the next Apply.
func (l *Learner) Inform(i *PortInfo) {
	n := l.node(i.Agent)
	if n == nil {
		l.Ignored++
		return
	}
	if i.Hostname != "" && i.Hostname != n.hostname {
		l.rename(n, i.Hostname)
	}
	if i.IfIndex == 0 {
		return
	}
	p := l.port(n, i.IfIndex)
	if p == nil {
		return
	}
	l.carrier(p, i)
	old := p.speed
	inferred, rate := max(p.inferred, plausible(i.Rate)), max(p.rate, i.Rate)
	known, confirmed := p.stated(), l.confirmed(p)
	aggregate := cmp.Or(i.Aggregate, p.aggregate)
	rename := i.Name != "" && i.Name != p.name
	if rename || i.Speed > 0 && i.Speed != p.speed || inferred != p.inferred || aggregate != p.aggregate {
		if rename {
			p.name = i.Name
		}
		if i.Speed > 0 {
			p.speed = i.Speed
		}
		p.inferred = inferred
		l.bundle(n, p, aggregate)
		l.touch(n)
		l.touchPeers(n)
	}
	if p.rate = rate; i.Speed > 0 && i.Speed != old {
		p.rate, p.sampled = i.Rate, 0
	}
	if i.Sampled != 0 {
		p.sampled = max(i.Sampled, 0)
	}
	if p.stated() != known || l.confirmed(p) != confirmed {
		l.touch(n)
		l.touchPeers(n)
	}
}

// rename gives a switch its host name; a name that two agents claim names neither.
func (l *Learner) rename(n *node, name string) {
	if claim := l.names[n.hostname]; claim != nil {
		delete(claim, n)
		l.touchSole(claim)
		if len(claim) == 0 {
			delete(l.names, n.hostname)
		}
	}
	claim := l.names[name]
	if claim == nil {
		claim = map[*node]struct{}{}
		l.names[name] = claim
	}
	l.touchSole(claim)
	n.hostname = name
	claim[n] = struct{}{}
	l.touch(n)
	l.touchPeers(n)
}

// touchSole marks the only switch that claims a name: it gets the name, or is about to lose it.
func (l *Learner) touchSole(claim map[*node]struct{}) {
	if len(claim) != 1 {
		return
	}
	for n := range claim {
		l.touch(n)
		l.touchPeers(n)
	}
}

// touchPeers marks the neighbours of a switch, whose link names hold its name.
func (l *Learner) touchPeers(n *node) {
	for _, p := range n.ports {
		if p.peer != 0 && l.nodes[p.peer] != nil {
			l.touch(l.nodes[p.peer])
		}
	}
}

// ethernetSpeeds are the speeds that are inferred from a counted rate.
var ethernetSpeeds = [...]float64{100e6, 1e9, 10e9, 25e9, 40e9, 50e9, 100e9, 200e9, 400e9, 800e9}

// plausible gives the speed of which a counted rate is at least a third, 0 if there is none.
func plausible(rate float64) float64 {
	for _, v := range ethernetSpeeds {
		if rate <= v*1.02 {
			if rate >= v/3 {
				return v
			}
			return 0
		}
	}
	return 0
}

// Speed configures the speed of ports: of one, of all of an agent (IfIndex 0), or of all (zero Agent).
type Speed struct {
	Agent   flow.Addr
	IfIndex uint32
	Bps     float64
}

// ParseSpeed reads "10.255.0.1/150=100M", "10.255.0.1/*=10G" or "*=100M"; bit/s
// with an optional suffix K, M, G or T.
func ParseSpeed(text string) (Speed, error) {
	var s Speed
	where, value, ok := strings.Cut(text, "=")
	if !ok {
		return s, fmt.Errorf("speed %q: want AGENT/IFINDEX=SPEED, AGENT/*=SPEED or *=SPEED, e.g. 10.0.0.1/5=100G", text)
	}
	bps, err := parseRate(strings.TrimSpace(value))
	if err != nil {
		return s, fmt.Errorf("speed %q: %w", text, err)
	}
	s.Bps = bps
	where = strings.TrimSpace(where)
	if where == "*" {
		return s, nil
	}
	agent, port, ok := strings.Cut(where, "/")
	addr, err := netip.ParseAddr(agent)
	if err != nil || !ok {
		return s, fmt.Errorf("speed %q: %q is no agent address with /IFINDEX or /*", text, where)
	}
	s.Agent = flow.AddrFromNetip(addr)
	if port != "*" {
		n, err := strconv.ParseUint(port, 10, 32)
		if err != nil || n == 0 {
			return s, fmt.Errorf("speed %q: %q is no ifIndex", text, port)
		}
		s.IfIndex = uint32(n)
	}
	return s, nil
}

func parseRate(text string) (float64, error) {
	scale := 1.0
	if n := len(text); n > 0 {
		switch text[n-1] {
		case 'k', 'K':
			scale = 1e3
		case 'M':
			scale = 1e6
		case 'G':
			scale = 1e9
		case 'T':
			scale = 1e12
		}
		if scale > 1 {
			text = text[:n-1]
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0 && v*scale <= 1e15) {
		return 0, fmt.Errorf("%q is no speed in bit/s (suffixes K, M, G, T)", text)
	}
	return v * scale, nil
}

// String gives the form that ParseSpeed reads.
func (s Speed) String() string {
	where := "*"
	if !s.Agent.IsZero() {
		where = s.Agent.String() + "/*"
		if s.IfIndex != 0 {
			where = fmt.Sprintf("%s/%d", s.Agent, s.IfIndex)
		}
	}
	return where + "=" + strconv.FormatFloat(s.Bps, 'f', -1, 64)
}

// portAddr names a port from outside; IfIndex 0 all of an agent, the zero value all there are.
type portAddr struct {
	agent flow.Addr
	idx   uint32
}

// indexSpeeds makes configured speeds quick to find; of two for the same ports the first counts.
func indexSpeeds(speeds []Speed) map[portAddr]float64 {
	m := make(map[portAddr]float64, len(speeds))
	for i := range slices.Backward(speeds) {
		s := &speeds[i]
		m[portAddr{s.Agent, s.IfIndex}] = s.Bps
	}
	return m
}

// configured gives the configured speed of a port, the most specific first, 0 if none.
func (l *Learner) configured(p *port) float64 {
	agent := l.nodes[p.key.sw].agent
	for _, k := range [...]portAddr{{agent, p.key.idx}, {agent, 0}, {}} {
		if v, ok := l.speeds[k]; ok {
			return v
		}
	}
	return 0
}
