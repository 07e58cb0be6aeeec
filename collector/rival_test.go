package collector

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"

	"spoor/flow"
)

var (
	relay1 = netip.MustParseAddr("192.0.2.1")
	relay2 = netip.MustParseAddr("192.0.2.2")
)

// switchAt numbers datagrams as a switch does, one each 10 ms.
type switchAt struct {
	seq, uptime uint32
	from        netip.Addr
}

// send accounts for the switch's next datagram.
func (s *switchAt) send(a *Agents, now int64) Accounting {
	s.seq++
	s.uptime += 10
	return a.Account(agent1, 0, s.seq, s.uptime, s.uptime, now, s.from)
}

// TestSharedAddress: switches that state one address are found out and told
// apart by their sources, whatever their numbers and the order of their
// datagrams; none is taken for another's copy, and no loss is made up.
func TestSharedAddress(t *testing.T) {
	one, two := netip.MustParseAddr("10.255.0.1"), netip.MustParseAddr("10.255.0.2")
	for name, tt := range map[string]struct {
		first, second switchAt
		burst         int
	}{
		"in turns":                         {switchAt{5000, 50_000_000, one}, switchAt{90_000, 3_000_000, two}, 1},
		"in bursts":                        {switchAt{5000, 50_000_000, one}, switchAt{90_000, 3_000_000, two}, 7},
		"numbers nearby":                   {switchAt{5000, 50_000_000, one}, switchAt{5010, 3_000_000, two}, 1},
		"the same numbers":                 {switchAt{5000, 50_000_000, one}, switchAt{5000, 3_000_000, two}, 1},
		"numbers nearby, younger in front": {switchAt{5000, 3_000_000, one}, switchAt{5010, 50_000_000, two}, 3},
		"both just booted":                 {switchAt{0, 100, one}, switchAt{0, 350, two}, 1},
		"both just booted, one ahead":      {switchAt{0, 100, one}, switchAt{3000, 20_000, two}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			a := agents(t, nil)
			now, rivals, lost, restarts := second, 0, uint32(0), 0
			const rounds = 400
			for range rounds {
				for _, s := range []*switchAt{&tt.first, &tt.second} {
					for range tt.burst {
						acc := s.send(a, now)
						if acc.Duplicate {
							t.Fatal("a switch's datagram was taken for a copy")
						}
						if acc.Rival {
							rivals++
						}
						if acc.Restarted {
							restarts++
						}
						lost += acc.Lost
						now += second / 100
					}
				}
			}
			if rivals != 1 {
				t.Errorf("reported %d times", rivals)
			}
			if lost > 64 || restarts > 2 {
				t.Errorf("%d lost, %d restarts made up", lost, restarts)
			}
			list := a.Snapshot()
			if len(list) != 2 || list[0].Apart || !list[1].Apart || list[0].Peer != one || list[1].Peer != two {
				t.Fatalf("%+v", list)
			}
			if list[0].Datagrams+list[1].Datagrams != 2*rounds*uint64(tt.burst) {
				t.Errorf("%d and %d datagrams", list[0].Datagrams, list[1].Datagrams)
			}
			tt.first.seq += 5
			if acc := tt.first.send(a, now); acc.Lost != 5 {
				t.Errorf("loss of the first: %+v", acc)
			}
			tt.second.seq += 3
			if acc := tt.second.send(a, now); acc.Lost != 3 || acc.Rival {
				t.Errorf("loss of the second: %+v", acc)
			}
		})
	}
}

// TestReplicator: what replicators relay is one numbering, each datagram counted
// once, in whatever order the copies come, through a restart of the agent too.
func TestReplicator(t *testing.T) {
	for _, lag := range []int{0, 1, 5, 60} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d behind, restart %v", lag, restart), func(t *testing.T) {
				a := agents(t, nil)
				type sent struct{ seq, uptime uint32 }
				var all []sent
				for i := range uint32(1000) {
					if restart && i >= 500 {
						all = append(all, sent{i - 499, 10 * (i - 499)})
						continue
					}
					all = append(all, sent{7000 + i, 900_000 + 10*i})
				}
				taken := 0
				take := func(s sent, i int, from netip.Addr) {
					acc := a.Account(agent1, 0, s.seq, s.uptime, s.uptime, second+int64(i)*second/100, from)
					if acc.Rival || acc.Lost > 0 {
						t.Fatalf("datagram %d: %+v", i, acc)
					}
					if !acc.Duplicate {
						taken++
					}
				}
				for i := range len(all) + lag {
					if i >= lag {
						take(all[i-lag], i, relay2)
					}
					if i < len(all) {
						take(all[i], i, relay1)
					}
				}
				if taken != len(all) {
					t.Errorf("%d of %d taken", taken, len(all))
				}
				if got := a.Stats().Agents; got != 1 {
					t.Errorf("%d agents", got)
				}
			})
		}
	}
}

// An agent that is heard through another source from now on keeps its place.
func TestSourceMoves(t *testing.T) {
	for name, after := range map[string]switchAt{
		"goes on":   {6100, 51_100_000, relay2},
		"restarted": {0, 100, relay2},
	} {
		a := agents(t, nil)
		s := switchAt{5000, 50_000_000, relay1}
		now := second
		for range 100 {
			s.send(a, now)
			now += second / 10
		}
		s = after
		for range 200 {
			if acc := s.send(a, now); acc.Duplicate || acc.Rival {
				t.Fatalf("%s: %+v", name, acc)
			}
			now += second / 10
		}
		s.seq += 2
		if acc := s.send(a, now); acc.Lost != 2 {
			t.Errorf("%s: %+v", name, acc)
		}
		if list := a.Snapshot(); len(list) != 1 {
			t.Errorf("%s: %d states", name, len(list))
		}
	}
}

// A number that comes again with another uptime is no copy: nothing is left out.
func TestSameNumberOtherUptime(t *testing.T) {
	a := agents(t, nil)
	for i := range uint32(50) {
		if acc := a.Account(agent1, 0, 0, 100*i, 100*i, int64(i)*second, peer1); acc.Duplicate {
			t.Fatal("an agent without numbers lost its datagrams")
		}
	}
}

// TestSampleGaps: gaps in the numbers of each kind of samples, by data source.
func TestSampleGaps(t *testing.T) {
	a := agents(t, nil)
	for i := range uint32(100) {
		acc := a.Account(agent1, 0, 1+i, 10*i, 10*i, int64(i+1)*second/10, peer1)
		acc.Hold()
		acc.Source(0, 1, 1+i, 100, i/10) // the agent dropped 9
		acc.Source(0, 2, 1+2*i, 400, 0)  // 99 lost
		acc.Counters(0, 1, 1+i/50+i)     // 1 lost
		acc.Discard(0, 3, 1+3*i, 2*i)    // 198 lost, 198 not sent
		acc.Counters(0, 2, i^1)          // in pairs the wrong way round
		acc.Release()
	}
	got := a.Snapshot()[0]
	if got.Flows != (SampleLoss{200, 99, 9}) || got.Counters != (SampleLoss{200, 2, 0}) || got.Discards != (SampleLoss{100, 198, 198}) {
		t.Errorf("%+v", got)
	}
	list := a.DataSources(&got)
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []DataSource{
		{Index: 1, SamplingRate: 100, EffectiveRate: 109, LostCounters: 1, Drops: 9},
		{Index: 2, SamplingRate: 400, EffectiveRate: 796, LostSamples: 99},
		{Index: 3, LostDiscards: 198},
	} {
		want.LastSeen, want.Sampled, want.Polled = 10*second, want.Index < 3, want.Index < 3
		if list[i] != want {
			t.Errorf("%+v, want %+v", list[i], want)
		}
	}
}

// TestSampleNumbersRestart: a data source that numbers anew without a restart of
// the agent is followed again.
func TestSampleNumbersRestart(t *testing.T) {
	f := &feeder{a: agents(t, nil)}
	for i := range uint32(600) {
		f.sample(1, 1+i, 100, 0)
	}
	for i := range uint32(50) {
		f.sample(1, 1+i, 100, 0)
	}
	f.sample(1, 53, 100, 0)
	if got := f.a.Snapshot()[0].Flows; got.Lost != 2 {
		t.Errorf("%+v", got)
	}
}

// Sources that are numbered together lose nothing by that.
func TestSharedNumberingLoss(t *testing.T) {
	f := &feeder{a: agents(t, nil)}
	for i := range uint32(1000) {
		if i%100 != 50 {
			f.sample(i%4, i, 100, 0)
		}
	}
	got := f.a.Snapshot()[0]
	if !got.Joint || got.Flows.Lost != 10 {
		t.Errorf("%+v", got)
	}
}

// TestInventedAgents: a host that invents agents, ten million of them in `make
// flood`, from its own or from invented addresses, takes its share of memory and
// no more, and those who were there stay.
func TestInventedAgents(t *testing.T) {
	n := uint32(300_000)
	if os.Getenv("SPOOR_FLOOD") != "" { // make flood
		n = 10_000_000
	}
	for name, from := range map[string]func(i uint32) netip.Addr{
		"from one host":          func(uint32) netip.Addr { return relay1 },
		"from as many addresses": func(i uint32) netip.Addr { return netip.AddrFrom4([4]byte{172, byte(i >> 16), byte(i >> 8), byte(i)}) },
	} {
		t.Run(name, func(t *testing.T) {
			a := agents(t, nil)
			now := second
			a.Account(agent1, 0, 1, 0, 0, now, peer1)
			before := heap()
			var half uint64
			for i := range n {
				now += 1000 // a million datagrams a second
				invented := flow.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
				acc := a.Account(invented, i%3, i, i, i, now, from(i))
				acc.Source(0, i, i, 100, 0)
				acc.Counters(0, i, i)
				if i == n/2 {
					half = heap()
				}
			}
			after := heap()
			t.Logf("%d agents: heap %d KiB, %d after half of them, %d after all; %+v", n, before>>10, half>>10, after>>10, a.Stats())
			if after > half+half/10 || after-before > 128<<20 {
				t.Errorf("the heap grows: %d, %d, %d bytes", before, half, after)
			}
			if acc := a.Account(agent1, 0, 3, 20, 20, now, peer1); acc.Lost != 1 {
				t.Errorf("the agent that was there first: %+v", acc)
			}
			if s := a.Stats(); s.Untracked == 0 || s.Agents > defaultAgents {
				t.Errorf("%+v", s)
			}
			runtime.KeepAlive(a)
		})
	}
}

// heap gives the bytes in use once garbage is gone.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Workers share the states of rivals too.
func TestRivalsConcurrently(t *testing.T) {
	a := agents(t, nil)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			s := switchAt{uint32(w) * 100_000, uint32(w) * 10_000_000, netip.AddrFrom4([4]byte{192, 0, 2, byte(w)})}
			for i := range 2000 {
				acc := s.send(a, int64(i)*second/100)
				acc.Hold()
				acc.Counters(0, 1, s.seq)
				acc.Discard(0, 1, s.seq, 0)
				acc.Release()
				if i%100 == 0 {
					for _, x := range a.Snapshot() {
						a.DataSources(&x)
					}
				}
			}
		})
	}
	wg.Wait()
	var sum uint64
	for _, x := range a.Snapshot() {
		sum += x.Datagrams
	}
	if sum != 4*2000 {
		t.Errorf("%d datagrams", sum)
	}
}
