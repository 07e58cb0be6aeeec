// Package budget sizes what the program keeps by the memory that it may use: the
// machine's, the control group's or GOMEMLIMIT, and gives back what a peak left.
package budget

import (
	"bufio"
	"bytes"
	"cmp"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"spoor/analytics"
	"spoor/internal/mem"
)

// memoryLimit is what the process may use, in bytes, and who says so.
type memoryLimit struct {
	bytes int64 // 0 unknown
	by    string
}

// least takes the smaller of two.
func (m memoryLimit) least(bytes int64, by string) memoryLimit {
	if bytes > 0 && (m.bytes == 0 || bytes < m.bytes) {
		return memoryLimit{bytes, by}
	}
	return m
}

// memoryOf finds the tightest of the machine's memory, the control group's
// limits and GOMEMLIMIT. root is where the file system begins.
func memoryOf(root string, goLimit int64) memoryLimit {
	m := memoryLimit{}.least(physical(root), "the machine")
	m = m.least(number(root+"/sys/fs/cgroup/memory/memory.limit_in_bytes"), "the control group") // version 1
	for dir := controlGroup(root); ; dir = path.Dir(dir) {
		m = m.least(number(path.Join(root, "/sys/fs/cgroup", dir, "memory.max")), "the control group")
		m = m.least(number(path.Join(root, "/sys/fs/cgroup", dir, "memory.high")), "the control group")
		if dir == "/" {
			break
		}
	}
	if goLimit < math.MaxInt64 {
		m = m.least(goLimit, "GOMEMLIMIT")
	}
	return m
}

// physical gives the memory of the machine, 0 if unknown.
func physical(root string) int64 {
	f, err := os.ReadFile(root + "/proc/meminfo")
	if err != nil {
		return 0
	}
	for s := bufio.NewScanner(bytes.NewReader(f)); s.Scan(); {
		if words := strings.Fields(s.Text()); len(words) >= 2 && words[0] == "MemTotal:" {
			kB, err := strconv.ParseInt(words[1], 10, 64)
			if err != nil || kB < 0 || kB > math.MaxInt64/1024 {
				return 0
			}
			return kB * 1024
		}
	}
	return 0
}

// controlGroup gives the process's group in the unified hierarchy, "/" if unknown.
func controlGroup(root string) string {
	b, err := os.ReadFile(root + "/proc/self/cgroup")
	if err != nil {
		return "/"
	}
	for line := range strings.Lines(string(b)) {
		if dir, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path.Clean("/" + dir)
		}
	}
	return "/"
}

// number reads a file that holds one number, 0 if it holds none ("max").
func number(file string) int64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Flows by memory: an eighth of it, within these bounds.
const (
	memoryPart = 8
	fewFlows   = 1 << 16
	manyFlows  = 9 << 17 // room for a million flows and some
)

// flowsFor gives flows.max for a memory.
func flowsFor(m memoryLimit) int {
	if m.bytes == 0 {
		return analytics.DefaultFlows
	}
	return int(min(max(m.bytes/memoryPart/analytics.FlowBytes, fewFlows), manyFlows))
}

// garbage is how much may gather between two collections beside the flow table,
// which the collector never looks into: by GOGC's default it would be as much as the table takes.
const garbage = 16 << 20

// The runtime keeps what a peak needed (a fabric that is learned) up to a tenth of the heap, the flow table included.
const (
	giveFirst = int64(10 * time.Second) // after the start, which needs twice of what is needed then
	giveEvery = int64(5 * time.Minute)
	giveFrom  = 16 << 20
)

// Giver gives memory that is not needed back to the machine now and then.
type Giver struct {
	next    int64 // when to look, on the engine's clock
	started bool  // what only the start needed has been given back
	busy    atomic.Bool
	gave    atomic.Int32 // times
}

// Tick looks at its own pace, now is on the engine's clock.
func (g *Giver) Tick(now int64) {
	if now < g.next || g.busy.Load() {
		return
	}
	if g.next == 0 {
		g.next = now + giveFirst
		return
	}
	start := !g.started
	g.started, g.next = true, now+giveEvery
	if !start && freeHeap() < giveFrom {
		return
	}
	g.busy.Store(true)
	go func() { // a collection and a call for each piece: not within a tick
		debug.FreeOSMemory()
		if start {
			_, _ = mem.ReleaseProgram() // else the pages stay, as everywhere
		}
		g.gave.Add(1)
		g.busy.Store(false)
	}()
}

// freeHeap gives the bytes that the runtime holds for nobody.
func freeHeap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// Flows settles flows.max, of which most are asked for (0: as the memory allows), and paces the garbage collector for a table of that size.
func Flows(most int, log *slog.Logger) int {
	if most == 0 {
		m := memoryOf("", debug.SetMemoryLimit(-1))
		most = flowsFor(m)
		log.Info("flow table sized", "flows.max", most, "memory", m.bytes, "by", cmp.Or(m.by, "default"))
	}
	if os.Getenv("GOGC") == "" {
		table := int64(most) * analytics.FlowBytes
		debug.SetGCPercent(int(100 * garbage / (table + 2*garbage)))
	}
	return most
}
