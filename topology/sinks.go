package topology

import (
	"math/bits"

	"spoor/flow"
)

// sank notes where what is sent to an address left for no switch that is known.
func (w *Witness) sank(s *flow.Sample, dst flow.Addr, ttl uint8, from SwitchID) {
	q := w.next(SawSink, s.Agent, s.Output.Index(), s.Received)
	q.addr, q.ttl, q.encap, q.fresh = dst, ttl, !s.Packet.OuterSrc.IsZero(), relayed(s, dst)
	if from != 0 {
		q.buckets = bucket(s.FlowID)
	}
	w.note(q)
}

// cameOut notes where what is sent to an address in a tunnel, which came from a known neighbour, left for no switch that is known: out of the
// tunnel, if it ends there.
func (w *Witness) cameOut(s *flow.Sample, dst flow.Addr) {
	q := w.next(SawSink, s.Agent, s.Output.Index(), s.Received)
	q.addr, q.ttl, q.hops, q.buckets = dst, s.Packet.TTL, insideHops, bucket(s.FlowID)
	w.note(q)
}

// relayed: the switch says that the next hop of a frame is a router, not its receiver.
func relayed(s *flow.Sample, dst flow.Addr) bool {
	if !s.HasRouter || s.NextHop == dst {
		return false
	}
	next := s.NextHop.Netip()
	return next.IsValid() && !next.IsUnspecified()
}

// sink: frames to an address left a port; the lowest TTL is the nearest to it.
func (l *Learner) sink(n *node, e *Evidence) {
	if e.Encap {
		return
	}
	p := l.port(n, e.Port)
	if p == nil || p.peer != 0 || p.unproven() || e.Hops == insideHops && (n.edges == 0 || l.hosts[e.Addr] == nil) {
		return
	}
	h := l.hostAt(p, e.Addr)
	if h == nil {
		return
	}
	if e.Hops == insideHops {
		l.sinkInside(h, p, e)
		return
	}
	p.sunk = add(p.sunk, e.Count)
	if p.sunk >= sinkFrames && p.sunk-e.Count < sinkFrames {
		l.touchPort(p)
	}
	if e.Fresh && !p.relays {
		p.relays = true
		l.touchPort(p)
	}
	for i := range h.sinks {
		if s := &h.sinks[i]; s.port == p {
			s.last = max(s.last, e.Last)
			if e.TTL < s.hops || s.inside {
				s.hops, s.inside = e.TTL, false
				l.dirtyHosts[h] = struct{}{}
			}
			l.receivedAt(h, s, e.Buckets)
			return
		}
	}
	l.firstSink(h, p, e)
	l.countOutside(h)
}

// sinkInside: frames to an address that sends came to a switch with hosts in a tunnel, and left by a port: of whether it is a host's the port
// has to tell. It places nobody.
func (l *Learner) sinkInside(h *host, p *port, e *Evidence) {
	for i := range h.sinks {
		if s := &h.sinks[i]; s.port == p {
			s.last = max(s.last, e.Last)
			l.receivedAt(h, s, e.Buckets)
			return
		}
	}
	l.firstSink(h, p, e)
	h.sinks[len(h.sinks)-1].inside = true
	l.countOutside(h)
}

// receivedAt notes flows that came out at a port.
func (l *Learner) receivedAt(h *host, s *sighting, buckets uint32) {
	if buckets&^s.buckets != 0 && bits.OnesCount32(s.buckets) < flowsBesideDual {
		s.buckets |= buckets
		l.dirtyHosts[h] = struct{}{}
		l.tellFellows(h)
	}
}

// firstSink notes that frames to an address left by a port by which none had left.
func (l *Learner) firstSink(h *host, p *port, e *Evidence) {
	h.sinks = l.sight(h, h.sinks, p, e.TTL, e)
	l.tellFellows(h)
	if len(p.hosts) <= maxSinks+1 && p.silent() { // they may have been alone there
		for o := range p.hosts { // order does not matter: a set of marks
			l.dirtyHosts[o] = struct{}{}
		}
	}
}

// A port without any ingress that leads to more addresses may lead to a silent switch.
// Fewer frames than sinkFrames tell nothing: an uplink may have carried no others yet that were sampled.
const (
	maxSinks   = 2
	sinkFrames = 5
)

// sinkPort places a receiver that never sends: the port that the lowest TTL
// left, if hosts live at that switch and nothing speaks for another one behind it.
func (l *Learner) sinkPort(h *host) *port {
	var best *sighting
	for i := range h.sinks {
		if s := &h.sinks[i]; !s.inside && s.port.peer == 0 && s.port.leads != toOutside && (best == nil || s.hops < best.hops || s.hops == best.hops && s.last > best.last) {
			best = s
		}
	}
	switch {
	case best == nil:
		return nil
	case best.port.edge, h.kept != nil && h.kept.was(best.port.key) && best.port.routed == 0:
		return best.port
	case l.settled() && best.port.sunk >= sinkFrames && best.port.silent() && !l.bundled(best.port) && l.nodes[best.port.key.sw].edges > 0 && len(best.port.hosts) <= maxSinks && !l.mayBeUnnamed(best.port):
		return best.port
	}
	return nil
}

// silent: no frame entered by the port, and none left by it for a router.
func (p *port) silent() bool { return p.routed == 0 && p.fresh == 0 && p.tunnels == 0 && !p.relays }

// bundled: another member of the port's aggregate leads to a switch, or forwarded
// frames enter there: so it is with all of them.
func (l *Learner) bundled(p *port) bool {
	if p.aggregate == 0 {
		return false
	}
	for _, q := range l.nodes[p.key.sw].ports { // order does not matter: one is enough
		if q != p && q.aggregate == p.aggregate && (q.peer != 0 || q.routed > 0 || q.tunnels > 0) {
			return true
		}
	}
	return false
}
