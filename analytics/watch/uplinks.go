package watch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
	"spoor/topology"
)

// balanceEvery is how often the uplinks of all switches are compared.
const balanceEvery = int64(10e9)

// balance compares the uplinks of each switch, and the links that lead from it
// to one neighbour (members of a link aggregation group, or parallel ones).
func (w *Watch) balance() {
	w.snap.Switches(func(sw *topology.Switch) {
		if len(sw.Ports) < 2 {
			return
		}
		var up []links.Uplink
		members := map[topology.SwitchID][]links.Uplink{}
		for _, ifIndex := range slices.Sorted(maps.Keys(sw.Ports)) {
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
		w.compare(place{alert.UplinkImbalance, lead, ""}, up)
		for _, peer := range slices.Sorted(maps.Keys(members)) {
			if len(members[peer]) > 1 {
				w.compare(place{alert.LAGImbalance, lead, w.snap.Name(peer)}, members[peer])
			}
		}
	})
}

// uplink gives a port as one to compare, if its load is known and it is up.
func (w *Watch) uplink(id links.ID, speed float64) (links.Uplink, bool) {
	load := w.ports.Load(id, flow.Egress, w.now)
	if s := w.ports.Status(id); load.Source == links.Unknown || s.Known && !s.Up {
		return links.Uplink{}, false
	}
	return links.Uplink{Port: id, Bits: load.Bits, Speed: speed, Elephants: w.Elephants(id), Count: len(w.onLink[id])}, true
}

func (w *Watch) compare(p place, uplinks []links.Uplink) {
	b := links.Compare(uplinks)
	if b.Cause == links.Balanced {
		if b.Ratio > evenAgain && w.held[p] != nil { // halfway back
			h := w.held[p]
			h.finding.Weak, h.until = true, w.now+2*balanceEvery
			return
		}
		w.release(p)
		return
	}
	busiest := uplinks[b.Busiest]
	sw := w.snap.FlowPort(p.port.Switch, 0)
	link := w.linkSubject(busiest.Port).Link
	f := alert.Finding{
		Kind: p.kind, Flows: w.flowsOn(busiest.Port), Links: []string{link},
		Subject: alert.Subject{Agent: sw.Agent, Switch: sw.Switch, Reason: b.Cause.String()},
	}
	which := fmt.Sprintf("the uplinks of %s", sw.Switch)
	if p.kind == alert.LAGImbalance {
		f.Subject.Reason = ""
		f.Subject.Link = sw.Switch + ">" + p.what
		which = fmt.Sprintf("the %d links from %s to %s", len(uplinks), sw.Switch, p.what)
	}
	var why string
	switch b.Cause {
	case links.Elephantine:
		why = w.carried(busiest.Port)
	case links.IdleUplink:
		idle := w.subject(uplinks[b.Idle].Port)
		why = fmt.Sprintf("while %s carries next to nothing: it is no next hop", at(&idle))
	default:
		why = "of many flows: the hash that spreads them is uneven"
	}
	f.Summary = fmt.Sprintf("%s are out of balance: %s is %s full, the mean is %s; %s", which, link, percent(busiest.Bits/busiest.Speed), percent(b.Mean), strings.TrimSpace(why))
	w.keep(p, f, w.now+2*balanceEvery)
}

// evenAgain is the ratio of the busiest to the mean below which an imbalance is over.
const evenAgain = 1.35
