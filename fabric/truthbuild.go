package fabric

import (
	"fmt"
	"slices"
	"strings"

	"spoor/flow"
)

// threshold is the share of a link above which a flow is an elephant.
const threshold = 0.1

// Truth gives what happened until now. It is complete once Run has returned;
// flows are there only with Config.Truth.
func (f *Fabric) Truth() *Truth {
	c := &f.cfg
	t := &Truth{
		Kind: "sim", Mode: "l3", Scenario: c.scenario(),
		Start: seconds(f.start), End: seconds(f.now),
		Settings: TruthSettings{
			Sampling: f.net.rate(c.FabricSpeed), HostSampling: f.net.rate(c.HostSpeed), Polling: c.Polling.Seconds(),
			Header: c.HeaderBytes, Direction: c.Direction.String(), Seed: c.Seed,
		},
		LinkSpeed: c.linkSpeed(), ElephantThreshold: threshold * c.linkSpeed(),
		Agents: map[string]string{}, Silent: []string{}, HostAgents: map[string]string{},
		Hosts: []TruthHost{}, Events: []TruthEvent{}, Interfaces: []TruthInterface{}, Unnamed: []TruthInterface{},
		Sessions: []TruthSession{}, Flows: []TruthFlow{}, Blocked: []TruthFlow{},
	}
	f.truthOfNodes(t)
	for _, h := range slices.Concat(f.net.hosts, f.net.beyond) {
		t.Hosts = append(t.Hosts, f.truthOfHost(h))
	}
	for _, h := range f.happened {
		e := TruthEvent{T: seconds(h.at), Event: h.event.Kind.String(), To: h.event.To, Value: h.event.Value}
		if h.event.Kind == EventHostMove {
			e.Host = h.event.Target
		} else {
			e.Switch = h.event.Target
		}
		t.Events = append(t.Events, e)
	}
	for _, v := range f.truth {
		switch {
		case v.conduit.role == roleBlocked:
			t.Blocked = append(t.Blocked, f.truthOfFlow(v))
		case v.frames > 0:
			t.Flows = append(t.Flows, f.truthOfFlow(v))
			if v.session.elephant >= 0 && v.conduit.role == roleData {
				t.Sessions = append(t.Sessions, TruthSession{v.session.name, v.conduit.src.name, v.conduit.dst.name, v.session.rate})
			}
		}
	}
	return t
}

// scenario names the modes that are on.
func (c *Config) scenario() string {
	var names []string
	for _, m := range []struct {
		name string
		on   bool
	}{
		{"vxlan", c.VXLAN},
		{"spray", c.Spray},
		{"lag", c.LAG > 1},
		{"dual-homed", c.DualHomed > 0},
		{"bonds-by-mac", c.BondHash == BondByMAC},
		{"peer-links", c.PeerLinks},
		{"wrong-ports", len(c.WrongPorts) > 0},
		{"silent", c.SilentLeaves+c.SilentSpines > 0 || c.SilentBorder},
		{"host-agents", c.HostAgents},
		{"shared-mac", len(c.SharedMACs) > 0},
		{"routing-hosts", c.Routing > 0},
		{"borders", c.Borders > 0},
		{"weights", c.Weights != nil},
		{"sample-limit", c.SampleLimit > 0},
		{"five-stage", c.Pods > 1},
		{"loss", c.Loss+c.Duplicate > 0},
		{"discards", c.Discards > 0},
		{c.Direction.String(), c.Direction != Ingress},
	} {
		if m.on {
			names = append(names, m.name)
		}
	}
	for i := range c.Events {
		names = append(names, c.Events[i].Kind.String())
	}
	if names == nil {
		return "plain"
	}
	return strings.Join(names, " ")
}

func (f *Fabric) truthOfNodes(t *Truth) {
	for _, v := range f.net.nodes {
		switch {
		case v.silent:
			t.Silent = append(t.Silent, v.name)
			continue
		case v.tier == tierHost:
			t.HostAgents[v.addr.String()] = v.name
			continue
		}
		t.Agents[v.addr.String()] = v.name
		for _, p := range v.ports {
			i := f.truthOfPort(p)
			if f.hides(p) {
				t.Unnamed = append(t.Unnamed, i)
				continue
			}
			if f.odd(p) && p.lag != nil { // the link is that of the aggregates
				i.Neighbour, i.NeighbourPort = nil, nil
			}
			t.Interfaces = append(t.Interfaces, i)
		}
	}
}

// hides reports whether a port is known by its counters alone: samples name its aggregate
// or its members instead, and so they do at the other end.
func (f *Fabric) hides(p *port) bool {
	if p.node.namesAggregates(f.cfg.LAGNaming) {
		return p.lag != nil
	}
	return p.members != nil && !f.odd(p)
}

// odd reports whether samples name the aggregate at one end of a LAG and its members at the other.
func (f *Fabric) odd(p *port) bool {
	return p.far != nil && p.node.namesAggregates(f.cfg.LAGNaming) != p.far.node.namesAggregates(f.cfg.LAGNaming)
}

func (f *Fabric) truthOfPort(p *port) TruthInterface {
	i := TruthInterface{
		Switch: p.node.name, Agent: p.node.addr.String(), IfIndex: p.ifIndex, IfIndexBefore: p.before, IfName: p.name,
		MAC: macText(p.mac), Speed: p.speed, Down: p.status()&operUp == 0,
	}
	if p.lag != nil {
		i.LAG = p.lag.name
	}
	switch {
	case p.far != nil:
		i.Neighbour, i.NeighbourPort = &p.far.node.name, &p.far.name
	case p.host != nil:
		eth := "eth0"
		if p.host.ports[0] != p {
			eth = "eth1"
		}
		i.Neighbour, i.NeighbourPort = &p.host.name, &eth
	case p.router != nil:
		i.Neighbour, i.NeighbourPort = &p.router.name, &p.router.name
	}
	in, out, drops, errors := p.totals()
	i.During = TruthTraffic{InBytes: in.bytes, InFrames: in.frames, OutBytes: out.bytes, OutFrames: out.frames, OutDrops: uint64(drops), InErrors: uint64(errors)}
	return i
}

// totals gives what a port carried, for an aggregate what its members did.
func (p *port) totals() (in, out tally, discards, errors uint32) {
	in, out, discards, errors = p.in, p.out, p.outDiscards, p.inErrors
	for _, m := range p.members {
		in.add(m.in.frames, m.in.bytes)
		out.add(m.out.frames, m.out.bytes)
		discards += m.outDiscards
		errors += m.inErrors
	}
	return in, out, discards, errors
}

func (f *Fabric) truthOfHost(h *host) TruthHost {
	t := TruthHost{Host: h.name, IP: h.ip4.String(), IP6: h.ip6.String(), MAC: macText(h.mac), Outside: h.outside}
	if h.home != nil {
		t.Home = h.home.name
	}
	for _, p := range h.ports {
		t.Leaves = append(t.Leaves, p.node.name)
	}
	if h.leaf >= 0 {
		t.Leaf = f.net.leaves[h.leaf].name
	}
	return t
}

func (f *Fabric) truthOfFlow(v *flowTruth) TruthFlow {
	k := &v.conduit.key
	t := TruthFlow{
		Src: k.Src.String(), Dst: k.Dst.String(), Proto: k.Proto, SrcPort: k.SrcPort, DstPort: k.DstPort, ID: flow.FormatID(k.ID()),
		Session: v.session.name, Role: [...]string{"data", "ack", "blocked"}[v.conduit.role],
		Start: seconds(v.first), End: seconds(v.last), Frames: v.frames, Bytes: v.bytes, Second0: v.second0, Bps: v.bits,
		Discarded: v.discarded, Samples: v.samples,
	}
	t.evidence = func() []TruthEvidence { return f.evidenceOf(v) }
	if t.Bps == nil {
		t.Bps = []uint64{}
	}
	t.MeanBps = float64(8*v.bytes) / max(t.End-t.Start, 0.001)
	t.Share = t.MeanBps / f.cfg.linkSpeed()
	t.Elephant = t.Share > threshold && t.End-t.Start >= 1
	segments := v.segments
	if n := len(segments); n > 1 && segments[n-1].first == 0 {
		segments = segments[:n-1]
	}
	first := segments[0].routes[0]
	t.Switches, t.Hops = first.switches(), f.truthOfHops(first)
	for _, s := range segments {
		f.addMoves(&t, &s, len(segments))
	}
	return t
}

// turns gives the pace at which k paths of a sprayed flow are listed in turn:
// all of them within half a second at first, later within three.
func turns(k int, since int64) int64 {
	if since < 1e9 {
		return 5e8 / int64(k)
	}
	return min(5e8, 3e9/int64(k))
}

// addMoves lists a segment; one that is sprayed as its paths in turn, since at any time all of them are in use.
func (f *Fabric) addMoves(t *TruthFlow, s *segment, of int) {
	k := len(s.routes)
	if k == 1 {
		if of > 1 {
			r := s.routes[0]
			m := TruthMove{seconds(s.first), seconds(s.last), r.switches(), f.truthOfHops(r), s.samples, seconds(s.heard), nil}
			if len(t.Moves) > 0 {
				n := uint64(len(s.early))
				m.Early = &n
			}
			t.Moves = append(t.Moves, m)
		}
		return
	}
	t.Routes = t.Routes[:0]
	for _, r := range s.routes {
		t.Routes = append(t.Routes, TruthRoute{r.switches(), 1 / float64(k)})
	}
	short := max((s.last-s.first)/int64(k), 1) // a flow that is over before all had their turn took all of them as well
	for i, at := 0, s.first; at < s.last; i++ {
		turn := min(turns(k, at-s.first), short)
		t.Moves = append(t.Moves, TruthMove{From: seconds(at), To: seconds(min(at+turn, s.last)), Switches: s.routes[i%k].switches()})
		at += turn
	}
}

func (r *route) switches() []string {
	names := make([]string, len(r.hops))
	for i := range r.hops {
		names[i] = r.hops[i].node.name
	}
	return names
}

func (f *Fabric) truthOfHops(r *route) []TruthHop {
	hops := make([]TruthHop, len(r.hops))
	for i := range r.hops {
		h := &r.hops[i]
		hops[i] = TruthHop{Switch: h.node.name, In: h.in.reported(f.cfg.LAGNaming), TTL: r.wires[i].entryTTL(), Out: h.out.reported(f.cfg.LAGNaming)}
	}
	return hops
}

func macText(m uint64) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", byte(m>>40), byte(m>>32), byte(m>>24), byte(m>>16), byte(m>>8), byte(m))
}
