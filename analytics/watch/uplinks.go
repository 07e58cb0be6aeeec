package watch

import (
	"cmp"
	"fmt"
	"strings"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// balanceTurns: the uplinks of one in so many switches are compared each second.
const (
	balanceTurns = 10
	balanceEvery = balanceTurns * int64(1e9)
)

// balance compares the uplinks of each switch whose turn it is, and the links that lead from it
// to one neighbour: members of a link aggregation group, or parallel ones.
func (w *Watch) balance() {
	turn := topology.SwitchID(w.now / int64(1e9) % balanceTurns)
	w.snap.Switches(func(sw *topology.Switch) {
		if sw.ID%balanceTurns == turn && w.now >= w.mixed[sw.ID] && len(sw.Ports) >= 2 {
			w.balanceOf(sw)
		}
	})
}

func (w *Watch) balanceOf(sw *topology.Switch) {
	var up []links.Uplink
	members := map[topology.SwitchID][]links.Uplink{}
	for _, ifIndex := range sortedKeys(sw.Ports) {
		p := sw.Ports[ifIndex]
		if p.Peer == 0 || p.Speed <= 0 {
			continue
		}
		u, ok := w.uplink(links.ID{Switch: sw.ID, IfIndex: ifIndex}, p.Speed)
		if !ok {
			continue
		}
		members[p.Peer] = append(members[p.Peer], u)
		if peer := w.snap.Switch(p.Peer); sw.Hosts && peer != nil && !peer.Hosts {
			up = append(up, u)
		}
	}
	lead := links.ID{Switch: sw.ID}
	grouped := false
	for _, peer := range sortedKeys(members) {
		if len(members[peer]) > 1 {
			p := place{alert.LAGImbalance, lead, w.snap.Name(peer)}
			w.compare(p, members[peer])
			grouped = grouped || w.holds(p)
		}
	}
	w.balanceLAGs(sw)
	if p := (place{alert.UplinkImbalance, lead, ""}); grouped || w.toldAsElephants(up) {
		w.release(p)
	} else {
		w.compare(p, up)
	}
}

// toldAsElephants reports whether elephants that are told of themselves take most of the busiest uplink.
func (w *Watch) toldAsElephants(uplinks []links.Uplink) bool {
	b := links.Compare(uplinks)
	return b.Cause == links.Elephantine && w.loud(uplinks[b.Busiest].Port) > uplinks[b.Busiest].Bits/2
}

// balanceLAGs compares the members of a switch's aggregates where agents name only these as
// links: which member a flow takes is not known, its aggregate is.
func (w *Watch) balanceLAGs(sw *topology.Switch) {
	lags := map[uint32][]links.Uplink{}
	for _, ifIndex := range sortedKeys(w.lags[sw.ID]) {
		id := links.ID{Switch: sw.ID, IfIndex: ifIndex}
		if p := sw.Ports[ifIndex]; p != nil && p.Peer != 0 {
			continue // compared as a link
		}
		if u, ok := w.uplink(id, w.ports.Status(id).Speed); ok && u.Speed > 0 {
			lag := w.lags[sw.ID][ifIndex]
			lags[lag] = append(lags[lag], u)
		}
	}
	for _, lag := range sortedKeys(lags) {
		list := lags[lag]
		if len(list) < 2 {
			continue
		}
		id := links.ID{Switch: sw.ID, IfIndex: lag}
		busiest := 0
		for i := range list {
			if list[i].Bits > list[busiest].Bits {
				busiest = i
			}
		}
		list[busiest].Elephants, list[busiest].Count = w.Elephants(id), len(w.onLink[id])
		w.compare(place{alert.LAGImbalance, id, ""}, list)
	}
}

// member notes that a port is member of an aggregate, or no longer.
func (w *Watch) member(p *links.Poll) {
	m := w.lags[p.Port.Switch]
	if p.LAG == 0 {
		delete(m, p.Port.IfIndex)
		return
	}
	if m == nil {
		m = map[uint32]uint32{}
		w.lags[p.Port.Switch] = m
	}
	if len(m) < maxLAGMembers {
		m[p.Port.IfIndex] = p.LAG
	}
}

// maxLAGMembers bounds the members of aggregates of one switch.
const maxLAGMembers = 4096

// uplink gives a port as one to compare, if its load is known and it is up.
func (w *Watch) uplink(id links.ID, speed float64) (links.Uplink, bool) {
	load := w.ports.Load(id, flow.Egress, w.now)
	if s := w.ports.Status(id); load.Source == links.Unknown || s.Known && !s.Up {
		return links.Uplink{}, false
	}
	u := links.Uplink{Port: id, Bits: load.Bits, Speed: speed}
	for _, f := range w.flowsOn(id) {
		if e := w.elephants[f]; e.muted { // what is meant to be there unbalances nothing
			u.Bits = max(u.Bits-e.rate, 0)
		} else {
			u.Elephants += e.rate
			u.Count++
		}
	}
	return u, true
}

func (w *Watch) compare(p place, uplinks []links.Uplink) {
	b := links.Compare(uplinks)
	if b.Cause == links.Balanced {
		if b.Ratio > evenAgain && b.Ratio*b.Mean > calmAgain && w.held[p] != nil { // halfway back
			h := w.held[p]
			h.finding.Weak, h.until = true, w.now+2*balanceEvery
			return
		}
		w.release(p)
		return
	}
	busiest := uplinks[b.Busiest]
	sw := w.snap.FlowPort(p.port.Switch, 0)
	subject := w.linkSubject(busiest.Port)
	link := cmp.Or(subject.Link, at(&subject))
	carrier := busiest.Port // whose elephants are known
	f := alert.Finding{
		Kind: p.kind, Links: []string{link},
		Subject: alert.Subject{Agent: sw.Agent, Switch: sw.Switch},
	}
	which := fmt.Sprintf("the uplinks of %s", sw.Switch)
	switch {
	case p.kind == alert.LAGImbalance && p.port.IfIndex != 0:
		carrier = p.port
		lag := w.linkSubject(p.port)
		f.Subject = lag
		which = fmt.Sprintf("the %d members of %s", len(uplinks), at(&lag))
	case p.kind == alert.LAGImbalance:
		f.Subject.Link = sw.Switch + ">" + p.what
		which = fmt.Sprintf("the %d links from %s to %s", len(uplinks), sw.Switch, p.what)
	}
	f.Flows = w.flowsOn(carrier)
	var why string
	switch b.Cause {
	case links.Elephantine:
		why = w.carried(carrier)
	case links.IdleUplink:
		idle := w.subject(uplinks[b.Idle].Port)
		why = fmt.Sprintf("while %s carries next to nothing: it is no next hop", at(&idle))
	default:
		why = "of many flows: the hash that spreads them is uneven"
	}
	f.Summary = fmt.Sprintf("%s are out of balance: %s is %s full, the mean is %s; %s", which, link, percent(busiest.Bits/busiest.Speed), percent(b.Mean), strings.TrimSpace(why))
	w.keep(p, f, w.now+2*balanceEvery)
}

// An imbalance is over below this ratio of the busiest to the mean, or this utilisation of the busiest.
const (
	evenAgain = 1.35
	calmAgain = 0.45
)
