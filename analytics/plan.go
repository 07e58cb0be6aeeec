package analytics

import (
	"spoor/analytics/flowtable"
	"spoor/internal/mem"
)

// The five steps of a batch, all but the first under the shard's lock. All but the last only ask for
// memory that the last will need, so that the waits for it overlap: a flow's entry is
// found by way of its tags, its path or detail by way of its entry, the parts of
// a detail by way of that. A feed takes each step for several shards before the next
// one: memory that was asked for with each sample would be gone again by then.

// plan is what the steps of one batch tell the next one. It belongs to a feed: each
// shard's own would be one more that comes late.
type plan struct {
	slots  [batchSamples]uint32 // where the flows most likely are, NoSlot for those that are not known
	hashes [batchSamples]flowtable.Hash
	open   [batchSamples]*detail // of those that have one
	n      int                   // in open
}

// allSteps takes a batch through the five steps, for one shard alone.
func (s *shard) allSteps(b *batch, p *plan) {
	s.fetchTags(b, p)
	s.mu.Lock()
	s.fetchEntries(b, p)
	s.fetchDetails(p, len(b.samples))
	p.fetchParts()
	s.sampleAll(b, p)
	s.mu.Unlock()
}

// fetchTags asks for the tags by which the entries are found.
func (s *shard) fetchTags(b *batch, p *plan) {
	for i := range b.samples {
		h := s.table.Hash(&b.samples[i].key)
		s.table.Fetch(h)
		p.hashes[i] = h
	}
}

// fetchEntries asks for the entries.
func (s *shard) fetchEntries(b *batch, p *plan) {
	for i := range b.samples {
		slot := s.table.Likely(p.hashes[i])
		p.slots[i] = slot
		if slot != flowtable.NoSlot {
			s.table.FetchSlot(slot)
		}
	}
}

// fetchDetails asks for what the entries of n samples point to.
func (s *shard) fetchDetails(p *plan, n int) {
	p.n = 0
	for _, slot := range p.slots[:n] {
		if slot == flowtable.NoSlot {
			continue
		}
		switch e := s.table.Entry(slot); {
		case e.Detail != 0:
			d := s.details.at(e.Detail)
			mem.FetchAll(&d.vital)
			mem.Fetch(&d.tracker)
			p.open[p.n] = d
			p.n++
		case e.Path != 0:
			s.paths.Fetch(e.Path)
		}
	}
}

// fetchParts asks for the parts of the details.
func (p *plan) fetchParts() {
	for _, d := range p.open[:p.n] {
		d.tracker.Fetch()
		d.stages.Fetch()
	}
}

// sampleAll does the work; from here see sample, in observe.go.
func (s *shard) sampleAll(b *batch, p *plan) {
	for i := range b.samples {
		s.outer = &b.tunnels[i]
		s.sample(&b.samples[i], p.hashes[i], p.slots[i])
	}
}
