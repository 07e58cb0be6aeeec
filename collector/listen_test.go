package collector

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
)

func TestBusyPort(t *testing.T) {
	holders := map[string]func(t *testing.T) uint16{
		"a plain socket": func(t *testing.T) uint16 {
			t.Helper()
			l, err := net.ListenUDP("udp4", &net.UDPAddr{})
			check(t, err)
			t.Cleanup(func() { check(t, l.Close()) })
			return l.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		},
		"another collector": func(t *testing.T) uint16 {
			t.Helper()
			r := listening(t, Config{Address: ":0", Workers: 2}, nil)
			t.Cleanup(func() { check(t, r.Close()) })
			return r.Addrs()[0].Port()
		},
	}
	for name, hold := range holders {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprint(name, " workers ", workers), func(t *testing.T) {
				address := fmt.Sprintf(":%d", hold(t))
				c, err := New(Config{Address: address, Workers: workers}, slog.New(slog.DiscardHandler), func(int) Handler { return newSink() })
				check(t, err)
				err = c.Run(t.Context())
				want := "listen.address " + address + " is in use by another process: stop it or choose another with --listen.address"
				if err == nil || err.Error() != want {
					t.Errorf("got  %v\nwant %s", err, want)
				}
				if !errors.Is(err, errInUse) {
					t.Error("the system's error is lost")
				}
			})
		}
	}
}

func TestListenErrors(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:0":             "is no address of this machine",
		"no-such-host.invalid:99": "not found",
	} {
		c, err := New(Config{Address: address, Workers: 2}, slog.New(slog.DiscardHandler), func(int) Handler { return newSink() })
		check(t, err)
		err = c.Listen()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "--listen.address") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Closing what never ran frees the port; a collector runs once.
func TestLifecycle(t *testing.T) {
	noLeaks(t)
	r := listening(t, Config{Address: "127.0.0.1:0", Workers: 2}, nil)
	address := r.Addrs()[0].String()
	check(t, r.Listen()) // again: nothing happens
	check(t, r.Close())
	check(t, r.Close())
	if err := r.Run(t.Context()); err == nil {
		t.Error("a closed collector runs")
	}
	again := listening(t, Config{Address: address, Workers: 2}, nil).run(t)
	eventually(t, "it runs", func() bool { return again.sinks[0].flushes.Load() > 0 })
	check(t, again.Close()) // leaves a running one alone
	if err := again.Run(t.Context()); err == nil {
		t.Error("a collector runs twice")
	}
	c := dial(t, again.to("127.0.0.1"))
	send(t, c, []byte("x"))
	eventually(t, "still received", func() bool { return again.Stats().Delivered == 1 })
}

func TestValidate(t *testing.T) {
	def := DefaultConfig()
	check(t, def.Validate())
	tests := []struct {
		cfg  Config
		want string
	}{
		{Config{Address: "6343"}, `listen.address "6343"`},
		{Config{Address: ":sflow"}, "the port is no number"},
		{Config{Address: ":65536"}, "the port is no number"},
		{Config{Address: "fd00::1:6343"}, "too many colons"},
		{Config{Address: ":1", Workers: -1}, "listen.workers -1"},
		{Config{Address: ":1", Workers: 1000}, "listen.workers 1000"},
		{Config{Address: ":1", Buffer: 1}, "listen.buffer 1"},
		{Config{Address: ":1", Buffer: maxBuffer + 1}, "listen.buffer 1073741825"},
		{Config{Address: ":1", Allow: make([]netip.Prefix, 1)}, "listen.allow"},
	}
	for _, tt := range tests {
		if err := tt.cfg.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %s", tt.cfg, err, tt.want)
		}
		if _, err := New(tt.cfg, slog.New(slog.DiscardHandler), nil); err == nil {
			t.Errorf("%+v: New accepts it", tt.cfg)
		}
	}
}

// A buffer beyond the system's limit is reported once, with the remedy.
func TestBufferWarning(t *testing.T) {
	var log bytes.Buffer
	c, err := New(Config{Address: "127.0.0.1:0", Workers: 2, Buffer: 1 << 20}, slog.New(slog.NewTextHandler(&log, nil)), nil)
	check(t, err)
	check(t, c.Listen())
	defer func() { check(t, c.Close()) }()
	if s := c.Stats(); s.Buffer == 0 && runtime.GOOS == "linux" {
		t.Errorf("granted buffer unknown: %+v", s)
	}
	c.cfg.Buffer = 1 << 30
	c.readers[0].granted = 4 << 20
	c.reportBuffer()
	if n := strings.Count(log.String(), "socket buffer capped"); n != 1 || !strings.Contains(log.String(), "1073741824") {
		t.Errorf("log: %s", log.String())
	}
}
