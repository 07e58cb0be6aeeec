// Package series writes for /metrics what the rooms know that have no metrics of
// their own: the input side, agents, flows, links, elephants and alerts. What can
// grow with the network has a bound, and a series that counts what is beyond.
package series

import (
	"fmt"
	"io"
	"time"

	"spoor/collector"
	"spoor/decode"
	"spoor/internal/app/pipeline"
	"spoor/internal/telemetry"
)

// maxAgentSeries bounds the agents that have series of their own.
const maxAgentSeries = 1000

// Input is what the metrics of the input side are read from.
type Input struct {
	Collector *collector.Collector
	Agents    *collector.Agents
	Workers   func() pipeline.Tally // the sum of all
}

// Write writes ledger 1 and what the decoders met (docs/interfaces.md, section 4).
func (in *Input) Write(w io.Writer) {
	t := telemetry.NewText(w)
	sum, c := in.Workers(), in.Collector.Stats()
	t.Counter("spoor_datagrams_received_total", "", c.Received)
	writeOutcomes(t, &sum, c.Truncated, c.Refused)
	t.Counter("spoor_datagram_bytes_total", "", c.Bytes)
	if c.KernelDropsKnown {
		t.Counter("spoor_socket_dropped_datagrams_total", "", c.KernelDrops)
	}
	t.Counter("spoor_socket_read_errors_total", "", c.ReadErrors)
	t.Counter("spoor_socket_reads_total", "", c.Reads)
	t.Gauge("spoor_socket_buffer_bytes", "", float64(c.Buffer))
	t.Gauge("spoor_workers", "", float64(c.Workers))
	writeDecode(t, &sum.Decode)
	in.writeAgents(t)
}

// writeOutcomes writes the terms of ledger 1, all from the start.
func writeOutcomes(t *telemetry.Text, sum *pipeline.Tally, truncated, refused uint64) {
	const name = "spoor_datagrams_total"
	for o := range pipeline.Outcome(pipeline.NumOutcomes) {
		t.Counter(name, fmt.Sprintf("outcome=%q", o), sum.Outcomes[o])
	}
	t.Counter(name, fmt.Sprintf("outcome=%q", collector.OutcomeTruncated), truncated)
	t.Counter(name, fmt.Sprintf("outcome=%q", collector.OutcomeRefused), refused)
	for r := decode.ReasonShort; r <= decode.ReasonAgentType; r++ {
		t.Counter(name, fmt.Sprintf("outcome=\"rejected\",reason=%q", r), sum.Rejected[r])
	}
}

func writeDecode(t *telemetry.Text, s *decode.Stats) {
	for k := range decode.Kind(decode.NumKinds) {
		for f := range decode.Fate(decode.NumFates) {
			t.Counter("spoor_samples_total", fmt.Sprintf("kind=%q,outcome=%q", k, f), s.Samples[k][f])
		}
	}
	for r := range decode.Record(decode.NumRecords) {
		format := "unknown"
		if r.Known() {
			format = r.Format().String()
		}
		for f := range decode.Fate(decode.NumFates) {
			if !r.Known() && f != decode.Passed {
				continue
			}
			t.Counter("spoor_records_total", fmt.Sprintf("kind=%q,format=%q,outcome=%q", r.Kind(), format, f), s.Records[r][f])
		}
	}
	for r := decode.ReasonSampleOverrun; int(r) < decode.NumReasons; r++ {
		t.Counter("spoor_decode_refusals_total", fmt.Sprintf("reason=%q", r), s.Reasons[r])
	}
	t.Counter("spoor_trailing_bytes_total", "", s.TrailingBytes+s.SampleTrailingBytes)
	t.Counter("spoor_nameless_agents_total", "", s.NamelessAgents)
	t.Counter("spoor_zero_sampling_rates_total", "", s.ZeroRates)
	t.Counter("spoor_bounded_frames_total", "", s.BoundedFrames)
	t.Counter("spoor_truncated_headers_total", "", s.TruncatedHeaders)
	t.Counter("spoor_repaired_speeds_total", "", s.RepairedSpeeds)
	t.Counter("spoor_repaired_sources_total", "", s.RepairedSources)
	t.Counter("spoor_repaired_outputs_total", "", s.RepairedOutputs)
}

// agentSeries are the series of each agent.
var agentSeries = []struct {
	name, labels string
	value        func(*collector.Agent) uint64
}{
	{"spoor_agent_datagrams_lost_total", "", func(a *collector.Agent) uint64 { return a.Lost }},
	{"spoor_agent_datagrams_duplicate_total", "", func(a *collector.Agent) uint64 { return a.Duplicates }},
	{"spoor_agent_datagrams_reordered_total", "", func(a *collector.Agent) uint64 { return a.Reordered }},
	{"spoor_agent_samples_lost_total", `,kind="flow"`, func(a *collector.Agent) uint64 { return a.Flows.Lost }},
	{"spoor_agent_samples_lost_total", `,kind="counter"`, func(a *collector.Agent) uint64 { return a.Counters.Lost }},
	{"spoor_agent_samples_lost_total", `,kind="discard"`, func(a *collector.Agent) uint64 { return a.Discards.Lost }},
	{"spoor_agent_samples_dropped_total", `,kind="flow"`, func(a *collector.Agent) uint64 { return a.Flows.Dropped }},
	{"spoor_agent_samples_dropped_total", `,kind="discard"`, func(a *collector.Agent) uint64 { return a.Discards.Dropped }},
	{"spoor_agent_restarts_total", "", func(a *collector.Agent) uint64 { return a.Restarts }},
}

// writeAgents writes what became of the agents' datagrams and samples; agents
// beyond the bound share one series.
func (in *Input) writeAgents(t *telemetry.Text) {
	list := in.Agents.Snapshot()
	labels := make([]string, min(len(list), maxAgentSeries))
	for i := range labels {
		labels[i] = agentLabels(&list[i])
	}
	for _, s := range agentSeries {
		var rest uint64
		for i := range list {
			if i < maxAgentSeries {
				t.Counter(s.name, labels[i]+s.labels, s.value(&list[i]))
				continue
			}
			rest += s.value(&list[i])
		}
		t.Counter(s.name, `agent="other",sub_agent="",source=""`+s.labels, rest)
	}
	t.Gauge("spoor_agents_without_series", "", float64(len(list)-len(labels)))
	s := in.Agents.Stats()
	t.Gauge("spoor_agents", "", float64(s.Agents))
	t.Gauge("spoor_agents_sharing_address", "", float64(sharing(list)))
	t.Gauge("spoor_agent_sources", "", float64(s.Sources))
	t.Counter("spoor_agents_evicted_total", "", s.Evicted)
	t.Counter("spoor_agents_untracked_datagrams_total", "", s.Untracked)
	t.Counter("spoor_agents_untracked_samples_total", "", s.UntrackedSamples)
}

// agentLabels gives an agent's labels; source tells those apart that state one address.
func agentLabels(a *collector.Agent) string {
	source := ""
	if a.Apart {
		source = a.Peer.String()
	}
	return fmt.Sprintf("agent=%q,sub_agent=\"%d\",source=%q", a.Agent, a.SubAgent, source)
}

// sharing counts the sources that state an address which is another's too, and
// were heard of late.
func sharing(list []collector.Agent) (n int) {
	const late = int64(5 * time.Minute)
	var newest int64
	for i := range list {
		newest = max(newest, list[i].LastSeen)
	}
	for i := range list {
		if list[i].Apart && newest-list[i].LastSeen <= late {
			n++
		}
	}
	return n
}
