package pipeline

import (
	"log/slog"
	"net/netip"
	"sync"

	"spoor/collector"
	"spoor/collector/forward"
	"spoor/decode"
	"spoor/flow"
	"spoor/publish"
)

// maxGateway bounds the numbers of an AS path, and the communities, in a flow record.
const maxGateway = 255

// Feed is the analytics as a worker sees them: *analytics.Feed.
type Feed interface {
	Take(s *flow.Sample, l *flow.Labels)
	Counters(c *flow.Counters)
	Describe(s *flow.Sample, l *flow.Labels)
	DescribeCounters(c *flow.Counters, l *flow.Labels)
	Discard(x *flow.Discard)
	Restarted(agent flow.Addr, boot, now int64)
	PathOf(key *flow.Key) []string
	Flush()
}

// Worker takes the datagrams of one reader through decoding, accounting,
// analytics and encoding. It is a collector.Handler; its samples side is a
// decode.Sink. All of it runs on the reader's goroutine but shown.
type Worker struct {
	agents   *collector.Agents
	others   *forward.Sender // collectors that get every datagram as well, nil if none
	discards *Discards       // nil: nobody asks
	feed     Feed
	enc      *publish.Encoder
	dec      *decode.Decoder
	now      func() int64 // on the clock of Datagram.Received

	tally  Tally
	wrong  complaints
	batch  batch
	labels flow.Labels // of what is no flow sample
	header flow.Sample // a discarded packet as the topology looks at one

	// Of the datagram at hand.
	from     netip.Addr
	received int64
	payload  []byte // borrowed
	acc      collector.Accounting
	left     Outcome // why the samples were left alone
	spread   spread

	mu    sync.Mutex // guards shown
	shown Tally      // a copy of tally for scrapes
}

// NewWorker gives a worker. now is on the clock of the datagrams; log is not called
// more often than now and then for each matter.
func NewWorker(agents *collector.Agents, f Feed, enc *publish.Encoder, now func() int64, log *slog.Logger) *Worker {
	w := &Worker{agents: agents, feed: f, enc: enc, now: now, wrong: complaints{log: log}}
	w.dec = decode.New((*samples)(w))
	return w
}

// Forward hands every datagram to a sender of other collectors as well.
func (w *Worker) Forward(to *forward.Sender) { w.others = to }

// Count counts discarded packets in d, which may be that of several workers.
func (w *Worker) Count(d *Discards) { w.discards = d }

// Datagram handles one datagram, whose payload is borrowed.
func (w *Worker) Datagram(d *collector.Datagram) {
	w.others.Add(d.Payload)
	w.from, w.received, w.payload = d.From.Addr(), d.Received, d.Payload
	r := w.dec.Decode(d.Payload)
	w.account()
	w.acc.Release()
	switch r.Outcome {
	case decode.OK:
		w.tally.Outcomes[OutcomeOK]++
	case decode.Partial:
		w.tally.Outcomes[OutcomePartial]++
	case decode.Rejected:
		w.tally.Rejected[r.Reason]++
		w.wrong.rejected(r.Reason, d)
	case decode.Skipped:
		w.tally.Outcomes[w.left]++
	}
}

// Flush hands over what was gathered and shows the counts to scrapes.
func (w *Worker) Flush() {
	w.others.Flush()
	w.passBatch()
	w.feed.Flush()
	w.enc.Flush(w.now())
	w.mu.Lock()
	w.shown = w.tally
	w.dec.Stats().AddTo(&w.shown.Decode) // tally.Decode is zero: this is a copy
	w.mu.Unlock()
}

// Close hands over all that is still open, after the last Flush.
func (w *Worker) Close() {
	w.Flush()
	w.enc.Close()
}

// AddTo adds what the worker had counted at its last Flush. It is safe for concurrent use.
func (w *Worker) AddTo(sum *Tally) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown.addTo(sum)
}

// samples is the worker as the decoder sees it.
type samples Worker

// Datagram accounts for a datagram before its samples are read. Agents that are
// not allowed and datagrams seen before are left alone.
func (s *samples) Datagram(h *decode.Header) bool {
	agent, allowed := s.agents.Resolve(h.Agent, s.from)
	if !allowed {
		s.left = OutcomeRefusedAgent
		return false
	}
	h.Agent = agent
	s.acc = s.agents.Account(agent, h.SubAgentID, h.SequenceNumber, h.Uptime, s.agents.Fingerprint(s.payload), s.received, s.from)
	if s.acc.Rival {
		s.wrong.rival(h, s.from, s.acc.First)
	}
	if s.acc.Duplicate {
		s.left = OutcomeDuplicate
		return false
	}
	if s.acc.Restarted {
		(*Worker)(s).passBatch()
		s.feed.Restarted(agent, s.received-int64(h.Uptime)*1e6, s.received)
	}
	s.acc.Hold() // until the datagram is decoded: none of its sinks waits for anything that needs the agent
	s.spread = newSpread(s.acc.NotBefore, s.acc.Sent, h.Samples, len(s.payload))
	return true
}

// FlowSample adds a sample to the batch and completes it but for what account does.
func (s *samples) FlowSample(x *flow.Sample) {
	x = s.batch.add(x)
	x.Received, x.NotBefore = s.received, s.acc.NotBefore
	x.Time = s.spread.next(x.Timestamp)
	x.FlowID, x.Exchange = x.Packet.Key.Hashes()
	if x.Packet.Truncated && x.Packet.Tunnel != flow.TunnelNone {
		s.tally.CutTunnels++
		s.tally.CutFrom = x.Agent
	}
	if x.HasGateway {
		s.dec.AppendGateway(s.batch.gateway(), maxGateway)
	}
	if s.batch.full() {
		(*Worker)(s).passBatch()
	}
}

// CountersSample passes a counters sample on.
func (s *samples) CountersSample(c *flow.Counters) {
	(*Worker)(s).passBatch()
	c.Received = s.received
	s.acc.Counters(c.SourceClass, c.SourceIndex, c.Sequence)
	s.feed.Counters(c)
	s.labels = flow.Labels{}
	s.feed.DescribeCounters(c, &s.labels)
	s.enc.Counters(c, &s.labels)
}

// DiscardedPacket passes a discarded packet on. Each stands for itself, so it
// is no part of any flow's rate.
func (s *samples) DiscardedPacket(x *flow.Discard) {
	(*Worker)(s).passBatch()
	x.Received, x.Time = s.received, s.spread.next(x.Timestamp)
	x.FlowID = x.Packet.Key.ID()
	s.discards.Add(x.Agent, x.Reason)
	s.acc.Discard(x.SourceClass, x.SourceIndex, x.Sequence, x.Drops)
	s.header.Agent, s.header.Packet = x.Agent, x.Packet
	s.header.Input = flow.Interface{Kind: flow.InterfaceIndex, Value: x.Input}
	s.header.Output = flow.Interface{Kind: flow.InterfaceIndex, Value: x.Output}
	s.labels = flow.Labels{}
	s.feed.Describe(&s.header, &s.labels)
	if x.FlowID != 0 {
		x.Path = s.feed.PathOf(&x.Packet.Key)
	}
	s.feed.Discard(x)
	s.enc.Drop(x, &s.labels)
}
