package live

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/flow"
	"spoor/topology"
	"spoor/web/scene"
)

// drawn gives a fabric as lines: its nodes, then its links.
func drawn(f *scene.Fabric) string {
	var b strings.Builder
	for i := range f.Nodes {
		n := &f.Nodes[i]
		fmt.Fprintf(&b, "%s: %s %d\n", n.Name, strings.TrimSpace([...]string{scene.Switch: "switch", scene.Hosts: "hosts", scene.Outside: "outside"}[n.Kind]+" "+n.State), n.Hosts)
	}
	for i := range f.Links {
		l := &f.Links[i]
		fmt.Fprintf(&b, "%s %s/%d -- %s %s/%d %.0fM %v\n", f.Nodes[l.A].Name, l.APort, l.AIndex, f.Nodes[l.B].Name, l.BPort, l.BIndex, l.Speed/1e6, l.State)
	}
	return b.String()
}

// host tells of a host behind ports "leaf/ifIndex".
func (r *rig) host(state topology.State, addr string, mac uint64, ports ...[2]byte) {
	x := topology.Record{Kind: topology.HostRecord, ID: addr, State: state, Host: flow.AddrFromNetip(netip.MustParseAddr(addr)), MAC: mac}
	for _, p := range ports {
		x.Ports = append(x.Ports, flow.Port{Agent: flow.AddrFrom4([4]byte{10, 255, 0, p[0]}), Switch: fmt.Sprintf("leaf%d", p[0]), IfIndex: uint32(p[1]), Name: fmt.Sprintf("swp%d", p[1])})
	}
	r.live.Topology(&x)
}

// TestPlaces: hosts behind one port are one node, and so is a host behind two; switches that nobody reports are shown, hosts of switches that we
// do not know are not.
func TestPlaces(t *testing.T) {
	r := newRig(t, 2, 1)
	r.second()
	r.host(topology.Up, "10.1.1.2", 2, [2]byte{1, 1})
	r.host(topology.Up, "10.1.1.1", 1, [2]byte{1, 1})
	r.host(topology.Up, "fd00::3", 3, [2]byte{1, 2}, [2]byte{2, 1})
	r.host(topology.Up, "10.1.2.1", 3, [2]byte{2, 1}, [2]byte{1, 2})
	r.host(topology.Up, "10.1.3.1", 0, [2]byte{2, 10})
	r.host(topology.Up, "10.1.3.2", 0, [2]byte{2, 10})
	r.host(topology.Up, "10.1.4.1", 4, [2]byte{2, 9})
	r.host(topology.Up, "10.1.5.1", 5, [2]byte{7, 1})
	r.host(topology.Up, "10.1.6.1", 6, [2]byte{1, 101}) // the port of a link
	r.live.Topology(&topology.Record{Kind: topology.SwitchRecord, ID: "x", Switch: "spine9"})
	r.second()
	f := func(want string) {
		t.Helper()
		if d := cmp.Diff(want, drawn(r.live.Latest().Fabric)); d != "" {
			t.Errorf("%s\n%s", d, drawn(r.live.Latest().Fabric))
		}
	}
	f(`leaf1: switch 4
leaf2: switch 4
spine1: switch 0
spine9: switch dark 0
2 hosts: hosts 2
10.1.2.1: hosts 1
10.1.4.1: hosts 1
2 hosts: hosts 2
leaf1 p101/101 -- spine1 p1/1 100M 0
leaf2 p101/101 -- spine1 p2/2 100M 0
2 hosts /0 -- leaf1 swp1/1 0M 0
10.1.2.1 /0 -- leaf1 swp2/2 0M 0
10.1.2.1 /0 -- leaf2 swp1/1 0M 0
10.1.4.1 /0 -- leaf2 swp9/9 0M 0
2 hosts /0 -- leaf2 swp10/10 0M 0
`)
	r.host(topology.Gone, "10.1.1.2", 2)
	r.host(topology.Gone, "10.1.3.2", 0)
	r.live.Topology(&topology.Record{Kind: topology.SwitchRecord, ID: "x", State: topology.Gone})
	r.second()
	f(`leaf1: switch 3
leaf2: switch 3
spine1: switch 0
10.1.1.1: hosts 1
10.1.2.1: hosts 1
10.1.4.1: hosts 1
10.1.3.1: hosts 1
leaf1 p101/101 -- spine1 p1/1 100M 0
leaf2 p101/101 -- spine1 p2/2 100M 0
10.1.1.1 /0 -- leaf1 swp1/1 0M 0
10.1.2.1 /0 -- leaf1 swp2/2 0M 0
10.1.2.1 /0 -- leaf2 swp1/1 0M 0
10.1.4.1 /0 -- leaf2 swp9/9 0M 0
10.1.3.1 /0 -- leaf2 swp10/10 0M 0
`)
}

// TestKeptBack: what is told while the engine's clock stands still is in the picture of the next second.
func TestKeptBack(t *testing.T) {
	r := newRig(t, 2, 1)
	r.second()
	r.host(topology.Up, "10.1.1.1", 1, [2]byte{1, 1})
	r.live.Second()
	if n := len(r.live.Latest().Fabric.Nodes); n != 3 {
		t.Errorf("%d nodes of a second that was shown before", n)
	}
	r.second()
	if n := r.live.Latest().Fabric.Nodes; len(n) != 4 || n[3].Name != "10.1.1.1" {
		t.Errorf("%+v", n)
	}
}

// TestRecords: links, hosts and switches as they were told, by id, a page at a time; what is gone is not among them.
func TestRecords(t *testing.T) {
	r := newRig(t, 2, 1)
	f := func(kind string, skip, limit, total int, want ...string) {
		t.Helper()
		page, n := r.live.Records(kind, skip, limit)
		ok := n == total && len(page) == len(want)
		for i := range page {
			ok = ok && strings.Contains(string(page[i]), want[i])
		}
		if !ok {
			t.Errorf("%q from %d: %q, %d in all; want %q, %d in all", kind, skip, page, n, want, total)
		}
	}
	r.host(topology.Up, "10.1.1.2", 2, [2]byte{1, 1})
	r.host(topology.Up, "10.1.1.1", 1, [2]byte{1, 1})
	r.live.Topology(&topology.Record{Kind: topology.SwitchRecord, ID: "dark/1", Switch: "spine9"})
	r.second()
	one, two, spine9 := `"10.1.1.1"`, `"10.1.1.2"`, `"spine9"`
	f("host", 0, 10, 2, one, two)
	f("host", 1, 10, 2, two)
	f("host", 0, 1, 2, one)
	f("host", 2, 10, 2)
	f("switch", 0, 10, 1, spine9)
	f("link", 0, 10, 2, `"spine1:p1--leaf1:p101"`, `"spine1:p2--leaf2:p101"`)
	f("", 0, 2, 5, one, two)
	r.host(topology.Gone, "10.1.1.1", 1)
	r.live.Topology(&topology.Record{Kind: topology.SwitchRecord, ID: "dark/1", State: topology.Gone})
	r.second()
	f("host", 0, 10, 1, two)
	f("switch", 0, 10, 0)
}

// TestLosses: a direction of a link on the way into which packets are discarded says how many.
func TestLosses(t *testing.T) {
	r := newRig(t, 2, 1)
	spine1 := flow.AddrFrom4([4]byte{10, 254, 0, 1})
	for i := range uint32(4) {
		c := flow.Counters{Agent: spine1, Received: r.now, SourceIndex: 2, Records: flow.HasIf}
		c.If.Index, c.If.Speed, c.If.Status, c.If.OutDiscards = 2, 100e6, 3, 50*i
		r.feed.Counters(&c)
		r.second()
	}
	f := r.live.Latest()
	if want := 2*f.Fabric.Link("10.254.0.1/2") + 1; len(f.Lost) != 1 || f.Lost[0].Direction != want || f.Lost[0].PerSecond < 40 || f.Lost[0].PerSecond > 60 {
		t.Errorf("%+v, want direction %d (from the spine to the leaf)", f.Lost, want)
	}
}

// TestCompressed: whoever takes gzip gets it, unless they say that they would rather not at all.
func TestCompressed(t *testing.T) {
	for header, want := range map[string]bool{
		"gzip": true, "br, gzip": true, "br , gzip;q=0.5": true, "gzip ; q=1": true, "": false, "br": false, "xgzip": false, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;Q=0.000": false, "deflate;q=0, gzip": true,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.Header.Set("Accept-Encoding", header)
		if Compressed(r) != want {
			t.Errorf("%q: %v", header, !want)
		}
	}
}
