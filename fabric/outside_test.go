package fabric

import (
	"slices"
	"testing"

	"spoor/flow"
)

// TestBorders: flows from and to the outside cross a border leaf, over all of
// them, arrive with odd TTLs and leave towards the router's MAC.
func TestBorders(t *testing.T) {
	t.Parallel()
	f, all := run(t, modes()["borders"])
	seen := map[string]int{}
	for _, v := range f.Truth().Flows {
		border := ""
		if v.Src[:4] == "198." || v.Src[:4] == "2001" {
			border = v.Switches[0]
			if ttl := v.Hops[0].TTL; slices.Contains([]byte{32, 64, 128, 255}, ttl) || ttl < 40 {
				t.Errorf("%s came in with TTL %d", v.Src, ttl)
			}
		} else if v.Dst[:4] == "198." || v.Dst[:4] == "2001" {
			border = v.Switches[len(v.Switches)-1]
		}
		seen[border]++
	}
	if seen["leaf3"] < 3 || seen["leaf4"] < 3 || len(seen) != 3 {
		t.Errorf("flows by border: %v", seen)
	}
	outside := 0
	w := hearAll(t, all)
	for i := range w.samples {
		s := &w.samples[i]
		if s.Packet.SrcMAC == 0x020e00000001 && s.Agent.Netip() == f.net.find("leaf3").addr {
			outside++
		} else if s.Packet.SrcMAC == 0x020e00000001 {
			t.Fatalf("%v saw the router of leaf3", s.Agent)
		}
	}
	if outside < 20 {
		t.Errorf("%d samples from the router behind leaf3", outside)
	}
}

// TestGuests: a guest's packets come from its host's link and MAC with a TTL one lower; some have the host's address.
func TestGuests(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) { c.Routing, c.Flows = 0.5, 100 })
	f, all := run(t, c)
	byIP := map[flow.Addr]*host{}
	for _, h := range f.net.hosts {
		if h.home != nil && !h.nat {
			byIP[h.ip4], byIP[h.ip6] = h, h
		}
	}
	own, low, guest := 0, 0, 0
	w := hearAll(t, all)
	for i := range w.samples {
		s := &w.samples[i]
		in := slices.IndexFunc(f.net.ports(), func(p *port) bool {
			return p.host != nil && p.node.addr == s.Agent.Netip() && p.ifIndex == s.Input.Value
		})
		if in < 0 {
			continue
		}
		p := f.net.ports()[in]
		switch g := byIP[s.Packet.Key.Src]; {
		case s.Packet.SrcMAC != p.host.mac:
			t.Fatalf("%v came in at %s", s.Packet.Key, p.host.name)
		case g != nil && (g.home != p.host || s.Packet.EntryTTL() != 63):
			t.Fatalf("guest %s at %s with TTL %d", g.name, p.host.name, s.Packet.EntryTTL())
		case g != nil:
			guest++
		case s.Packet.EntryTTL() == 63:
			low++
		default:
			own++
		}
	}
	if own < 100 || low < 100 || guest < 1000 {
		t.Errorf("%d samples of hosts, %d of guests with their address, %d of other guests", own, low, guest)
	}
}

// TestSharedMACs: hosts see one gateway, leaves see one router above, whatever switch it is.
func TestSharedMACs(t *testing.T) {
	t.Parallel()
	f, all := run(t, modes()["shared macs"])
	gateway, spine := map[flow.Addr]bool{}, map[flow.Addr]bool{}
	w := hearAll(t, all)
	for i := range w.samples {
		s := &w.samples[i]
		if s.Packet.DstMAC == sharedMACs[SharedGateway] {
			gateway[s.Agent] = true
		}
		if s.Packet.DstMAC == sharedMACs[SharedSpines] && s.Direction == flow.Ingress {
			spine[s.Agent] = true
		}
	}
	if len(gateway) != 4 || len(spine) != 2 {
		t.Errorf("%d leaves had the gateway's MAC, %d spines theirs", len(gateway), len(spine))
	}
	for _, p := range f.net.ports() {
		if p.far != nil && p.node.tier == tierLeaf && p.mac == sharedMACs[SharedGateway] {
			t.Errorf("%s %s has the gateway's MAC", p.node.name, p.name)
		}
	}
}

// TestAgentOfAHostThatRoutes names the port to a guest, as a switch names its ports; of its own frames it names none.
func TestAgentOfAHostThatRoutes(t *testing.T) {
	f, err := New(small(func(c *Config) { c.Routing, c.HostAgents = 1, true }))
	if err != nil {
		t.Fatal(err)
	}
	guests := 0
	far := f.net.findHost("h4-1")
	for _, h := range f.net.hosts {
		if h.box() == far {
			continue
		}
		there, back := f.net.taps(f.net.routes(h, far, 0, 1)[0], h, far), f.net.taps(f.net.routes(far, h, 0, 1)[0], far, h)
		first, last := there[0], back[len(back)-1]
		if first.agent != h.box().agent || last.agent != first.agent {
			t.Fatalf("%s: its host does not sample", h.name)
		}
		if h.home == nil {
			if first.in != nil || last.out != nil {
				t.Errorf("%s: a port for the host's own frames", h.name)
			}
			continue
		}
		guests++
		if first.in == nil || first.in != last.out || first.in == first.out || first.in.node != first.out.node {
			t.Errorf("%s: the port to the guest is %+v and %+v", h.name, first.in, last.out)
		}
	}
	if guests == 0 {
		t.Error("no guests")
	}
}
