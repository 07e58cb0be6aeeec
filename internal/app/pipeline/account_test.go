package pipeline

import (
	"testing"

	"spoor/collector"
	"spoor/decode"
	"spoor/flow"
)

// teller accounts for each sample when it comes, and notes what it stands for.
type teller struct {
	agents *collector.Agents
	acc    collector.Accounting
	d      *collector.Datagram
	rates  []uint32
	made   int // for which loss is made up
}

func (s *teller) Datagram(h *decode.Header) bool {
	agent, _ := s.agents.Resolve(h.Agent, s.d.From.Addr())
	s.acc = s.agents.Account(agent, h.SubAgentID, h.SequenceNumber, h.Uptime, s.agents.Fingerprint(s.d.Payload), s.d.Received, s.d.From.Addr())
	return !s.acc.Duplicate
}

func (s *teller) FlowSample(x *flow.Sample) {
	rate := s.acc.Source(x.SourceClass, x.SourceIndex, x.Sequence, x.SamplingRate, x.Drops)
	s.acc.CountNamed(x.Input, x.Output)
	s.rates = append(s.rates, rate)
	if rate != x.SamplingRate {
		s.made++
	}
}

func (s *teller) CountersSample(c *flow.Counters) {
	s.acc.Counters(c.SourceClass, c.SourceIndex, c.Sequence)
}

func (s *teller) DiscardedPacket(x *flow.Discard) {
	s.acc.Discard(x.SourceClass, x.SourceIndex, x.Sequence, x.Drops)
}

// TestAccountedTogether: that the samples of a datagram are accounted for together
// changes nothing of what they stand for, nor of what is known of their agents.
func TestAccountedTogether(t *testing.T) {
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	got, want := &recorder{}, &teller{agents: agents}
	w, dec := testWorker(t, got, collector.DefaultAgentsConfig()), decode.New(want)
	for i, d := range load(t, testCapture) {
		if i%3 == 1 {
			continue // lost on its way
		}
		w.Datagram(&d)
		want.d = &d
		dec.Decode(d.Payload)
		if i%50 == 0 {
			w.Flush()
		}
	}
	w.Close()
	if len(got.samples) != len(want.rates) || want.made < len(want.rates)/10 {
		t.Fatalf("%d samples, %d one by one, loss made up for in %d", len(got.samples), len(want.rates), want.made)
	}
	for i := range got.samples {
		if got.samples[i].EffectiveRate != want.rates[i] {
			t.Fatalf("sample %d stands for %d, not for %d", i, got.samples[i].EffectiveRate, want.rates[i])
		}
	}
	a, b := w.agents.Snapshot(), agents.Snapshot()
	if len(a) != len(b) {
		t.Fatalf("%d agents, %d one by one", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("agent %+v, one by one %+v", a[i], b[i])
		}
	}
}
