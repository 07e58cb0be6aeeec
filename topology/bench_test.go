package topology

import (
	"testing"

	"spoor/flow"
)

// bigFabric is evidence of 10,000 switches of 64 ports: leaves of 48 host ports
// and 16 uplinks, each to a port of its own on a spine.
func bigFabric(now int64) (links, hosts []Evidence) {
	const leaves, uplinks, ports = 8000, 16, 64
	at := func(i int) flow.Addr { return flow.AddrFrom4([4]byte{10, 200, byte(i >> 8), byte(i)}) }
	m := func(sw, port int) uint64 { return 0x02_0000_000000 | uint64(sw)<<8 | uint64(port) }
	for leaf := range leaves {
		for u := range uplinks {
			k := leaf*uplinks + u
			spine, q := leaves+k/ports, k%ports+1
			p := 49 + u
			links = append(
				links,
				Evidence{Kind: SawIngress, Agent: at(leaf), Port: uint32(p), Far: m(spine, q), Own: m(leaf, p), Count: 1, First: now, Last: now},
				Evidence{Kind: SawIngress, Agent: at(spine), Port: uint32(q), Far: m(leaf, p), Own: m(spine, q), Count: 1, First: now, Last: now},
			)
		}
		for h := range ports - uplinks {
			a := flow.AddrFrom4([4]byte{10, byte(leaf >> 8), byte(leaf), byte(h)})
			mac := 0x04_0000_000000 | uint64(leaf)<<8 | uint64(h)
			hosts = append(
				hosts,
				Evidence{Kind: SawIngress, Agent: at(leaf), Port: uint32(h + 1), Far: mac, Own: m(leaf, h+1), Fresh: true, Count: 3, First: now, Last: now},
				Evidence{Kind: SawSource, Agent: at(leaf), Port: uint32(h + 1), Addr: a, Far: mac, Count: 3, First: now, Last: now},
			)
		}
	}
	return links, hosts
}

// BenchmarkApply10kSwitches: one tick's work in a fabric of 10,000 switches.
func BenchmarkApply10kSwitches(b *testing.B) {
	l := NewLearner(Config{Learn: true}, NewRegistry())
	links, hosts := bigFabric(start)
	b.Run("all links at once", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l = NewLearner(Config{Learn: true}, NewRegistry())
			l.Apply(links, start+second)
		}
	})
	b.Run("all hosts at once", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			l = NewLearner(Config{Learn: true}, NewRegistry())
			l.Apply(links, start+second)
			b.StartTimer()
			l.Apply(hosts, start+3*second)
		}
	})
	now := start + 20*second
	l.Apply(nil, now)
	b.Run("nothing new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			now += second / 10
			l.Apply(nil, now)
		}
	})
	b.Run("a hundred new hosts", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			now += second / 10
			fresh := make([]Evidence, 100)
			for i := range fresh {
				n++
				fresh[i] = hosts[(2*i+1)%len(hosts)]
				fresh[i].Addr = flow.AddrFrom4([4]byte{11, byte(n >> 16), byte(n >> 8), byte(n)})
			}
			l.Apply(fresh, now)
		}
	})
	b.Run("a speed changed", func(b *testing.B) {
		b.ReportAllocs()
		v := 1e9
		for b.Loop() {
			v++
			now += second / 10
			l.Inform(&PortInfo{Agent: hosts[0].Agent, IfIndex: 1, Speed: v})
			l.Apply(nil, now)
		}
	})
}
