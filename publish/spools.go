package publish

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/VictoriaMetrics/metrics"

	"spoor/publish/spool"
)

// spoolReasons are the outcomes of what the spool dropped.
var spoolReasons = [...]Outcome{spool.Full: SpoolFull, spool.Aged: SpoolAged, spool.Broken: SpoolFailed}

// openSpools opens the lane's spools and counts what they hold. What cannot be
// opened is told by State and left alone: the lane works on in memory.
func (l *lane) openSpools(cfg *SpoolConfig) error {
	var errs []error
	var opened [classes]*spooling
	for c, size := range cfg.sizes() {
		dir := filepath.Join(cfg.Dir, Class(c).String())
		disk, err := spool.Open(spool.Config{
			Dir: dir, MaxBytes: size, MaxAge: cfg.MaxAge, Sync: cfg.Sync, Dropped: l.dropSpooled,
		})
		if err != nil {
			if !slices.ContainsFunc(errs, func(told error) bool { return sameReason(told, err) }) { // what all three have is said once
				errs = append(errs, err)
			}
			continue
		}
		s := &spooling{
			lane: l, class: Class(c), disk: disk, active: true, // until all that was found is on its way
			wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
			errors: l.spoolErrors[c], written: l.spoolBytes[c],
		}
		for t, n := range disk.Unread() {
			if n > 0 && t < topics {
				l.blocks[t].spooled += n
				l.books.topic[t].recovered.Add(int(n))
			}
		}
		opened[c] = s
	}
	for c, s := range opened {
		for _, lower := range opened[:c] {
			if s != nil && lower != nil {
				s.spare = append(s.spare, lower.disk)
			}
		}
	}
	l.mu.Lock()
	l.spools = opened
	l.mu.Unlock()
	return errors.Join(errs...)
}

// sameReason tells whether two spools cannot be opened for one reason, though
// each error names its own files: somebody else has them, or the system's answer is the same.
func sameReason(a, b error) bool {
	var x, y syscall.Errno
	if errors.As(a, &x) && errors.As(b, &y) {
		return x == y
	}
	return errors.Is(a, spool.ErrInUse) && errors.Is(b, spool.ErrInUse)
}

// startSpools begins to deliver what was found.
func (l *lane) startSpools() {
	for _, s := range l.spools {
		if s != nil {
			go s.run()
			s.poke()
		}
	}
}

// stopSpools ends reading and writing; what waited is on disk then.
func (l *lane) stopSpools() {
	for _, s := range l.spools {
		if s != nil {
			close(s.stop)
			<-s.done
		}
	}
}

// keep keeps a block that was not delivered before the end: in its place on
// disk, or to be written there by closeSpools. False if there is no spool.
func (l *lane) keep(b *Block) bool {
	if l.spools[b.class] == nil || l.topics[b.Topic].Memory && b.ref == nil {
		return false
	}
	onDisk := b.ref != nil && b.ref.Kept()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !onDisk {
		l.left = append(l.left, b)
		return true
	}
	l.chargeLocked(b, -1)
	l.blocks[b.Topic].spooled += int64(b.Records)
	l.pool.put(b)
	return true
}

// closeSpools writes what is left, in front of what came later, and closes.
func (l *lane) closeSpools() error {
	var errs []error
	for c, s := range l.spools {
		if s == nil {
			continue
		}
		s.store(false) // nothing, unless an encoder was closed too late
		var mine []*Block
		for _, b := range l.left {
			if int(b.class) == c {
				mine = append(mine, b)
			}
		}
		errs = append(errs, s.front(mine), s.disk.Close())
	}
	l.left = nil
	return errors.Join(errs...)
}

// front writes blocks in front of all that is on disk.
func (s *spooling) front(blocks []*Block) error {
	batches := make([]spool.Batch, len(blocks))
	stamps := make([]*spool.Stamp, len(blocks))
	for i, b := range blocks {
		batches[i], stamps[i] = b.batch(), b.Stamp()
	}
	n, err := s.disk.Front(batches, stamps)
	reason := SpoolFull
	if err != nil {
		s.failed(err)
		reason, err = SpoolFailed, fmt.Errorf("write the spool: %w", err)
	}
	l := s.lane
	for i, b := range blocks {
		o := reason
		l.mu.Lock()
		l.chargeLocked(b, -1)
		if i >= len(blocks)-n {
			o = Spooled
			l.blocks[b.Topic].spooled += int64(b.Records)
		}
		l.books.endLocked(b, o)
		l.mu.Unlock()
		l.release(b, o)
	}
	return err
}

// dropSpooled counts what a spool dropped.
func (l *lane) dropSpooled(why spool.Reason, records *spool.Counts) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for t := range topics {
		n := records[t]
		l.blocks[t].spooled -= n
		l.books.topic[t].dropped[spoolReasons[why]].Add(int(n))
	}
}

// spoolFailed notes that the journal could not be written.
func (l *lane) spoolFailed(c Class, err error) {
	if s := l.spools[c]; s != nil {
		s.failed(err)
	}
}

// spoolMetrics makes the spools' series.
func (l *lane) spoolMetrics(set *metrics.Set) {
	for c := range l.spools {
		label := fmt.Sprintf("{class=%q}", Class(c))
		l.spoolErrors[c] = set.NewCounter("spoor_spool_errors_total" + label)
		l.spoolBytes[c] = set.NewCounter("spoor_spool_written_bytes_total" + label)
		usage := func() spool.Usage { return l.usage(c) }
		set.NewGauge("spoor_spool_bytes"+label, func() float64 { return float64(usage().Bytes) })
		set.NewGauge("spoor_spool_age_seconds"+label, func() float64 { return usage().Age.Seconds() })
		set.NewGauge("spoor_spool_torn_bytes"+label, func() float64 { return float64(usage().Torn) })
	}
}

// usage tells how full the spool of a class is.
func (l *lane) usage(c int) spool.Usage {
	l.mu.Lock()
	s := l.spools[c]
	l.mu.Unlock()
	if s == nil {
		return spool.Usage{}
	}
	return s.disk.Usage()
}

// SpoolBytes gives what the spool of the primary sink takes on disk.
func (p *Publisher) SpoolBytes() (n int64) {
	if len(p.lanes) == 0 {
		return 0
	}
	for c := range p.lanes[0].spools {
		n += p.lanes[0].usage(c).Bytes
	}
	return n
}

// StrandedSpool gives the bytes that an earlier run left in a spool's directory
// that this one does not use.
func StrandedSpool(dir string) (bytes int64) {
	for _, c := range Classes() {
		bytes += spool.Stranded(filepath.Join(dir, c.String()))
	}
	return bytes
}

// SpoolState tells how the spool of the primary sink is.
func (p *Publisher) SpoolState() (on, ready bool, reason string) {
	if len(p.lanes) == 0 || !p.cfg.Spool.on() {
		return false, true, ""
	}
	if err := p.spoolErr.Load(); err != nil {
		return true, false, (*err).Error()
	}
	l := p.lanes[0]
	l.mu.Lock()
	spools := l.spools
	l.mu.Unlock()
	for _, s := range spools {
		if s == nil {
			continue
		}
		if err := s.failure.Load(); err != nil {
			return true, false, "spool of " + s.class.String() + ": " + (*err).Error()
		}
	}
	return true, true, ""
}

// on reports whether there is to be a spool.
func (c *SpoolConfig) on() bool { return c.Dir != "" && c.MaxBytes > 0 }
