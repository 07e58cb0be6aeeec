// Package lifecycle starts the parts of the program in order and stops them in
// reverse, each within its own deadline. It knows nothing of what they do.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Deadlines of a part that states none.
const (
	DefaultStartTimeout = 10 * time.Second
	DefaultStopTimeout  = 10 * time.Second
)

// ErrEnded is the error of a part that returned without being asked to.
var ErrEnded = errors.New("ended by itself")

// Part is one part of the program.
type Part struct {
	// Name says in errors what the part is.
	Name string
	// Run works until ctx ends and then tidies up: it flushes, closes and
	// returns nil. A return before that, with or without error, stops the group.
	Run func(ctx context.Context) error
	// Ready, where set, is closed once the part works; the next part starts
	// after that. A part without it is ready at once.
	Ready <-chan struct{}
	// StartTimeout bounds the wait for Ready, StopTimeout the time between the
	// end of Run's context and its return. 0 means the default.
	StartTimeout, StopTimeout time.Duration
}

// Group runs parts. The zero Group is ready to use.
type Group struct {
	parts []Part
}

// Add appends a part: it starts after all that were added before it and stops
// before them. Add must not be called once the group runs.
func (g *Group) Add(p Part) {
	if p.StartTimeout == 0 {
		p.StartTimeout = DefaultStartTimeout
	}
	if p.StopTimeout == 0 {
		p.StopTimeout = DefaultStopTimeout
	}
	g.parts = append(g.parts, p)
}

// running is a part at work.
type running struct {
	Part
	cancel context.CancelFunc
	done   chan struct{} // closed after err is set
	err    error
}

// Run starts all parts and blocks until ctx ends or a part does, then stops
// them. It returns nil after an orderly end, else the errors of all parts
// joined. A part that misses its stop deadline is left behind and named in the
// error; the parts that started before it are stopped all the same.
func (g *Group) Run(ctx context.Context) error {
	ended := make(chan *running, len(g.parts))
	started := make([]*running, 0, len(g.parts))
	var err error
	for _, p := range g.parts {
		if ctx.Err() != nil {
			break
		}
		r := start(ctx, p, ended)
		started = append(started, r)
		if err = r.waitReady(ctx, ended); err != nil {
			break
		}
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case r := <-ended:
			err = r.unasked()
		}
	}
	errs := []error{err}
	for _, r := range slices.Backward(started) {
		errs = append(errs, r.stop(err))
	}
	return errors.Join(errs...)
}

// start runs p in a goroutine of its own. Its context has the values of ctx
// but not its end: parts are told one by one.
func start(ctx context.Context, p Part, ended chan<- *running) *running {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Part: p, cancel: cancel, done: make(chan struct{})}
	go func() {
		r.err = p.Run(own)
		close(r.done)
		ended <- r
	}()
	return r
}

// waitReady returns nil when the part works or the group is told to stop.
func (r *running) waitReady(ctx context.Context, ended <-chan *running) error {
	if r.Ready == nil {
		return nil
	}
	t := time.NewTimer(r.StartTimeout)
	defer t.Stop()
	select {
	case <-r.Ready:
		return nil
	case <-ctx.Done():
		return nil
	case e := <-ended:
		return e.unasked()
	case <-t.C:
		return fmt.Errorf("%s: not ready within %v", r.Name, r.StartTimeout)
	}
}

// unasked gives the error of a part that ended before it was told to.
func (r *running) unasked() error {
	if r.err == nil {
		return &PartError{Part: r.Name, Err: ErrEnded}
	}
	return &PartError{Part: r.Name, Err: r.err}
}

// stop ends the part and waits for it. The error that already stopped the
// group is not reported twice.
func (r *running) stop(reported error) error {
	r.cancel()
	t := time.NewTimer(r.StopTimeout)
	defer t.Stop()
	select {
	case <-r.done:
	case <-t.C:
		return fmt.Errorf("%s: did not stop within %v", r.Name, r.StopTimeout)
	}
	if r.err == nil || errors.Is(r.err, context.Canceled) {
		return nil
	}
	if p, ok := errors.AsType[*PartError](reported); ok && p.Part == r.Name {
		return nil
	}
	return &PartError{Part: r.Name, Err: r.err}
}

// PartError is the error of one part. Its text is that of Err: parts name
// themselves in their errors where it helps a reader.
type PartError struct {
	Part string
	Err  error
}

// Error gives the text of the part's error; an unasked end names the part.
func (e *PartError) Error() string {
	if errors.Is(e.Err, ErrEnded) {
		return e.Part + ": " + e.Err.Error()
	}
	return e.Err.Error()
}

// Unwrap gives the part's error.
func (e *PartError) Unwrap() error { return e.Err }
