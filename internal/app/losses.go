package app

import (
	"context"
	"log/slog"
	"time"

	"spoor/publish"
)

// lossesEvery is how often the ledger is looked at, and so how many lines a long outage makes.
const lossesEvery = 30 * time.Second

// losses tells the log what the publisher's ledger knows and nobody looks at: that
// records are being dropped and why, that some were found in the spool, and that it
// is empty again.
type losses struct {
	log   *slog.Logger
	stats func() *publish.Stats
	last  publish.Stats
	began bool // something was found in the spool, or went there
}

func (l *losses) run(ctx context.Context) error {
	tick := time.NewTicker(lossesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			l.look()
		}
	}
}

// look compares the ledger with how it was.
func (l *losses) look() {
	now := l.stats()
	var found, spooled uint64
	for _, t := range publish.Topics() {
		was, is := &l.last[t], &now[t]
		for o, n := range is.Dropped {
			if d := n - was.Dropped[o]; d > 0 {
				l.log.Warn("records are dropped", "topic", t.String(), "reason", publish.Outcome(o).String(), "records", d, "altogether", n)
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
