package health

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"spoor/internal/doctor"
)

// Paces of examinations.
const (
	examineEvery = 5 * time.Second // how old a result may be
	examineFirst = 3 * time.Second // for the page
	examineAgain = 10 * time.Second
)

// ExamineTimeout is how long an examination may take: brokers have to tell of their topics.
const ExamineTimeout = 5 * time.Second

// Examiner examines for whoever asks, and keeps the result for a moment: brokers
// are asked each time.
type Examiner struct {
	src  *Source
	mu   sync.Mutex
	at   time.Time
	list []doctor.Finding

	latest atomic.Pointer[[]doctor.Finding]
	lacks  func() (datagrams, records int64)
}

// Findings gives what is found, worst first, five seconds old at most.
func (e *Examiner) Findings(ctx context.Context) []doctor.Finding {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.at.IsZero() || time.Since(e.at) > examineEvery {
		e.list, e.at = e.src.examine(context.WithoutCancel(ctx), e.lacks), time.Now() // for those who wait for it too
		e.latest.Store(&e.list)
	}
	return e.list
}

// Run keeps the findings fresh for the page: each ten seconds, and less often where
// an examination takes long.
func (e *Examiner) Run(ctx context.Context) error {
	wait := time.NewTimer(examineFirst)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		begun := time.Now()
		e.Findings(ctx)
		wait.Reset(max(examineAgain, 20*time.Since(begun)))
	}
}

// known gives the latest findings without waiting, nil before the first.
func (e *Examiner) known() []doctor.Finding {
	if list := e.latest.Load(); list != nil {
		return *list
	}
	return nil
}
