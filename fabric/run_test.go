package fabric

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSeedDecidesEverything(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		c = brief(c)
		a, b := capture(t, c), capture(t, c)
		if !bytes.Equal(a, b) {
			t.Error("two runs of one seed differ")
		}
		c.Seed++
		if bytes.Equal(a, capture(t, c)) {
			t.Error("two seeds gave the same run")
		}
	})
}

// capture gives a run's capture and truth as bytes.
func capture(t *testing.T, c Config) []byte {
	t.Helper()
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := NewPcapWriter(&b, netip.MustParseAddrPort("10.0.0.9:6343"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Run(t.Context(), w), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Truth().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAgentsBehave: time goes forward, sequences count up, nothing waits longer than a second.
func TestAgentsBehave(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, c Config) {
		t.Helper()
		f, all := run(t, brief(c))
		if c.Loss > 0 || c.Events != nil {
			return
		}
		last, previous := map[netip.Addr][2]uint32{}, map[netip.Addr]int64{}
		for i := range all {
			d := &all[i]
			if i > 0 && d.Time < all[i-1].Time || d.Time < f.start {
				t.Fatalf("datagram %d is out of order", i)
			}
			at := 12
			if d.Agent.Is6() {
				at = 24
			}
			if d.SubAgent == hostCounters {
				continue
			}
			seq, uptime := binary.BigEndian.Uint32(d.Payload[at+4:]), binary.BigEndian.Uint32(d.Payload[at+8:])
			was := last[d.Agent]
			if seq != was[0]+1 || uptime < was[1] {
				t.Fatalf("agent %v: sequence %d after %d, uptime %d after %d", d.Agent, seq, was[0], uptime, was[1])
			}
			if gone := time.Duration(d.Time - previous[d.Agent]); was[0] > 0 && time.Duration(uptime-was[1])*time.Millisecond > gone+2*time.Millisecond {
				t.Fatalf("agent %v: uptime grew by %d ms in %v", d.Agent, uptime-was[1], gone)
			}
			last[d.Agent], previous[d.Agent] = [2]uint32{seq, uptime}, d.Time
		}
		if len(last) != f.Agents() {
			t.Errorf("%d of %d agents were heard", len(last), f.Agents())
		}
	})
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	c := small(func(c *Config) { c.Duration = 0 })
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err = f.Run(ctx, SinkFunc(func(*Datagram) error {
		if n++; n == 500 {
			cancel()
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || f.Now() <= f.start || len(f.Truth().Flows) == 0 {
		t.Errorf("%v at %d", err, f.Now())
	}
	broken := errors.New("disk full")
	f, err = New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Run(t.Context(), SinkFunc(func(*Datagram) error { return broken })); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// TestElephantsTakeTheirShare also on the large fabrics that need many of them.
func TestElephantsTakeTheirShare(t *testing.T) {
	t.Parallel()
	f, _ := run(t, DefaultConfig())
	found := 0
	for _, v := range f.Truth().Flows {
		i := slices.Index([]string{"elephant1-1", "elephant2-1", "elephant3-1"}, v.Session)
		if i < 0 || v.Role != "data" {
			if v.Share > 0.08 && v.End-v.Start > 2 {
				t.Errorf("a mouse took %.3f: %+v", v.Share, v)
			}
			continue
		}
		found++
		want := f.cfg.Elephants[i].Share
		if v.Share < want*0.95 || v.Share > want*1.05 || !v.Elephant || len(v.Switches) != 3 {
			t.Errorf("elephant of %.2f took %.3f over %v", want, v.Share, v.Switches)
		}
		for _, b := range v.Bps[1 : len(v.Bps)-1] {
			if float64(b) < 0.8*want*f.cfg.linkSpeed() {
				t.Errorf("elephant of %.2f had a second of %d bit/s", want, b)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d elephants in the truth", found)
	}
}

// TestGroups: the flows of one elephant are between two hosts, each of its share; the next life is one of two hosts as well.
func TestGroups(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	c.Duration, c.Flows = 18*time.Second, 20
	c.Elephants = []Elephant{{Share: 0.05, Flows: 8, Start: time.Second, Duration: 7 * time.Second, Every: 9 * time.Second}}
	f, _ := run(t, c)
	lives := map[float64]map[string]int{} // flows by hosts, by when they began
	for _, v := range f.Truth().Flows {
		if !strings.HasPrefix(v.Session, "elephant1-") || v.Role != "data" {
			continue
		}
		begin := math.Floor(v.Start)
		if lives[begin] == nil {
			lives[begin] = map[string]int{}
		}
		lives[begin][v.Src+" "+v.Dst]++
		if v.Share < 0.045 || v.Share > 0.055 {
			t.Errorf("a flow of 5%% took %.3f", v.Share)
		}
	}
	if len(lives) != 2 {
		t.Errorf("lives %v", lives)
	}
	for begin, pairs := range lives {
		if len(pairs) != 1 || slices.Max(slices.Collect(maps.Values(pairs))) != 8 {
			t.Errorf("from %v s on: %v", begin, pairs)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	large := DefaultConfig()
	large.Spines, large.Leaves, large.Hosts, large.Flows, large.Duration = 32, 512, 16, 100_000, 5*time.Second
	for name, c := range map[string]Config{
		"100 flows 10G 60s": DefaultConfig(),
		"100 flows 100M 60s": func() Config {
			c := DefaultConfig()
			c.HostSpeed, c.FabricSpeed = 100e6, 100e6
			return c
		}(),
		"32x512 100000 flows 5s": large,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := New(c)
				if err != nil {
					b.Fatal(err)
				}
				if err := f.Run(b.Context(), SinkFunc(func(*Datagram) error { return nil })); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(f.Stats().Datagrams), "datagrams/op")
			}
			b.ReportMetric(c.Duration.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "virtual-s/s")
		})
	}
}
