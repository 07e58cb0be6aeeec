package app

import (
	"context"
	"log/slog"
	"time"

	"spoor/publish"
)

// What begins is told at the next glance; what goes on at each thirtieth, which is how many lines a long outage makes.
const (
	glanceEvery = time.Second
	lookEvery   = 30
)

// losses tells the log what the publisher's ledger knows and nobody looks at: that
// records are being dropped and why, that some were found in the spool, and that it
// is empty again.
type losses struct {
	log   *slog.Logger
	stats func() *publish.Stats
	spool func() (on, ready bool, reason string)
	last  publish.Stats
	began bool // something was found in the spool, or went there
	drops bool // something was dropped before the last look
	fault bool // the spool could not be used at the last glance
}

func (l *losses) run(ctx context.Context) error {
	tick := time.NewTicker(glanceEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if l.glance() || n%lookEvery == 0 {
				l.look()
			}
		}
	}
}

// glance tells of a spool that fails or works again, and reports whether records began to be dropped.
func (l *losses) glance() bool {
	_, works, why := l.spool()
	switch {
	case !works && !l.fault:
		l.log.Error("the spool cannot be used: what memory does not hold is dropped; see that data_dir is writable and has room", "error", why)
	case works && l.fault:
		l.log.Info("the spool can be used again")
	}
	l.fault = !works
	if l.drops {
		return false
	}
	now := l.stats()
	for t := range now {
		if now[t].DroppedTotal() > l.last[t].DroppedTotal() {
			return true
		}
	}
	return false
}

// look compares the ledger with how it was.
func (l *losses) look() {
	now := l.stats()
	var found, spooled uint64
	l.drops = false
	for _, t := range publish.Topics() {
		was, is := &l.last[t], &now[t]
		for o, n := range is.Dropped {
			if d := n - was.Dropped[o]; d > 0 {
				l.log.Warn("records are dropped", "topic", t.String(), "reason", publish.Outcome(o).String(), "records", d, "altogether", n)
				l.drops = true
			}
		}
		found += is.Recovered - was.Recovered
		spooled += is.Spooled
	}
	if found > 0 {
		l.log.Info("records of an earlier run were in the spool: they are delivered first", "records", found)
	}
	switch {
	case spooled > 0 && !l.began:
		l.log.Info("records are in the spool", "records", spooled)
	case spooled == 0 && (l.began || found > 0):
		l.log.Info("the spool is empty again")
	}
	l.began = spooled > 0
	l.last = *now
}
