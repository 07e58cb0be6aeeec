package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"spoor/collector"
)

// Resend writes the payloads of r to w, one Write each, at the pace at which they
// were recorded times speed; 0 or less means without waiting. w is a connected
// UDP socket (net.Dial), so all agents appear to send from one source. That nobody
// listens is no error, as in real life: the datagram is lost. It gives the number
// of datagrams written, and nil at the end of r.
func Resend(ctx context.Context, r *Reader, w io.Writer, speed float64) (sent uint64, err error) {
	var first int64
	var begin time.Time
	var d collector.Datagram
	for {
		switch err := r.Next(&d); {
		case errors.Is(err, io.EOF):
			return sent, nil
		case err != nil:
			return sent, err
		}
		if begin.IsZero() {
			first, begin = d.Received, time.Now()
		}
		if err := pace(ctx, begin, d.Received-first, speed); err != nil {
			return sent, err
		}
		if _, err := w.Write(d.Payload); err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
			return sent, fmt.Errorf("sending datagram %d: %w", sent+1, err)
		}
		sent++
	}
}

// pace waits until recorded nanoseconds after begin have passed at the speed.
func pace(ctx context.Context, begin time.Time, recorded int64, speed float64) error {
	if speed > 0 {
		if wait := time.Until(begin.Add(time.Duration(float64(recorded) / speed))); wait > 0 {
			t := time.NewTimer(wait)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		}
	}
	return ctx.Err()
}
