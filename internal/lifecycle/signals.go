package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// SignalError is the cause of a context that a signal ended.
type SignalError struct{ Signal os.Signal }

// Error names the signal.
func (e *SignalError) Error() string { return e.Signal.String() }

// ErrSecondSignal is what Notify hands to its caller's exit.
var ErrSecondSignal = errors.New("second signal: ended at once, what was not yet sent is lost")

// oneSignal is how long signals count as one: timeout(1), shells and "go run"
// send theirs to the process and to its group.
const oneSignal = 200 * time.Millisecond

// Notify gives a context that ends at the first SIGINT or SIGTERM, with a
// *SignalError as its cause. At the second one, at least 200 ms later, it calls
// exit, which must not return in earnest: the program is to end at once, with
// exit status 1, since work was cut off. The returned function gives the signals back.
func Notify(ctx context.Context, exit func(error)) (context.Context, context.CancelFunc) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	own, stop := watch(ctx, signals, exit)
	return own, func() {
		signal.Stop(signals)
		stop()
	}
}

// watch is Notify with the signals given.
func watch(ctx context.Context, signals <-chan os.Signal, exit func(error)) (context.Context, context.CancelFunc) {
	own, cancel := context.WithCancelCause(ctx)
	quit := make(chan struct{})
	go func() {
		var first time.Time
		for {
			select {
			case <-quit:
				return
			case s := <-signals:
				switch {
				case first.IsZero():
					first = time.Now()
					cancel(&SignalError{Signal: s})
				case time.Since(first) >= oneSignal:
					exit(fmt.Errorf("%w (%s)", ErrSecondSignal, s))
					return
				}
			}
		}
	}()
	return own, func() {
		close(quit)
		cancel(nil)
	}
}
