package watch_test

import (
	"math"
	"testing"

	"spoor/flow"
)

// TestErrorBounds: a damaged frame each ten seconds is an alert, fewer keep it up; a thousandth
// of all frames is felt by those who use the link.
func TestErrorBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		errors, frames uint32 // each 20 s
		want           []string
	}{
		"one in 20 s":                {1, 200_000, nil},
		"two in 20 s":                {2, 200_000, []string{"raised warning PortErrors: leaf2:p50 receives 0.1 damaged frames a second, 0.00% of all"}},
		"a thousandth of few frames": {2, 1998, []string{"raised critical PortErrors: leaf2:p50 receives 0.1 damaged frames a second, 0.10% of all"}},
		"less than a thousandth":     {2, 2100, []string{"raised warning PortErrors: leaf2:p50 receives 0.1 damaged frames a second, 0.10% of all"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			p := b.port(2, 50)
			n := 0
			b.run(100, func() {
				if n++; n%20 == 1 {
					p.In.Errors += tc.errors
					p.In.Frames += tc.frames
					p.In.Octets += 500 * uint64(tc.frames)
				}
			})
			b.tells(tc.want...)
		})
	}
	b := newBench(t)
	p := b.port(2, 50)
	n := 0
	rare := func() {
		if n++; n%20 == 1 {
			p.In.Errors++
		}
	}
	b.run(60, func() { p.In.Errors++ })
	b.tells("raised critical PortErrors") // all of its frames
	b.run(600, rare)
	b.tells()
	b.run(160, nil)
	b.tells()
	b.run(60, nil)
	b.tells("resolved critical PortErrors")
}

// TestDiscardBounds: a packet a second is an alert, fewer keep it up; what a port cannot take in is its row's, no alert.
func TestDiscardBounds(t *testing.T) {
	b := newBench(t)
	p := b.port(2, 50)
	n := 0
	b.run(100, func() {
		if n++; n%20 == 1 {
			p.Out.Discards += 19
			p.In.Discards += 1000
		}
	})
	b.tells()
	if rows := b.w.Drops(10); len(rows) != 1 || rows[0].In != 50 || rows[0].Out != 0.95 {
		t.Errorf("%+v", rows)
	}
	b.run(60, func() { p.Out.Discards++ })
	b.tells("raised warning PacketDrops: leaf2:p50 discards 1 packets a second that it should send, by its counters")
	b.run(300, func() {
		if n++; n%20 == 1 {
			p.Out.Discards++
		}
	})
	b.tells()
	b.run(120, nil)
	b.tells("resolved warning PacketDrops")
	if rows := b.w.Drops(10); len(rows) != 0 {
		t.Errorf("when it is over: %+v", rows)
	}
}

// TestUnavailableCounters: an agent that counts neither errors nor discards says nothing of them.
func TestUnavailableCounters(t *testing.T) {
	b := newBench(t)
	p := b.port(2, 50)
	p.In.Errors, p.In.Discards, p.Out.Discards = math.MaxUint32, math.MaxUint32, math.MaxUint32
	b.run(200, func() { p.In.Octets += 1e6; p.In.Frames += 1000 })
	b.tells()
	if rows := b.w.Drops(10); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}

// TestSpeedUnknown: a port that carries a megabit a second, the two directions together, and whose
// speed nobody knows raises no alert of its flows: that is one.
func TestSpeedUnknown(t *testing.T) {
	b := newBench(t)
	p := b.port(2, 7) // neither given nor polled with a speed
	p.Speed = 0
	b.run(200, func() { p.In.Octets += 60_000; p.Out.Octets += 60_000 })
	b.tells()
	b.run(200, func() { p.In.Octets += 70_000; p.Out.Octets += 60_000 })
	b.tells("raised info SpeedUnknown: leaf2:7 carries 1.04 Mbit/s, but its speed is unknown: set topology.speeds, as in 10.255.0.2/7=10G")
	b.run(300, func() { p.In.Octets += 10_000 }) // little keeps it up
	b.tells()
	b.run(100, nil)
	b.tells("resolved info SpeedUnknown")
	b.run(300, func() { p.In.Octets += 1e6 })
	b.tells("raised info SpeedUnknown")
	p.Speed = 1e9
	b.run(100, func() { p.In.Octets += 1e6 })
	b.tells("resolved info SpeedUnknown")
}

// TestBusyBounds: 90% is busy, 80% keeps it so.
func TestBusyBounds(t *testing.T) {
	b := newBench(t)
	p := b.port(1, 49)
	out := func(mbit uint64) func() { return func() { p.Out.Octets += mbit * 1e6 / 8 } }
	b.run(300, out(899))
	b.tells()
	b.run(150, out(901))
	b.tells("raised warning LinkBusy: leaf1:p49>spine1:p1 is 90% full, of mice alone")
	b.run(300, out(801))
	b.tells()
	b.run(150, out(799))
	b.tells("resolved warning LinkBusy")
}

// TestBusyByElephants: elephants that take more than half of it, and are told of themselves, are
// the cause; those that are muted, or of no concern, are not told of.
func TestBusyByElephants(t *testing.T) {
	for name, tc := range map[string]struct {
		rates    []float64
		severity flow.Severity
		want     []string
	}{
		"of no concern alone": {[]float64{300e6, 400e6}, flow.SeverityInfo, []string{"raised warning LinkBusy: leaf1:p49>spine1:p1 is 96% full, 700 Mbit/s of it by 2 elephants that collide: 10.1.1.1 > 10.2.1.1, 10.1.1.2 > 10.2.1.2"}},
		"less than half":      {[]float64{470e6}, flow.SeverityWarning, []string{"raised warning ElephantFlow: ", "raised warning LinkBusy: leaf1:p49>spine1:p1 is 96% full, 470 Mbit/s of it by one elephant: 10.1.1.1 > 10.2.1.1"}},
		"more than half":      {[]float64{490e6}, flow.SeverityWarning, []string{"raised warning ElephantFlow: "}},
		"six": {
			[]float64{10e6, 10e6, 10e6, 10e6, 10e6, 10e6},
			flow.SeverityInfo,
			[]string{"raised warning LinkBusy: leaf1:p49>spine1:p1 is 96% full, 60 Mbit/s of it by 6 elephants that collide: 10.1.1.1 > 10.2.1.1, 10.1.1.2 > 10.2.1.2, 10.1.1.3 > 10.2.1.3, 10.1.1.4 > 10.2.1.4, 2 more"},
		},
		"four": {
			[]float64{10e6, 10e6, 10e6, 10e6},
			flow.SeverityInfo,
			[]string{"raised warning LinkBusy: leaf1:p49>spine1:p1 is 96% full, 40 Mbit/s of it by 4 elephants that collide: 10.1.1.1 > 10.2.1.1, 10.1.1.2 > 10.2.1.2, 10.1.1.3 > 10.2.1.3, 10.1.1.4 > 10.2.1.4"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			p := b.port(1, 49)
			b.run(60, nil)
			total := 0.0
			for i, rate := range tc.rates {
				m := b.elephantOf(uint64(i+1), byte(i+1), byte(i+1), tc.severity)
				m.Rate = rate
				total += rate
				b.tell(m)
			}
			if got := b.w.Elephants(b.id(1, 49)); got != total {
				t.Errorf("elephants take %g of the port, want %g", got, total)
			}
			b.run(200, func() { p.Out.Octets += 120e6 }) // 960 Mbit/s
			b.tells(tc.want...)
		})
	}
}

// TestCountersThatStop: what a poll found is believed for three and a half times as long as it took.
func TestCountersThatStop(t *testing.T) {
	b := newBench(t)
	p := b.port(2, 50)
	b.run(61, func() { p.In.Errors += 10 })
	b.tells("raised critical PortErrors")
	clear(b.count)  // the agent sends counters no more
	b.run(245, nil) // 70 s, and 180 until it is resolved
	b.tells()
	b.run(10, nil)
	b.tells("resolved critical PortErrors")
}

// TestDamageExplainsLoss: when the damage is over, what was lost by it is not told of as a loss that nothing explains.
func TestDamageExplainsLoss(t *testing.T) {
	b := newBench(t)
	from, to := b.port(51, 2), b.port(2, 49)
	send := func(seconds int, damaged uint32) {
		b.run(seconds, func() {
			from.Out.Octets += 60e6
			to.In.Octets += 60e6 - 1500*uint64(damaged)
			to.In.Frames += 40_000 - damaged
			to.In.Errors += damaged
		})
	}
	send(60, 0)
	send(600, 200)
	b.told = nil
	send(1200, 0)
	b.tells("resolved critical PortErrors")
}
