package topology

import (
	"testing"
	"time"
)

// TestRenewSide: ports that share a host are one side of a bridge. Once one of them leads
// elsewhere, who was behind it is behind that side no more; who was only behind the other one stays.
func TestRenewSide(t *testing.T) {
	for renewed := 1; renewed <= 2; renewed++ {
		f := newFabric(t, Config{Learn: true})
		const shared, first, second = 1, 2, 3
		behind := func(host, port int) {
			f.give(Evidence{Kind: SawBridged, Agent: agent(1), Port: uint32(port), Far: mac(0, host), Flow: uint64(host), Rate: 1})
		}
		behind(shared, 1)
		behind(shared, 2)
		behind(first, 1)
		behind(second, 2)
		f.tick(time.Second)
		ports := f.nodes[f.id(1)].ports
		if side := f.bridges.hostsBehind(ports[2]); len(side) != 3 || f.bridges.side(ports[2]) != ports[1] {
			t.Fatalf("%d hosts are behind the side of port 2, want three", len(side))
		}
		f.renew(ports[uint32(renewed)])
		f.tick(time.Second)
		for host, at := range map[int]int{shared: 0, first: 1, second: 2} {
			h := f.bridges.hosts[mac(0, host)]
			for port := 1; port <= 2; port++ {
				if _, is := f.bridges.hostsBehind(ports[uint32(port)])[h]; is != (port == at && port != renewed) {
					t.Errorf("port %d renewed: host %d is behind port %d: %v", renewed, host, port, is)
				}
			}
		}
		if a, b := f.bridges.side(ports[1]), f.bridges.side(ports[2]); a == b {
			t.Errorf("port %d renewed: the two are one side still", renewed)
		}
	}
}
