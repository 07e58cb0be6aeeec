package pipeline

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/analytics"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/app/settings"
	"spoor/publish"
)

// swallow is a sink that takes everything at once.
type swallow struct{}

func (swallow) Name() string                   { return "kafka" }
func (swallow) Partitions(publish.Topic) int32 { return 1 }
func (swallow) Start() error                   { return nil }
func (swallow) Close(context.Context) error    { return nil }
func (swallow) Metrics() *metrics.Set          { return nil }
func (swallow) Put(blocks []*publish.Block) {
	for _, b := range blocks {
		b.Done(publish.Acknowledged)
	}
}

// TestFloodOfAgents: a host that invents an agent, a port and a flow with every
// datagram, ten million of them in `make flood`, meets bounds in every part of the
// program: memory stops growing, and a switch that was there before is still heard.
func TestFloodOfAgents(t *testing.T) {
	n := uint32(200_000)
	cfg := settings.DefaultConfig()
	if os.Getenv("SPOOR_FLOOD") != "" { // make flood
		n = 10_000_000
	} else {
		cfg.Analytics.Flows.Max = 10_000 // reached by the flood in small, too
		cfg.Agents.MaxPerPeer = 5000
	}
	agents, err := collector.NewAgents(cfg.Agents)
	if err != nil {
		t.Fatal(err)
	}
	pub := publish.New(cfg.Publish, swallow{})
	engine, err := analytics.New(cfg.Analytics, pub)
	if err != nil {
		t.Fatal(err)
	}
	if err := pub.Start(); err != nil {
		t.Fatal(err)
	}
	now := int64(1e18)
	w := NewWorker(agents, engine.Feed(), pub.Encoder(), func() int64 { return now }, slog.New(slog.DiscardHandler))
	send := func(payload []byte, from netip.AddrPort) {
		w.Datagram(&collector.Datagram{Payload: payload, From: from, Received: now})
		now += 10_000 // 100,000 datagrams a second
		if now%1_000_000 == 0 {
			w.Flush()
		}
		if now%analytics.TickEvery == 0 {
			engine.Tick(now)
		}
	}
	good := switchDatagram(t)
	leaf, host := netip.MustParseAddrPort("10.0.0.1:6343"), netip.MustParseAddrPort("192.0.2.66:6343")
	send(good, leaf)
	invented := append([]byte(nil), good...)
	before, half := memory(), uint64(0)
	for i := range n {
		binary.BigEndian.PutUint32(invented[8:], 1<<31|i)  // agent
		binary.BigEndian.PutUint32(invented[16:], i)       // sequence
		binary.BigEndian.PutUint32(invented[40:], i%1e6+1) // data source
		binary.BigEndian.PutUint32(invented[56:], i%1e6+1) // input
		binary.BigEndian.PutUint32(invented[118:], i)      // source address in the header
		send(invented, host)
		if i == n/2 {
			half = memory()
		}
	}
	after := memory()
	t.Logf("%d agents: heap %d MiB, %d after half of them, %d after all; %+v", n, before>>20, half>>20, after>>20, agents.Stats())
	if after > half+half/10+4<<20 {
		t.Errorf("the heap grows: %d MiB, %d after half, %d after all", before>>20, half>>20, after>>20)
	}
	binary.BigEndian.PutUint32(good[16:], binary.BigEndian.Uint32(good[16:])+3)
	send(good, leaf)
	for _, a := range agents.Snapshot() {
		if a.Agent == flow.AddrFrom4([4]byte{10, 0, 0, 1}) && (a.Datagrams != 2 || a.Lost != 2) {
			t.Errorf("the switch's own state: %+v", a)
		}
	}
	if s := agents.Stats(); s.Untracked == 0 {
		t.Errorf("no bound was met: %+v", s)
	}
	w.Close()
	end, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if err := pub.Close(end); err != nil {
		t.Error(err)
	}
}

// switchDatagram gives a datagram of one switch with one flow sample of TCP over
// IPv4: the first of the two samples of a hostile case that is not hostile there.
func switchDatagram(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../decode/testdata/hostile/13-samples-fewer.bin")
	if err != nil {
		t.Fatal(err)
	}
	b = b[:208]
	binary.BigEndian.PutUint32(b[24:], 1)
	return b
}

// memory gives the bytes in use once garbage is gone.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
