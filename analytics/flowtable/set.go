package flowtable

import "spoor/internal/mem"

// Set is several tables whose memory lies in one piece, so that it fills huge pages.
type Set struct {
	Tables []*Table

	tags    []tagSet
	entries []Entry
	cold    []Cold
	page    int // that Enlarge asks for next
}

// NewSet makes n tables, each as New does.
func NewSet(n, capacity int, seed [2]uint64) *Set {
	buckets := (min(max(capacity, 1), 1<<31) + Ways - 1) / Ways
	slots := buckets * Ways
	s := &Set{
		Tables: make([]*Table, n),
		tags:   mem.Lay[tagSet](n * buckets), entries: mem.Lay[Entry](n * slots), cold: mem.Lay[Cold](n * slots),
	}
	for i := range s.Tables {
		s.Tables[i] = &Table{
			tags: s.tags[i*buckets:][:buckets], entries: s.entries[i*slots:][:slots], cold: s.cold[i*slots:][:slots],
			secrets: newSecrets(seed),
		}
	}
	return s
}

// Enlarge makes up to most of the pages under the tables huge ones, and reports
// whether any are left. A table's memory is touched all over, so that a processor
// with small pages looks up for nearly each sample where they lie. A huge page is in
// use as a whole: worth it once flows lie in nearly all small ones, from about one
// slot in sixteen in use. No table's lock is needed; one goroutine may call it.
func (s *Set) Enlarge(most int) bool {
	tags, entries, cold := mem.Pages(s.tags), mem.Pages(s.entries), mem.Pages(s.cold)
	for ; most > 0 && s.page < tags+entries+cold; most-- {
		switch i := s.page; {
		case i < tags:
			mem.Huge(s.tags, i)
		case i < tags+entries:
			mem.Huge(s.entries, i-tags)
		default:
			mem.Huge(s.cold, i-tags-entries)
		}
		s.page++
	}
	return s.page < tags+entries+cold
}
