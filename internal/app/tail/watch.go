package tail

import (
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// watch tells once when a broker cannot be reached any more, and once when it can
// again: the client itself tries on without a word.
type watch struct {
	notice func(line string)
	mu     sync.Mutex
	on     bool // not before reading has begun: what fails until then is Run's error
	away   map[string]bool
}

func newWatch(notice func(string)) *watch {
	return &watch{notice: notice, away: make(map[string]bool)}
}

// begin begins to tell.
func (w *watch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = w.notice != nil
}

// OnBrokerConnect implements kgo.HookBrokerConnect.
func (w *watch) OnBrokerConnect(b kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	at := net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.on || w.away[at] == (err != nil) {
		return
	}
	w.away[at] = err != nil
	if err == nil {
		w.notice("the broker at " + at + " is back")
		return
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok {
		err = oe.Err
	}
	w.notice("the broker at " + at + " is away (" + err.Error() + "); reading goes on when it is back")
}
