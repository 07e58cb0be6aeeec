package alert

import (
	"cmp"
	"slices"
	"time"

	"spoor/flow"
)

// How long an alert is believed without being told again, and how often it is
// told: Alertmanager resolves what is not told again in time.
const (
	resend = int64(time.Minute)
	expiry = int64(4 * time.Minute)
)

// Config is that of a Book.
type Config struct {
	Mute []Rule
	Max  int // findings that are remembered at a time; those beyond are counted
	// DetectionWithin is how soon an elephant of twice the threshold is to be found (99th percentile); 0: whenever.
	DetectionWithin time.Duration
}

// DefaultConfig mutes nothing.
func DefaultConfig() Config { return Config{Max: 10_000, DetectionWithin: 5 * time.Second} }

// Book keeps what is wrong and what was said of it.
type Book struct {
	cfg   Config
	open  map[key]*entry
	order uint64
	past  []*flow.Alert // the latest ones that were resolved

	// Refused counts findings beyond the limit, Muted those that a rule hid.
	Refused, Muted uint64
}

// entry is one finding in the book.
type entry struct {
	finding  Finding
	severity flow.Severity
	order    uint64 // of its first sight: alerts come in this order
	first    int64  // when it was first seen in full
	firm     int64  // when it was last seen in full
	seen     int64  // when it was last seen at all
	told     int64  // when it was last told, 0 never
	starts   int64
	muted    bool  // at its last sight
	spared   int64 // until then it is not resolved for being away: a restart
}

// NewBook gives an empty book.
func NewBook(cfg Config) *Book { return &Book{cfg: cfg, open: map[key]*entry{}} }

// Mute replaces the rules: alerts that are raised end when a new rule takes them
// in, and what a rule hid so far is told if it lasts.
func (b *Book) Mute(rules []Rule) { b.cfg.Mute = rules }

// See notes a finding at a time. What it holds is copied but for its slices,
// which belong to the book from now on.
func (b *Book) See(f *Finding, now int64) {
	k := f.key()
	e := b.open[k]
	muted := b.MutedBy(f, now) != nil
	if e == nil {
		switch {
		case f.Weak:
			return
		case muted:
			b.Muted++
			return
		case len(b.open) >= b.cfg.Max:
			b.Refused++
			return
		}
		b.order++
		e = &entry{order: b.order, first: now}
		b.open[k] = e
	}
	e.muted = muted
	e.seen = now
	if f.Weak { // its figures are no news
		return
	}
	if e.told == 0 && now-e.firm > f.Kind.gap() {
		e.first = now // it was away: it begins anew
	}
	e.firm = now
	subject := e.finding.Subject
	e.finding = *f
	if e.told != 0 {
		e.finding.Subject = subject // its labels stay as they were told
	} else {
		e.severity = max(f.Severity, f.Kind.Severity())
	}
}

// MutedBy gives the rule that hides a finding now, nil if none does.
func (b *Book) MutedBy(f *Finding, now int64) *Rule {
	for i := range b.cfg.Mute {
		if b.cfg.Mute[i].matches(f, now) {
			return &b.cfg.Mute[i]
		}
	}
	return nil
}

// Tick gives what is to be told at a time, after all that is wrong was seen.
func (b *Book) Tick(now int64) []*flow.Alert {
	var out []*flow.Alert
	for _, k := range b.sorted() {
		e := b.open[k]
		tr := &traits[k.kind]
		away := now - e.seen
		switch {
		case e.told == 0 && (away > int64(tr.clear) || e.muted):
			delete(b.open, k)
		case e.told == 0:
			if e.seen == now && e.firm-e.first >= int64(tr.hold) {
				e.starts = cmp.Or(e.finding.Since, e.first)
				out = append(out, b.tell(e, flow.AlertRaised, now))
			}
		case away > int64(tr.clear) && now >= e.spared || e.muted:
			out = append(out, b.tell(e, flow.AlertResolved, now))
			delete(b.open, k)
		case max(e.finding.Severity, tr.severity) > e.severity: // worse: another alert, as severity is part of its identity
			out = append(out, b.tell(e, flow.AlertResolved, now))
			e.severity = max(e.finding.Severity, tr.severity)
			out = append(out, b.tell(e, flow.AlertRaised, now))
		case now-e.told >= resend:
			out = append(out, b.tell(e, flow.AlertActive, now))
		}
	}
	return out
}

// sorted gives the findings in the order in which they came.
func (b *Book) sorted() []key {
	keys := make([]key, 0, len(b.open))
	for k := range b.open {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y key) int { return cmp.Compare(b.open[x].order, b.open[y].order) })
	return keys
}

func (b *Book) tell(e *entry, state flow.AlertState, now int64) *flow.Alert {
	e.told = now
	a := e.message(state, now)
	if state == flow.AlertResolved {
		if len(b.past) == maxPast {
			b.past = slices.Delete(b.past, 0, 1)
		}
		b.past = append(b.past, e.message(state, now))
	}
	return a
}

// message is what is told of an entry.
func (e *entry) message(state flow.AlertState, now int64) *flow.Alert {
	f := &e.finding
	a := &flow.Alert{
		Time: now, State: state, Severity: e.severity, Labels: f.labels(e.severity), Starts: e.starts, Ends: now + expiry,
		Incident: f.Incident, Flows: f.Flows, Page: f.Page,
	}
	if state == flow.AlertResolved {
		a.Ends = max(e.seen, a.Starts)
	}
	a.Annotations = append([]flow.Label{{Name: "summary", Value: f.Summary}, {Name: "action", Value: f.Kind.Action()}}, f.Notes...)
	return a
}

// Active calls yield with each finding that is raised and the severity that was
// told, in the order in which they came. The findings are the book's.
func (b *Book) Active(yield func(f *Finding, told flow.Severity)) {
	for _, k := range b.sorted() {
		if e := b.open[k]; e.told != 0 {
			yield(&e.finding, e.severity)
		}
	}
}

// Raised gives the alerts that are up as messages of now, in the order in which
// they came, at most limit, and how many there are. It changes nothing.
func (b *Book) Raised(limit int, now int64) (list []*flow.Alert, total int) {
	for _, k := range b.sorted() {
		e := b.open[k]
		if e.told == 0 {
			continue
		}
		if total++; total <= limit {
			list = append(list, e.message(flow.AlertActive, now))
		}
	}
	return list, total
}

// maxPast is how many resolved alerts are remembered.
const maxPast = 256

// Resolved gives the latest alerts that were resolved, the newest last. They are the book's.
func (b *Book) Resolved() []*flow.Alert { return b.past }

// Finish resolves all that is raised, as a replay's end does.
func (b *Book) Finish(now int64) []*flow.Alert {
	var out []*flow.Alert
	for _, k := range b.sorted() {
		if e := b.open[k]; e.told != 0 {
			out = append(out, b.tell(e, flow.AlertResolved, now))
		}
	}
	clear(b.open)
	return out
}
