package lifecycle

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestFirstSignalEndsContextSecondExits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		var exited error
		ctx, stop := watch(t.Context(), signals, func(err error) { exited = err })
		defer stop()
		time.Sleep(time.Second)
		synctest.Wait()
		if ctx.Err() != nil {
			t.Fatal("ended without a signal")
		}
		signals <- syscall.SIGTERM
		synctest.Wait()
		var sig *SignalError
		if !errors.As(context.Cause(ctx), &sig) || sig.Signal != syscall.SIGTERM {
			t.Errorf("cause %v", context.Cause(ctx))
		}
		if exited != nil {
			t.Error("the first signal ended the program at once")
		}
		signals <- syscall.SIGTERM // the same again, sent to the process group
		synctest.Wait()
		if exited != nil {
			t.Error("one signal, delivered twice, counted as two")
		}
		time.Sleep(oneSignal)
		signals <- syscall.SIGINT
		synctest.Wait()
		if !errors.Is(exited, ErrSecondSignal) {
			t.Errorf("second signal: %v", exited)
		}
	})
}
