// Package history keeps the frames of the last hour: those of the last five
// minutes each second, older ones each ten seconds. Its memory is bounded: where
// a fabric is so large or so restless that an hour does not fit, it is shorter.
package history

import (
	"slices"
	"sort"
	"sync"

	"spoor/web/scene"
)

// Times of what is kept, in seconds.
const (
	Hour   = 3600
	Recent = 300
	Step   = 10
)

// DefaultBytes bounds the memory of a Store, about.
const DefaultBytes = 96 << 20

// Store keeps frames. It may be used by several goroutines.
type Store struct {
	mu     sync.RWMutex
	frames []kept // by time
	marks  []scene.Mark
	bytes  int
	limit  int
}

type kept struct {
	frame *scene.Frame
	size  int
}

// New gives a store of at most so many bytes.
func New(limit int) *Store { return &Store{limit: limit} }

// Add keeps a frame, which must be later than those before. It gives the mark of
// a frame at a multiple of Step, else nil.
func (s *Store) Add(f *scene.Frame) *scene.Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	var before *scene.Frame
	if n := len(s.frames); n > 0 {
		before = s.frames[n-1].frame
		if f.Time <= before.Time {
			return nil
		}
		if slices.Equal(f.Use, before.Use) {
			f.Use = before.Use
		}
	}
	size := f.Size(before)
	s.frames = append(s.frames, kept{f, size})
	s.bytes += size
	var mark *scene.Mark
	if f.Time%Step == 0 || before != nil && f.Time/Step != before.Time/Step {
		m := f.Mark()
		mark = &m
		s.marks = append(s.marks, m)
	}
	s.forget(f.Time)
	return mark
}

// forget thins out what is no longer recent and drops what is too old or too much.
func (s *Store) forget(now int64) {
	// Only frames that became old since the last call are looked at: one or a few.
	k := sort.Search(len(s.frames), func(i int) bool { return s.frames[i].frame.Time > now-Recent })
	for k--; k > 0 && k < len(s.frames)-1; k-- {
		x := &s.frames[k]
		if x.frame.Time/Step != s.frames[k-1].frame.Time/Step {
			break // the first of its ten seconds stays, and so do all before it
		}
		s.drop(k)
	}
	for len(s.frames) > 1 && (s.frames[0].frame.Time <= now-Hour || s.bytes > s.limit) {
		s.drop(0)
	}
	first := s.frames[0].frame.Time
	for len(s.marks) > 0 && (s.marks[0].Time < first || s.marks[0].Time <= now-Hour) {
		s.marks = slices.Delete(s.marks, 0, 1)
	}
}

// drop forgets a frame; what it shared with the next one now counts there.
func (s *Store) drop(k int) {
	var before *scene.Frame
	if k > 0 {
		before = s.frames[k-1].frame
	}
	next := &s.frames[k+1]
	size := next.frame.Size(before)
	s.bytes += size - next.size - s.frames[k].size
	next.size = size
	s.frames = slices.Delete(s.frames, k, k+1)
}

// At gives the latest frame at or before a time, else the first; nil if there is none.
func (s *Store) At(t int64) *scene.Frame {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.frames) == 0 {
		return nil
	}
	k := sort.Search(len(s.frames), func(i int) bool { return s.frames[i].frame.Time > t })
	return s.frames[max(k-1, 0)].frame
}

// Marks gives the timeline.
func (s *Store) Marks() []scene.Mark {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append(make([]scene.Mark, 0, len(s.marks)), s.marks...)
}

// Point is what a link carried at a time.
type Point struct {
	Time   int64 // Unix s
	AB, BA int16 // per mille, -1 unknown
}

// Link gives the course of the link at a port ("10.255.0.1/150") at multiples of
// Step, as seen from that port: AB is what leaves by it. The port of an end that
// no agent reports names nothing.
func (s *Store) Link(port string) []Point {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Point
	for k := range s.frames {
		f := s.frames[k].frame
		if k > 0 && f.Time/Step == s.frames[k-1].frame.Time/Step {
			continue
		}
		p := Point{Time: f.Time, AB: -1, BA: -1}
		if i := f.Fabric.Link(port); i >= 0 {
			l := &f.Fabric.Links[i]
			p.AB, p.BA = f.Use[2*i], f.Use[2*i+1]
			if scene.PortName(f.Fabric.Nodes[l.A].Agent, l.AIndex) != port {
				p.AB, p.BA = p.BA, p.AB
			}
		}
		out = append(out, p)
	}
	return out
}

// Usage gives how many frames are kept, in about how many bytes.
func (s *Store) Usage() (frames, bytes int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.frames), s.bytes
}
