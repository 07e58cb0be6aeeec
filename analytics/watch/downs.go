package watch

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/topology"
)

// down is the port of a link that went down.
type down struct {
	subject alert.Subject
	peer    links.ID // the other end
	since   int64
	shadow  int64 // until when the other end's being down tells of this one as well
}

// shadowFor is how long after the other end came up a port may still seem down, for it is polled at another time.
const shadowFor = int64(90e9)

// leastLinks is of how many links all must be down for the switch behind them to be.
const leastLinks = 2

// status looks whether the port of a link went down or flaps.
func (w *Watch) status(id links.ID, s links.Status, p *topology.Port) {
	if _, is := w.downs[id]; is {
		if s.Up || s.AdminOff {
			delete(w.downs, id)
		}
	} else if p != nil && p.Peer != 0 && s.Known && !s.Up && !s.AdminOff && s.Changed != 0 && len(w.downs) < maxHeld {
		w.downs[id] = &down{subject: w.linkSubject(id), peer: links.ID{Switch: p.Peer, IfIndex: p.PeerPort}, since: s.Changed}
	}
	w.flapping(id, s)
}

// joins reports whether a port leads to another switch, as a link or as member of one.
func (w *Watch) joins(id links.ID) bool {
	if p := w.snap.Port(id.Switch, id.IfIndex); p != nil && p.Peer != 0 {
		return true
	}
	p := w.snap.Port(id.Switch, w.lags[id.Switch][id.IfIndex])
	return p != nil && p.Peer != 0
}

// flapping looks whether a port between two switches goes up and down. How often a host
// restarts is its own business.
func (w *Watch) flapping(id links.ID, s links.Status) {
	f := w.flaps[id]
	if s.Flaps == 0 || !w.joins(id) || f == nil && len(w.flaps) >= maxHeld {
		return
	}
	if f == nil {
		f = &flaps{}
		w.flaps[id] = f
	}
	if s.Flaps != f.seen {
		f.seen = s.Flaps
		f.at[f.next%manyFlaps] = s.Changed
		f.next++
	}
	if p := w.snap.Port(id.Switch, id.IfIndex); p != nil && w.holds(place{alert.PortFlapping, links.ID{Switch: p.Peer, IfIndex: p.PeerPort}, ""}) {
		return // the other end says so
	}
	if oldest := f.at[f.next%manyFlaps]; oldest != 0 && w.now-oldest <= flapsWithin {
		subject := w.linkSubject(id)
		w.keep(place{alert.PortFlapping, id, ""}, alert.Finding{
			Kind: alert.PortFlapping, Subject: subject, Since: oldest, Incident: linkIncident(&subject),
			Summary: fmt.Sprintf("%s went up or down %d times within 10 minutes", at(&subject), manyFlaps),
		}, oldest+flapsWithin)
	}
}

// linkIncident is the group of what is wrong with one link, "" of a port on none.
func linkIncident(s *alert.Subject) string {
	if s.LinkID == "" {
		return ""
	}
	return "link/" + s.LinkID
}

// seeDowns shows ports that are down, until they are up or switched off: of the two ends
// of a link one, and where all links to a switch are down only that.
func (w *Watch) seeDowns() {
	toward := map[topology.SwitchID]int{}
	ids := slices.SortedFunc(maps.Keys(w.downs), func(a, b links.ID) int {
		return cmp.Or(cmp.Compare(w.downs[a].since, w.downs[b].since), compareIDs(a, b))
	})
	told := map[links.ID]bool{}
	for _, id := range ids {
		d := w.downs[id]
		toward[d.peer.Switch]++
		if told[d.peer] {
			d.shadow = w.now + shadowFor
		} else {
			told[id] = true
		}
	}
	clear(w.gone)
	for _, sw := range slices.Sorted(maps.Keys(toward)) {
		if n := toward[sw]; n >= leastLinks && n >= w.linksTo(sw) {
			w.gone[sw] = true
			w.seeGone(sw, n, ids)
		}
	}
	for _, id := range ids {
		d := w.downs[id]
		if w.holds(place{alert.PortFlapping, id, ""}) || w.holds(place{alert.PortFlapping, d.peer, ""}) || w.gone[d.peer.Switch] || w.gone[id.Switch] || w.now < d.shadow {
			d.shadow = max(d.shadow, w.now+1)
			continue
		}
		w.book.See(&alert.Finding{
			Kind: alert.PortDown, Subject: d.subject, Since: d.since, Incident: linkIncident(&d.subject),
			Summary: fmt.Sprintf("%s is down, and nobody switched it off", at(&d.subject)),
		}, w.now)
	}
}

// linksTo gives how many links lead to a switch, as its neighbours know.
func (w *Watch) linksTo(sw topology.SwitchID) (n int) {
	s := w.snap.Switch(sw)
	if s == nil {
		return 0
	}
	for _, p := range s.Ports {
		if p.Peer != 0 && !p.Peer.Inferred() {
			n++
		}
	}
	return n
}

// seeGone shows a switch all of whose links are down.
func (w *Watch) seeGone(sw topology.SwitchID, n int, ids []links.ID) {
	f := alert.Finding{
		Kind: alert.PortDown, Incident: "switch/" + w.snap.Name(sw),
		Subject: alert.Subject{Agent: w.snap.Agent(sw), Switch: w.snap.Name(sw), Reason: "all_links"},
		Summary: fmt.Sprintf("all %d links to %s are down: it restarts or has failed", n, w.snap.Name(sw)),
	}
	for _, id := range ids {
		if d := w.downs[id]; d.peer.Switch == sw {
			f.Links = append(f.Links, d.subject.Link)
			if f.Since == 0 {
				f.Since = d.since
			}
		}
	}
	w.book.See(&f, w.now)
}

func compareIDs(a, b links.ID) int {
	return cmp.Or(cmp.Compare(a.Switch, b.Switch), cmp.Compare(a.IfIndex, b.IfIndex))
}
