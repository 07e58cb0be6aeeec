package capture

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// writer notes what is written and when.
type writer struct {
	list []string
	at   []time.Duration
	from time.Time
	err  error
}

func (w *writer) Write(b []byte) (int, error) {
	w.list, w.at = append(w.list, string(b)), append(w.at, time.Since(w.from))
	return len(b), w.err
}

func recording(t *testing.T, n int) *Reader {
	t.Helper()
	packets := make([]packet, n)
	for i := range packets {
		packets[i] = at(i*1000, plain([]byte(strconv.Itoa(i))))
	}
	r, err := Open(save(t, writePcap(t, linkEthernet, true, packets...)), DefaultOptions())
	check(t, err)
	t.Cleanup(func() { check(t, r.Close()) })
	return r
}

func TestResendPace(t *testing.T) {
	for _, tt := range []struct {
		speed float64
		last  time.Duration
	}{{1, 4 * time.Second}, {2, 2 * time.Second}, {0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			w := &writer{from: time.Now()}
			n, err := Resend(t.Context(), recording(t, 5), w, tt.speed)
			check(t, err)
			if n != 5 || len(w.list) != 5 || w.list[4] != "4" || w.at[4] != tt.last {
				t.Errorf("speed %v: sent %d, %v at %v", tt.speed, n, w.list, w.at)
			}
		})
	}
}

func TestResendStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		n, err := Resend(ctx, recording(t, 5), &writer{}, 1)
		if n != 3 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("sent %d, error %v", n, err)
		}
	})
	broken := errors.New("broken")
	if n, err := Resend(t.Context(), recording(t, 5), &writer{err: broken}, 0); n != 0 || !errors.Is(err, broken) {
		t.Errorf("sent %d, error %v", n, err)
	}
}

// Over a real socket each payload is one datagram.
func TestResendUDP(t *testing.T) {
	in, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(t, err)
	defer func() { check(t, in.Close()) }()
	out, err := net.Dial("udp", in.LocalAddr().String())
	check(t, err)
	defer func() { check(t, out.Close()) }()
	n, err := Resend(t.Context(), recording(t, 20), out, 0)
	check(t, err)
	check(t, in.SetReadDeadline(time.Now().Add(time.Minute)))
	b := make([]byte, 100)
	for i := range int(n) {
		k, err := in.Read(b)
		check(t, err)
		if string(b[:k]) != strconv.Itoa(i) {
			t.Errorf("datagram %d: %q", i, b[:k])
		}
	}
}
