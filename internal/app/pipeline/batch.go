package pipeline

import (
	"spoor/analytics"
	"spoor/flow"
)

// batch are flow samples that are complete, in the order in which they came. All of them
// go through a stage before one goes through the next: the program's code for a stage is
// about as large as the processor's first cache, and would be fetched anew for each sample.
type batch struct {
	n       int
	samples [analytics.LabelsKept]flow.Sample
	labels  [analytics.LabelsKept]flow.Labels
	ways    [analytics.LabelsKept]flow.Gateway // of those that have one
}

// add takes a copy of a sample and gives it.
func (b *batch) add(x *flow.Sample) *flow.Sample {
	own := &b.samples[b.n]
	*own = *x
	b.n++
	return own
}

// way gives the latest sample's, to be filled.
func (b *batch) way() *flow.Gateway {
	w := &b.ways[b.n-1]
	*w = flow.Gateway{ASPath: w.ASPath[:0], Communities: w.Communities[:0]}
	return w
}

func (b *batch) full() bool { return b.n == len(b.samples) }

// finish takes the batch through analytics and writes its records. Nothing else may
// reach either before.
func (w *Worker) finish() {
	b := &w.batch
	samples := b.samples[:b.n]
	b.n = 0
	for i := range samples {
		w.feed.Take(&samples[i], &b.labels[i])
	}
	for i := range samples {
		var way *flow.Gateway
		if samples[i].HasGateway {
			way = &b.ways[i]
		}
		w.enc.FlowVia(&samples[i], &b.labels[i], way)
	}
}
