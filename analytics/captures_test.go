package analytics_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/capture"
	"spoor/decode"
	"spoor/flow"
	"spoor/internal/testkit/score"
	"spoor/topology"
)

type files struct{ paths, elephants, topology *json.Encoder }

func iso(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }
func key(k flow.Key) map[string]any {
	return map[string]any{"src": k.Src.String(), "dst": k.Dst.String(), "proto": k.Proto, "sport": k.SrcPort, "dport": k.DstPort}
}
func (f *files) Path(p *flow.Path) {
	var hops []map[string]any
	for _, h := range p.Hops {
		hops = append(hops, map[string]any{"agent": h.Agent.String(), "switch": h.Switch, "in": h.In, "out": h.Out})
	}
	_ = f.paths.Encode(map[string]any{"flow": key(p.Key), "time": iso(p.Time), "cause": p.Reason.String(), "state": p.State.String(), "hops": hops, "n": p.Samples})
}
func (f *files) Elephant(e *flow.Elephant) {
	_ = f.elephants.Encode(map[string]any{"alert": fmt.Sprintf("%x-%x", e.ID, e.AlertSince/1e9), "episode": e.Episode, "flow": key(e.Key), "state": e.State.String(), "time": iso(e.Time), "detected": iso(e.Detected), "since": iso(e.Since), "rate": e.Rate, "share": e.Share, "proof": e.Evidence.Proof.String(), "links": len(e.Links), "p": e.Probability, "reason": e.EndReason.String()})
}
func (f *files) Topology(r *topology.Record) {
	if r.Kind == topology.LinkRecord {
		end := func(p flow.Port) map[string]any {
			return map[string]any{"agent": p.Agent.String(), "ifindex": p.IfIndex}
		}
		_ = f.topology.Encode(map[string]any{"id": r.ID, "link": r.Link, "a": end(r.A), "b": end(r.B), "source": r.Source.String(), "state": r.State.String(), "time": iso(r.Time)})
		return
	}
	_ = f.topology.Encode(map[string]any{"id": r.ID, "ports": len(r.Ports)})
}

type sink struct {
	agents   *collector.Agents
	feed     *analytics.Feed
	acc      collector.Accounting
	received int64
	from     netip.Addr
	n, i     int64
}

func (s *sink) Datagram(h *decode.Header) bool {
	a, ok := s.agents.Resolve(h.Agent, s.from)
	h.Agent = a
	s.acc = s.agents.Account(a, h.SubAgent, h.Sequence, h.Uptime, s.received, s.from)
	s.n, s.i = int64(h.Samples), 0
	return ok && !s.acc.Duplicate
}
func (s *sink) FlowSample(x *flow.Sample) {
	x.Received, x.NotBefore = s.received, s.acc.NotBefore
	x.Time = s.acc.NotBefore + (s.received-s.acc.NotBefore)*(2*s.i+1)/(2*s.n)
	s.i++
	x.EffectiveRate = s.acc.Source(x.SourceClass, x.SourceIndex, x.Sequence, x.SamplingRate, x.Drops)
	x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
	s.feed.Sample(x)
}
func (s *sink) CountersSample(c *flow.Counters) { c.Received = s.received; s.feed.Counters(c) }

func TestCaptures(t *testing.T) {
	cases, err := score.Cases("../testdata/captures")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			if os.Getenv("KEEP") != "" {
				dir = filepath.Join(os.Getenv("KEEP"), c.Name)
				_ = os.MkdirAll(dir, 0o755)
			}
			open := func(n string) *json.Encoder {
				f, err := os.Create(filepath.Join(dir, n))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { f.Close() })
				return json.NewEncoder(f)
			}
			out := &files{open("paths.jsonl"), open("elephants.jsonl"), open("topology.jsonl")}
			cfg := analytics.DefaultConfig()
			cfg.Seed = [2]uint64{1, 2}
			if os.Getenv("MIN") != "" {
				cfg.Paths.MinSamples = 1
			}
			if len(c.Args) > 0 {
				sp, err := topology.ParseSpeed(c.Args[1])
				if err != nil {
					t.Fatal(err)
				}
				cfg.Topology.Speeds = []topology.Speed{sp}
			}
			e, err := analytics.New(cfg, out)
			if err != nil {
				t.Fatal(err)
			}
			r, err := capture.Open([]string{c.Capture}, capture.DefaultOptions())
			if err != nil {
				t.Fatal(err)
			}
			agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
			if err != nil {
				t.Fatal(err)
			}
			s := &sink{agents: agents, feed: e.Feed()}
			dec := decode.New(s)
			var d collector.Datagram
			next := int64(0)
			for {
				err := r.Next(&d)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if next == 0 {
					next = d.Received/analytics.TickEvery*analytics.TickEvery + analytics.TickEvery
				}
				for d.Received >= next {
					s.feed.Flush()
					e.Tick(next)
					next += analytics.TickEvery
				}
				s.received, s.from = d.Received, d.From.Addr()
				dec.Decode(d.Payload)
			}
			s.feed.Flush()
			for range 600 {
				e.Tick(next)
				next += analytics.TickEvery
			}
			e.Finish(next, flow.EndIdle)
			res, faults, err := c.Judge(dir)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := json.Marshal(res)
			t.Logf("%s", b)
			st := e.Stats()
			t.Logf("%+v", st)
			for _, f := range faults {
				if c.Gated {
					t.Error(f)
				} else {
					t.Log(f)
				}
			}
		})
	}
}
