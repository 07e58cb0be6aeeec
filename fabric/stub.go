package fabric

import (
	"slices"

	"spoor/flow"
)

// A host that routes for guests looks like a switch that nobody reports: all that comes from it was forwarded once, by
// one MAC. Few addresses speak for a host, and so do frames of its own, which nobody forwarded. Where neither was
// sampled, a way that has one more switch at that end fits all that was seen as well.

// fewAddresses is how many addresses behind one port are taken for those of a host.
const fewAddresses = 4

// shown is what samples showed of a host that routes for guests, where it is attached.
type shown struct {
	routes bool // it does
	own    bool // frames of its own, which nobody forwarded
	addrs  []flow.Addr
}

// note takes what a sample shows of an end of a flow.
func (s *shown) note(h *host, a flow.Addr, port *port, sends bool) {
	if !s.routes || !slices.Contains(h.ports, port) {
		return
	}
	s.own = s.own || sends && h.home == nil && initial(h.ttl)
	if len(s.addrs) <= fewAddresses && !slices.Contains(s.addrs, a) {
		s.addrs = append(s.addrs, a)
	}
}

// initial reports whether hosts begin with a TTL as a rule.
func initial(ttl byte) bool { return ttl == 32 || ttl == 64 || ttl == 128 || ttl == 255 }

// unproven: as far as samples tell, a switch that nobody reports may be where the host is.
func (h *host) unproven() bool {
	return h.load != nil && h.box().agent == nil && !h.shown.own && len(h.shown.addrs) > fewAddresses
}

// show notes what a sample of the flow shows of its ends.
func (c *conduit) show(v *view) {
	c.src.shown.note(c.src, c.key.Src, v.in, true)
	c.dst.shown.note(c.dst, c.key.Dst, v.out, false)
}

// stubs adds to the paths that samples of a flow leave open those that end at switches in place of hosts.
func (c *conduit) stubs(fit [][]string) [][]string {
	for _, way := range slices.Clip(fit) {
		if c.src.unproven() {
			fit = append(fit, append([]string{"no agent"}, way...))
		}
		if c.dst.unproven() {
			fit = append(fit, append(slices.Clone(way), "no agent"))
		}
	}
	return fit
}
