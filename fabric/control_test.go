package fabric

import (
	"testing"

	"spoor/flow"
)

// TestControlPlane: switches' own frames enter by links between switches alone and are no flows of the truth.
func TestControlPlane(t *testing.T) {
	t.Parallel()
	for _, d := range []Direction{Ingress, Egress, Both} {
		c := small(func(c *Config) { c.Control, c.Direction = 100, d })
		f, all := run(t, c)
		w := hearAll(t, all)
		between := map[flow.Addr]map[uint32]bool{}
		for _, v := range f.net.nodes {
			ports := map[uint32]bool{}
			for _, p := range v.ports {
				if p.far != nil {
					ports[p.ifIndex] = true
				}
			}
			between[flow.AddrFromNetip(v.addr)] = ports
		}
		kinds := map[uint8]int{}
		bgp, bfd := 0, 0
		for i := range w.samples {
			s := &w.samples[i]
			k := &s.Packet.Key
			own := k.Proto != flow.ProtoTCP && k.Proto != flow.ProtoUDP
			switch {
			case k.Proto == flow.ProtoTCP && (k.SrcPort == 179 || k.DstPort == 179):
				bgp++
				own = true
			case k.DstPort == 3784 || k.DstPort == 4784:
				bfd++
				own = true
			}
			if !own {
				continue
			}
			kinds[k.Proto]++
			port, side := s.Input, s.Output
			if s.Direction == flow.Egress {
				port, side = s.Output, s.Input
			}
			if !between[s.Agent][port.Index()] || side.Kind != flow.InterfaceInternal {
				t.Fatalf("%v: %v by %+v, other side %+v", d, k, port, side)
			}
		}
		if bgp == 0 || bfd == 0 || kinds[89] == 0 || kinds[112] == 0 || kinds[flow.ProtoICMPv6] == 0 || kinds[flow.ProtoICMP] == 0 {
			t.Errorf("%v: %d of BGP, %d of BFD, by protocol %v", d, bgp, bfd, kinds)
		}
		for _, v := range f.Truth().Flows {
			if v.SrcPort == 179 || v.DstPort == 179 || v.Proto == 89 {
				t.Errorf("%v: the truth has a flow of the control plane: %+v", d, v)
			}
		}
	}
}
