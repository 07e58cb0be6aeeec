package watch

import (
	"cmp"
	"fmt"
	"slices"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
)

// Member is a flow that is no elephant, as the sweep through all flows met it.
type Member struct {
	Key    flow.Key
	Rate   float64 // bit/s, by samples of the last few seconds
	Part   float64 // the same as a multiple of what would make it an elephant
	Sample float64 // what one of its samples stands for, in that unit times seconds
}

// Bounds of herds.
const (
	herdCells   = 1 << 15 // sums by hash of the hosts: what is heavy there is counted one by one in the next sweep
	herdFew     = 3       // flows
	herdRaise   = 1.0     // of what would make one flow an elephant
	herdWeak    = 0.7
	herdCount   = 0.01 // a flow below is not counted as one of them, though its rate is
	herdSamples = 4.0  // samples in the mean life of an estimate, so that chance makes no herd
	herdHalf    = 0.5  // an incast takes that much of what its receiver gets
	herdFull    = 0.7  // and the receiver's link is that full, or discards
	maxHerds    = 4096
	maxMembers  = 256
	maxListed   = 32
	maxSenders  = 1024
	herdKeeps   = int64(25e9) // two sweeps and a half
)

// herds finds flows that are nothing alone and much together. A sweep through
// all flows adds them up by their two hosts, and by their receiver, in cells of
// a fixed number; the next sweep takes apart what lies in heavy cells.
type herds struct {
	sums, heavy *[2][herdCells]float32 // of this sweep and of the one before: by pair, by receiver
	now         map[pair]*herd         // of this sweep
	known       map[pair]*herd         // whole ones, as of the latest sweep
}

// herd is what flows between two hosts, or to one receiver (src is zero), do together.
type herd struct {
	hosts   pair
	rate    float64 // bit/s
	part    float64 // of what would make one flow an elephant
	sample  float64 // largest of its members'
	flows   int     // those worth counting
	members []Member
	senders map[flow.Addr]struct{} // of a receiver's
}

func newHerds() herds {
	return herds{sums: new([2][herdCells]float32), heavy: new([2][herdCells]float32), now: map[pair]*herd{}, known: map[pair]*herd{}}
}

// sides gives the two herds that a flow may belong to.
func sides(k *flow.Key) [2]pair { return [2]pair{{k.Src, k.Dst}, {dst: k.Dst}} }

// Members takes flows that a sweep met. The slice is the caller's.
func (w *Watch) Members(list []Member) {
	h := &w.herds
	for i := range list {
		m := &list[i]
		for side, p := range sides(&m.Key) {
			key := flow.Key{Src: p.src, Dst: p.dst}
			cell := key.ID() % herdCells
			h.sums[side][cell] += float32(m.Part)
			if h.heavy[side][cell] >= herdWeak {
				h.add(p, m)
			}
		}
	}
}

func (h *herds) add(p pair, m *Member) {
	x := h.now[p]
	if x == nil {
		if len(h.now) >= maxHerds {
			return
		}
		x = &herd{hosts: p}
		if p.src.IsZero() {
			x.senders = map[flow.Addr]struct{}{}
		}
		h.now[p] = x
	}
	x.rate += m.Rate
	x.part += m.Part
	x.sample = max(x.sample, m.Sample)
	if m.Part >= herdCount {
		x.flows++
		if x.senders != nil && len(x.senders) < maxSenders {
			x.senders[m.Key.Src] = struct{}{}
		}
		if len(x.members) < maxMembers {
			x.members = append(x.members, *m)
		}
	}
}

// Swept ends a sweep: what was found in it is judged.
func (w *Watch) Swept() {
	h := &w.herds
	h.sums, h.heavy = h.heavy, h.sums
	*h.sums = [2][herdCells]float32{}
	last := h.known
	h.known = map[pair]*herd{}
	for _, x := range h.now { // order does not matter
		if was := last[x.hosts]; was != nil { // half of the error by chance
			x.rate, x.part = (x.rate+was.rate)/2, (x.part+was.part)/2
		}
		if x.flows >= herdFew && x.part >= herdWeak {
			h.known[x.hosts] = x
		}
	}
	clear(h.now)
	list := make([]*herd, 0, len(h.known))
	for _, x := range h.known {
		list = append(list, x)
	}
	// Receivers first: the pairs of an incast are told of with it.
	slices.SortFunc(list, func(a, b *herd) int {
		return cmp.Or(a.hosts.src.Compare(b.hosts.src), a.hosts.dst.Compare(b.hosts.dst))
	})
	incasts := map[flow.Addr]bool{}
	for _, x := range list {
		switch {
		case x.senders != nil:
			incasts[x.hosts.dst] = w.seeIncast(x)
		case incasts[x.hosts.dst] || w.hosts[x.hosts] > 1: // that incident says so
			w.release(herdPlace("pair", x.hosts))
		default:
			w.seePair(x)
		}
	}
}

func herdPlace(kind string, p pair) place {
	return place{alert.FlowHerd, links.ID{}, kind + "/" + p.src.String() + ">" + p.dst.String()}
}

// finding gives what all herds have in common.
func (w *Watch) herdFinding(x *herd, kind string) alert.Finding {
	slices.SortFunc(x.members, func(a, b Member) int { return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(a.Key.ID(), b.Key.ID())) })
	f := alert.Finding{
		Kind: alert.FlowHerd, Subject: alert.Subject{Reason: kind, Key: flow.Key{Src: x.hosts.src, Dst: x.hosts.dst}},
		Weak: x.part < max(herdRaise, herdSamples*x.sample),
	}
	for i := range x.members {
		if len(f.Flows) == maxListed {
			break
		}
		f.Flows = append(f.Flows, x.members[i].Key.ID())
	}
	return f
}

// seePair tells of several flows between two hosts.
func (w *Watch) seePair(x *herd) {
	f := w.herdFinding(x, "pair")
	f.Incident = pairIncident(x.hosts)
	f.Summary = fmt.Sprintf("a herd: %d flows from %s to %s take %sbit/s together%s; none of them alone is an elephant",
		x.flows, x.hosts.src, x.hosts.dst, scaled(x.rate), w.ofLink(x.hosts, x.rate))
	for _, e := range w.ends(x.hosts) {
		f.Links = append(f.Links, e.name)
		if e.full > herdFull || e.discards > 0 {
			f.Severity = flow.SeverityWarning
			f.Summary += fmt.Sprintf("; %s is %s full", e.name, percent(e.full))
			if e.discards > 0 {
				f.Summary += fmt.Sprintf(" and discards %s packets a second", number(e.discards))
			}
		}
	}
	w.markDropped(&f)
	w.keep(herdPlace("pair", x.hosts), f, w.now+herdKeeps)
}

// seeIncast tells of many flows to one receiver whose link they fill; false if they do not.
func (w *Watch) seeIncast(x *herd) bool {
	p := herdPlace("receiver", x.hosts)
	ends := w.ends(x.hosts)
	if len(ends) == 0 || len(x.senders) < incast || w.hosts[x.hosts] >= incast {
		w.release(p)
		return false
	}
	e := &ends[0]
	if x.rate < herdHalf*e.bits || e.full < herdFull && e.discards <= 0 {
		w.release(p)
		return false
	}
	f := w.herdFinding(x, "receiver")
	f.Incident, f.Links = receiverIncident(x.hosts), []string{e.name}
	f.Summary = fmt.Sprintf("an incast: %d flows of %d senders to %s take %sbit/s together; %s is %s full",
		x.flows, len(x.senders), x.hosts.dst, scaled(x.rate), e.name, percent(e.full))
	if e.full > busyRatio || e.discards > 0 {
		f.Severity = flow.SeverityWarning
	}
	if e.discards > 0 {
		f.Summary += fmt.Sprintf(" and discards %s packets a second", number(e.discards))
	}
	w.markDropped(&f)
	w.keep(p, f, w.now+herdKeeps)
	return true
}

// hostEnd is the port of a switch behind which a host lives, in the direction of a herd.
type hostEnd struct {
	name           string
	bits, speed    float64
	full, discards float64
}

// ends gives the ports of the hosts, that of the receiver first, as far as their loads are known.
func (w *Watch) ends(p pair) (list []hostEnd) {
	add := func(a flow.Addr, d flow.Direction) {
		sw, ifIndex, ok := w.snap.Locate(a)
		if a.IsZero() || !ok {
			return
		}
		port := w.snap.Port(sw, ifIndex)
		if port == nil || port.Speed <= 0 {
			return
		}
		load := w.ports.Load(links.ID{Switch: sw, IfIndex: ifIndex}, d, w.now)
		if load.Source == links.Unknown {
			return
		}
		e := hostEnd{name: portName(w.snap.FlowPort(sw, ifIndex)), bits: load.Bits, speed: port.Speed, full: load.Bits / port.Speed}
		if d == flow.Egress { // what a port discards of what it receives is not the sender's doing
			e.discards = max(load.Discards, 0)
		}
		list = append(list, e)
	}
	add(p.dst, flow.Egress)
	add(p.src, flow.Ingress)
	return list
}

// ofLink says how much of the slower host's link a rate is, "" if that is not known.
func (w *Watch) ofLink(p pair, rate float64) string {
	speed, name := 0.0, ""
	for _, e := range w.ends(p) {
		if speed == 0 || e.speed < speed {
			speed, name = e.speed, e.name
		}
	}
	if speed == 0 {
		return ""
	}
	return fmt.Sprintf(", %s of %s", percent(rate/speed), name)
}

// markDropped makes a herd critical of which packets were discarded lately.
func (w *Watch) markDropped(f *alert.Finding) {
	for _, d := range w.drops { // order does not matter
		if w.now-d.last < dropsCount && slices.ContainsFunc(d.flows, func(id uint64) bool { return slices.Contains(f.Flows, id) }) {
			f.Severity = flow.SeverityCritical
			f.Summary += "; packets of these flows are discarded"
			return
		}
	}
}
