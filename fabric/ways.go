package fabric

import (
	"fmt"
	"slices"
)

// view is all that a sample shows of its flow's way, and that samples of the
// flow on another way may show as well.
type view struct {
	node    *node
	in, out *port // nil: the device itself, or the agent does not tell
	egress  bool
	wire    wire
}

func (t *tap) view(naming LAGNaming) view {
	in, out := t.told()
	return view{t.agent.node, in.named(naming), out.named(naming), t.egress, *t.wire}
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

// TruthEvidence is what the samples of a flow showed while it kept its path, and
// the paths that they leave open: who knows all of the fabric but the hashes by
// which switches and hosts choose knows no more than this.
type TruthEvidence struct {
	Seen []TruthView
	Fit  [][]string // switches of each path on which all of that can be seen, as links were then, and switches that may be in place of hosts; nothing of what was never sampled
}

// Evidence gives what samples of the flow showed, for each of its paths; of a flow
// that is sprayed the paths that the most telling one leaves open. It is worked out anew each time.
func (t *TruthFlow) Evidence() []TruthEvidence {
	if t.evidence == nil {
		return nil
	}
	return t.evidence()
}

// fits gives how many paths each piece of evidence leaves open.
func (t *TruthFlow) fits() (all []int) {
	for _, e := range t.Evidence() {
		if len(e.Seen) > 0 {
			all = append(all, len(e.Fit))
		}
	}
	return all
}

func (f *Fabric) evidenceOf(v *flowTruth) (all []TruthEvidence) {
	for i := range v.segments {
		s := &v.segments[i]
		var e TruthEvidence
		for k := range s.views {
			e.Seen = append(e.Seen, s.views[k].truth())
		}
		if ways := s.ways; len(s.views) > 0 {
			if ways == nil {
				ways = f.net.ways(v.conduit.src, v.conduit.dst)
			}
			if len(s.routes) > 1 {
				e.Fit = f.fitBest(ways, s.views)
			} else {
				e.Fit = f.fit(ways, s.views)
			}
			e.Fit = v.conduit.stubs(e.Fit)
		}
		all = append(all, e)
	}
	return all
}

// fitBest gives what fit gives for the one view that leaves the fewest ways: samples of a sprayed flow are of packets that went different ways.
func (f *Fabric) fitBest(ways []*route, views []view) (best [][]string) {
	for k := range views {
		if fit := f.fit(ways, views[k:k+1]); best == nil || len(fit) < len(best) {
			best = fit
		}
	}
	return best
}

// fit gives the switches of the ways on which all of the views can be seen, the same ones once.
func (f *Fabric) fit(ways []*route, views []view) (all [][]string) {
	var shown []view
	for _, r := range ways {
		shown = shown[:0]
		for k := range r.taps {
			shown = append(shown, r.taps[k].view(f.cfg.LAGNaming))
		}
		if slices.ContainsFunc(views, func(v view) bool { return !slices.Contains(shown, v) }) {
			continue
		}
		path := r.switches()
		if !slices.ContainsFunc(all, func(o []string) bool { return slices.Equal(o, path) }) {
			all = append(all, path)
		}
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
