package budget

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestMemoryOf(t *testing.T) {
	f := func(name string, files map[string]string, goLimit int64, want memoryLimit) {
		t.Helper()
		root := t.TempDir()
		for file, text := range files {
			file = filepath.Join(root, file)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := memoryOf(root, goLimit); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	const none, gb = math.MaxInt64, int64(1 << 30)
	machine := "MemFree: 1 kB\nMemTotal:       4194304 kB\n"
	f("nothing known", nil, none, memoryLimit{})
	f("a machine", map[string]string{"proc/meminfo": machine}, none, memoryLimit{4 * gb, "the machine"})
	f("a limit for Go", map[string]string{"proc/meminfo": machine}, gb, memoryLimit{gb, "GOMEMLIMIT"})
	f("a container", map[string]string{"proc/meminfo": machine, "sys/fs/cgroup/memory.max": "2147483648\n"}, none, memoryLimit{2 * gb, "the control group"})
	f("a service", map[string]string{
		"proc/meminfo": machine, "proc/self/cgroup": "0::/system.slice/spoor.service\n",
		"sys/fs/cgroup/system.slice/spoor.service/memory.max":  "max\n",
		"sys/fs/cgroup/system.slice/spoor.service/memory.high": "1073741824\n",
		"sys/fs/cgroup/system.slice/memory.max":                "2147483648\n",
	}, none, memoryLimit{gb, "the control group"})
	f("an older container", map[string]string{"proc/meminfo": machine, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, none, memoryLimit{4 * gb, "the machine"})
	f("garbage", map[string]string{"proc/meminfo": "MemTotal: many kB\nMemTotal:", "proc/self/cgroup": "0::/../../..\n1:x\n\x00", "sys/fs/cgroup/memory.max": "-5"}, none, memoryLimit{})
	f("a cut line", map[string]string{"proc/meminfo": "MemTotal:"}, none, memoryLimit{})
	f("less than nothing", map[string]string{"proc/meminfo": "MemTotal: -4 kB\n"}, none, memoryLimit{})
	f("more than there is", map[string]string{"proc/meminfo": "MemTotal: 9223372036854775807 kB\n", "sys/fs/cgroup/memory.max": "9223372036854775808"}, none, memoryLimit{})
}

func TestFlowsFor(t *testing.T) {
	f := func(bytes int64, want int) {
		t.Helper()
		if got := flowsFor(memoryLimit{bytes, "test"}); got != want {
			t.Errorf("%d bytes of memory give %d flows, want %d", bytes, got, want)
		}
	}
	f(0, 1<<18)
	f(1, 1<<16)
	f(256<<20, 199728)
	f(1<<30, 798915)
	f(1<<40, 9<<17)
}

var hoard []byte

// TestGiver: what a peak left is given back, at its pace, and nothing is done for little.
func TestGiver(t *testing.T) {
	var g Giver
	now := int64(1_800_000_000e9)
	g.Tick(now)
	free := func() { // as after a peak: much is free, and nobody has given it back yet
		for range 100 {
			hoard = make([]byte, 8*giveFrom)
			for i := range hoard {
				hoard[i] = 1
			}
			hoard = nil
			if runtime.GC(); freeHeap() >= giveFrom {
				return
			}
		}
		t.Skip("the runtime gives all back by itself")
	}
	given := func() int32 { // once it has come to an end
		for deadline := time.Now().Add(time.Minute); g.busy.Load(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it does not come to an end")
			}
		}
		return g.gave.Load()
	}
	if g.Tick(now + giveFirst - 1); given() > 0 {
		t.Error("given back while it starts")
	}
	now += giveFirst
	if g.Tick(now); given() != 1 {
		t.Error("what the start needed is not given back")
	}
	free()
	if g.Tick(now + giveEvery - 1); given() > 1 {
		t.Error("given back too soon")
	}
	for range 20 { // the runtime may be quicker
		if freeHeap() < giveFrom {
			free()
		}
		now += giveEvery
		if g.Tick(now); given() > 1 {
			return
		}
	}
	t.Error("nothing was given back")
}
