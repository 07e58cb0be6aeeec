package analytics

import (
	"sync"

	"spoor/flow"
	"spoor/topology"
)

// batchSamples is how many samples a feed gathers for one shard before it hands
// them over even without a flush.
const batchSamples = 64

// maxPending bounds what a feed or shard gathers between two ticks, of each kind:
// evidence beyond it is seen again, loads and names are told again.
const maxPending = 1 << 17

// Feed takes the samples and counters of one worker. Its methods are for one
// goroutine; only the engine's drain happens beside them.
type Feed struct {
	engine  *Engine
	batches [Shards][]flow.Sample
	taps    map[tapKey]*tap

	mu      sync.Mutex // guards what the engine drains
	witness *topology.Witness
	infos   []topology.PortInfo
	loads   []load
	ports   map[portKey]*portMemory
}

func newFeed(e *Engine) *Feed {
	f := &Feed{engine: e, taps: map[tapKey]*tap{}, witness: topology.NewWitness(), ports: map[portKey]*portMemory{}}
	for i := range f.batches {
		f.batches[i] = make([]flow.Sample, 0, batchSamples)
	}
	return f
}

// Sample takes a copy of a flow sample. It must be complete: the fields marked
// "worker" filled.
func (f *Feed) Sample(s *flow.Sample) {
	id := f.engine.registry.ID(s.Agent)
	if id == 0 || s.Packet.Key.IsZero() {
		f.engine.skipped.Add(1)
		return
	}
	f.engine.taps.heard[id].Store(s.Received)
	if k, ok := tapOf(id, s); ok {
		t := f.taps[k]
		if t == nil {
			if t = f.engine.taps.get(k); t != nil {
				f.taps[k] = t
			}
		}
		if t != nil && t.rate.Load() != s.Rate() {
			t.rate.Store(s.Rate())
		}
	}
	f.mu.Lock()
	if f.witness.Len() < maxPending {
		f.witness.See(s)
	}
	f.mu.Unlock()
	i := s.Exchange % Shards
	f.batches[i] = append(f.batches[i], *s)
	if len(f.batches[i]) == batchSamples {
		f.hand(int(i))
	}
}

// Restarted takes that an agent began anew at boot, as a datagram at now tells:
// its ports may have other numbers.
func (f *Feed) Restarted(agent flow.Addr, boot, now int64) {
	id := f.engine.registry.ID(agent)
	if id == 0 || !f.engine.taps.restarted(id, boot, now) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.witness.Restarted(agent, now)
}

// Describe fills the labels of a sample's record from the snapshot in force.
func (f *Feed) Describe(s *flow.Sample, l *flow.Labels) { f.engine.Snapshot().Describe(s, l) }

// DescribeCounters fills the labels of a counters record.
func (f *Feed) DescribeCounters(c *flow.Counters, l *flow.Labels) {
	f.engine.Snapshot().DescribePort(c.Agent, c.IfIndex(), l)
}

// Flush hands all gathered samples to their shards.
func (f *Feed) Flush() {
	for i := range f.batches {
		if len(f.batches[i]) > 0 {
			f.hand(i)
		}
	}
}

func (f *Feed) hand(i int) {
	f.engine.shards[i].Observe(f.batches[i])
	f.batches[i] = f.batches[i][:0]
}

// repeat makes the feed tell again what it sees, as if it were new.
func (f *Feed) repeat() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.witness.Forget()
}

// drain moves what the feed gathered for the engine.
func (f *Feed) drain(evidence []topology.Evidence, infos []topology.PortInfo, loads []load) ([]topology.Evidence, []topology.PortInfo, []load) {
	f.mu.Lock()
	defer f.mu.Unlock()
	evidence = f.witness.Drain(evidence)
	infos = append(infos, f.infos...)
	loads = append(loads, f.loads...)
	f.infos, f.loads = f.infos[:0], f.loads[:0]
	return evidence, infos, loads
}
