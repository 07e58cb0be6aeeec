package collector

import (
	"net/netip"
	"testing"
)

// TestLeftoverSamplesLoseNothing: a datagram that a restart overtook holds samples of the numbering before: they tell of no loss in the new one.
func TestLeftoverSamplesLoseNothing(t *testing.T) {
	a := agents(t, nil)
	now := 100 * second
	sample := uint32(5000)
	send := func(seq, uptime, first uint32) Accounting {
		now += second / 10
		acc := a.Account(agent1, 0, seq, uptime, seq*7919+uptime, now, peer1)
		for i := range uint32(4) {
			acc.Source(0, 1, first+i, 100, 0)
		}
		return acc
	}
	for i := range uint32(100) {
		if i != 98 {
			send(1000+i, 60_000+100*i, sample+4*i)
		}
	}
	for i := range uint32(40) {
		send(1+i, 100+100*i, 1+4*i)
		if i == 2 {
			if acc := send(1098, 60_000+9800, sample+4*98); !acc.Reordered || acc.Restarted {
				t.Fatalf("the leftover: %+v", acc)
			}
		}
	}
	if s := a.Snapshot()[0]; s.Flows.Lost > 4 || s.Restarts != 1 {
		t.Errorf("%d samples lost, %d restarts; want at most 4 and 1", s.Flows.Lost, s.Restarts)
	}
}

// TestRenumberedAsUptimeWraps: an agent that numbers anew just after its uptime wrapped is not taken for one whose datagrams are late.
func TestRenumberedAsUptimeWraps(t *testing.T) {
	a := agents(t, nil)
	now := 100 * second
	up := ^uint32(0) - 1000
	send := func(seq uint32) Accounting {
		now += second / 10
		up += 100
		return a.Account(agent1, 0, seq, up, seq*7919+up, now, peer1)
	}
	for i := range uint32(10) {
		send(1000 + i)
	}
	restarted := false
	for i := range uint32(5) {
		restarted = restarted || send(1+i).Restarted
	}
	if !restarted {
		t.Error("five datagrams of another numbering are all taken for late ones")
	}
}

// TestStrangersSamples: datagrams of others that state an agent's address, each from another source, tell nothing of its samples.
func TestStrangersSamples(t *testing.T) {
	a := agents(t, nil)
	now, worst := 100*second, uint32(0)
	for i := range uint32(200) {
		now += second / 10
		acc := a.Account(agent1, 0, 1000+i, 60_000+100*i, i, now, peer1)
		for j := range uint32(4) {
			worst = max(worst, acc.Source(0, 1, 5000+4*i+j, 100, 0))
		}
		acc.Counters(0, 1, 10+i)
		if i%5 == 0 {
			acc = a.Account(agent1, 0, 1<<30+7*i, 900_000+i, i, now, netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}))
			if got := acc.Source(0, 1, 5000+4*i+30_000, 100, 0); got != 100 {
				t.Fatalf("the stranger's sample stands for %d", got)
			}
			acc.Counters(0, 1, 10+i+30_000)
		}
	}
	if s := a.Snapshot()[0]; worst != 100 || s.Flows.Lost != 0 || s.Counters.Lost != 0 || s.Flows.Samples != 840 {
		t.Errorf("a sample stands for up to %d; %+v", worst, s)
	}
}
