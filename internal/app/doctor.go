package app

import (
	"context"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"spoor/collector"
	"spoor/internal/doctor"
	"spoor/publish"
	"spoor/publish/kafka"
	"spoor/topology"
)

// Bounds of an examination.
const (
	doctorLinks   = 100_000
	doctorTimeout = 5 * time.Second // for the brokers to tell of their topics
)

// examiner examines for whoever asks, and keeps the result for a moment: brokers
// are asked each time.
type examiner struct {
	r    *runner
	mu   sync.Mutex
	at   time.Time
	list []doctor.Finding

	latest atomic.Pointer[[]doctor.Finding]
	lacks  func() (datagrams, records int64)
}

// examineEvery is how old a result may be.
const examineEvery = 5 * time.Second

// examineFirst and examineAgain are the pace of examinations for the page.
const (
	examineFirst = 3 * time.Second
	examineAgain = 10 * time.Second
)

func (e *examiner) findings(ctx context.Context) []doctor.Finding {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.at.IsZero() || time.Since(e.at) > examineEvery {
		e.list, e.at = e.r.examine(context.WithoutCancel(ctx), e.lacks), time.Now() // for those who wait for it too
		e.latest.Store(&e.list)
	}
	return e.list
}

// run keeps the findings fresh for the page: each ten seconds, and less often where
// an examination takes long.
func (e *examiner) run(ctx context.Context) error {
	wait := time.NewTimer(examineFirst)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		begun := time.Now()
		e.findings(ctx)
		wait.Reset(max(examineAgain, 20*time.Since(begun)))
	}
}

// known gives the latest findings without waiting, nil before the first.
func (e *examiner) known() []doctor.Finding {
	if list := e.latest.Load(); list != nil {
		return *list
	}
	return nil
}

// examine gathers what is known of the collector and those that it hears, and judges
// it. lacks gives what the ledgers lack.
func (r *runner) examine(ctx context.Context, lacks func() (datagrams, records int64)) []doctor.Finding {
	f := &doctor.Facts{
		Promised: r.engine.DetectionWithin().Seconds(), Clock: ownClock(), Stranded: r.stranded,
	}
	r.agentFacts(f)
	r.linkFacts(f)
	sum, c := r.counts(), r.collector.Stats()
	f.CutTunnels = sum.cutTunnels
	if !sum.cutFrom.IsZero() {
		f.CutFrom = r.engine.Snapshot().Name(r.engine.Snapshot().ID(sum.cutFrom))
	}
	f.Socket = doctor.Socket{Received: c.Received, Dropped: c.KernelDrops, Asked: r.cfg.Listen.Buffer, Granted: c.Buffer}
	for _, n := range sum.rejected {
		f.Input.NotSFlow += n
	}
	f.Input.Refused = c.Refused + sum.outcomes[outcomeRefusedAgent]
	if lacks != nil {
		f.Input.Unaccounted, f.Unaccounted = lacks()
	}
	if c.Buffer < r.cfg.Listen.Buffer {
		f.Socket.Sysctl = collector.BufferRemedy(r.cfg.Listen.Buffer)
	}
	r.kafkaFacts(ctx, f)
	if _, ready, reason := r.pub.SpoolState(); !ready {
		f.SpoolFailed = reason
	}
	return doctor.Examine(f)
}

// agentFacts tells of each agent and sub-agent.
func (r *runner) agentFacts(f *doctor.Facts) {
	snap, now := r.engine.Snapshot(), r.collector.Clock().Now()
	list := r.agents.Snapshot()
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
		a.Stated, a.Effective = typicalRate(r.agents.DataSources(x))
		if over := float64(x.LastSeen-x.Since) / 1e9; over > 0 && x.Uptime != x.SinceUptime { // else it tells none
			a.Drift, a.DriftOver = float64(x.Uptime-x.SinceUptime)/1e3/over-1, over
		}
		f.Agents = append(f.Agents, a)
	}
}

// typicalRate gives the sampling rate that most data sources state, and the mean of what a sample of those stands for.
func typicalRate(list []collector.DataSource) (stated, effective float64) {
	count := map[uint32]int{}
	var most uint32
	for i := range list {
		if n := list[i].SamplingRate; n != 0 {
			count[n]++
			if most == 0 || count[n] > count[most] || count[n] == count[most] && n < most {
				most = n
			}
		}
	}
	if most == 0 {
		return 0, 0
	}
	for i := range list {
		if list[i].SamplingRate == most {
			effective += float64(list[i].EffectiveRate)
		}
	}
	return float64(most), effective / float64(count[most])
}

// linkFacts tells of ports, and of links in each direction.
func (r *runner) linkFacts(f *doctor.Facts) {
	type where struct {
		sw      string
		ifIndex uint32
	}
	rated := map[where]int{}
	r.engine.Snapshot().EachPort(func(sw *topology.Switch, p *topology.Port) {
		f.Ports = append(f.Ports, doctor.Port{Switch: sw.Name, Name: p.Name, IfIndex: p.IfIndex, Speed: p.Speed, Inferred: p.SpeedInferred, Dark: p.Dark && !p.Edge})
	})
	for _, d := range r.engine.Detectability(doctorLinks) {
		l := doctor.Link{Name: d.Link, Switch: d.Switch, Port: d.Port, IfIndex: d.IfIndex, Detect: d.P99, Rate: d.Rate, Rated: !math.IsNaN(d.P99)}
		if d.Outgoing {
			rated[where{d.Switch, d.IfIndex}] = len(f.Links)
		}
		f.Links = append(f.Links, l)
	}
	loads, _ := r.engine.Links(doctorLinks)
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
func (r *runner) kafkaFacts(ctx context.Context, f *doctor.Facts) {
	f.Kafka.Embedded = r.broker != nil
	var ready bool
	if ready, f.Kafka.Problem = r.kafka.State(); ready {
		f.Kafka.Problem = ""
	}
	for _, st := range r.pub.Stats() {
		f.Kafka.Dropped += st.DroppedTotal() - st.Dropped[publish.Shutdown]
	}
	if !ready || f.Kafka.Embedded {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	cfg := r.cfg.Kafka.Config
	cfg.Logger = r.limit
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
