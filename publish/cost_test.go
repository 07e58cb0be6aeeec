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
	ours, ideal, writer = "spoor", "prototype", "kafka-go Writer"
	few                 = 8 * batchRecords // records that cost no more than a start does
)

// order is that of the table.
var order = []string{ours, "spoor from samples", ideal, "kafka-go Produce", writer, "franz-go"}

// bounds are what we may cost at most, in parts of what another costs.
var bounds = map[string]float64{ideal: 1.1, writer: 0.6}

// TestCost runs all publishers in turn, each in a process of its own, into a
// broker that discards, and compares their CPU time a record: what many records
// take more than few, the least of all rounds.
func TestCost(t *testing.T) {
	text := os.Getenv("SPOOR_PUBLISH_COST") // thousands of records, rounds, codecs
	if text == "" {
		t.Skip("make bench-publish")
	}
	var thousands, rounds int
	var codecs string
	if _, err := fmt.Sscan(text, &thousands, &rounds, &codecs); err != nil {
		t.Fatal(err)
	}
	b := &costBench{t: t, many: 1000 * thousands}
	b.prototype = buildPrototype(t)
	b.start()
	fmt.Printf("CPU time of the publisher's process, ns a record; the least of %d rounds of %d records\n", rounds, b.many)
	for codec := range strings.SplitSeq(codecs, ",") {
		b.codec(codec, rounds)
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
	prototype string
	broker    string
	ask       io.Writer
	told      *bufio.Reader
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

// sum is what a publisher took at least.
type sum struct {
	few, many       time.Duration
	fewAll, manyAll int64
}

// codec compares with one compression and prints the table.
func (b *costBench) codec(codec string, rounds int) {
	names := order
	if b.prototype == "" {
		names = slices.DeleteFunc(slices.Clone(order), func(n string) bool { return n == ideal })
	}
	least := make(map[string]*sum)
	for _, name := range names {
		least[name] = &sum{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
	}
	for range rounds {
		for _, name := range names {
			s := least[name]
			cpu, all := b.run(name, codec, few)
			s.few, s.fewAll = min(s.few, cpu), min(s.fewAll, all)
			cpu, all = b.run(name, codec, b.many)
			s.many, s.manyAll = min(s.many, cpu), min(s.manyAll, all)
		}
	}
	n := float64(b.many - few)
	cost := func(name string) float64 { return float64(least[name].many-least[name].few) / n }
	for _, name := range names {
		allocations := "    -"
		if name != ideal {
			allocations = fmt.Sprintf("%5.2f", max(0, float64(least[name].manyAll-least[name].fewAll)/n))
		}
		fmt.Printf("%-5s %-20s %6.0f ns %s allocations   %4.2f of spoor's\n", codec, name, cost(name), allocations, cost(name)/cost(ours))
	}
	for name, bound := range bounds {
		if least[name] != nil && cost(ours) > bound*cost(name) {
			b.t.Errorf("%s: %.0f ns a record are more than %.2f of the %.0f of %s", codec, cost(ours), bound, cost(name), name)
		}
	}
	if s := least[ours]; float64(s.manyAll-s.fewAll) > 0.05*n {
		b.t.Errorf("%s: %d allocations for %.0f records", codec, s.manyAll-s.fewAll, n)
	}
}
