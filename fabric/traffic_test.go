package fabric

import (
	"context"
	"testing"
	"time"
)

// truthAfter runs a fabric for its truth.
func truthAfter(t *testing.T, change func(*Config)) *Truth {
	t.Helper()
	c := DefaultConfig()
	c.Duration = 12 * time.Second
	change(&c)
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Run(context.Background(), SinkFunc(func(*Datagram) error { return nil })); err != nil {
		t.Fatal(err)
	}
	return f.Truth()
}

// TestBursts: a burst comes whole, at once, and again after its period.
func TestBursts(t *testing.T) {
	t.Parallel()
	v := truthAfter(t, func(c *Config) {
		c.HostSpeed, c.FabricSpeed, c.Elephants = 1e9, 1e9, nil
		c.Bursts = []Burst{{Bytes: 3e6, Every: 4 * time.Second, Count: 5}}
	})
	n := 0
	for i := range v.Flows {
		f := &v.Flows[i]
		if f.Session != "burst" || f.Role != "data" {
			continue
		}
		n++
		bursts, quiet := 0.0, 0
		for _, b := range f.Bps {
			bursts += float64(b) / 8 / 3e6
			if b == 0 {
				quiet++
			}
		}
		if bursts < 1.9 || bursts > 3.1 || quiet < len(f.Bps)/2 {
			t.Errorf("%.2f bursts, %d of %d seconds quiet", bursts, quiet, len(f.Bps))
		}
	}
	if n != 5 {
		t.Errorf("%d flows in bursts, want 5", n)
	}
}

// TestOnOff: an elephant that pauses sends nothing meanwhile.
func TestOnOff(t *testing.T) {
	t.Parallel()
	v := truthAfter(t, func(c *Config) {
		c.Elephants = []Elephant{{Share: 0.3, Start: time.Second, On: 2 * time.Second, Off: 2 * time.Second}}
	})
	for i := range v.Flows {
		f := &v.Flows[i]
		if f.Session != "elephant1-1" || f.Role != "data" {
			continue
		}
		for k, b := range f.Bps {
			if on := k%4 < 2; on != (b > 2e9) {
				t.Errorf("second %d: %d bit/s", k, b)
			}
		}
		return
	}
	t.Error("no elephant")
}

// TestOneWay: hosts send or receive.
func TestOneWay(t *testing.T) {
	t.Parallel()
	v := truthAfter(t, func(c *Config) { c.OneWay = true })
	sends := map[string]bool{}
	for i := range v.Flows {
		sends[v.Flows[i].Src] = true
	}
	for i := range v.Flows {
		if f := &v.Flows[i]; sends[f.Dst] || f.Proto != 17 {
			t.Errorf("%s sends to %s, which sends too, by protocol %d", f.Src, f.Dst, f.Proto)
		}
	}
}

// TestJumbo: large frames need fewer of them.
func TestJumbo(t *testing.T) {
	t.Parallel()
	v := truthAfter(t, func(c *Config) { c.MTU = 9000 })
	for i := range v.Flows {
		if f := &v.Flows[i]; f.Session == "elephant1-1" && f.Role == "data" {
			if size := f.Bytes / f.Frames; size < 8900 || size > 9014 {
				t.Errorf("%d bytes a frame", size)
			}
			return
		}
	}
	t.Error("no elephant")
}

// TestFlood: that many samples are sent, each of another flow, none of which reaches the truth.
func TestFlood(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	c.Duration, c.Elephants, c.Flows, c.Flood = 4*time.Second, nil, 1, 5000
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	bytes := 0
	err = f.Run(t.Context(), SinkFunc(func(d *Datagram) error { bytes += len(d.Payload); return nil }))
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for _, a := range f.agents {
		for _, p := range a.node.ports {
			samples += int(p.source.flowSeq)
		}
	}
	if samples < 19_000 || samples > 21_000 || bytes < 100*samples {
		t.Errorf("%d samples in %d bytes, want some 20000", samples, bytes)
	}
	if n := len(f.Truth().Flows); n > 10 {
		t.Errorf("%d flows in the truth", n)
	}
}
