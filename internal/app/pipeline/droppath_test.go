package pipeline

import (
	"log/slog"
	"slices"
	"testing"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/settings"
	"spoor/publish"
	"spoor/topology"
)

// wayfarer keeps the latest path message of each flow.
type wayfarer struct{ paths map[flow.Key]*flow.Path }

func (w *wayfarer) Path(p *flow.Path)         { w.paths[p.Key] = p }
func (w *wayfarer) Elephant(*flow.Elephant)   {}
func (w *wayfarer) Topology(*topology.Record) {}

// dropFeed notes what a discarded packet's record is given.
type dropFeed struct {
	Feed
	asked int
}

func (f *dropFeed) PathOf(key *flow.Key) []string {
	f.asked++
	return f.Feed.PathOf(key)
}

// TestDropsTellThePath: the record of a discarded packet names the switches of
// its flow's path, once that is known as a whole, and none before.
func TestDropsTellThePath(t *testing.T) {
	cfg := settings.DefaultConfig()
	out := &wayfarer{map[flow.Key]*flow.Path{}}
	engine, err := analytics.New(cfg.Analytics, out)
	if err != nil {
		t.Fatal(err)
	}
	agents, err := collector.NewAgents(cfg.Agents)
	if err != nil {
		t.Fatal(err)
	}
	f := &dropFeed{Feed: engine.Feed()}
	w := NewWorker(agents, f, publish.New(cfg.Publish).Encoder(), func() int64 { return 0 }, slog.New(slog.DiscardHandler))
	next := int64(0)
	for _, d := range load(t, testCapture) {
		if d.Received >= next {
			w.Flush()
			engine.Tick(d.Received)
			next = d.Received + analytics.TickEvery
		}
		w.Datagram(&d)
	}
	w.Flush()
	engine.Tick(next)
	complete := 0
	for key, p := range out.paths {
		x := &flow.Discard{Packet: flow.Packet{Key: key}, Reason: flow.DropNoBuffer}
		(*samples)(w).DiscardedPacket(x)
		var want []string
		if p.State == flow.PathComplete && p.Cause != flow.PathExpired {
			want = p.Switches()
			complete++
		}
		if !slices.Equal(x.Path, want) {
			t.Errorf("%v: %v, its path is %v (%v)", key, x.Path, p.Switches(), p.State)
		}
	}
	if complete < 3 || f.asked != len(out.paths) {
		t.Errorf("%d complete paths, %d of %d asked for", complete, f.asked, len(out.paths))
	}
	x := &flow.Discard{Packet: flow.Packet{Key: flow.Key{Src: flow.AddrFrom4([4]byte{9, 9, 9, 9}), Proto: 6}}}
	(*samples)(w).DiscardedPacket(x)
	if x.Path != nil {
		t.Errorf("an unknown flow's path: %v", x.Path)
	}
}

func (*wayfarer) Alert(*flow.Alert) {}
