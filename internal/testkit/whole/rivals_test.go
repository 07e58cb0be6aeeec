//go:build unix

package whole

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"spoor/decode"
	"spoor/internal/testkit/discard"
	"spoor/publish"
	kafkasink "spoor/publish/kafka"
)

// brokerEnv makes this program a broker until its input ends.
const brokerEnv = "SPOOR_WHOLE_BROKER"

func TestMain(m *testing.M) {
	if os.Getenv(brokerEnv) == "" {
		os.Exit(m.Run())
	}
	b, err := discard.Listen(8, goflow2Topic)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(b.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startBroker starts a discarding broker as a process of its own and gives its address.
func startBroker(t *testing.T) string {
	t.Helper()
	c := command(t, os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), brokerEnv+"=1"), os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return addr[:len(addr)-1]
}

// written gives goflow2's messages to kafka-go's Writer.
func written(t *testing.T, broker string) func([]byte, int64) {
	t.Helper()
	const outstanding = 20_000
	var sent, done atomic.Int64
	w := &kafka.Writer{
		Addr: kafka.TCP(broker), Topic: goflow2Topic, BatchSize: 2000, BatchTimeout: 20 * time.Millisecond, RequiredAcks: kafka.RequireAll, Async: true,
		Completion: func(m []kafka.Message, err error) {
			if done.Add(int64(len(m))); err != nil {
				t.Error(err)
			}
		},
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	var batch []kafka.Message
	take := goflow2Messages(t, func(key, value []byte) { batch = append(batch, kafka.Message{Key: key, Value: value}) })
	return func(p []byte, at int64) {
		if take(p, at); len(batch) < 500 {
			return
		}
		if err := w.WriteMessages(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
		for sent.Add(int64(len(batch))); sent.Load()-done.Load() > outstanding; {
			time.Sleep(time.Millisecond)
		}
		batch = batch[:0]
	}
}

// published is records with the way to Kafka behind it.
func published(t *testing.T, broker string) func([]byte, int64) {
	t.Helper()
	cfg := kafkasink.DefaultConfig()
	cfg.Brokers, cfg.Compression = []string{broker}, "none"
	sink, err := kafkasink.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	pc := publish.DefaultConfig()
	pc.Wait = true
	p := publish.New(pc, sink)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	e := &encode{enc: p.Encoder()}
	d, n := decode.New(e), 0
	return func(b []byte, at int64) {
		e.at = at
		d.Decode(b)
		if n++; n%64 == 0 {
			e.enc.Flush(at)
		}
	}
}

// ideal is the prototype's decoder and encoder, a program of its own.
type ideal struct {
	path, stream   string
	decode, encode []float64 // ns a sample, by round
}

// idealProgram stands in the prototypes' module for the time of its building.
const idealProgram = `package main

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"syscall"

	"prototypes/decode"
)

func used() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func main() {
	b, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var list [][]byte
	for len(b) > 0 {
		n := 4 + binary.BigEndian.Uint32(b)
		list, b = append(list, b[4:n]), b[n:]
	}
	var d decode.Datagram
	var out []byte
	run := func(write bool) float64 {
		samples, begin := 0, used()
		for _, p := range list {
			if err := d.Decode(p); err != nil {
				panic(err)
			}
			samples += len(d.Samples)
			if write {
				m := decode.Meta{Received: 1790000000000000000, Agent: d.Agent[16-d.AgentLen:], Seq: d.Seq}
				for i := range d.Samples {
					out = d.Samples[i].AppendFast(out[:0], &m)
				}
			}
		}
		return float64(used()-begin) / float64(samples)
	}
	run(true)
	json.NewEncoder(os.Stdout).Encode([]float64{run(false), run(true)})
}
`

// newIdeal builds it, nil where the prototypes are not there.
func newIdeal(t *testing.T, in *stream) *ideal {
	t.Helper()
	if _, err := os.Stat(prototypes); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var b []byte
	for _, p := range in.payloads[warm:] {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	module, err := filepath.EvalSymlinks(prototypes)
	if err != nil {
		t.Fatal(err)
	}
	where, err := filepath.Abs(filepath.Join(module, "spoorstages", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{where: file("main.go", []byte(idealProgram))}})
	if err != nil {
		t.Fatal(err)
	}
	i := &ideal{path: filepath.Join(dir, "ideal"), stream: file("stream", b)}
	if out, err := command(t, "go", "build", "-C", prototypes, "-overlay", file("overlay.json", overlay), "-o", i.path, "./spoorstages").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return i
}

func (i *ideal) turn(t *testing.T) {
	t.Helper()
	if i == nil {
		return
	}
	out, err := command(t, i.path, i.stream).Output()
	if err != nil {
		t.Fatal(err)
	}
	var ns [2]float64
	if err := json.Unmarshal(out, &ns); err != nil {
		t.Fatal(err)
	}
	i.decode, i.encode = append(i.decode, ns[0]), append(i.encode, ns[1])
}
