//go:build unix

package main

import (
	"context"
	"net"
	"path/filepath"
	"testing"
)

// TestServiceManager: systemd hears when run works, and when it begins to stop.
func TestServiceManager(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	hear := func(want string) {
		t.Helper()
		b := make([]byte, 100)
		if n, err := manager.Read(b); err != nil || string(b[:n]) != want {
			t.Errorf("%q %v, want %s", b[:n], err, want)
		}
	}
	c, _, errs := command(t, "NOTIFY_SOCKET="+path)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan int, 1)
	go func() {
		done <- c.run(ctx, []string{"run", "--listen.address", "127.0.0.1:0", "--http.listen", "127.0.0.1:0"})
		_ = manager.Close() // so that nobody waits for what will not come
	}()
	hear("READY=1")
	stop()
	hear("STOPPING=1")
	if code := <-done; code != 0 {
		t.Errorf("%d %s", code, errs)
	}
}
