package live

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"spoor/flow"
	"spoor/internal/telemetry"
)

// BenchmarkSecond8192Links is what a second costs with a hundred open pages and a
// fabric of 16 spines and 512 leaves, of which every link moved: make the frame,
// encode and compress it, and write it to all of them over TCP. What is told of as
// cores is processor time a second.
func BenchmarkSecond8192Links(b *testing.B) { benchmarkSecond(b, 512, 16) }

// BenchmarkSecond32Links is the same of a small fabric.
func BenchmarkSecond32Links(b *testing.B) { benchmarkSecond(b, 8, 4) }

func benchmarkSecond(b *testing.B, leaves, spines int) {
	b.Helper()
	const pages = 100
	r := newRig(b, leaves, spines)
	r.second()
	srv := httptest.NewServer(http.HandlerFunc(r.live.Events))
	defer srv.Close()
	defer r.live.hub.close()
	var read atomic.Int64
	for range pages {
		q, err := http.NewRequestWithContext(b.Context(), http.MethodGet, srv.URL, http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		q.Header.Set("Accept-Encoding", "gzip")
		resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(q)
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			defer resp.Body.Close()
			n, _ := io.Copy(io.Discard, resp.Body)
			read.Add(n)
		}()
	}
	octets := uint64(0)
	b.ReportAllocs()
	var spent time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer() // the engine's work is not the page's
		octets += uint64(100_000 * (1 + n%50))
		for l := range leaves {
			for s := range spines {
				r.poll(flow.AddrFrom4([4]byte{10, 255, byte(l / 250), byte(l%250 + 1)}), uint32(101+s), octets+uint64(1000*s), true)
			}
		}
		r.now += second
		r.feed.Flush()
		r.engine.Tick(r.now)
		before := telemetry.CPUTime()
		b.StartTimer()
		r.live.Second()
		for waiting := true; waiting; { // all was handed over to the sockets
			waiting = false
			r.live.hub.mu.Lock()
			for p := range r.live.hub.pages {
				waiting = waiting || len(p.queue) > 0
			}
			r.live.hub.mu.Unlock()
		}
		spent += telemetry.CPUTime() - before
		n++
	}
	b.ReportMetric(spent.Seconds()/float64(n), "cores")
	b.ReportMetric(float64(r.live.Stats().Last), "B/message")
	if d := r.live.Stats().Dropped; d > 0 {
		b.Errorf("%d pages were dropped", d)
	}
}
