package publish_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/scenario"
)

// childEnv makes this program a broker or a client of the comparison.
const childEnv = "SPOOR_PUBLISH_CHILD"

func TestMain(m *testing.M) {
	spec := strings.Split(os.Getenv(childEnv), ",")
	var err error
	switch {
	case len(spec) == 1 && spec[0] == "":
		os.Exit(m.Run())
	case len(spec) == 1:
		err = runDiscard()
	case len(spec) == 4:
		var n int
		if n, err = strconv.Atoi(spec[3]); err == nil {
			err = runClient(spec[0], spec[1], spec[2], n)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// prototypes is where the publisher lies that we are compared with; it is no
// part of this repository.
const prototypes = "../../shared/prototypes"

const (
	ours, fromSamples, ideal, writer = "spoor", "spoor from samples", "prototype", "kafka-go Writer"

	few = 8 * batchRecords // records that cost no more than a start does
)

// order is that of the table.
var order = []string{ours, fromSamples, ideal, "kafka-go Produce", writer, "franz-go"}

// bounds are what we may cost at most, in parts of what another costs.
var bounds = map[string]float64{ideal: 1.1, writer: 0.6}

// TestCost runs all publishers in turn, each in a process of its own, into a
// broker that discards, and compares their CPU time a record: what many records
// take more than few.
func TestCost(t *testing.T) {
	b := newCostBench(t, "SPOOR_PUBLISH_COST", "make bench-publish")
	b.names = slices.DeleteFunc(slices.Clone(order), func(n string) bool { return n == ideal && b.prototype == "" })
	fmt.Printf("CPU time of the publisher's process, ns a record; the least of %d rounds of %d records, and the lesser of two ratios: of the least, and the median of the rounds'\n", b.rounds, b.many)
	var table strings.Builder
	fmt.Fprintf(&table, "CPU time of the publisher's process for a record of 188 bytes, in batches of 256 KiB; the least of %d rounds of %d records, each in turn.\n\n", b.rounds, b.many)
	fmt.Fprintln(&table, "| compression | who | ns a record | allocations | spoor's finished records are |\n|---|---|---|---|---|")
	for _, codec := range b.codecs {
		b.measure(codec)
		b.print(codec)
		b.rows(&table, codec)
		for _, e := range b.excess(1) {
			t.Errorf("%s: %s", codec, e)
		}
	}
	if file := os.Getenv("SPOOR_WRITE"); file != "" {
		if err := scenario.Replace(file, "publishers", []byte(table.String())); err != nil {
			t.Fatal(err)
		}
	}
}

// room is what a busy machine of another make may add to the bounds (a build beside it
// has added 0.16 once); and the rounds end as soon as they are kept.
const room = 1.4

// TestSpeed compares us with the prototype alone, or what is there instead.
func TestSpeed(t *testing.T) {
	b := newCostBench(t, "SPOOR_PUBLISH_SPEED", "make speed")
	b.names = []string{ours, ideal}
	if b.prototype == "" {
		b.names[1] = writer
	}
	for _, codec := range b.codecs {
		b.enough = func(round int) bool { return round >= 3 && len(b.excess(room)) == 0 }
		b.measure(codec)
		b.print(codec)
		for _, e := range b.excess(room) {
			t.Errorf("%s: %s", codec, e)
		}
	}
}

// TestCostAllocations: on the whole way from a sample, or a finished record, to
// the broker's answer nothing is allocated for a record, only a little for each
// request and the memory of the queue.
func TestCostAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("pools keep less under the race detector")
	}
	b := &costBench{t: t, many: 100_000, names: []string{ours, fromSamples}, rounds: 1}
	b.start()
	for _, codec := range []string{"none", "lz4"} {
		b.measure(codec)
		for _, name := range b.names {
			if n := b.allocations(name); n > 0.05 {
				t.Errorf("%s, %s: %.3f allocations a record", codec, name, n)
			}
		}
	}
}

// buildPrototype gives the program's path, "" if its source is not there.
func buildPrototype(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(prototypes); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("../shared/prototypes is not there: no comparison with it")
		return ""
	}
	path := filepath.Join(t.TempDir(), "publisher")
	c := exec.CommandContext(t.Context(), "go", "build", "-C", prototypes, "-o", path, "./publisher")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

type costBench struct {
	t         *testing.T
	many      int
	rounds    int
	codecs    []string
	names     []string
	enough    func(round int) bool // no more rounds are needed; nil for never
	prototype string
	broker    string
	ask       io.Writer
	told      *bufio.Reader
	least     map[string]*sum
}

// newCostBench reads thousands of records, rounds and codecs from the
// environment; without them the test is skipped.
func newCostBench(t *testing.T, variable, how string) *costBench {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		t.Skip(how)
	}
	var thousands, rounds int
	var codecs string
	if _, err := fmt.Sscan(text, &thousands, &rounds, &codecs); err != nil {
		t.Fatal(err)
	}
	b := &costBench{t: t, many: 1000 * thousands, rounds: rounds, codecs: strings.Split(codecs, ",")}
	b.prototype = buildPrototype(t)
	b.start()
	return b
}

// start starts the broker.
func (b *costBench) start() {
	c := exec.CommandContext(context.WithoutCancel(b.t.Context()), os.Args[0]) // until the clean-up
	c.Env, c.Stderr = append(os.Environ(), childEnv+"=broker"), os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			b.t.Error(err)
		}
	})
	b.ask, b.told = in, bufio.NewReader(out)
	b.broker = b.line()
}

func (b *costBench) line() string {
	line, err := b.told.ReadString('\n')
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// run has a publisher send n records and gives its CPU time and allocations.
func (b *costBench) run(name, codec string, n int) (cpu time.Duration, allocations int64) {
	c := exec.CommandContext(b.t.Context(), os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s,%s,%s,%d", childEnv, name, b.broker, codec, n))
	if name == ideal {
		number := map[string]string{"lz4": "3", "zstd": "4"}[codec]
		c = exec.CommandContext(b.t.Context(), b.prototype, "-m", "raw", "-b", b.broker, "-t", topic, "-z", "0"+number,
			"-n", strconv.Itoa(n), "-bs", strconv.Itoa(batchRecords))
	}
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	fmt.Fprintln(b.ask)
	if got := b.line(); got != strconv.Itoa(n) {
		b.t.Fatalf("%s: of %d records %s came to the broker\n%s", name, n, got, out)
	}
	if name != ideal {
		if allocations, err = strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64); err != nil {
			b.t.Fatal(err)
		}
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), allocations
}

// sum is what a publisher took at least, and for many records in each round.
type sum struct {
	few, many       time.Duration
	fewAll, manyAll int64
	rounds          []time.Duration
}

// measure runs the rounds with one compression.
func (b *costBench) measure(codec string) {
	b.least = make(map[string]*sum)
	for _, name := range b.names {
		b.least[name] = &sum{few: math.MaxInt64, many: math.MaxInt64, fewAll: math.MaxInt64, manyAll: math.MaxInt64}
	}
	for round := 1; round <= b.rounds; round++ {
		for _, name := range b.names {
			s := b.least[name]
			cpu, all := b.run(name, codec, few)
			s.few, s.fewAll = min(s.few, cpu), min(s.fewAll, all)
			cpu, all = b.run(name, codec, b.many)
			s.many, s.manyAll = min(s.many, cpu), min(s.manyAll, all)
			s.rounds = append(s.rounds, cpu)
		}
		if b.enough != nil && b.enough(round) {
			return
		}
	}
}

// cost gives the ns that a record takes.
func (b *costBench) cost(name string) float64 {
	return float64(b.least[name].many-b.least[name].few) / float64(b.many-few)
}

// ratio gives what we cost in parts of what another does: that of the least of
// all rounds, or the median of the rounds' own. A busy machine spoils one or the
// other, by a round that was lucky or by many that were not.
func (b *costBench) ratio(name string) float64 {
	x, y := b.least[ours], b.least[name]
	ratios := make([]float64, len(x.rounds))
	for i := range ratios {
		ratios[i] = float64(x.rounds[i]-x.few) / float64(y.rounds[i]-y.few)
	}
	slices.Sort(ratios)
	return min(b.cost(ours)/b.cost(name), ratios[len(ratios)/2])
}

// allocations gives those for a record.
func (b *costBench) allocations(name string) float64 {
	return max(0, float64(b.least[name].manyAll-b.least[name].fewAll)/float64(b.many-few))
}

// print prints the table.
func (b *costBench) print(codec string) {
	for _, name := range b.names {
		allocations := "    -"
		if name != ideal {
			allocations = fmt.Sprintf("%5.2f", b.allocations(name))
		}
		fmt.Printf("%-5s %-20s %6.0f ns %s allocations   spoor's is %4.2f of it\n", codec, name, b.cost(name), allocations, b.ratio(name))
	}
}

// rows appends the same as rows of a document's table, with the ratio of the ns that it shows.
func (b *costBench) rows(to *strings.Builder, codec string) {
	for _, name := range b.names {
		allocations := "-"
		if name != ideal {
			allocations = fmt.Sprintf("%.2f", b.allocations(name))
		}
		fmt.Fprintf(to, "| %s | %s | %.0f | %s | %.2f of it |\n", codec, name, b.cost(name), allocations, b.cost(ours)/b.cost(name))
	}
}

// excess says which bounds, times room, are not kept.
func (b *costBench) excess(room float64) (list []string) {
	for _, name := range b.names {
		if bound, ok := bounds[name]; ok && b.ratio(name) > room*bound {
			list = append(list, fmt.Sprintf("%.2f of what %s takes is more than %.2f", b.ratio(name), name, room*bound))
		}
	}
	if n := b.allocations(ours); n > 0.05 {
		list = append(list, fmt.Sprintf("%.2f allocations a record", n))
	}
	return list
}
