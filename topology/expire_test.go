package topology

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"spoor/flow"
)

// populated makes a small fabric known: a host at each leaf, both links, a tunnel end at leaf 2.
func (f *fabric) populated() {
	f.joined()
	for range 20 {
		f.left()
		f.right()
		f.tick(time.Second)
	}
}

func (f *fabric) left() {
	f.forwarded(1, 49, 51, 1)
	f.forwarded(51, 1, 1, 49)
	f.sent("10.1.1.1", mac(0, 1), 1, 7)
}

func (f *fabric) right() {
	f.forwarded(2, 49, 51, 2)
	f.forwarded(51, 2, 2, 49)
	f.sent("10.1.2.1", mac(0, 2), 2, 7)
	f.give(Evidence{Kind: SawVTEP, Agent: agent(2), Addr: addr("10.255.9.2"), Buckets: 7})
}

// told gives the states in which a record was told, in order.
func (f *fabric) told(id string) (states []State) {
	for i := range f.all {
		if f.all[i].ID == id {
			states = append(states, f.all[i].State)
		}
	}
	return states
}

// TestExpire: what was not seen for long is forgotten and told to be gone; what is seen stays, and the fabric settled.
func TestExpire(t *testing.T) {
	const linkOne, linkTwo = "10.255.0.1/49--10.255.0.51/1", "10.255.0.2/49--10.255.0.51/2"
	for _, expire := range []time.Duration{0, time.Hour} {
		f := newFabric(t, Config{Learn: true, Expire: expire})
		f.populated()
		one, two := f.id(1), f.id(2)
		snap := f.snap
		if !snap.Settled || snap.Edge(addr("10.1.2.1")) != two || snap.Peer(two, 49) == 0 || len(f.tunnels) != 1 {
			t.Fatal("the fabric is not known")
		}
		for range 75 { // minutes
			f.left()
			if snap = f.tick(time.Minute); !snap.Settled {
				t.Fatal("the fabric is unsettled by silence")
			}
		}
		if snap.Edge(addr("10.1.1.1")) != one || snap.Peer(one, 49) != f.id(51) || !snap.Routes(one, mac(1, 49)) || len(f.told("host/10.1.1.1")) != 1 || len(f.told(linkOne)) != 1 {
			t.Errorf("expire %v: what is seen is forgotten", expire)
		}
		_, sited := f.stations[mac(0, 2)]
		end, _ := snap.TunnelEnd(addr("10.255.9.2"))
		known := []bool{snap.Edge(addr("10.1.2.1")) == two, snap.Peer(two, 49) != 0, snap.Peer(f.id(51), 2) != 0, snap.Routes(two, mac(2, 49)), sited, end.Has(two), snap.Switch(two).Hosts}
		for i, k := range known {
			if k != (expire == 0) {
				t.Errorf("expire %v: item %d of %v", expire, i, known)
			}
		}
		for id, want := range map[string][]State{"host/10.1.2.1": {Up, Gone}, linkTwo: {Up, Stale, Gone}} {
			if expire == 0 {
				want = want[:1]
			}
			if states := f.told(id); !slices.Equal(states, want) {
				t.Errorf("expire %v: %s was told as %v, want %v", expire, id, states, want)
			}
		}
		if sw := snap.Switch(f.id(51)); sw.PortVoid != 0 || sw.Dark != 0 {
			t.Errorf("expire %v: the spine is %+v", expire, sw)
		}
		for range 20 {
			f.left()
			f.right()
			snap = f.tick(time.Second)
		}
		if snap.Edge(addr("10.1.2.1")) != two || snap.Peer(two, 49) != f.id(51) || len(f.links) != 2 {
			t.Errorf("expire %v: what returned is not known again", expire)
		}
	}
}

// TestStaleLink: a link that nothing goes over for half of the time after which it is forgotten is told to be stale, and up again once something does.
func TestStaleLink(t *testing.T) {
	const link = "10.255.0.2/49--10.255.0.51/2"
	f := newFabric(t, Config{Learn: true, Expire: time.Hour})
	f.populated()
	seen, two := f.now, f.id(2)
	for range 40 { // minutes
		f.left()
		f.tick(time.Minute)
	}
	p, q := f.snap.Port(two, 49), f.snap.Port(f.id(51), 2)
	if !p.Stale || !q.Stale || p.Peer != f.id(51) || f.snap.Port(f.id(1), 49).Stale {
		t.Errorf("after 40 minutes its ends are %+v and %+v", p, q)
	}
	for i := range f.all {
		if r := &f.all[i]; r.ID == link && r.State == Stale && (r.Seen > seen || r.Since > seen) {
			t.Errorf("%+v, want it seen before %d", r, seen)
		}
	}
	f.right()
	f.tick(time.Minute)
	if got := f.told(link); f.snap.Port(two, 49).Stale || !slices.Equal(got, []State{Up, Stale, Up}) {
		t.Errorf("it was told as %v", got)
	}
}

// TestExpireLater: the key may be set while the collector runs.
func TestExpireLater(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.populated()
	f.tick(48 * time.Hour)
	f.Configure(Config{Expire: time.Hour})
	for range 3 {
		f.tick(time.Minute)
	}
	if len(f.hosts)+len(f.links)+len(f.owners)+len(f.tunnels) != 0 {
		t.Errorf("%d hosts, %d links, %d owners, %d tunnel ends are kept", len(f.hosts), len(f.links), len(f.owners), len(f.tunnels))
	}
}

// TestExpireAll: whatever was seen, after a silence nothing of it is left, and all that was told is told to be gone.
func TestExpireAll(t *testing.T) {
	ever := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		l := NewLearner(Config{Learn: true, Expire: time.Hour}, NewRegistry())
		l.max = bounds{ports: 300, switchPorts: 100, portAddresses: 150, addresses: 200, outside: 50, macs: 150, votes: 100, sites: 250}
		now := start
		up, told := map[string]Record{}, 0
		apply := func(evidence []Evidence) {
			_, records := l.Apply(evidence, now)
			told += len(records)
			for i := range records {
				if r := &records[i]; r.State == Gone {
					delete(up, r.ID)
				} else {
					up[r.ID] = *r
				}
			}
			if n := l.outsideNow(); n != l.outside {
				t.Fatalf("%d addresses are outside, %d counted", n, l.outside)
			}
		}
		for range 100 {
			evidence := make([]Evidence, 100)
			for i := range evidence {
				if evidence[i] = random(rng, now); evidence[i].Kind == SawRestart { // that would forget too
					evidence[i].Kind = SawIngress
				}
			}
			now += second
			apply(evidence)
		}
		ever += told
		if len(l.hosts) == 0 || len(l.owners) == 0 || len(l.votes) == 0 || len(l.tunnels) == 0 || len(l.bridges.hosts) == 0 || len(l.stations) == 0 {
			t.Fatalf("seed %d: too little was learned: %v", seed, l.size())
		}
		for range 80 {
			now += int64(time.Minute)
			apply(nil)
		}
		for what, n := range l.size() {
			if n > 0 && what != "ports" && what != "names" && what != "bridged sides" {
				t.Errorf("seed %d: %d %s are kept", seed, n, what)
			}
		}
		snap := l.Snapshot()
		for i := range snap.places.buckets {
			if len(snap.places.buckets[i])+len(snap.owners.buckets[i])+len(snap.vteps.buckets[i])+len(snap.bridged.buckets[i]) > 0 {
				t.Fatalf("seed %d: the snapshot keeps what the learner forgot", seed)
			}
		}
		for id, r := range up {
			t.Errorf("seed %d: %s is told as %s", seed, id, r.State)
		}
		if l.duals != 0 || l.endsAlone != 0 || l.sharedEnds != 0 || l.edges != 0 || l.bridges.sites != 0 {
			t.Errorf("seed %d: counts are %d duals, %d and %d of tunnel ends, %d edges, %d sites", seed, l.duals, l.endsAlone, l.sharedEnds, l.edges, l.bridges.sites)
		}
	}
	if ever == 0 {
		t.Error("no record was told")
	}
}

// outsideNow counts the addresses that were seen only where the fabric ends.
func (l *Learner) outsideNow() (n int) {
	for _, h := range l.hosts {
		if len(h.sources)+len(h.sinks) > 0 && h.onlyOutside() {
			n++
		}
	}
	return n
}

// TestExpireOneOfTwo: a host that was on two leaves, and a tunnel end that moved, are where they are seen.
func TestExpireOneOfTwo(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: time.Hour})
	f.populated()
	both := func(leaf int) {
		f.sent("10.1.9.9", mac(0, 9), leaf, 9)
		f.give(Evidence{Kind: SawVTEP, Agent: agent(leaf), Addr: addr("10.255.9.9"), Buckets: 7})
	}
	for range 10 {
		both(1)
		both(2)
		f.tick(time.Second)
	}
	if end, _ := f.snap.TunnelEnd(addr("10.255.9.9")); len(f.snap.Edges(addr("10.1.9.9"))) != 2 || !end.Has(f.id(1)) || !end.Has(f.id(2)) || !f.snap.SharesEnd(f.id(1)) {
		t.Fatal("they are not on both")
	}
	for range 75 {
		f.left()
		f.right()
		both(2)
		f.tick(time.Minute)
	}
	end, _ := f.snap.TunnelEnd(addr("10.255.9.9"))
	if at := f.snap.Edges(addr("10.1.9.9")); len(at) != 1 || at[0] != f.id(2) || f.snap.Dual {
		t.Errorf("the host is at %v", at)
	}
	if end.Switches != [2]SwitchID{f.id(2)} || f.snap.SharesEnd(f.id(1)) || f.snap.SharesEnd(f.id(2)) {
		t.Errorf("the tunnel end is at %v", end.Switches)
	}
}

// TestExpireKept: what the last collector knew ages from when it was seen, not from the start of this one.
func TestExpireKept(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: 24 * time.Hour})
	f.populated()
	file := filepath.Join(t.TempDir(), "topology")
	if err := f.Remember().Save(file); err != nil {
		t.Fatal(err)
	}
	for days := range 2 {
		m, err := LoadMemory(file)
		if err != nil {
			t.Fatal(err)
		}
		g := newFabric(t, Config{Learn: true, Expire: 24 * time.Hour, Memory: m})
		g.now = f.now + int64(days)*18*int64(time.Hour)
		for range 10 * 60 { // ten hours
			g.tick(time.Minute)
		}
		if want := days == 0; len(g.hosts) > 0 != want || len(g.tunnels) > 0 != want || len(g.snap.Edges(addr("10.1.1.1"))) > 0 != want || g.snap.Port(g.id(1), 49).Kept != want {
			t.Errorf("after %d times 18 hours and ten: %d hosts, %d tunnel ends, %+v", days, len(g.hosts), len(g.tunnels), g.snap.Port(g.id(1), 49))
		}
		if err := g.Remember().Save(file); err != nil {
			t.Fatal(err)
		}
	}
}

// TestExpireKeptFromTheFuture: what was remembered by a machine whose clock was ahead ages from now on.
func TestExpireKeptFromTheFuture(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: 24 * time.Hour})
	f.populated()
	now := f.now
	f.now += 400 * 24 * int64(time.Hour)
	f.left()
	f.right()
	f.tick(time.Second)
	g := newFabric(t, Config{Learn: true, Expire: 24 * time.Hour, Memory: f.Remember()})
	g.now = now
	for _, hours := range []int{20, 40} {
		want := hours == 20
		for g.now < now+int64(hours)*int64(time.Hour) {
			g.tick(10 * time.Minute)
		}
		if known := []bool{len(g.hosts) > 0, len(g.tunnels) > 0, len(g.snap.Edges(addr("10.1.1.1"))) > 0, g.snap.Port(g.id(1), 49).Kept}; slices.Contains(known, !want) {
			t.Errorf("after %d hours: %v, want all %v", hours, known, want)
		}
	}
}

// TestExpireInParts: of very many only so many go at a time.
func TestExpireInParts(t *testing.T) {
	f := newFabric(t, Config{Learn: true, Expire: time.Hour})
	const all = 3 * expireForget
	for i := range all {
		f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: uint32(1 + i%4), Addr: flow.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), TTL: 60})
	}
	f.tick(time.Second)
	if len(f.hosts) != all {
		t.Fatalf("%d addresses are known, want %d", len(f.hosts), all)
	}
	f.tick(2 * time.Hour)
	for want := all - expireForget; want >= 0; want -= expireForget {
		if len(f.hosts) != want {
			t.Fatalf("%d addresses are left, want %d", len(f.hosts), want)
		}
		f.tick(time.Second)
		if len(f.hosts) != want {
			t.Fatal("some are forgotten before a minute is over")
		}
		f.tick(time.Minute)
	}
}

// TestOutsideIsBounded: addresses outside the fabric leave room for others.
func TestOutsideIsBounded(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.max.outside = 100
	out := func(port, i int) {
		f.give(Evidence{Kind: SawSink, Agent: agent(2), Port: uint32(port), Addr: flow.AddrFrom4([4]byte{11, 0, byte(i >> 8), byte(i)}), TTL: 60})
	}
	f.joined()
	for i := range 300 {
		out(9, i)
	}
	f.tick(time.Second)
	if f.outside != 0 || len(f.hosts) != 300 {
		t.Fatalf("%d of %d addresses are outside before it is known where that is", f.outside, len(f.hosts))
	}
	p := f.nodes[f.id(2)].ports[9]
	f.noteLead(p, toOutside)
	f.tick(time.Second)
	if f.outside != 100 || len(f.hosts) != 100 || f.Ignored != 200 {
		t.Errorf("%d addresses are outside, of %d; %d were left aside", f.outside, len(f.hosts), f.Ignored)
	}
	out(9, 1000)
	f.sent("10.1.1.1", mac(0, 1), 1, 7)
	f.tick(time.Second)
	if f.outside != 100 || len(f.hosts) != 101 || f.hosts[addr("10.1.1.1")] == nil {
		t.Errorf("then %d of %d", f.outside, len(f.hosts))
	}
	f.noteLead(p, toSwitch)
	if f.tick(time.Second); f.outside != 0 || len(f.hosts) != 101 {
		t.Errorf("once the port leads in again, %d of %d are outside", f.outside, len(f.hosts))
	}
}

// BenchmarkExpire looks for what is to be forgotten in tables as full as they get, of which nothing is.
func BenchmarkExpire(b *testing.B) {
	l := NewLearner(Config{Learn: true, Expire: 24 * time.Hour}, NewRegistry())
	l.now, l.expiredAt = start, start
	for i := range l.max.addresses {
		a := flow.AddrFrom4([4]byte{byte(11 + i>>24), byte(i >> 16), byte(i >> 8), byte(i)})
		l.host(a)
		l.tunnels[a] = &tunnelEnd{addr: a, seen: [2]int64{start}}
		l.owners[uint64(i)] = owner{sw: 1, last: start}
	}
	b.ReportAllocs()
	for b.Loop() {
		l.expiredAt = l.now - expirePace
		l.expire()
	}
	if len(l.hosts) != l.max.addresses {
		b.Fatal("some are forgotten")
	}
}

// TestExpireBridged: of what is known in a bridged fabric the flows tell no more; that its frames are seen keeps a host, and the links.
func TestExpireBridged(t *testing.T) {
	f := bridged(t)
	for i := range 30 {
		for h := 1; h <= 4; h++ {
			f.cross(h, 5-h, i)
			f.ordered(h, 5-h)
		}
		f.tick(time.Second / 10)
	}
	f.Configure(Config{Expire: time.Hour})
	for i := range 75 {
		f.cross(1, 4, i)
		f.cross(4, 1, i)
		f.ev = slices.DeleteFunc(f.ev, func(e Evidence) bool { return e.Kind == SawBridged })
		f.tick(time.Minute)
	}
	snap := f.snap
	for h := 1; h <= 4; h++ {
		stays := h == 1 || h == 4
		_, known := f.bridges.hosts[mac(0, h)]
		_, _, placed := snap.Locate(hostAddr(h))
		if entered := snap.Entry(mac(0, h)) == snap.ID(agent((h+1)/2)); entered != stays || known != stays || placed != stays {
			t.Errorf("host %d: entry known %v, kept %v, placed %v; want %v", h, entered, known, placed, stays)
		}
	}
	if snap.Peer(snap.ID(agent(1)), 9) != snap.ID(agent(51)) || snap.Peer(snap.ID(agent(2)), 9) != snap.ID(agent(51)) {
		t.Error("the links are forgotten")
	}
	if len(snap.witnesses) > 4 || slices.Contains(snap.witnesses, nil) {
		t.Errorf("%d witnesses", len(snap.witnesses))
	}
}
