package lifecycle

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// journal records what parts do, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, s)
}

// part gives a well-behaved part that takes start and stop long for either.
func (j *journal) part(name string, start, stop time.Duration) Part {
	ready := make(chan struct{})
	return Part{Name: name, Ready: ready, Run: func(ctx context.Context) error {
		j.add("start " + name)
		time.Sleep(start)
		j.add("ready " + name)
		close(ready)
		<-ctx.Done()
		time.Sleep(stop)
		j.add("stop " + name)
		return nil
	}}
}

func TestStartsInOrderAndStopsInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g Group
		g.Add(j.part("a", 3*time.Second, time.Second))
		g.Add(j.part("b", 0, 2*time.Second))
		g.Add(j.part("c", time.Second, 0))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"start a", "ready a", "start b", "ready b", "start c", "ready c",
			"stop c", "stop b", "stop a",
		}
		if d := cmp.Diff(want, j.lines); d != "" {
			t.Error(d)
		}
		if took := time.Since(begin); took != time.Minute+3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestFailedStartStopsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g Group
		boom := errors.New("listen udp :6343: address in use")
		g.Add(j.part("a", 0, 0))
		g.Add(Part{Name: "b", Ready: make(chan struct{}), Run: func(context.Context) error { return boom }})
		g.Add(j.part("c", 0, 0))
		err := g.Run(t.Context())
		if !errors.Is(err, boom) || err.Error() != boom.Error() {
			t.Errorf("got %v", err)
		}
		if d := cmp.Diff([]string{"start a", "ready a", "stop a"}, j.lines); d != "" {
			t.Error(d)
		}
	})
}

func TestPartNeverReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group
		g.Add(Part{
			Name: "slow", Ready: make(chan struct{}), StartTimeout: 2 * time.Second,
			Run: func(ctx context.Context) error { <-ctx.Done(); return nil },
		})
		if err := g.Run(t.Context()); err == nil || err.Error() != "slow: not ready within 2s" {
			t.Errorf("got %v", err)
		}
	})
}

func TestSignalDuringStartStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g Group
		g.Add(j.part("a", 5*time.Second, 0))
		g.Add(j.part("b", 0, 0))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"start a", "ready a", "stop a"}, j.lines); d != "" {
			t.Error(d)
		}
	})
}

func TestPartThatEndsStopsTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g Group
		g.Add(j.part("a", 0, 0))
		g.Add(Part{Name: "quitter", Run: func(context.Context) error { time.Sleep(time.Second); return nil }})
		err := g.Run(t.Context())
		if !errors.Is(err, ErrEnded) || err.Error() != "quitter: ended by itself" {
			t.Errorf("got %v", err)
		}
	})
}

func TestStopErrorsAreJoinedAndLateOnesLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g Group
		free := make(chan struct{})
		g.Add(j.part("first", 0, 0))
		g.Add(Part{Name: "stuck", StopTimeout: 3 * time.Second, Run: func(context.Context) error { <-free; return nil }})
		g.Add(Part{Name: "sour", Run: func(ctx context.Context) error { <-ctx.Done(); return errors.New("sour: 7 records lost") }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := g.Run(ctx)
		if err == nil || err.Error() != "sour: 7 records lost\nstuck: did not stop within 3s" {
			t.Errorf("got %v", err)
		}
		if !strings.Contains(strings.Join(j.lines, ","), "stop first") {
			t.Errorf("the part before the stuck one was not stopped: %v", j.lines)
		}
		close(free)
	})
}
