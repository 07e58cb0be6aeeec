package collector

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"spoor/flow"
)

var (
	agent1 = flow.AddrFrom4([4]byte{10, 255, 0, 1})
	agent2 = flow.AddrFrom4([4]byte{10, 255, 0, 2})
	peer1  = netip.MustParseAddr("10.255.0.1")
)

const second = int64(time.Second)

func agents(tb testing.TB, change func(*AgentsConfig)) *Agents {
	tb.Helper()
	cfg := DefaultAgentsConfig()
	if change != nil {
		change(&cfg)
	}
	a, err := NewAgents(cfg)
	check(tb, err)
	return a
}

// heard is a datagram: its number and uptime, arriving i seconds in.
type heard struct {
	seq, uptime uint32
	want        Accounting // NotBefore and Sent are not compared
}

func TestAccount(t *testing.T) {
	ok := Accounting{}
	lost := func(n uint32) Accounting { return Accounting{Lost: n} }
	old := Accounting{Reordered: true}
	duplicate := Accounting{Duplicate: true}
	restarted := Accounting{Restarted: true}
	tests := []struct {
		name string
		in   []heard
		want Agent
	}{
		{"in order", []heard{{7, 1000, ok}, {8, 2000, ok}, {9, 3000, ok}}, Agent{Datagrams: 3}},
		{"a gap", []heard{{7, 1000, ok}, {11, 2000, lost(3)}, {12, 3000, ok}}, Agent{Datagrams: 3, Lost: 3}},
		{
			"a late one fills the gap",
			[]heard{{7, 1000, ok}, {10, 2000, lost(2)}, {8, 1500, old}, {9, 1600, old}, {9, 1600, duplicate}},
			Agent{Datagrams: 5, Lost: 2, Reordered: 2, Duplicates: 1},
		},
		{
			"lost never falls, but what was given back is not counted again",
			[]heard{{1, 0, ok}, {3, 0, lost(1)}, {2, 0, old}, {5, 0, lost(1)}, {4, 0, old}, {7, 0, lost(1)}},
			Agent{Datagrams: 6, Lost: 1, Reordered: 2},
		},
		{
			"older than the first: never missed",
			[]heard{{7, 1000, ok}, {6, 900, old}, {6, 900, duplicate}, {9, 2000, lost(1)}, {5, 800, old}},
			Agent{Datagrams: 5, Lost: 1, Reordered: 2, Duplicates: 1},
		},
		{"the same again", []heard{{7, 1000, ok}, {7, 1000, duplicate}, {8, 2000, ok}, {7, 1000, duplicate}}, Agent{Datagrams: 4, Duplicates: 2}},
		{
			"wrap at 2^32",
			[]heard{{1<<32 - 2, 0, ok}, {1<<32 - 1, 0, ok}, {0, 0, ok}, {2, 0, lost(1)}, {1, 0, old}},
			Agent{Datagrams: 5, Lost: 1, Reordered: 1},
		},
		{"restart with number 1", []heard{{5000, 900_000, ok}, {1, 100, restarted}, {2, 200, ok}, {4, 300, lost(1)}}, Agent{Datagrams: 4, Lost: 1, Restarts: 1}},
		{"uptime wraps amid a loss", []heard{{1000, 1<<32 - 1000, ok}, {1100, 5000, lost(99)}, {1101, 5100, ok}}, Agent{Datagrams: 3, Lost: 99}},
		{"restart soon after the start", []heard{{30, 60_000, ok}, {31, 61_000, ok}, {1, 10, restarted}, {2, 20, ok}}, Agent{Datagrams: 4, Restarts: 1}},
		{"restart, the first datagrams lost", []heard{{30, 60_000, ok}, {200, 5_000, restarted}, {201, 5_100, ok}}, Agent{Datagrams: 3, Restarts: 1}},
		{
			"restart of an agent with uptime 0: believed at the second",
			[]heard{{5000, 0, ok}, {1, 0, old}, {2, 0, restarted}, {3, 0, ok}},
			Agent{Datagrams: 4, Reordered: 1, Restarts: 1},
		},
		{"uptime wraps: no restart", []heard{{10, 1<<32 - 500, ok}, {11, 500, ok}, {12, 1500, ok}}, Agent{Datagrams: 3}},
		{
			"restart after 30 days of uptime",
			[]heard{{90_000, 2_592_000_000, ok}, {1, 50, restarted}, {2, 1050, ok}, {3, 2050, ok}},
			Agent{Datagrams: 4, Restarts: 1},
		},
		{"uptime falls, the sequence goes on: no restart", []heard{{10, 60_000, ok}, {11, 0, ok}, {12, 60_000, ok}}, Agent{Datagrams: 3}},
		{
			"one stray number: no loss in the billions",
			[]heard{{10, 1000, ok}, {2_000_000_000, 1100, old}, {11, 1200, ok}, {12, 1300, ok}},
			Agent{Datagrams: 4, Reordered: 1},
		},
		{"a very late one", []heard{{10, 1000, ok}, {510, 2000, lost(499)}, {11, 1100, old}, {511, 2100, ok}}, Agent{Datagrams: 4, Lost: 499, Reordered: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := agents(t, nil)
			for i, h := range tt.in {
				got := a.Account(agent1, 3, h.seq, h.uptime, h.uptime, int64(i)*second, peer1)
				if d := cmp.Diff(h.want, got, cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreUnexported(Accounting{}), cmpopts.IgnoreFields(Accounting{}, "NotBefore", "Sent")); d != "" {
					t.Errorf("datagram %d: %s", i, d)
				}
			}
			want := tt.want
			want.Agent, want.SubAgent, want.Peer = agent1, 3, peer1
			got := a.Snapshot()
			if d := cmp.Diff([]Agent{want}, got, cmpopts.EquateComparable(netip.Addr{}),
				cmpopts.IgnoreFields(Agent{}, "Since", "SinceUptime", "FirstSeen", "LastSeen", "Uptime")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNotBefore(t *testing.T) {
	a := agents(t, nil)
	for i, step := range []struct {
		seq            uint32
		received, want int64
	}{
		{1, 100 * second, 99 * second}, // what it holds may be a second old: of a shorter time sequence numbers would prove too much
		{2, 100*second + 5, 100 * second},
		{3, 100*second + 5, 100*second + 5},  // in the same read
		{3, 100*second + 9, 100*second + 5},  // a duplicate
		{4, 100*second + 12, 100*second + 5}, // which moved nothing
		{5, 200 * second, 199 * second},      // at most a second
		{6, 199*second + 1, 199*second + 1},  // another worker's earlier clock reading
		{7, 200*second + 3, 200 * second},
	} {
		if got := a.Account(agent1, 0, step.seq, 0, 0, step.received, peer1).NotBefore; got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
}

// Sub-agents are streams of their own; a pair's source port does not matter.
func TestPairsApart(t *testing.T) {
	a := agents(t, nil)
	for i := range uint32(10) {
		a.Account(agent1, 0, 1+i, 0, 0, int64(i), peer1)
		a.Account(agent1, 1, 1000+2*i, 0, 0, int64(i), peer1)
		a.Account(agent2, 0, 50+i, 0, 0, int64(i), peer1)
	}
	var lost []uint64
	for _, s := range a.Snapshot() {
		lost = append(lost, s.Lost)
	}
	if d := cmp.Diff([]uint64{0, 9, 0}, lost); d != "" {
		t.Error(d)
	}
	if s := a.Stats(); s.Agents != 3 {
		t.Errorf("stats %+v", s)
	}
}

func TestResolve(t *testing.T) {
	a := agents(t, func(c *AgentsConfig) {
		c.Allow = []netip.Prefix{netip.MustParsePrefix("10.255.0.0/16"), netip.MustParsePrefix("fd00::/8")}
		c.Alias = map[netip.Addr]netip.Addr{netip.MustParseAddr("10.255.0.9"): netip.MustParseAddr("192.0.2.1")}
	})
	from := netip.MustParseAddr("10.255.7.7")
	addr := func(s string) flow.Addr { return flow.AddrFromNetip(netip.MustParseAddr(s)) }
	for _, tt := range []struct {
		name    string
		agent   flow.Addr
		from    netip.Addr
		want    flow.Addr
		allowed bool
	}{
		{"as stated", addr("10.255.0.1"), from, addr("10.255.0.1"), true},
		{"IPv6", addr("fd00::1"), from, addr("fd00::1"), true},
		{"not allowed", addr("10.0.0.1"), from, addr("10.0.0.1"), false},
		{"alias", addr("10.255.0.9"), from, addr("192.0.2.1"), true},
		{"no address", flow.Addr{}, from, addr("10.255.7.7"), true},
		{"unspecified", addr("0.0.0.0"), from, addr("10.255.7.7"), true},
		{"loopback", addr("127.0.0.1"), from, addr("10.255.7.7"), true},
		{"loopback, IPv6", addr("::1"), from, addr("10.255.7.7"), true},
		{"its source not allowed", addr("127.0.0.1"), netip.MustParseAddr("192.0.2.9"), addr("192.0.2.9"), false},
		{"its source an alias", flow.Addr{}, netip.MustParseAddr("10.255.0.9"), addr("192.0.2.1"), true},
	} {
		got, allowed := a.Resolve(tt.agent, tt.from)
		if got != tt.want || allowed != tt.allowed {
			t.Errorf("%s: %s %v, want %s %v", tt.name, got, allowed, tt.want, tt.allowed)
		}
	}
	open := agents(t, nil)
	if got, allowed := open.Resolve(addr("10.0.0.1"), from); got != addr("10.0.0.1") || !allowed {
		t.Errorf("without a list: %s %v", got, allowed)
	}
}

func TestAgentsValidate(t *testing.T) {
	one, two, three := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3")
	for name, change := range map[string]func(*AgentsConfig){
		"prefix":         func(c *AgentsConfig) { c.Allow = make([]netip.Prefix, 1) },
		"alias":          func(c *AgentsConfig) { c.Alias = map[netip.Addr]netip.Addr{{}: one} },
		"chain of alias": func(c *AgentsConfig) { c.Alias = map[netip.Addr]netip.Addr{one: two, two: three} },
		"bound":          func(c *AgentsConfig) { c.MaxAgents = 0 },
	} {
		cfg := DefaultAgentsConfig()
		check(t, cfg.Validate())
		change(&cfg)
		if _, err := NewAgents(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// An inventor of agents fills its own share and no more; those known stay, and
// idle ones make room.
func TestAgentsBounded(t *testing.T) {
	a := agents(t, func(c *AgentsConfig) { c.MaxAgents, c.MaxPerPeer = 300, 200 })
	inventor := netip.MustParseAddr("192.0.2.66")
	now := second
	a.Account(agent1, 0, 1, 0, 0, now, peer1)
	for i := range uint32(100_000) {
		now += 1000
		acc := a.Account(agent2, i, 1, 0, 0, now, inventor)
		if got, want := acc.Untracked, i >= 200; got != want {
			t.Fatalf("agent %d untracked: %v", i, got)
		}
		if acc.Untracked && (acc.NotBefore != now-second || acc.Source(0, 1, i, 100, 0) != 100) {
			t.Fatal("an untracked datagram is not as if nothing were known")
		}
	}
	for i := range uint32(98) {
		if a.Account(agent1, 1+i, 1, 0, 0, now, peer1).Untracked {
			t.Fatalf("another source's agent %d found no place", i)
		}
	}
	if got := a.Account(agent1, 0, 3, 0, 0, now, peer1); got.Lost != 1 {
		t.Errorf("the first agent's state is lost: %+v", got)
	}
	s := a.Stats()
	if s.Agents != 299 || s.Untracked != 99_800 || s.Evicted != 0 {
		t.Errorf("stats %+v", s)
	}
	now += idleAgent + second
	tracked := 0
	for i := range uint32(200) {
		if !a.Account(agent2, 1<<20+i, 1, 0, 0, now, inventor).Untracked {
			tracked++
		}
	}
	if s := a.Stats(); tracked != 200 || s.Evicted == 0 || s.Agents > 300 {
		t.Errorf("%d of 200 found a place once the others were idle: %+v", tracked, s)
	}
}

// TestEvicted: a pair that lost its place is forgotten, and begins anew when it comes again.
func TestEvicted(t *testing.T) {
	a := agents(t, func(c *AgentsConfig) { c.MaxAgents = 1 })
	now := second
	for round := range 3 {
		for i, agent := range []flow.Addr{agent1, agent2} {
			now += idleAgent + second
			for seq := range uint32(3) {
				if acc := a.Account(agent, 7, seq, seq, seq, now, peer1); acc.Untracked {
					t.Fatalf("round %d: agent %d has no place", round, i)
				}
			}
			if s := a.Snapshot(); len(s) != 1 || s[0].Agent != agent || s[0].Datagrams != 3 || s[0].FirstSeen != now {
				t.Errorf("round %d, agent %d: %+v", round, i, s)
			}
		}
	}
}

// Workers share the table.
func TestAgentsConcurrently(t *testing.T) {
	a := agents(t, func(c *AgentsConfig) { c.MaxAgents = 500 })
	var wg sync.WaitGroup
	const workers, each = 4, 3000
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range each {
				acc := a.Account(agent1, rng.Uint32N(600), uint32(i), 0, 0, int64(i)*second, peer1)
				acc.Hold()
				acc.Source(0, rng.Uint32N(50), uint32(i), 100, 0)
				acc.Release()
				acc.Source(0, rng.Uint32N(50), uint32(i), 100, 0)
				if i%500 == 0 {
					a.Snapshot()
				}
			}
		})
	}
	wg.Wait()
	var datagrams, sources uint64
	for _, s := range a.Snapshot() {
		datagrams += s.Datagrams
		sources += uint64(s.Sources)
	}
	s := a.Stats()
	if s.Evicted == 0 && datagrams+s.Untracked != workers*each {
		t.Errorf("%d datagrams and %+v", datagrams, s)
	}
	if sources != uint64(s.Sources) {
		t.Errorf("%d sources in the snapshot, %d counted", sources, s.Sources)
	}
}

func TestAccountAllocatesNothing(t *testing.T) {
	a := agents(t, nil)
	seq := uint32(0)
	f := func() {
		seq++
		known, _ := a.Resolve(agent1, peer1)
		acc := a.Account(known, 0, seq, seq, seq, int64(seq)*1e6, peer1)
		for port := range uint32(6) {
			acc.Source(0, port, seq, 100, 0)
		}
	}
	f()
	if n := testing.AllocsPerRun(1000, f); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}

func BenchmarkAccount(b *testing.B) {
	for _, n := range []uint32{1, 1000, 50_000} {
		b.Run(fmt.Sprint(n, " agents, 6 samples"), func(b *testing.B) {
			a := agents(b, func(c *AgentsConfig) { c.MaxPerPeer = c.MaxAgents })
			i := uint32(0)
			b.ReportAllocs()
			for b.Loop() {
				i++
				acc := a.Account(agent1, i%n, i/n, i, i, int64(i)*1000, peer1)
				acc.Hold()
				for s := range uint32(6) {
					acc.Source(0, s, i, 1000, 0)
				}
				acc.Release()
			}
		})
	}
}

// TestMarks: an agent's uptime can be compared with our clock over the last hour
// or two, also when it has wrapped before and after a restart.
func TestMarks(t *testing.T) {
	a := agents(t, nil)
	agent := flow.AddrFromNetip(peer1)
	var seq uint32
	now, uptime := 1000*second, uint32(1<<32-30*60*1000) // wraps in half an hour
	give := func(after int64, runs float64) Agent {
		now += after
		uptime += uint32(float64(after) / 1e6 * runs)
		seq++
		acc := a.Account(agent, 0, seq, uptime, seq, now, peer1)
		acc.Release()
		return a.Snapshot()[0]
	}
	drift := func(x Agent) float64 { return float64(x.Uptime-x.SinceUptime) * 1e6 / float64(x.LastSeen-x.Since) }
	var x Agent
	for range 5 * 60 {
		x = give(60*second, 1.05)
	}
	if over := x.LastSeen - x.Since; over < 3600*second || over > 2*3700*second {
		t.Errorf("the mark is %d s old", over/second)
	}
	if d := drift(x); d < 1.049 || d > 1.051 {
		t.Errorf("the uptime runs %g times our clock", d)
	}
	uptime, seq = 0, 0
	x = give(60*second, 1)
	for range 10 {
		x = give(60*second, 1)
	}
	if d := drift(x); d < 0.999 || d > 1.001 || x.LastSeen-x.Since != 600*second {
		t.Errorf("after a restart it runs %g times our clock", d)
	}
}
