package publish

import (
	"net/url"
	"strconv"
	"sync"
	"time"

	"spoor/flow"
	"spoor/topology"
)

// events encodes what the engine concluded and keeps the open blocks of the
// JSON topics. Any goroutine may use it.
type events struct {
	p *Publisher

	mu      sync.Mutex
	lanes   [][topics]openBlocks // protobuf topics unused
	json    jsonWriter
	headers []byte
	key     []byte
	source  string // ce_source

	deliveries *deliveries
	closed     bool
}

func newEvents(p *Publisher) *events {
	e := &events{p: p, deliveries: newDeliveries(p.set), source: "/spoor/" + url.PathEscape(p.cfg.Collector)}
	for _, l := range p.lanes {
		var o [topics]openBlocks
		for _, t := range Topics() {
			if !t.Policy().Protobuf {
				o[t] = newOpenBlocks(l, t)
			}
		}
		e.lanes = append(e.lanes, o)
	}
	return e
}

func (e *events) path(m *flow.Path) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.json.path(m, e.p.cfg.Collector)
	e.key = flow.AppendID(e.key[:0], m.ID)
	id := flow.FormatID(m.ID)
	e.describe(Paths, "spoor.path."+m.Cause.String(), id+"-"+strconv.FormatUint(uint64(m.Revision), 10)+"-"+timeID(m.Time), id, m.Time)
	e.add(Paths, m.Time, e.key, e.json.b, nil)
	if m.Cause == flow.PathExpired {
		e.headers = append(e.headers[:0], 0)
		e.add(Paths, m.Time, e.key, nil, nil)
	}
}

func (e *events) elephant(m *flow.Elephant, done func(Outcome)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.json.elephant(m, e.p.cfg.Collector)
	e.key = flow.AppendID(e.key[:0], m.ID)
	id := m.Alert() + "-" + strconv.FormatUint(uint64(m.Episode), 10) + "-" + timeID(m.Time)
	e.describe(Elephants, "spoor.elephant."+m.State.String(), id, flow.FormatID(m.ID), m.Time)
	e.add(Elephants, m.Time, e.key, e.json.b, e.track(Elephants, done))
}

func (e *events) alert(a *flow.Alert, done func(Outcome)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.json.alert(a, e.p.cfg.Collector, e.p.cfg.ExternalURL)
	fingerprint := flow.FormatID(a.Fingerprint())
	e.key = append(e.key[:0], fingerprint...)
	e.describe(Alerts, "spoor.alert."+a.State.String(), fingerprint+"-"+timeID(a.Time)+"-"+a.State.String(), fingerprint, a.Time)
	e.add(Alerts, a.Time, e.key, e.json.b, e.track(Alerts, done))
}

func (e *events) topology(m *topology.Record) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.json.topology(m, e.p.cfg.Collector)
	e.key = append(e.key[:0], m.ID...)
	kind := [...]string{"link", "host", "switch"}[m.Kind]
	e.describe(Topology, "spoor.topology."+kind+"."+m.State.String(), m.ID+"-"+timeID(m.Time), m.ID, m.Time)
	e.add(Topology, m.Time, e.key, e.json.b, nil)
}

// timeID makes a CloudEvents id unique among messages about one subject.
func timeID(ns int64) string { return strconv.FormatInt(ns, 16) }

// describe makes the record's headers: content-type, schema and CloudEvents'
// binary mode.
func (e *events) describe(t Topic, kind, id, subject string, ns int64) {
	e.headers = appendHeaders(e.headers[:0],
		"content-type", contentJSON, "schema", t.Policy().Schema,
		"ce_specversion", "1.0", "ce_id", id, "ce_type", kind, "ce_source", e.source,
		"ce_time", string(appendTime(nil, ns)), "ce_subject", subject)
}

// add appends a record to each lane's open block; done, if any, hears from the
// primary lane.
func (e *events) add(t Topic, ns int64, key, value []byte, done func(Outcome)) {
	if len(e.lanes) == 0 && done != nil {
		done(Acknowledged)
	}
	size, now := recordSize(key, value, e.headers), time.Now().UnixNano()
	for i := range e.lanes {
		o := &e.lanes[i][t]
		switch {
		case size > e.p.cfg.RecordBytes:
			o.lane.refuse(t, TooLarge, size, done)
		case e.closed:
			o.lane.refuse(t, Shutdown, size, done)
		default:
			idle := o.pending == 0
			b := o.block(o.place(murmur2(key)), size, now)
			if done != nil {
				b.acks = append(b.acks, ack{b.Records, done})
			}
			b.add(ns/1e6, key, value, e.headers)
			if idle {
				e.poke()
			}
		}
		done = nil
	}
}

// poke wakes the publisher's clock: something was opened.
func (e *events) poke() {
	select {
	case e.p.wake <- struct{}{}:
	default:
	}
}

// seal hands over what is due and gives the time until more is.
func (e *events) seal(now time.Time) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := trimEvery
	for i := range e.lanes {
		for t := range e.lanes[i] {
			o := &e.lanes[i][t]
			if o.due(now.UnixNano()) {
				o.seal()
			} else if o.pending > 0 {
				next = min(next, time.Duration(o.linger-(now.UnixNano()-o.since)))
			}
		}
	}
	return next
}

// close hands over all that is open and refuses what comes later.
func (e *events) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for i := range e.lanes {
		for t := range e.lanes[i] {
			e.lanes[i][t].seal()
		}
	}
}
