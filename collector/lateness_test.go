package collector

import "testing"

// TestLate: an agent sends each 0.5 s; what of it arrives late is dated back.
func TestLate(t *testing.T) {
	type datagram struct {
		uptime uint32
		at     float64 // arrival, s
		late   float64 // s
	}
	steady := func(from, to, delay float64, scale float64) (list []datagram) {
		for x := from; x < to; x += 0.5 {
			list = append(list, datagram{uint32(x * 1000 * scale), x + delay, 0})
		}
		return list
	}
	f := func(name string, parts ...[]datagram) {
		t.Helper()
		var l lateness
		for _, part := range parts {
			for _, d := range part {
				got := float64(l.of(d.uptime, int64(d.at*1e9))) / 1e9
				if diff := got - d.late; diff > 0.01 || diff < -0.01 {
					t.Fatalf("%s: uptime %d ms at %.1f s: %.3f s late, want %.3f", name, d.uptime, d.at, got, d.late)
				}
			}
		}
	}
	f("never", steady(10, 100, 0.2, 1))
	f("held back for 10 s", steady(10, 20, 0.2, 1), []datagram{{20_000, 30.2, 10}, {20_500, 30.2, 9.5}, {27_000, 30.2, 3}, {29_500, 30.2, 0}}, steady(30, 60, 0.2, 1))
	f("held back for 40 s", steady(10, 20, 0.2, 1), []datagram{{20_000, 60.2, 40}, {59_000, 60.2, 0}})
	f("too early to tell", steady(10, 12, 0, 1), []datagram{{12_000, 20, 0}})
	f("a wait that lasts becomes usual",
		steady(10, 20, 0, 1), []datagram{{20_000, 23, 3}, {24_000, 27, 3}}, []datagram{{25_500, 28.5, 0}}, steady(26, 60, 3, 1))
	f("whole seconds", []datagram{{10_000, 10, 0}, {10_000, 10.9, 0}, {11_000, 11.4, 0}, {12_000, 12.9, 0}, {13_000, 13.9, 0}, {14_000, 14.2, 0}, {15_000, 15.9, 0}})
	f("no uptime", steady(10, 200, 0, 0))
	f("another unit", steady(10, 200, 0, 0.1))
	f("uptime wraps", []datagram{{1<<32 - 1000, 10, 0}, {500, 11.5, 0}, {1500, 12.5, 0}})
}

// TestSent: a datagram that was held back on its way counts as if it had come in time.
func TestSent(t *testing.T) {
	a := agents(t, nil)
	seq := uint32(0)
	account := func(uptime uint32, at float64) Accounting {
		seq++
		return a.Account(agent1, 0, seq, uptime, seq, int64(at*1e9), peer1)
	}
	for x := uint32(100); x < 120; x++ {
		account(x*1000, float64(x))
	}
	for i := range uint32(8) {
		acc := account((120+i)*1000, 130)
		if want := int64(120+i) * second; acc.Sent != want || acc.NotBefore != want-second {
			t.Errorf("sent at %d s, arrived at 130 s: dated to %d, not before %d", 120+i, acc.Sent, acc.NotBefore)
		}
	}
	if acc := account(130_000, 130); acc.Sent != 130*second {
		t.Errorf("one that comes in time is dated to %d", acc.Sent)
	}
	seq = 0
	if acc := account(100, 150); !acc.Restarted || acc.Sent != 150*second {
		t.Errorf("the first after a restart: %v, dated to %d", acc.Restarted, acc.Sent)
	}
}
