//go:build unix

package lifecycle

import (
	"os"
	"syscall"
	"testing"
)

func TestNotifyHearsARealSignal(t *testing.T) {
	ctx, stop := Notify(t.Context(), func(err error) { t.Error(err) })
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
}
