package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"spoor/analytics/alert"
	"spoor/analytics/flowtable"
	"spoor/analytics/links"
	"spoor/analytics/path"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// TickEvery is the pace of Engine.Tick in engine time.
const TickEvery = int64(1e8)

// Outbox takes what the engine found out, in order, on the goroutine that calls
// Tick. What is passed belongs to the outbox.
type Outbox interface {
	Path(p *flow.Path)
	Elephant(e *flow.Elephant)
	Topology(r *topology.Record)
	Alert(a *flow.Alert)
}

// Engine joins feeds, shards and the topology learner.
type Engine struct {
	cfg      *Config // replaced, never written to, under ticking and mu
	out      Outbox
	registry *topology.Registry
	learner  *topology.Learner
	taps     *taps
	sides    sides
	paths    *path.Interner
	tables   *flowtable.Set
	shards   [Shards]*shard
	snap     atomic.Pointer[topology.Snapshot]
	skipped  atomic.Uint64 // samples and counters that no flow or agent number could be given to

	ticking sync.Mutex // held by Tick and Finish: guards desk and watch; before mu

	mu    sync.Mutex // guards feeds and statistics
	feeds []*Feed
	stats engineStats

	evidence []topology.Evidence
	infos    []topology.PortInfo
	polls    []links.Poll
	renewed  uint64 // ports of which evidence was asked for again
	desk     desk
	drops    []watch.Drop
	loads    []portLoad
	watch    *watch.Watch
	watched  int64 // when it last looked
}

// New gives an engine at work for nobody yet. All memory of the flow tables is reserved here.
func New(cfg Config, out Outbox) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Flows.Max = cmp.Or(cfg.Flows.Max, DefaultFlows)
	e := &Engine{cfg: &cfg, out: out, registry: topology.NewRegistry(), taps: newTaps(), paths: path.NewInterner(max(cfg.Flows.Max/4, 1<<16))}
	e.learner = topology.NewLearner(cfg.fabric(), e.registry)
	e.snap.Store(e.learner.Snapshot())
	e.tables = flowtable.NewSet(Shards, max(cfg.Flows.Max/Shards, 16), cfg.Seed)
	for i := range e.shards {
		s, err := newShard(e.cfg, e.learner.Snapshot(), e.taps, e.paths, e.tables.Tables[i])
		if err != nil {
			return nil, fmt.Errorf("analytics: %w", err)
		}
		e.shards[i] = s
	}
	e.desk.init(e.cfg, out)
	e.desk.id = e.registry.ID
	e.watch = watch.New(alert.NewBook(cfg.Alerts), e.desk.ports)
	e.desk.watch = e.watch
	return e, nil
}

// Feed gives a new feed, for one worker.
func (e *Engine) Feed() *Feed {
	f := newFeed(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	f.begins = 24 * len(e.feeds) % Shards
	e.feeds = append(e.feeds, f)
	return f
}

// Snapshot gives the fabric as known now.
func (e *Engine) Snapshot() *topology.Snapshot { return e.snap.Load() }

// Remember gives what was learned of the fabric, to be kept for the next start. Only the
// goroutine that calls Tick may call it.
func (e *Engine) Remember() *topology.Memory { return e.learner.Remember() }

// Tick moves engine time to now (Unix ns; arrival time of datagrams): evidence
// becomes a snapshot, shards tick, events go to the outbox. One goroutine calls
// it, every TickEvery.
func (e *Engine) Tick(now int64) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	e.learn(now)
	snap := e.snap.Load()
	e.desk.begin(now)
	if j := e.cfg.Journal; j != nil {
		e.cfg.Journal = nil
		e.resume(j, now)
	}
	pressed := len(e.desk.pace.held) > 0
	for _, s := range e.shards {
		for _, ev := range s.tick(snap, now, pressed) {
			e.desk.event(ev)
		}
	}
	e.swept()
	e.enlarge()
	e.desk.flush()
	for _, m := range e.desk.regraded {
		e.shards[m.Key.Exchange()%Shards].tellAgain(m.ID)
	}
	if e.desk.news || now-e.watched >= watchEvery {
		e.desk.news = false
		e.look(now)
	}
	e.note()
}

// enlarge gives the flow tables huge pages, a few a tick, as flows fill them.
func (e *Engine) enlarge() {
	e.tables.Enlarge(pagesATick, e.shards[0].used()) // the others are as full
}

// pagesATick: the kernel copies 2 MB for each.
const pagesATick = 4

// Finish ends all open elephants, as a replay's end does.
func (e *Engine) Finish(now int64, reason flow.EndReason) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	e.learn(now)
	e.desk.begin(now)
	for _, s := range e.shards {
		for _, ev := range s.finish(now, reason) {
			e.desk.event(ev)
		}
	}
	e.desk.drain()
	e.look(now)
	for _, a := range e.watch.Finish() {
		e.out.Alert(a)
	}
	e.note()
}

// learn gathers the evidence and makes the next snapshot of it.
func (e *Engine) learn(now int64) {
	e.mu.Lock()
	feeds := e.feeds
	e.mu.Unlock()
	e.watch.Begin(e.snap.Load(), now)
	e.evidence, e.infos = emptied(e.evidence), e.infos[:0]
	late := len(e.polls) // left by the tick before
	for _, f := range feeds {
		e.evidence, e.infos, e.polls = f.drain(e.evidence, e.infos, e.polls)
	}
	for _, s := range e.shards {
		e.evidence = s.drain(e.evidence)
	}
	slices.SortStableFunc(e.evidence, func(a, b topology.Evidence) int { return a.Compare(&b) })
	slices.SortStableFunc(e.infos, func(a, b topology.PortInfo) int {
		return cmp.Or(a.Agent.Compare(b.Agent), cmp.Compare(a.IfIndex, b.IfIndex))
	})
	for i := range e.infos {
		e.learner.Inform(&e.infos[i])
	}
	e.restarts(late)
	slices.SortStableFunc(e.polls, func(a, b links.Poll) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Port.Switch, b.Port.Switch), cmp.Compare(a.Port.IfIndex, b.Port.IfIndex))
	})
	n := min(len(e.polls), max(pollsATick, len(e.polls)/4))
	for i := range e.polls[:n] {
		e.poll(&e.polls[i])
	}
	e.polls = append(e.polls[:0], e.polls[n:]...)
	e.heed(feeds)
	snap, records := e.learner.Apply(e.evidence, now)
	e.snap.Store(snap)
	e.watch.Begin(snap, now)
	e.informAgain()
	if e.learner.Renewed != e.renewed {
		e.renewed = e.learner.Renewed
		for _, f := range feeds {
			f.repeat()
		}
	}
	for i := range records {
		e.out.Topology(&records[i])
	}
}

// pollsATick is how many polls a tick looks at, some 4 µs each, unless very many wait: the
// ports of ten thousand switches may be polled at one moment.
const pollsATick = 4096

// restarts forgets the counters of switches that restarted, before new ones are compared
// with them, and those of the first late polls, which are from before.
func (e *Engine) restarts(late int) {
	var gone map[topology.SwitchID]bool
	for i := range e.evidence {
		if e.evidence[i].Kind != topology.SawRestart {
			continue
		}
		if gone == nil {
			gone = map[topology.SwitchID]bool{}
		}
		gone[e.registry.ID(e.evidence[i].Agent)] = true
	}
	if gone == nil {
		return
	}
	e.desk.ports.Restarted(gone)
	before := slices.DeleteFunc(slices.Clone(e.polls[:late]), func(p links.Poll) bool { return gone[p.Port.Switch] })
	e.polls = append(before, e.polls[late:]...)
}

// informAgain repeats what agents told of their ports in the tick in which they
// restarted: a restart voids what was known before it, and these came after it.
func (e *Engine) informAgain() {
	for i := range e.evidence {
		if e.evidence[i].Kind != topology.SawRestart {
			continue
		}
		for j := range e.infos {
			if e.infos[j].Agent == e.evidence[i].Agent {
				e.learner.Inform(&e.infos[j])
			}
		}
	}
}
