package broker

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// failingFor is how long a write that failed is told of: while there is anything to
// write, clients try it again within a second.
const failingFor = 10 * time.Second

// Remedy is what to do when the broker cannot write.
const Remedy = "see that data_dir is writable and has room, or set kafka.brokers"

// failures keeps what the broker last could not write. To its clients it says
// but that the error is unknown; why, it tells its logger alone, which this is.
type failures struct {
	log *slog.Logger

	mu  sync.Mutex
	at  time.Time // of the latest, zero before the first
	err error
}

// Logf takes a line of the broker's log.
func (f *failures) Logf(level kfake.LogLevel, format string, args ...any) {
	if level > kfake.LogLevelWarn || level == kfake.LogLevelNone || !strings.HasPrefix(format, "persist ") {
		return
	}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			f.note(err, time.Now())
		}
	}
}

// note notes that a write failed.
func (f *failures) note(err error, now time.Time) {
	f.mu.Lock()
	f.at, f.err = now, fmt.Errorf("the embedded broker cannot write: %w", err)
	f.mu.Unlock()
	if f.log != nil {
		f.log.Error("the embedded broker cannot write: records wait in memory, then are dropped; see that data_dir is writable and has room, or set kafka.brokers", "error", err)
	}
}

// failing gives what cannot be written, nil if all can.
func (f *failures) failing(now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.IsZero() || now.Sub(f.at) >= failingFor {
		return nil
	}
	return f.err
}

// Failing gives what the broker cannot write, nil if it
// could write everything in the last seconds.
func (b *Broker) Failing() error { return b.failures.failing(time.Now()) }
