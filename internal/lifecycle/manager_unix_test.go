//go:build unix

package lifecycle

import (
	"net"
	"path/filepath"
	"testing"
)

func TestTell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := Tell(path, Ready); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	if n, err := l.Read(b); err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("%q %v", b[:n], err)
	}
	if err := Tell("", Ready); err != nil {
		t.Error(err)
	}
	if err := Tell(path+"-of-nobody", Ready); err == nil {
		t.Error("nobody listens, and that is no error")
	}
}
