package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Throttled gives a logger that passes each message (level and text, whatever
// its attributes) at most once per interval and adds to the next one how many
// it held back, as suppressed=N. Messages are static text, so that what it
// remembers is bounded by the program's source.
func Throttled(l *slog.Logger, interval time.Duration) *slog.Logger {
	return slog.New(&throttle{
		next: l.Handler(),
		mem:  &throttleMemory{interval: interval, seen: map[throttleKey]*throttleState{}},
	})
}

type throttleKey struct {
	level slog.Level
	text  string
}

type throttleState struct {
	last       time.Time
	suppressed int
}

// throttleMemory is shared by the handlers that WithAttrs and WithGroup make.
type throttleMemory struct {
	interval time.Duration
	mu       sync.Mutex
	seen     map[throttleKey]*throttleState
}

// take says whether a record may pass and how many before it did not.
func (m *throttleMemory) take(k throttleKey, now time.Time) (suppressed int, pass bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.seen[k]
	if s == nil {
		m.seen[k] = &throttleState{last: now}
		return 0, true
	}
	if now.Sub(s.last) < m.interval {
		s.suppressed++
		return 0, false
	}
	suppressed = s.suppressed
	*s = throttleState{last: now}
	return suppressed, true
}

type throttle struct {
	next slog.Handler
	mem  *throttleMemory
}

// Enabled is the next handler's.
func (t *throttle) Enabled(ctx context.Context, l slog.Level) bool { return t.next.Enabled(ctx, l) }

// Handle passes or counts the record.
func (t *throttle) Handle(ctx context.Context, r slog.Record) error {
	n, pass := t.mem.take(throttleKey{r.Level, r.Message}, r.Time)
	if !pass {
		return nil
	}
	if n > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("suppressed", n))
	}
	return t.next.Handle(ctx, r)
}

// WithAttrs keeps the memory.
func (t *throttle) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &throttle{t.next.WithAttrs(attrs), t.mem}
}

// WithGroup keeps the memory.
func (t *throttle) WithGroup(name string) slog.Handler {
	return &throttle{t.next.WithGroup(name), t.mem}
}
