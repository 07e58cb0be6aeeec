package kafka

import (
	"context"
	"errors"
	"time"

	"spoor/publish"
)

// loop is the state of the run goroutine; nobody else touches it.
type loop struct {
	*Sink
	parts    [publish.NumTopics][]*partition // nil until the topic is known
	waiting  [publish.NumTopics][]*publish.Block
	denied   [publish.NumTopics]uint8 // see deny
	producer producer
	flying   map[int32]int      // requests under way by leader
	health   map[int32]error    // how the last request to each leader failed, nil if it did not
	requests int                // of them in all
	loading  map[int32]*request // scratch of dispatch: requests that are being made up, by leader
	free     []*request
	told     map[refusalOf]time.Time // when each was last met
	turn     int                     // where the last round began, for fairness
}

func newLoop(s *Sink) *loop {
	return &loop{Sink: s, producer: anonymous, flying: make(map[int32]int), health: make(map[int32]error), loading: make(map[int32]*request), told: make(map[refusalOf]time.Time)}
}

// run is the sink's life.
func (l *loop) run(ctx context.Context) {
	defer close(l.done)
	t := newTimer()
	defer t.t.Stop()
	closing := l.closing
	for {
		l.take()
		wait := l.dispatch(ctx, time.Now())
		if closing == nil && l.requests == 0 && l.empty() || ctx.Err() != nil && l.requests == 0 {
			l.giveUp()
			return
		}
		select {
		case <-l.wake:
		case r := <-l.results:
			l.takeResult(r, time.Now())
		case n := <-l.news:
			l.learn(n)
		case <-t.in(wait):
		case <-closing:
			closing = nil
		case <-aborted(ctx, l.requests):
		}
	}
}

// aborted wakes the loop at the end of ctx; while requests are under way their
// results do so.
func aborted(ctx context.Context, requests int) <-chan struct{} {
	if requests > 0 {
		return nil
	}
	return ctx.Done()
}

// take sorts what was put into the queues of its partitions.
func (l *loop) take() {
	l.mu.Lock()
	blocks := l.inbox
	l.inbox = nil
	l.mu.Unlock()
	for _, b := range blocks {
		l.enqueue(b)
	}
}

// enqueue brings a block to its partition, or to others if it was made for
// another number of them.
func (l *loop) enqueue(b *publish.Block) {
	parts := l.parts[b.Topic]
	switch {
	case parts == nil && l.denied[b.Topic] != 0:
		b.Done(publish.Rejected)
	case parts == nil:
		l.waiting[b.Topic] = append(l.waiting[b.Topic], b)
	case int(b.Partitions) == len(parts), b.Stamp() != nil && int(b.Partition) < len(parts): // what was attempted stays
		parts[b.Partition].queue.push(b)
	default:
		b.Renounce()
		for _, nb := range b.Repartition(int32(len(parts))) {
			parts[nb.Partition].queue.push(nb)
		}
	}
}

// dispatch starts requests to the leaders that may have more and for which
// something is ready, and gives the time until a retry is due.
func (l *loop) dispatch(ctx context.Context, now time.Time) time.Duration {
	wait := time.Hour
	if ctx.Err() != nil {
		return wait
	}
	clear(l.loading)
	l.turn++
	for _, t := range publish.Topics() {
		parts := l.parts[t]
		if l.waits(t) {
			continue // woken once the schema's id is known
		}
		for i := range parts {
			p := parts[(i+l.turn)%len(parts)]
			if p.ready(now) {
				l.load(ctx, p)
			} else if d := p.retryAt.Sub(now); d > 0 && !p.busy && p.queue.len() > 0 {
				wait = min(wait, d)
			}
		}
	}
	for _, r := range l.loading {
		l.launch(ctx, r)
	}
	return wait
}

// load adds the partition's first block to the request for its leader. One that
// it does not fit into any more is sent, and another one begun.
func (l *loop) load(ctx context.Context, p *partition) {
	b, r := p.queue.first(), l.loading[p.leader]
	if r != nil && r.sent+len(b.Bytes()) > l.cfg.RequestBytes {
		l.launch(ctx, r)
		delete(l.loading, p.leader)
		r = nil
	}
	if r == nil {
		if l.flying[p.leader] >= l.cfg.InFlight {
			return
		}
		r = l.newRequest(p.leader)
		l.loading[p.leader] = r
	}
	r.sent += len(b.Bytes())
	r.items = append(r.items, item{partition: p, block: b, topic: l.names[p.topic]})
	p.busy = true
	p.tries++
}

// newRequest gives an empty request, one that was used before if there is any.
func (l *loop) newRequest(leader int32) *request {
	r := new(request)
	if n := len(l.free); n > 0 {
		r, l.free = l.free[n-1], l.free[:n-1]
	}
	r.leader, r.items, r.sent = leader, r.items[:0], 0
	return r
}

// launch sends a request: what becomes of it from here is in request.go, until takeResult.
func (l *loop) launch(ctx context.Context, r *request) {
	l.requests++
	l.flying[r.leader]++
	go r.send(ctx, l.Sink)
}

// takeResult takes in how a request ended.
func (l *loop) takeResult(r *request, now time.Time) {
	l.requests--
	l.flying[r.leader]--
	l.count.requests.Inc()
	l.count.batches.Add(len(r.items))
	l.count.bytes.Add(r.sent)
	l.count.seconds.Update(r.took.Seconds())
	answered, worst := 0, r.err
	delay := pause(r.items[0].partition.tries) // one for all, so that they go together again
	for i := range r.items {
		it, err := &r.items[i], r.err
		if err == nil {
			err = it.err
		}
		if r.givenUp() {
			it.block.Abandon()
		}
		if l.settle(it, err, now.Add(delay)) {
			answered++
		} else {
			worst = err
		}
	}
	if answered > 0 {
		worst = nil
	}
	l.health[r.leader] = worst
	l.assess()
	if !r.givenUp() {
		clear(r.items)
		l.free = append(l.free, r)
	}
}

// settle takes the answer to one batch in and reports whether it was final: the
// batch is stored, halved or dropped. Else it waits for another attempt.
func (l *loop) settle(it *item, err error, retry time.Time) bool {
	p := it.partition
	p.busy = false
	if err != nil {
		l.count.failure(err).Inc()
	}
	switch judge(err, p.tries) {
	case stored:
		if err != nil {
			l.count.duplicates.Inc()
		}
		p.endFirst(publish.Acknowledged)
		l.deny(p.topic, byProduce, false)
		return true
	case again:
		p.retryAt, p.unsure = retry, true
		l.count.retry(err).Inc()
		poke(l.wantLayout)
	case renew:
		it.block.Renounce()
		p.retryAt, p.renew = retry, true
		l.count.retry(err).Inc()
	case tooLarge:
		if it.block.Records > 1 {
			l.count.splits.Inc()
			p.split()
			return true
		}
		if l.isNews(p.topic, err) {
			l.log.Error("kafka finds a record too large: it is dropped", "topic", it.topic, "bytes", len(it.batch))
		}
		l.refuse(problemTooLarge, "a record of %s with %d bytes was too large for the topic and dropped", it.topic, len(it.batch))
		p.endFirst(publish.TooLarge)
	case rejected:
		if forbidden(err) {
			l.deny(p.topic, byProduce, true)
		} else {
			if l.isNews(p.topic, err) {
				l.log.Error("kafka rejects records: they are dropped", "topic", it.topic, "records", it.block.Records, "error", err)
			}
			l.refuse(problemRejected, "%d records of %s were rejected and dropped: %v", it.block.Records, it.topic, err)
		}
		p.endFirst(publish.Rejected)
	}
	if p.renew {
		l.count.renewals.Inc()
		poke(l.wantID)
	}
	return p.tries == 0 // else it is tried again
}

// refusalOf is a kind of refusal: the broker's code for a topic.
type refusalOf struct {
	topic publish.Topic
	code  int16
}

// isNews reports whether a refusal is to be logged: those that go on are not, until
// there was none for a while. Metrics count them all.
func (l *loop) isNews(t publish.Topic, err error) bool {
	r, now := refusalOf{topic: t}, time.Now()
	if answer, ok := errors.AsType[*brokerError](err); ok {
		r.code = answer.code
	}
	last, met := l.told[r]
	l.told[r] = now
	return !met || now.Sub(last) >= refusedFor
}

// empty reports whether nothing waits anywhere.
func (l *loop) empty() bool {
	l.mu.Lock()
	n := len(l.inbox)
	l.mu.Unlock()
	if n > 0 {
		return false
	}
	for t := range l.parts {
		if len(l.waiting[t]) > 0 {
			return false
		}
		for _, p := range l.parts[t] {
			if p.queue.len() > 0 {
				return false
			}
		}
	}
	return true
}

// giveUp gives back all that is left.
func (l *loop) giveUp() {
	l.take()
	for t := range l.parts {
		for _, b := range l.waiting[t] {
			b.Done(publish.Shutdown)
		}
		for _, p := range l.parts[t] {
			for p.queue.len() > 0 {
				p.queue.pop().Done(publish.Shutdown)
			}
		}
	}
}
