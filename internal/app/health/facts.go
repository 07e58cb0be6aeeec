package health

import (
	"context"
	"math"
	"slices"
	"strings"

	"spoor/collector"
	"spoor/internal/app/pipeline"
	"spoor/internal/doctor"
	"spoor/publish"
	"spoor/publish/kafka"
	"spoor/topology"
)

// maxLinks bounds the links that an examination looks at.
const maxLinks = 100_000

// examine gathers what is known of the collector and those that it hears, and judges
// it. lacks gives what the ledgers lack.
func (s *Source) examine(ctx context.Context, lacks func() (datagrams, records int64)) []doctor.Finding {
	f := &doctor.Facts{
		Promised: s.Engine.DetectionWithin().Seconds(), Clock: ownClock(), Stranded: s.Stranded,
	}
	s.agentFacts(f)
	s.linkFacts(f)
	sum, c := s.Tally(), s.Collector.Stats()
	f.CutTunnels = sum.CutTunnels
	if !sum.CutFrom.IsZero() {
		f.CutFrom = s.Engine.Snapshot().Name(s.Engine.Snapshot().ID(sum.CutFrom))
	}
	f.Socket = doctor.Socket{Received: c.Received, Dropped: c.KernelDrops, Asked: s.Settings.Listen.Buffer, Granted: c.Buffer}
	f.Input.NotSFlow = sum.RejectedTotal()
	f.Input.Refused = c.Refused + sum.Outcomes[pipeline.OutcomeRefusedAgent]
	f.Input.Untracked = s.Agents.Stats().Untracked
	f.Input.Unaccounted, f.Unaccounted = lacks()
	if c.Buffer < s.Settings.Listen.Buffer {
		f.Socket.Sysctl = collector.BufferRemedy(s.Settings.Listen.Buffer)
	}
	s.kafkaFacts(ctx, f)
	if _, ready, reason := s.Publisher.SpoolState(); !ready {
		f.SpoolFailed = reason
	}
	return doctor.Examine(f)
}

// agentFacts tells of each agent and sub-agent.
func (s *Source) agentFacts(f *doctor.Facts) {
	snap, now := s.Engine.Snapshot(), s.Collector.Now()
	list := s.Agents.Snapshot()
	for i := range list {
		x := &list[i]
		if x.Apart {
			continue // told of with the one that was there first
		}
		a := doctor.Agent{
			Switch: snap.Name(snap.ID(x.Agent)), Address: x.Agent.String(), SubAgent: x.SubAgent, Silent: float64(now-x.LastSeen) / 1e9,
			Datagrams: x.Datagrams - x.Duplicates, DatagramsLost: x.Lost,
			Samples: x.Flows.Samples, Dropped: x.Flows.Dropped, Counters: x.Counters.Samples,
		}
		for j := i + 1; j < len(list) && list[j].Agent == x.Agent && list[j].SubAgent == x.SubAgent; j++ {
			a.Shared = list[j].Peer.String()
		}
		sources := s.Agents.DataSources(x)
		a.Misnames = x.Misnames(sources)
		a.Stated, a.Effective = typicalRate(sources)
		a.Unrated = a.Stated == 0 && slices.ContainsFunc(sources, func(d collector.DataSource) bool { return d.Sampled })
		if over := float64(x.LastSeen-x.Since) / 1e9; over > 0 && x.Uptime != x.SinceUptime { // else it tells none
			a.Drift, a.DriftOver = float64(x.Uptime-x.SinceUptime)/1e3/over-1, over
		}
		f.Agents = append(f.Agents, a)
	}
}

// typicalRate gives the sampling rate that most data sources state, and the mean of what a sample of those stands for.
func typicalRate(list []collector.DataSource) (stated, effective float64) {
	most, n := collector.TypicalRate(list), 0
	if most == 0 {
		return 0, 0
	}
	for i := range list {
		if list[i].SamplingRate == most {
			effective += float64(list[i].EffectiveRate)
			n++
		}
	}
	return float64(most), effective / float64(n)
}

// linkFacts tells of ports, and of links in each direction.
func (s *Source) linkFacts(f *doctor.Facts) {
	type where struct {
		sw      string
		ifIndex uint32
	}
	rated := map[where]int{}
	s.Engine.Snapshot().EachPort(func(sw *topology.Switch, p *topology.Port) {
		f.Ports = append(f.Ports, doctor.Port{Switch: sw.Name, Name: p.Name, IfIndex: p.IfIndex, Speed: p.Speed, Inferred: p.SpeedInferred, Disproved: p.Disproved, Dark: p.Dark && !p.Edge})
	})
	for _, d := range s.Engine.Detectability(maxLinks) {
		l := doctor.Link{Name: d.Link, Switch: d.Switch, Port: d.Port, IfIndex: d.IfIndex, Detect: d.P99, Rate: d.Rate, Rated: !math.IsNaN(d.P99)}
		if d.Outgoing {
			rated[where{d.Switch, d.IfIndex}] = len(f.Links)
		}
		f.Links = append(f.Links, l)
	}
	loads, _ := s.Engine.Links(maxLinks)
	for i := range loads {
		l := &loads[i]
		if l.Samples == 0 {
			continue
		}
		n, ok := rated[where{l.Switch, l.IfIndex}]
		if !ok {
			n = len(f.Links)
			f.Links = append(f.Links, doctor.Link{Name: l.Link, Switch: l.Switch, Port: l.Port, IfIndex: l.IfIndex})
		}
		f.Links[n].Agreement, f.Links[n].Samples = l.Agreement, l.Samples
	}
}

// kafkaFacts asks the brokers how the topics are, unless they do not answer anyway.
func (s *Source) kafkaFacts(ctx context.Context, f *doctor.Facts) {
	f.Kafka.Embedded = s.Embedded
	var ready bool
	if ready, f.Kafka.Problem = s.Kafka.State(); ready {
		f.Kafka.Problem = ""
	}
	if st := s.Status(); f.Kafka.Embedded && !st.Ready {
		f.Kafka.Problem = st.Reason // our own broker knows more than it answers
	}
	for _, st := range s.Publisher.Stats() {
		f.Kafka.Dropped += st.DroppedTotal() - st.Dropped[publish.Shutdown]
	}
	if !ready || f.Kafka.Embedded {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ExamineTimeout)
	defer cancel()
	cfg := s.Settings.Kafka.Config
	cfg.Logger = s.Log
	topics, err := kafka.NewTopics(cfg)
	if err != nil {
		f.Kafka.Topics = []string{"the topics cannot be compared: " + err.Error()}
		return
	}
	defer topics.Close()
	changes, err := topics.Plan(ctx)
	if err != nil {
		f.Kafka.Topics = []string{"the topics cannot be compared: " + strings.ReplaceAll(err.Error(), "\n", "; ")}
	}
	for i := range changes {
		f.Kafka.Topics = append(f.Kafka.Topics, changes[i].Topic+": "+changes[i].Text)
	}
}
