package flowtable

import "spoor/internal/mem"

// Set is several tables whose memory lies in one piece, so that it fills huge pages.
type Set struct {
	Tables []*Table

	buckets []bucket
	entries []Entry
	cold    []Cold
	page    int // that Enlarge asks for next
}

// NewSet makes n tables, each as New does.
func NewSet(n, capacity int, seed [2]uint64) *Set {
	buckets := (min(max(capacity, 1), 1<<31) + Ways - 1) / Ways
	slots := buckets * Ways
	s := &Set{
		Tables:  make([]*Table, n),
		buckets: mem.Lay[bucket](n * buckets), entries: mem.Lay[Entry](n * slots), cold: mem.Lay[Cold](n * slots),
	}
	for i := range s.Tables {
		s.Tables[i] = &Table{
			buckets: s.buckets[i*buckets:][:buckets], entries: s.entries[i*slots:][:slots], cold: s.cold[i*slots:][:slots],
			secrets: newSecrets(seed),
		}
	}
	return s
}

// Enlarge makes up to most of the pages under the tables huge ones, and reports
// whether any are left: those under the buckets, which are touched all over from the
// first thousands of flows on, and with all set those under the slots too, of which
// flows take the front parts. A processor with small pages looks up for nearly each
// sample where they lie; but a huge page is in use as a whole. No table's lock is
// needed; one goroutine may call it.
func (s *Set) Enlarge(most int, all bool) bool {
	buckets, entries, cold := mem.Pages(s.buckets), mem.Pages(s.entries), mem.Pages(s.cold)
	end := buckets
	if all {
		end += entries + cold
	}
	for ; most > 0 && s.page < end; most-- {
		switch i := s.page; {
		case i < buckets:
			mem.Huge(s.buckets, i)
		case i < buckets+entries:
			mem.Huge(s.entries, i-buckets)
		default:
			mem.Huge(s.cold, i-buckets-entries)
		}
		s.page++
	}
	return s.page < end
}
