package live

import (
	"os"
	"runtime"
	"testing"

	"spoor/flow"
)

// TestHoursAreFlat lets hours pass, with loads that change each second and another
// elephant each minute, and compares what the picture and its past take in memory.
// It takes a while: make browser runs it, by SPOOR_HOURS.
func TestHoursAreFlat(t *testing.T) {
	if os.Getenv("SPOOR_HOURS") == "" {
		t.Skip("SPOOR_HOURS is not set")
	}
	r := newRig(t, 8, 4)
	octets := uint64(0)
	pass := func(minutes int) (heap uint64) {
		for i := range minutes * 60 {
			octets += uint64(1_000_000 + 100_000*(i%60))
			for leaf := range 8 {
				for spine := range 4 {
					r.poll(flow.AddrFrom4([4]byte{10, 255, 0, byte(leaf + 1)}), uint32(101+spine), octets*uint64(leaf+1)/8, true)
				}
			}
			if i%60 < 5 {
				r.port = uint16(1000 + (r.now/second/60)%50000)
				r.elephant(1 + int(r.now/second/60)%4)
			}
			r.second()
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	first := pass(120)
	frames, _ := r.live.store.Usage()
	herd := len(r.live.herd.known)
	flows, _ := r.live.past.Usage()
	if herd < 50 || flows < 50 {
		t.Fatalf("%d elephants and %d flows are kept: this shows nothing", herd, flows)
	}
	second := pass(120)
	t.Logf("after 2 hours %.1f MiB, after 4 %.1f MiB; %d frames, %d elephants, %d flows", float64(first)/(1<<20), float64(second)/(1<<20), frames, herd, flows)
	if second > first+first/10+(1<<20) {
		t.Error("it grows")
	}
	runtime.KeepAlive(r)
}
