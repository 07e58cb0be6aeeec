package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// firstNumber is that of the first segment of all; what must go in front of it
// has lower ones.
const firstNumber = 1 << 32

// Spool is an open spool. One goroutine at a time appends and reads; Refs may
// be used from any.
type Spool struct {
	cfg  Config
	lock *os.File

	mu       sync.Mutex
	segments []*segment // in order
	bytes    int64      // of all files
	out, in  []byte     // scratch
	dirty    time.Time  // since when something waits to be synced; zero: nothing does
	torn     int64      // bytes cut by Open
}

// Open opens a spool, or makes one, and takes it for this process. However much
// it holds, little is read: what finished segments hold stands in their indexes.
func Open(cfg Config) (*Spool, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	held, err := Lock(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s := &Spool{cfg: cfg, lock: held}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("spool: %w", errors.Join(err, held.Close()))
	}
	return s, nil
}

// load opens the segments of earlier runs and removes those that hold nothing.
func (s *Spool) load() error {
	names, err := os.ReadDir(s.cfg.Dir)
	if err != nil {
		return err
	}
	for _, e := range names { // sorted by name, which is by number
		digits, isData := strings.CutSuffix(e.Name(), ".seg")
		number, err := strconv.ParseUint(digits, 16, 64)
		if !isData || len(digits) != 16 || err != nil {
			continue
		}
		g, torn, err := open(s.cfg.Dir, number)
		if err != nil {
			return err
		}
		s.torn += torn
		if g.unread.Total() == 0 {
			if err := g.remove(); err != nil {
				return err
			}
			continue
		}
		s.segments = append(s.segments, g)
		s.bytes += g.size + g.logSize
	}
	return nil
}

// Append adds a batch at the end. Where the bound asks for it the oldest
// segments are dropped. After an error the spool is as before.
func (s *Spool) Append(b *Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.out = appendRecord(s.out[:0], b, now.UnixMilli())
	n := int64(len(s.out))
	if err := s.makeRoom(n); err != nil {
		return err
	}
	g, err := s.tail(n)
	if err != nil {
		return err
	}
	if err := g.append(s.out, b, now.UnixMilli()); err != nil {
		return err
	}
	s.bytes += n
	return s.written(g, now)
}

// makeRoom drops the oldest segments until n more bytes fit.
func (s *Spool) makeRoom(n int64) error {
	if n > s.cfg.MaxBytes-int64(len(magic)) {
		return fmt.Errorf("a batch of %d bytes is larger than the spool", n)
	}
	for len(s.segments) > 0 && s.bytes+n+int64(len(magic)) > s.cfg.MaxBytes {
		if err := s.drop(Full); err != nil {
			return err
		}
	}
	return nil
}

// tail gives the segment for n more bytes at the end.
func (s *Spool) tail(n int64) (*segment, error) {
	number := uint64(firstNumber)
	if len(s.segments) > 0 {
		g := s.segments[len(s.segments)-1]
		if g.data != nil && g.size+n <= s.cfg.segmentBytes() {
			return g, nil
		}
		if err := s.retire(g); err != nil {
			return nil, err
		}
		number = g.number + 1
	}
	g, err := create(s.cfg.Dir, number)
	if err != nil {
		return nil, err
	}
	s.bytes += g.size
	s.segments = append(s.segments, g)
	return g, nil
}

// retire syncs a full segment's records, notes what they are and closes them,
// unless they are being read.
func (s *Spool) retire(g *segment) error {
	if g.data == nil {
		return nil
	}
	err := g.data.Sync()
	if err == nil {
		_ = g.writeIndex() // without it the next start reads the segment
	}
	if g != s.head() {
		err = errors.Join(err, g.data.Close())
		g.data = nil
	}
	return err
}

// head gives the first segment with something to read, nil if there is none.
func (s *Spool) head() *segment {
	for _, g := range s.segments {
		if g.readAt < g.size {
			return g
		}
	}
	return nil
}

// written syncs what was written, or notes that it waits.
func (s *Spool) written(g *segment, now time.Time) error {
	if s.cfg.Sync == 0 {
		if err := g.data.Sync(); err != nil {
			return err
		}
	} else if s.dirty.IsZero() {
		s.dirty = now
	}
	return nil
}

// Tend syncs what has waited long enough and drops what is too old. Call it now
// and then.
func (s *Spool) Tend(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for s.cfg.MaxAge > 0 && len(s.segments) > 0 {
		g := s.segments[0]
		if g.unread.Total() == 0 || now.UnixMilli()-g.newest < s.cfg.MaxAge.Milliseconds() {
			break
		}
		errs = append(errs, s.drop(Aged))
	}
	if !s.dirty.IsZero() && now.Sub(s.dirty) >= s.cfg.Sync {
		errs = append(errs, s.sync())
	}
	return errors.Join(errs...)
}

func (s *Spool) sync() error {
	s.dirty = time.Time{}
	var errs []error
	for _, g := range s.segments {
		for _, f := range []*os.File{g.data, g.log} {
			if f != nil {
				errs = append(errs, f.Sync())
			}
		}
	}
	return errors.Join(errs...)
}

// DropOldest drops the oldest segment, for one whose data matters more and
// whose disk is full; false if there is none.
func (s *Spool) DropOldest() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.segments) == 0 {
		return false, nil
	}
	return true, s.drop(Full)
}

// drop drops the oldest segment.
func (s *Spool) drop(why Reason) error {
	g := s.segments[0]
	s.segments = slices.Delete(s.segments, 0, 1)
	return s.discard(g, why)
}

// discard removes a segment that is no longer in the list.
func (s *Spool) discard(g *segment, why Reason) error {
	s.bytes -= g.size + g.logSize
	if g.unread.Total() > 0 && s.cfg.Dropped != nil {
		s.cfg.Dropped(why, &g.unread)
	}
	return g.remove()
}

// Unread gives the numbers of records that wait to be read.
func (s *Spool) Unread() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c Counts
	for _, g := range s.segments {
		for t, n := range g.unread {
			c[t] += n
		}
	}
	return c
}

// Usage tells how much a spool holds.
type Usage struct {
	Bytes    int64
	Segments int
	Torn     int64         // bytes that Open cut
	Age      time.Duration // since the oldest segment was begun
}

// Usage tells how much the spool holds.
func (s *Spool) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := Usage{Bytes: s.bytes, Segments: len(s.segments), Torn: s.torn}
	if len(s.segments) > 0 {
		u.Age = max(0, time.Since(time.UnixMilli(s.segments[0].oldest)))
	}
	return u
}

// Close syncs and closes everything. What was read and is not finished stays.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := []error{s.sync()}
	for _, g := range s.segments {
		if g.unread.Total() == 0 && g.pending == 0 {
			errs = append(errs, g.remove())
			continue
		}
		g.gone = true
		if g.data != nil {
			_ = g.writeIndex() // without it the next start reads the segment
		}
		errs = append(errs, g.close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

// Stranded gives the bytes of records that lie in a spool's directory, for one
// that is not opened any more.
func Stranded(dir string) (bytes int64) {
	names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	if err != nil {
		return 0
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}
