package topology

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// consistent tells what in the learner's tables contradicts each other: each fact that is
// kept twice, for speed, is the same both times, and each count is that of what it counts.
func (l *Learner) consistent() (wrong []string) {
	no := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	same := func(what string, kept, counted int) {
		if kept != counted {
			no("%s: %d are counted, %d there", what, kept, counted)
		}
	}
	l.consistentPorts(no, same)
	l.consistentHosts(no, same)
	l.consistentEnds(no, same)
	l.consistentBridged(no, same)
	l.consistentSnapshot(no, same)
	return wrong
}

type (
	complain func(format string, args ...any)
	compare  func(what string, kept, counted int)
)

func (l *Learner) consistentPorts(no complain, same compare) {
	ports, edges, far, votes, gaps, dark, outside := 0, 0, 0, 0, 0, 0, 0
	for _, n := range l.nodes {
		if n == nil {
			continue
		}
		ports += len(n.ports)
		atEdge, out, members := 0, 0, map[uint32]int{}
		for idx, p := range n.ports {
			if p.key != (portKey{n.id, idx}) {
				no("port %v stands at %d/%d", p.key, n.id, idx)
			}
			if p.edge {
				atEdge++
			}
			if p.edge && (p.peer != 0 || p.handsOver) {
				no("port %v is an edge port and leads to switch %d (hands over: %v)", p.key, p.peer, p.handsOver)
			}
			if p.leads == toOutside {
				out++
			}
			if p.aggregate != 0 && p.aggregate != idx {
				members[p.aggregate]++
			}
			if p.far != 0 {
				far++
				if list := l.byFar[p.far]; p.farAt >= len(list) || list[p.farAt] != p {
					no("port %v is not where it says among those with far MAC %x", p.key, p.far)
				}
			}
			for _, v := range p.votes {
				votes++
				if l.votes[v.key] != v || v.key.out != p.key && v.key.in != p.key {
					no("port %v keeps a vote for %v", p.key, v.key)
				}
			}
			if p.beyond != nil {
				for _, g := range p.beyond.gaps {
					gaps++
					if o := g.other(p); o.beyond == nil || !slices.Contains(o.beyond.gaps, g) {
						no("port %v keeps a gap that %v does not", p.key, o.key)
					}
				}
			}
			if p.listed != slices.Contains(l.dark.open, p) {
				no("port %v is listed as open: %v", p.key, p.listed)
			}
			if _, ok := l.dark.ports[p]; ok != (p.dark != 0) {
				no("port %v leads to the silent switch %d, among those that do: %v", p.key, p.dark, ok)
			}
			if p.dark != 0 {
				dark++
				if !slices.Contains(l.nodeAt(p.dark).members, p) {
					no("the silent switch %d does not know port %v", p.dark, p.key)
				}
			}
		}
		same(fmt.Sprint("edge ports of ", n.id), n.edges, atEdge)
		same(fmt.Sprint("ports out of ", n.id), n.outside, out)
		for of, m := range members {
			same(fmt.Sprintf("members of %d/%d", n.id, of), n.bundles[of], m)
		}
		if out > 0 {
			outside++
		}
		edges += n.edges
	}
	for _, n := range l.dark.nodes {
		dark -= len(n.members)
		if n.outside > 0 {
			outside++
		}
	}
	same("silent switches' ports", 0, dark)
	same("ports", l.ports, ports)
	same("edge ports", l.edges, edges)
	same("borders", len(l.borders), outside)
	same("votes, at two ports each", 2*len(l.votes), votes)
	same("gaps, at two ports each", 2*l.dark.gaps, gaps)
	listed := 0
	for mac, list := range l.byFar {
		listed += len(list)
		if len(list) == 0 {
			no("nobody has the far MAC %x", mac)
		}
	}
	same("ports by far MAC", listed, far)
}

func (l *Learner) consistentHosts(no complain, same compare) {
	bonds, duals, alone, dualAt, sightings := 0, 0, map[*node]int{}, map[*node]int{}, 0
	for a, h := range l.hosts {
		if h.addr != a {
			no("%s stands at %s", h.addr, a)
		}
		for _, p := range h.ports() {
			sightings++
			if _, ok := p.hosts[h]; !ok {
				no("%s was sighted at port %v, which does not know", a, p.key)
			}
		}
		if s := h.station; s != nil && (l.stations[h.mac] != s || h.at >= len(s.hosts) || s.hosts[h.at] != h) {
			no("%s is not where it says among those with its MAC", a)
		}
		if h.credit.dual {
			duals++
		}
		if h.credit.bond {
			bonds++
		}
		if h.credit.node != nil {
			alone[h.credit.node] += h.credit.n
		}
		for _, n := range h.credit.at {
			if n != nil {
				dualAt[n]++
			}
		}
	}
	for mac, s := range l.stations {
		if len(s.ports)+len(s.hosts) == 0 {
			no("nobody has the MAC %x, which entered nowhere", mac)
		}
		for _, h := range s.hosts {
			if l.hosts[h.addr] != h || h.station != s {
				no("%s is kept by a MAC that it has not", h.addr)
			}
		}
	}
	at := 0
	for _, n := range append(slices.Clone(l.nodes), l.dark.nodes...) {
		if n == nil {
			continue
		}
		same(fmt.Sprint("flows of switch ", n.id), n.alone, alone[n])
		same(fmt.Sprint("hosts on two of switch ", n.id), n.duals, dualAt[n])
		for _, p := range n.ports {
			at += len(p.hosts)
		}
	}
	same("hosts on two", l.duals, duals)
	same("hosts that receive elsewhere", l.bonds, bonds)
	same("addresses at ports", at, sightings)
	same("addresses outside", l.outside, l.outsideNow())
}

func (l *Learner) consistentEnds(no complain, same compare) {
	shared, alone, shares, rivals := 0, 0, map[SwitchID]int{}, map[SwitchID]int{}
	for a, t := range l.tunnels {
		if t.addr != a || t.at[1] != 0 && (t.at[0] == 0 || t.at[0] == t.at[1]) {
			no("tunnel end %s is %+v", a, t)
		}
		alone += t.credit
		if t.at[1] != 0 {
			shared++
			shares[t.at[0]]++
			shares[t.at[1]]++
		}
	}
	for _, id := range l.dark.rivals {
		rivals[id]++
	}
	for _, n := range append(slices.Clone(l.nodes), l.dark.nodes...) {
		if n != nil {
			same(fmt.Sprint("shared tunnel ends of ", n.id), n.shares, shares[n.id])
			same(fmt.Sprint("doubtful tunnel ends of ", n.id), n.rivals, rivals[n.id])
		}
	}
	same("shared tunnel ends", l.sharedEnds, shared)
	same("flows of tunnel ends", l.endsAlone, alone)
}

func (l *Learner) consistentBridged(no complain, same compare) {
	b, sites := &l.bridges, 0
	for mac, h := range b.hosts {
		if h.mac != mac {
			no("bridged host %x stands at %x", h.mac, mac)
		}
		sites += len(h.sites)
		for i := range h.sites {
			if i > 0 && h.sites[i-1].sw >= h.sites[i].sw {
				no("the sites of %x are not in order", mac)
			}
			for _, idx := range h.sites[i].ports {
				if _, ok := b.hostsBehind(l.nodes[h.sites[i].sw].ports[idx])[h]; !ok {
					no("%x was behind port %d/%d, which does not know", mac, h.sites[i].sw, idx)
				}
			}
		}
		if h.entered != slices.Contains(b.seen, h) || h.waits != slices.Contains(b.waiting, h) {
			no("bridged host %x enters several: %v, waits: %v", mac, h.entered, h.waits)
		}
	}
	for p, hosts := range b.behind {
		for h := range hosts {
			if b.hosts[h.mac] != h || h.at(p.key.sw) == nil {
				no("port %v keeps %x, which is not behind it", p.key, h.mac)
			}
		}
	}
	same("sites of bridged hosts", b.sites, sites)
}

// consistentSnapshot compares what is shown with what is known.
func (l *Learner) consistentSnapshot(no complain, same compare) {
	s := l.snap
	places, ends, owners := 0, 0, 0
	for a, h := range l.hosts {
		if p, ok := s.places.get(a); !ok && !h.place.equal(&Place{}) || ok && !p.equal(&h.place) {
			no("%s is shown at %+v and known at %+v", a, p, h.place)
		} else if ok {
			places++
		}
	}
	for a, t := range l.tunnels {
		if e, ok := s.vteps.get(a); ok {
			ends++
			if e.Switches != t.at {
				no("tunnel end %s is shown at %v and known at %v", a, e.Switches, t.at)
			}
		}
	}
	for mac, o := range l.owners {
		if id, ok := s.owners.get(mac); ok == (o.shared || o.host) || ok && id != o.sw {
			no("MAC %x is shown as that of %d (%v) and known as that of %d (shared %v, a host's %v)", mac, id, ok, o.sw, o.shared, o.host)
		} else if ok {
			owners++
		}
	}
	same("places shown", total(&s.places), places)
	same("tunnel ends shown", total(&s.vteps), ends)
	same("MACs of switches shown", total(&s.owners), owners)
	if s.Dual != (l.duals > 0) || s.Bonds != (l.bonds > 0) || s.anyHosts != (l.edges > 0) || s.endsAlone != l.alone() || s.sharedEnds != (l.sharedEnds >= sharedUsual) {
		no("the snapshot says dual %v, hosts %v, ends alone %v, shared %v", s.Dual, s.anyHosts, s.endsAlone, s.sharedEnds)
	}
	for _, n := range l.nodes {
		if n == nil {
			continue
		}
		shown, view := s.Switch(n.id), l.view(n)
		if shown == nil {
			no("switch %d is not shown", n.id)
			continue
		}
		for idx, p := range view.Ports {
			if q := shown.Ports[idx]; q == nil && p.Peer == 0 && !p.Edge && !p.Dark && !p.Outside && p.Name == "" && p.Speed == 0 && p.Void == 0 {
				delete(view.Ports, idx) // one of which there is nothing to tell waits for the next view
			} else if q != nil && *p != *q {
				no("port %d/%d is shown as %+v, and is %+v", n.id, idx, q, p)
			}
		}
		if !view.same(shown) {
			no("switch %d is shown as %+v, and is %+v", n.id, shown, view)
		}
	}
	for _, n := range l.dark.nodes {
		if view := viewInferred(n); !view.same(s.Switch(n.id)) {
			no("switch %d is shown as %+v, and is %+v", n.id, s.Switch(n.id), view)
		}
	}
}

func total[K comparable, V any](c *cow[K, V]) (n int) {
	for i := range c.buckets {
		n += len(c.buckets[i])
	}
	return n
}

// TestConsistent: whatever comes, restarts, silence and return included, no table contradicts another.
func TestConsistent(t *testing.T) {
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 77))
		l := NewLearner(Config{Learn: true, Expire: time.Duration(seed%3) * time.Minute}, NewRegistry())
		if seed%2 == 0 {
			l.max = bounds{ports: 300, switchPorts: 100, portAddresses: 150, addresses: 200, outside: 20, macs: 150, votes: 100, sites: 250}
		}
		now := start
		for step := range 40 {
			evidence := make([]Evidence, rng.IntN(60))
			for i := range evidence {
				if evidence[i] = random(rng, now); seed > 3 { // a small fabric that lives long
					smaller(rng, &evidence[i])
				}
			}
			if rng.IntN(4) == 0 {
				l.Inform(&PortInfo{Agent: agent(rng.IntN(4)), IfIndex: uint32(1 + rng.IntN(4)), Name: "p", Hostname: fmt.Sprint(rng.IntN(4)), Aggregate: uint32(rng.IntN(3)), Speed: 1e9, Down: rng.IntN(8) == 0})
			}
			if now += rng.Int64N(2 * second); rng.IntN(10) == 0 {
				now += int64(time.Minute)
			}
			l.Apply(evidence, now)
			for _, wrong := range l.consistent() {
				t.Errorf("seed %d, step %d: %s", seed, step, wrong)
			}
			if t.Failed() {
				return
			}
		}
	}
}

// smaller makes a piece of evidence one of a fabric of four switches with four ports each, and few MACs and addresses.
func smaller(rng *rand.Rand, e *Evidence) {
	if e.Kind == SawRestart && rng.IntN(4) > 0 || e.Kind == SawLocal {
		e.Kind = SawSource
	}
	e.Agent, e.Agent2 = agent(rng.IntN(4)), agent(rng.IntN(4))
	e.Port, e.Port2 = e.Port%4+1, e.Port2%4+1
	e.Far, e.Own = e.Far%16, e.Own%16
	e.Addr = flow.AddrFrom4([4]byte{10, 0, 0, byte(rng.IntN(12))})
}
