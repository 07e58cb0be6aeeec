package topology

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"spoor/flow"
)

// Class says what kind of link a port is on.
type Class uint8

// Classes of links.
const (
	AnyClass    Class = iota
	FabricLinks       // between two switches
	HostLinks         // to hosts, or to nobody known
	BorderLinks       // to routers that no agent reports
)

var classNames = [...]string{"*", "fabric", "host", "border"}

// String gives the name that ParseShare reads.
func (c Class) String() string { return classNames[c] }

// Share is the share of a link from which a flow takes too much: of one port,
// of all of an agent (IfIndex 0) or of a class (zero Agent).
type Share struct {
	Agent   flow.Addr
	IfIndex uint32
	Class   Class
	Part    float64 // above 0, at most 1
}

// ParseShare reads "fabric=10%", "host=0.3", "border=5%", "10.255.0.1/150=20%" or "10.255.0.1/*=20%".
func ParseShare(text string) (Share, error) {
	var s Share
	where, value, ok := strings.Cut(text, "=")
	if !ok {
		return s, fmt.Errorf("%q: write it like fabric=10%%, host=20%%, border=5%% or 10.255.0.1/150=20%%", text)
	}
	part, err := parsePart(value)
	if err != nil {
		return s, fmt.Errorf("%q: %w", text, err)
	}
	s.Part = part
	for c := FabricLinks; c <= BorderLinks; c++ {
		if where == c.String() {
			s.Class = c
			return s, nil
		}
	}
	port, err := ParseSpeed(where + "=1")
	if err != nil || port.Agent.IsZero() {
		return s, fmt.Errorf("%q: %q is no class of links (fabric, host, border) and no port (10.255.0.1/150)", text, where)
	}
	s.Agent, s.IfIndex = port.Agent, port.IfIndex
	return s, nil
}

func parsePart(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v > 0 && v <= 1) {
		return 0, fmt.Errorf("%q is no share of a link: it is above 0 and at most 1, or 100%%", text)
	}
	return v, nil
}

// String gives the form that ParseShare reads.
func (s Share) String() string {
	where := s.Class.String()
	if !s.Agent.IsZero() {
		where = s.Agent.String() + "/*"
		if s.IfIndex != 0 {
			where = fmt.Sprintf("%s/%d", s.Agent, s.IfIndex)
		}
	}
	return where + "=" + strconv.FormatFloat(s.Part, 'g', -1, 64)
}

// shares finds the share of a port: its own, else its agent's, else its class's, else that of all.
type shares struct {
	ports   map[portAddr]float64
	classes [len(classNames)]float64
}

func newShares(all float64, list []Share) shares {
	s := shares{ports: map[portAddr]float64{}}
	for i := range s.classes {
		s.classes[i] = all
	}
	if all == 0 {
		s.classes = [len(classNames)]float64{1, 1, 1, 1}
	}
	for _, v := range list {
		if v.Agent.IsZero() {
			s.classes[v.Class] = v.Part
		} else {
			s.ports[portAddr{v.Agent, v.IfIndex}] = v.Part
		}
	}
	return s
}

func (s *shares) of(agent flow.Addr, p *Port) float64 {
	for _, k := range [...]portAddr{{agent, p.IfIndex}, {agent, 0}} {
		if v, ok := s.ports[k]; ok {
			return v
		}
	}
	return s.classes[p.Class()]
}

// Class says on what kind of link the port is.
func (p *Port) Class() Class {
	switch {
	case p.Peer != 0:
		return FabricLinks
	case p.Dark:
		return BorderLinks
	}
	return HostLinks
}

// Lane gives the speed, in bit/s, of what one flow can take of the port's link:
// one member's where the port is an aggregate of several; 0 unknown.
func (p *Port) Lane() float64 {
	if p.Member > 0 && (p.Speed == 0 || p.Member < p.Speed) {
		return p.Member
	}
	return p.Speed
}

// Limit gives the rate, in bit/s, from which a flow takes too much of the port's link; 0 unknown.
func (p *Port) Limit() float64 { return p.Share * p.Lane() }

// judge fills what the port's link is judged by. members gives the slowest member of each aggregate of its switch.
func (l *Learner) judge(n *node, v *Port, members map[uint32]float64) {
	v.Share, v.Member = l.shares.of(n.agent, v), members[v.IfIndex]
}

// members gives the speed of the slowest member of each aggregate of a switch, nil if there is none.
func (l *Learner) members(n *node) (speeds map[uint32]float64) {
	for _, p := range n.ports {
		if p.aggregate == 0 || p.aggregate == p.key.idx {
			continue
		}
		speed, _ := l.speed(p)
		if speed <= 0 {
			continue
		}
		if speeds == nil {
			speeds = map[uint32]float64{}
		}
		if old := speeds[p.aggregate]; old == 0 || speed < old {
			speeds[p.aggregate] = speed
		}
	}
	return speeds
}

// stated gives the speed that a port's agent states. One that its own counters
// or samples disprove is none: a threshold of it would be exceeded all the time.
func (p *port) stated() float64 {
	if p.rate > runsAhead*p.speed || p.sampled > p.speed {
		return 0
	}
	return p.speed
}

// runsAhead: counters may run ahead of a speed by as much, for polls come when they come.
const runsAhead = 1.5

// shown: counters that showed so much of a speed, and never much more than it, confirm it.
const shown = 0.1

// confirmed reports whether a port's own speed is configured, or confirmed by its counters.
func (l *Learner) confirmed(p *port) bool {
	return l.configured(p) > 0 || p.speed > 0 && p.stated() > 0 && p.rate >= shown*p.speed
}

// sure reports whether the speed of a port is beyond doubt: its own, or the same at the other end, is confirmed.
func (l *Learner) sure(p *port) bool {
	if l.confirmed(p) {
		return true
	}
	q := l.otherEnd(p)
	if q == nil || !l.confirmed(q) {
		return false
	}
	a, _ := l.speed(p)
	b, _ := l.speed(q)
	return a == b
}

// disproved gives the speed that a port's agent states and its traffic disproves, 0 if there is none.
func (l *Learner) disproved(p *port) float64 {
	if l.configured(p) > 0 || p.stated() > 0 {
		return 0
	}
	return p.speed
}

// Speeds counts the ports that carry traffic by what is known of their speed.
type Speeds struct {
	Stated   int // by the agent, or configured
	Inferred int // taken from the link's other end or from counters, or doubted: both ends state another one
	Unknown  int // nothing is judged there
}

// Speeds counts ports that lead to a switch or to hosts that were seen.
func (s *Snapshot) Speeds() (c Speeds) {
	s.EachPort(func(_ *Switch, p *Port) {
		switch {
		case p.Speed == 0:
			c.Unknown++
		case p.SpeedInferred:
			c.Inferred++
		default:
			c.Stated++
		}
	})
	return c
}

// EachPort calls f with each port that leads to a switch or to hosts that were seen, in no order.
func (s *Snapshot) EachPort(f func(*Switch, *Port)) {
	for _, sw := range s.switches {
		if sw == nil {
			continue
		}
		for _, p := range sw.Ports {
			if p.Peer != 0 || p.Edge || p.Dark {
				f(sw, p)
			}
		}
	}
}

// Frame is the size, in bytes, of the frames of a flow that fills a link, for estimates.
const Frame = 1514

// SamplesAtLimit gives the samples a second that one tap which samples one in n takes of a flow at the port's limit.
func (p *Port) SamplesAtLimit(n float64) float64 {
	if n < 1 {
		return math.NaN()
	}
	return p.Limit() / (8 * Frame * n)
}
