package analytics

import "spoor/topology"

// Stats are the engine's figures for metrics and summaries.
type Stats struct {
	Shard      ShardStats // summed over the shards
	Agents     int
	Links      int
	Hosts      int
	Skipped    uint64           // samples without an IP packet, or of an agent beyond the bound
	PathsHeld  uint64           // path messages that had to wait for room
	PathsLost  uint64           // path messages for which there was none at all
	Learned    [8]topology.Size // what is kept of the fabric, and its bounds
	EvidenceNo uint64           // evidence left aside because a bound was reached
}

// engineStats is what the engine's goroutine leaves for Stats.
type engineStats struct {
	links, hosts        int
	learned             [8]topology.Size
	held, lost, ignored uint64
	detections          []float64
}

// note copies the desk's counts to where Stats may read them.
func (e *Engine) note() {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &e.stats
	s.links, s.hosts = e.learner.Known()
	s.learned = e.learner.Sizes()
	s.held, s.lost, s.ignored = e.desk.pace.delay, e.desk.pace.lost, e.learner.Ignored
	if len(s.detections) < maxDetections {
		s.detections = append(s.detections, e.desk.detections...)
	}
	e.desk.detections = e.desk.detections[:0]
}

// Detections takes the delays of detection (seconds from the start of an
// excess) since the last call, for a histogram.
func (e *Engine) Detections() []float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.stats.detections
	e.stats.detections = nil
	return d
}

// Stats sums up. It may be called from any goroutine.
func (e *Engine) Stats() Stats {
	out := Stats{Agents: e.registry.Len(), Skipped: e.skipped.Load()}
	for _, s := range e.shards {
		out.Shard.add(s.counts())
	}
	out.Shard.Paths = e.paths.Len()
	e.mu.Lock()
	defer e.mu.Unlock()
	out.Learned = e.stats.learned
	out.Links, out.Hosts, out.PathsHeld, out.PathsLost, out.EvidenceNo = e.stats.links, e.stats.hosts, e.stats.held, e.stats.lost, e.stats.ignored
	return out
}

func (a *ShardStats) add(b ShardStats) {
	a.Flows += b.Flows
	a.Evictions += b.Evictions
	a.Samples += b.Samples
	a.Late += b.Late
	a.Portless += b.Portless
	a.NoSpeed += b.NoSpeed
	a.Starved += b.Starved
	a.Elephants += b.Elephants
	a.Started += b.Started
	a.Ended += b.Ended
	a.DetailsUsed += b.DetailsUsed
	for i := range b.PathStates {
		a.PathStates[i] += b.PathStates[i]
	}
}
