package pipeline

import (
	"spoor/analytics"
	"spoor/flow"
)

// batch are flow samples that are complete, in the order in which they came. All of them
// go through a stage before one goes through the next: the program's code for a stage is
// about as large as the processor's first cache, and would be fetched anew for each sample.
//
// It has room for as many as the feed keeps labels true for: the first one's are read
// after the last one was taken.
type batch struct {
	n        int
	settled  int // of them, all but those of the datagram at hand: accounted for
	samples  [analytics.LabelsKept]flow.Sample
	labels   [analytics.LabelsKept]flow.Labels
	gateways [analytics.LabelsKept]flow.Gateway // of those that have one
}

// add takes a copy of a sample and gives it.
func (b *batch) add(x *flow.Sample) *flow.Sample {
	own := &b.samples[b.n]
	*own = *x
	b.n++
	return own
}

// gateway gives room for what BGP told of the way of the sample that was added last.
func (b *batch) gateway() *flow.Gateway {
	g := &b.gateways[b.n-1]
	*g = flow.Gateway{ASPath: g.ASPath[:0], Communities: g.Communities[:0]}
	return g
}

func (b *batch) full() bool { return b.n == len(b.samples) }

// account accounts for the samples of the datagram at hand, all at once: the states of
// their data sources are scattered, and the waits for them overlap.
func (w *Worker) account() {
	own := w.batch.samples[w.batch.settled:w.batch.n]
	w.batch.settled = w.batch.n
	for i := range own {
		w.acc.Fetch(own[i].SourceClass, own[i].SourceIndex)
	}
	for i := range own {
		x := &own[i]
		x.EffectiveRate = w.acc.Source(x.SourceClass, x.SourceIndex, x.Sequence, x.SamplingRate, x.Drops)
		w.acc.CountNamed(x.Input, x.Output)
	}
}

// passBatch passes the samples on, to the analytics and then to the encoder. It comes
// before anything else that reaches one of the two, so that all keeps its order.
func (w *Worker) passBatch() {
	w.account()
	b := &w.batch
	samples := b.samples[:b.n]
	b.n, b.settled = 0, 0
	for i := range samples {
		w.feed.Take(&samples[i], &b.labels[i])
	}
	for i := range samples {
		l := &b.labels[i]
		l.Gateway = nil
		if samples[i].HasGateway {
			l.Gateway = &b.gateways[i]
		}
		w.enc.Flow(&samples[i], l)
	}
}
