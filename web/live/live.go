package live

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
	"spoor/web/history"
	"spoor/web/scene"
)

// Source is what the picture is made of.
type Source struct {
	Engine *analytics.Engine
	// Health gives what is known of the telemetry's own state, as JSON for the page
	// (docs/page.md). It is asked each two seconds on one goroutine.
	Health func(silent []Silent) []byte
}

// Silent is an agent that was heard before and is not now.
type Silent struct {
	Switch string `json:"switch"`
	Agent  string `json:"agent"`
	Since  int64  `json:"since"` // Unix s
}

// Bounds of what is shown and kept.
const (
	maxLinks     = 16384   // that are drawn
	maxHosts     = 48      // groups of hosts that are drawn one by one
	maxSmall     = 160     // links between switches, beyond which no hosts are drawn
	maxElephants = 256     // active ones, and as many recent ones
	maxPending   = 1 << 14 // messages of a kind that wait for the next second; what comes beyond is counted as lost
	maxPlaces    = 1 << 18 // records of the fabric that are told in one second
	maxAlerts    = 100     // rows of tables that a person reads
	maxDrops     = 200
	maxNews      = 8            // moves that are remembered of a flow
	maxMoved     = 4096         // flows of which moves are remembered; the one that moved first of all is forgotten
	goneFor      = int64(600e9) // that links are shown after they were believed
	believedFor  = int64(60e9)  // at least, before
)

// Live is the picture and those who look at it. It is an analytics.Outbox.
type Live struct {
	head  scene.Head
	src   Source
	store *history.Store
	past  *history.Flows
	hub   *hub

	mu     sync.Mutex // guards what the engine told since the last second
	told   []*flow.Elephant
	paths  []*flow.Path
	places []topology.Record
	active map[uint64]struct{} // flows that are elephants
	lost   uint64              // of what was told, for want of room

	// Of the goroutine that makes the frames.
	herd   herd
	silent map[string]int64 // agents that were heard before and are not now: since when (Unix s)
	maker  maker

	records records
	latest  atomic.Pointer[scene.Frame]
	begun   chan struct{} // closed once there is a picture
}

// New gives a picture that stands still until Run. It can be told of things before it
// is connected with its source: the engine needs its outbox first.
func New(head scene.Head) *Live {
	l := &Live{head: head, store: history.New(history.DefaultBytes), past: history.NewFlows(history.FlowsBytes), hub: newHub(), active: map[uint64]struct{}{}, begun: make(chan struct{})}
	l.herd.init(head.Collector)
	l.maker.init()
	l.records.all = map[string]topology.Record{}
	return l
}

// Connect says what the picture is made of, before Run.
func (l *Live) Connect(src Source) { l.src = src }

// Path takes what the engine tells: flows that moved, paths of elephants.
func (l *Live) Path(p *flow.Path) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.active[p.ID]; !ok && p.Cause != flow.PathMoved {
		return
	}
	if len(l.paths) < maxPending {
		l.paths = append(l.paths, p)
	} else {
		l.lost++
	}
}

// Elephant takes what the engine tells.
func (l *Live) Elephant(m *flow.Elephant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.State == flow.ElephantEnded {
		delete(l.active, m.ID)
	} else if len(l.active) < maxPending {
		l.active[m.ID] = struct{}{}
	}
	if len(l.told) < maxPending {
		l.told = append(l.told, m)
	} else {
		l.lost++
	}
}

// Topology takes what the engine tells.
func (l *Live) Topology(r *topology.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.places) < maxPlaces {
		l.places = append(l.places, *r)
	} else {
		l.lost++
	}
}

// Alert is not needed: the alerts that are up are asked for.
func (l *Live) Alert(*flow.Alert) {}

// Run makes a frame each second until ctx ends.
func (l *Live) Run(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	defer l.hub.close()
	for {
		l.Second()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// Second makes the frame of engine time as it is now and sends what is new in it.
// Run calls it; whoever has a clock of his own may instead.
func (l *Live) Second() {
	now := l.src.Engine.Now()
	l.mu.Lock()
	told, paths, places := l.told, l.paths, l.places
	l.told, l.paths, l.places = nil, nil, nil
	l.mu.Unlock()
	before := l.latest.Load()
	if now == 0 || before != nil && now/1e9 <= before.Time {
		l.keepBack(told, paths, places)
		return // the engine's clock stands still: the page will say that it is old
	}
	l.records.take(places)
	l.maker.take(places)
	l.herd.take(told, paths, now)
	f := l.frame(now, before)
	mark := l.store.Add(f)
	l.latest.Store(f)
	l.hub.send(f, before, mark, l.full)
	if before == nil || history.Slot(f.Time) != history.Slot(before.Time) {
		list, total := l.src.Engine.Flows(&analytics.FlowQuery{Limit: history.MostFlows})
		l.past.Add(f.Time, list, total)
	}
	if before == nil {
		close(l.begun)
	}
}

// keepBack puts what was told back for the next second.
func (l *Live) keepBack(told []*flow.Elephant, paths []*flow.Path, places []topology.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told, l.paths, l.places = append(told, l.told...), append(paths, l.paths...), append(places, l.places...)
}

// beginWithin is how long who asks for the picture waits for the first one.
const beginWithin = 5 * time.Second

// Await waits until there is a picture, for a few seconds at most.
func (l *Live) Await(ctx context.Context) {
	select {
	case <-l.begun:
		return
	default:
	}
	late := time.NewTimer(beginWithin)
	defer late.Stop()
	select {
	case <-l.begun:
	case <-late.C:
	case <-ctx.Done():
	}
}
