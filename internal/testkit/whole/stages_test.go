//go:build unix

package whole

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/sflow"
	"github.com/netsampler/goflow2/v2/format"
	_ "github.com/netsampler/goflow2/v2/format/binary" // registers "bin"
	"github.com/netsampler/goflow2/v2/producer"
	goflow "github.com/netsampler/goflow2/v2/producer/proto"

	sockets "spoor/collector"
	"spoor/decode"
	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/telemetry"
	"spoor/internal/testkit/silence"
	"spoor/publish"
)

// rounds of TestStages: each lets all stages take their turn.
const stageRounds = 3

// warm and measured are how many datagrams go before, and count.
const warm, measured = 240000, 40000 // some 31 and 5 s of the fabric

// TestStages takes one stream of datagrams of a simulated fabric through more and
// more of what spoor does, and through goflow2, in turn, and prints the CPU time
// and the allocations of a flow sample at each stage.
func TestStages(t *testing.T) {
	if os.Getenv("SPOOR_STAGES") == "" {
		t.Skip("make bench-stages")
	}
	stream := live(t)
	broker := startBroker(t)
	stages := []*stage{
		{name: "goflow2: decode", do: goflow2Decode},
		{name: "goflow2: decode, produce, protobuf", do: goflow2Protobuf},
		{name: "goflow2: decode, produce, protobuf; kafka-go's Writer", do: func(t *testing.T) func([]byte, int64) { t.Helper(); return written(t, broker) }},
		{name: "spoor: decode with headers", do: decodeOnly},
		{name: "spoor: decode, protobuf", do: records},
		{name: "spoor: decode, protobuf, Kafka", do: func(t *testing.T) func([]byte, int64) { t.Helper(); return published(t, broker) }},
		{name: "spoor: decode, accounting, flow table, paths, elephants, names, protobuf", do: whole},
	}
	ideal := newIdeal(t, stream)
	for range stageRounds {
		for _, s := range stages {
			s.turn(t, stream)
		}
		ideal.turn(t)
	}
	base, kafka := stages[1].best(), stages[2].best()
	var b strings.Builder
	fmt.Fprintf(&b, "%d flow samples in %d datagrams of a simulated fabric, after %d that warm up; the best of %d rounds, in turn; CPU time of one process, the discarding broker in another.\n\n",
		stream.samples, measured, warm, stageRounds)
	fmt.Fprintln(&b, "| stage | ns a sample | allocations | goflow2's protobuf path | that with kafka-go's Writer |\n|---|---|---|---|---|")
	row := func(name string, ns float64, allocations string) {
		fmt.Fprintf(&b, "| %s | %.0f | %s | %.1f times that | %.1f times that |\n", name, ns, allocations, base/ns, kafka/ns)
	}
	for _, s := range stages {
		row(s.name, s.best(), fmt.Sprintf("%.2f", s.allocations))
	}
	if ideal != nil {
		row("prototype: decode with headers", slices.Min(ideal.decode), "-")
		row("prototype: decode, protobuf", slices.Min(ideal.encode), "-")
	}
	write(t, "stages", b.String())
}

// stream is datagrams with the times of their arrival.
type stream struct {
	payloads [][]byte
	times    []int64
	samples  int // flow samples of those that are measured
}

// live takes a stream from a fabric of 16 leaves and 4 spines with 20,000 flows.
func live(t *testing.T) *stream {
	t.Helper()
	cfg := fabric.DefaultConfig()
	cfg.Spines, cfg.Leaves, cfg.Hosts, cfg.Flows, cfg.Duration, cfg.Truth = 4, 16, 16, 20000, 0, false
	cfg.FabricSpeed, cfg.HostSpeed, cfg.SamplingRate = 100e9, 25e9, 20000
	f, err := fabric.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, enough := &stream{}, errors.New("enough")
	err = f.Run(context.WithoutCancel(t.Context()), fabric.SinkFunc(func(d *fabric.Datagram) error {
		s.payloads, s.times = append(s.payloads, bytes.Clone(d.Payload)), append(s.times, d.Time)
		if len(s.times) == warm+measured {
			return enough
		}
		return nil
	}))
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	n := &count{}
	d := decode.New(n)
	for _, p := range s.payloads[warm:] {
		d.Decode(p)
	}
	s.samples = n.flow
	return s
}

// stage is one of those who take turns.
type stage struct {
	name        string
	do          func(t *testing.T) (take func(payload []byte, at int64))
	took        []float64
	allocations float64
}

func (s *stage) turn(t *testing.T, in *stream) {
	t.Helper()
	take := s.do(t)
	for i := range warm {
		take(in.payloads[i], in.times[i])
	}
	runtime.GC()
	allocations, begin := allocated(), telemetry.CPUTime()
	for i := warm; i < warm+measured; i++ {
		take(in.payloads[i], in.times[i])
	}
	s.took = append(s.took, float64(telemetry.CPUTime()-begin)/float64(in.samples))
	s.allocations = float64(allocated()-allocations) / float64(in.samples)
}

func (s *stage) best() float64 { return slices.Min(s.took) }

// allocated gives the objects that the process has allocated so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func goflow2Decode(t *testing.T) func([]byte, int64) {
	t.Helper()
	return func(p []byte, _ int64) {
		var m sflow.Packet
		if err := sflow.DecodeMessageVersion(bytes.NewBuffer(p), &m); err != nil {
			t.Fatal(err)
		}
	}
}

func goflow2Protobuf(t *testing.T) func([]byte, int64) {
	t.Helper()
	return goflow2Messages(t, func([]byte, []byte) {})
}

// goflow2Messages gives each message of goflow2 with its key.
func goflow2Messages(t *testing.T, give func(key, value []byte)) func([]byte, int64) {
	t.Helper()
	cfg, err := (&goflow.ProducerConfig{}).Compile()
	if err != nil {
		t.Fatal(err)
	}
	produce, err := goflow.CreateProtoProducer(cfg, goflow.CreateSamplingSystem)
	if err != nil {
		t.Fatal(err)
	}
	bin, err := format.FindFormat("bin")
	if err != nil {
		t.Fatal(err)
	}
	return func(p []byte, at int64) {
		var m sflow.Packet
		if err := sflow.DecodeMessageVersion(bytes.NewBuffer(p), &m); err != nil {
			t.Fatal(err)
		}
		list, err := produce.Produce(&m, &producer.ProduceArgs{Src: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 6343), TimeReceived: time.Unix(0, at)})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			key, value, err := bin.Format(x)
			if err != nil {
				t.Fatal(err)
			}
			give(key, value)
		}
		produce.Commit(list)
	}
}

// count is a decode.Sink that counts.
type count struct{ flow int }

func (*count) Datagram(*decode.Header) bool    { return true }
func (c *count) FlowSample(*flow.Sample)       { c.flow++ }
func (*count) CountersSample(*flow.Counters)   {}
func (*count) DiscardedPacket(x *flow.Discard) {}

func decodeOnly(t *testing.T) func([]byte, int64) {
	t.Helper()
	d := decode.New(&count{})
	return func(p []byte, _ int64) { d.Decode(p) }
}

// encode is a decode.Sink that writes a record of each sample.
type encode struct {
	count
	enc    *publish.Encoder
	labels flow.Labels
	at     int64
}

func (e *encode) FlowSample(s *flow.Sample) {
	s.FlowID, s.Received = s.Packet.Key.ID(), e.at
	e.enc.Flow(s, &e.labels)
}

func records(t *testing.T) func([]byte, int64) {
	t.Helper()
	e := &encode{enc: publish.New(publish.DefaultConfig()).Encoder()}
	d := decode.New(e)
	return func(p []byte, at int64) {
		e.at = at
		d.Decode(p)
	}
}

func whole(t *testing.T) func([]byte, int64) {
	t.Helper()
	cfg := settings.DefaultConfig()
	p, err := pipeline.New(&cfg, silence.Outbox{}, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 6343)
	return func(b []byte, at int64) { p.Datagram(&sockets.Datagram{Payload: b, From: from, Received: at}) }
}
