package fabric

import "fmt"

// view is all that a sample shows of its flow's way, and that samples of the
// flow on another way may show as well.
type view struct {
	node    *node
	in, out *port // nil: the device itself
	egress  bool
	wire    wire
}

func (t *tap) view(naming LAGNaming) view {
	return view{t.agent.node, t.in.named(naming), t.out.named(naming), t.egress, *t.wire}
}

// named gives the port as its agent names it: of a member, perhaps the aggregate.
func (p *port) named(naming LAGNaming) *port {
	if p != nil && p.lag != nil && p.node.namesAggregates(naming) {
		return p.lag
	}
	return p
}

// odometer tries all combinations of choices, one after the other.
type odometer struct {
	digits, sizes []int
	at            int
}

// choose gives one of n.
func (o *odometer) choose(n int) int {
	if o.at == len(o.digits) {
		o.digits, o.sizes = append(o.digits, 0), append(o.sizes, n)
	}
	o.at++
	return o.digits[o.at-1]
}

// chooseOf gives one of those of n that are usable, -1 if none is.
func (o *odometer) chooseOf(n int, usable func(int) bool) int {
	var all []int
	for i := range n {
		if usable(i) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return -1
	}
	return all[o.choose(len(all))]
}

// next goes on to the next combination; false: that was the last.
func (o *odometer) next() bool {
	o.at = 0
	for n := len(o.digits) - 1; n >= 0; n-- {
		if o.digits[n]++; o.digits[n] < o.sizes[n] {
			return true
		}
		o.digits, o.sizes = o.digits[:n], o.sizes[:n]
	}
	return false
}

// ways gives all routes between two hosts that hashes may choose, as links are now.
func (n *network) ways(src, dst *host) (all []*route) {
	every := &odometer{}
	for {
		t := tracer{n: n, src: src, dst: dst, every: every, r: &route{}}
		if r := t.trace(0, byHash); r != nil {
			all = append(all, r)
		}
		if !every.next() {
			return all
		}
	}
}

// noteWays notes of each flow which ways it might have taken until now, before links change.
func (f *Fabric) noteWays() {
	for _, v := range f.truth {
		if s := &v.segments[len(v.segments)-1]; s.ways == nil {
			s.ways = f.net.ways(v.conduit.src, v.conduit.dst)
		}
	}
}

// TruthView is what a sample shows of its flow's way.
type TruthView struct {
	Switch  string
	In, Out string // ports
	Egress  bool
	Frame   string // addresses, TTLs and tunnel in its header
}

// TruthWay is a path that a flow might have taken, and what samples of it would have shown.
type TruthWay struct {
	Switches []string
	Views    []TruthView
}

// TruthEvidence is what the samples of a flow showed while it kept its path, and
// which ways lead from its source to its destination: those that hashes might
// have chosen while the links were as they were.
type TruthEvidence struct {
	Seen []TruthView
	Ways []TruthWay
}

// Evidence gives what samples of the flow showed, for each of its paths; nothing
// of a flow that is sprayed. It is worked out anew each time.
func (t *TruthFlow) Evidence() []TruthEvidence {
	if t.evidence == nil {
		return nil
	}
	return t.evidence()
}

func (f *Fabric) evidenceOf(v *flowTruth) (all []TruthEvidence) {
	for i := range v.segments {
		s := &v.segments[i]
		if len(s.routes) > 1 {
			return nil
		}
		if s.ways == nil {
			s.ways = f.net.ways(v.conduit.src, v.conduit.dst)
		}
		var e TruthEvidence
		for k := range s.views {
			e.Seen = append(e.Seen, s.views[k].truth())
		}
		for _, r := range s.ways {
			w := TruthWay{Switches: r.switches()}
			for k := range r.taps {
				seen := r.taps[k].view(f.cfg.LAGNaming)
				w.Views = append(w.Views, seen.truth())
			}
			e.Ways = append(e.Ways, w)
		}
		all = append(all, e)
	}
	return all
}

func (v *view) truth() TruthView {
	w := &v.wire
	t := TruthView{Switch: v.node.name, In: v.in.text(), Out: v.out.text(), Egress: v.egress}
	t.Frame = fmt.Sprintf("%x>%x vlan %d ttl %d", w.smac, w.dmac, w.vlan, w.ttl)
	if w.tunnelled() {
		t.Frame += fmt.Sprintf(" in %v>%v ttl %d vni %d %x>%x", w.tunnel.src, w.tunnel.dst, w.tunnel.ttl, w.tunnel.vni, w.tunnel.smac, w.tunnel.dmac)
	}
	return t
}

// text names a port, "" for the device itself.
func (p *port) text() string {
	if p == nil {
		return ""
	}
	return p.name
}
