// Package alertday simulates a day of a fabric's operation (drains, reboots,
// speed changes, a failing optic, a backup window and more), runs the whole
// pipeline over it in simulated time and compares what was alerted with what
// should have been. `make alert-day` writes the table in docs/alerts.md.
package alertday

import (
	"net/netip"
	"time"

	"spoor/fabric"
	"spoor/internal/app/settings"
)

// Operation is something that happens at a time of the day, and what should be told of it.
type Operation struct {
	At    time.Duration // since midnight
	For   time.Duration
	About string
	Want  []Want // alerts, each raised once and resolved once; nil: nobody should hear of it
}

// Want is an alert that should come.
type Want struct {
	Name  string // alertname
	About string // part of its summary
	Page  bool   // its severity is warning or critical
}

// Plan is a day.
type Plan struct {
	Fabric  fabric.Config
	Mute    []string
	List    []Operation
	Silence []Span // agents of which nothing arrives
	Loss    []Span // agents of which one datagram in Every gets lost

	Configure func(c *settings.Config)                                 // nil: as it is
	Alter     func(agent netip.Addr, at time.Duration, payload []byte) // changes a datagram on its way; nil: none
}

// Span is a time in which something is wrong with an agent's datagrams.
type Span struct {
	Agent    string // address
	From, To time.Duration
	Every    int // of a loss
}

// settle is how long after an operation's end alerts about it may still come.
const settle = 15 * time.Minute

// Hours and minutes of the day.
func clock(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }

// base is the fabric: 2 spines, 4 leaves, 10 Gbit/s, light traffic.
func base(length time.Duration) fabric.Config {
	c := fabric.DefaultConfig()
	c.Start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixNano() // a Monday
	c.Duration, c.Polling, c.Elephants, c.Flows, c.Truth = length, 20*time.Second, nil, 60, false
	return c
}

// Agents of the fabric.
const (
	leaf1  = "10.255.0.1"
	leaf2  = "10.255.0.2"
	spine1 = "10.254.0.1"
	spine2 = "10.254.0.2"
)

// reboot takes a spine away: its links and its agent.
func (p *Plan) reboot(spine, agent string, at, length time.Duration) {
	for _, leaf := range []string{"leaf1", "leaf2", "leaf3", "leaf4"} {
		p.event(fabric.EventLinkDown, leaf, spine, 0, at)
		p.event(fabric.EventLinkUp, leaf, spine, 0, at+length)
	}
	p.Silence = append(p.Silence, Span{Agent: agent, From: at, To: at + length})
}

func (p *Plan) event(kind fabric.EventKind, target, to string, value float64, at time.Duration) {
	p.Fabric.Events = append(p.Fabric.Events, fabric.Event{At: at, Kind: kind, Target: target, To: to, Value: value})
}

// during lets something be so for a time.
func (p *Plan) during(kind fabric.EventKind, target, to string, value float64, at, length time.Duration) {
	p.event(kind, target, to, value, at)
	p.event(kind, target, to, 0, at+length)
}

func (p *Plan) elephant(share float64, at, length time.Duration) {
	p.Fabric.Elephants = append(p.Fabric.Elephants, fabric.Elephant{Share: share, Start: at, Duration: length})
}

func (p *Plan) expect(at, length time.Duration, about string, want ...Want) {
	p.List = append(p.List, Operation{At: at, For: length, About: about, Want: want})
}

// page and note are alerts that wake somebody, and that do not.
func page(name, about string) Want { return Want{name, about, true} }
func note(name, about string) Want { return Want{name, about, false} }
