package analytics

import (
	"sync"
	"sync/atomic"

	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// maxPending bounds what a feed or shard gathers between two ticks, of each kind:
// evidence beyond it is seen again, counters and names are told again.
const maxPending = 1 << 17

// Feed takes the samples and counters of one worker. Its methods are for one
// goroutine; only the engine's drain happens beside them.
type Feed struct {
	engine    *Engine
	batches   [Shards]batch
	plans     [steps]plan // scratch of handing over
	witness   *topology.Witness
	agents    map[flow.Addr]*agentMemo
	agent     flow.Addr                  // of the latest sample
	memo      *agentMemo                 // of that agent: the next sample is nearly always its as well
	known     int                        // ports in agents
	spare     [2]portMemo                // for those beyond: input and output of one sample
	spareName [4 * LabelsKept]flow.Names // a sample asks for up to four ports
	turn      int                        // in spareName: the one that was used last
	busy      []busyPort                 // with traffic to tell
	heard     int64                      // arrival of the latest sample
	loadsTold int64                      // when that traffic was told, by the same clock
	begins    int                        // the shard that is served first
	again     atomic.Bool                // all evidence is asked for once more
	full      bool                       // the engine did not drain for so long that nothing more is gathered

	mu       sync.Mutex // guards what the engine drains
	evidence []topology.Evidence
	infos    []topology.PortInfo
	polls    []links.Poll
	loads    []portLoad
	drops    []watch.Drop
	ports    map[portKey]*portMemory
	boots    map[topology.SwitchID]uint32 // restarts of agents that were seen
}

func newFeed(e *Engine) *Feed {
	return &Feed{
		engine: e, batches: newBatches(), agents: map[flow.Addr]*agentMemo{}, witness: topology.NewWitness(), ports: map[portKey]*portMemory{}, boots: map[topology.SwitchID]uint32{},
	}
}

// LabelsKept is how many samples, the latest ones, have labels that are true: names of
// ports beyond maxFeedPorts lie in spareName, where those of later samples replace them.
const LabelsKept = 64

// Take takes a copy of what is needed of a flow sample, which must be complete: the fields
// marked "worker" filled. It gives the sample's labels, as Describe does: its ports are looked up once.
func (f *Feed) Take(s *flow.Sample, l *flow.Labels) {
	if at := f.take(s); at.agent != nil {
		f.describe(s, &at, l)
		return
	}
	f.Describe(s, l)
}

// place is where a sample was taken, as a feed remembers it.
type place struct {
	agent   *agentMemo
	in, out *portMemo
	snap    *topology.Snapshot
}

// take gives no place for a sample that it does not take: what is no IP packet belongs to no flow.
func (f *Feed) take(s *flow.Sample) (at place) {
	m := f.agentOf(s.Agent)
	if m == nil || s.Packet.Key.IsZero() {
		f.engine.skipped.Add(1)
		return place{}
	}
	if m.named {
		return f.takeFrom(m, s)
	}
	return f.unnamed(m, s)
}

// takeFrom takes a sample of this agent.
func (f *Feed) takeFrom(m *agentMemo, s *flow.Sample) (at place) {
	m.fetch(s.Input.Index())
	m.fetch(s.Output.Index())
	if m.heard != s.Received {
		m.heard = s.Received
		f.engine.taps.heard[m.id].Store(s.Received)
	}
	i := s.Exchange % Shards
	b := &f.batches[i]
	snap := f.engine.snap.Load()
	sided := f.side(m, s, snap)
	x := b.add(s, m.id)
	if !sided {
		x.in, x.out = 0, 0
	}
	in, out := f.port(m, s.Input.Index(), snap), f.port(m, s.Output.Index(), snap)
	f.heard = max(f.heard, s.Received)
	if !sided {
		f.witness.Unnamed(s)
		if b.full() {
			f.hand(int(i))
		}
		return place{m, in, out, snap}
	}
	if rate := s.Rate(); rate != 0 {
		if egress := s.Direction == flow.Egress; egress {
			f.tap(m, out, egress, rate)
		} else {
			f.tap(m, in, egress, rate)
		}
		f.load(m, in, out, s)
	}
	if f.again.Load() && f.again.Swap(false) {
		f.witness.Forget()
	}
	if !f.full && !f.witness.Full(maxPending) {
		f.witness.See(s, in.leads(), out.leads())
		if in != nil && in.open {
			f.witness.Beyond(s)
		}
		if m.internal = m.internal || s.Input.Kind == flow.InterfaceInternal || s.Output.Kind == flow.InterfaceInternal; m.internal {
			f.witness.SeeLocal(s, in.leads(), out.leads())
		}
	}
	if b.full() {
		f.hand(int(i))
	}
	return place{m, in, out, snap}
}

// Restarted takes that an agent began anew at boot, as a datagram at now tells:
// its ports may have other numbers.
func (f *Feed) Restarted(agent flow.Addr, boot, now int64) {
	id := f.engine.registry.ID(agent)
	if id == 0 || !f.engine.taps.restarted(id, boot, now) {
		return
	}
	f.witness.Restarted(agent, now)
	f.mu.Lock()
	f.boots[id]++
	f.mu.Unlock()
}

// Flush hands all gathered samples to their shards, and what they prove to the engine.
func (f *Feed) Flush() {
	f.handSome(f.begins, Shards)
	f.handSome(0, f.begins)
	if f.heard-f.loadsTold >= loadsEvery {
		f.tellLoads()
	}
	if f.witness.Len() > 0 {
		f.mu.Lock()
		f.evidence = f.witness.Drain(f.evidence)
		f.full = len(f.evidence) >= maxPending
		f.mu.Unlock()
	} else if f.full {
		f.mu.Lock()
		f.full = len(f.evidence) >= maxPending
		f.mu.Unlock()
	}
}

// steps is how many steps a batch takes with its shard (plan.go). While one shard works on
// its samples, those behind it are each a step further back: the waits for memory that they have asked
// for pass in that time.
const steps = 5

// handSome hands over to the shards from one up to another. Locks are taken in the order of the
// shards, and at most steps-1 are held. Feeds begin at different shards.
func (f *Feed) handSome(from, to int) {
	shards := &f.engine.shards
	has := func(i int) bool { return i >= from && i < to && len(f.batches[i].samples) > 0 }
	for i := from; i < to+steps-1; i++ {
		if has(i) {
			shards[i].fetchTags(&f.batches[i], &f.plans[i%steps])
		}
		if j := i - 1; has(j) {
			shards[j].mu.Lock()
			shards[j].fetchEntries(&f.batches[j], &f.plans[j%steps])
		}
		if j := i - 2; has(j) {
			shards[j].fetchDetails(&f.plans[j%steps], len(f.batches[j].samples))
		}
		if j := i - 3; has(j) {
			f.plans[j%steps].fetchParts()
		}
		if j := i - 4; has(j) {
			shards[j].sampleAll(&f.batches[j], &f.plans[j%steps])
			shards[j].mu.Unlock()
			f.batches[j].samples = f.batches[j].samples[:0]
		}
	}
}

// hand hands over to one shard whose batch is full before the next Flush.
func (f *Feed) hand(i int) {
	f.engine.shards[i].allSteps(&f.batches[i], &f.plans[0])
	f.batches[i].samples = f.batches[i].samples[:0]
}

// repeat makes the feed tell again what it sees, as if it were new.
func (f *Feed) repeat() { f.again.Store(true) }

// emptied gives an empty slice that keeps its memory, unless that is much more than was of use.
func emptied[T any](s []T) []T {
	const few = 2048
	if cap(s) > few && len(s) < cap(s)/8 {
		return nil
	}
	return s[:0]
}

// drain moves what the feed gathered for the engine.
func (f *Feed) drain(evidence []topology.Evidence, infos []topology.PortInfo, polls []links.Poll) ([]topology.Evidence, []topology.PortInfo, []links.Poll) {
	f.mu.Lock()
	defer f.mu.Unlock()
	evidence = append(evidence, f.evidence...)
	f.evidence = emptied(f.evidence)
	infos = append(infos, f.infos...)
	polls = append(polls, f.polls...)
	f.infos, f.polls = f.infos[:0], f.polls[:0]
	return evidence, infos, polls
}
