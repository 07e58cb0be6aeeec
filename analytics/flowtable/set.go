package flowtable

import "spoor/internal/mem"

// Set is several tables whose memory lies in one piece, so that it fills huge
// pages. The tables take slots in turn: where they fill alike, as the parts of one
// hash do, what they use lies at the front of that piece.
type Set struct {
	Tables []*Table

	buckets []bucket
	rooms   []room
	pages   [2]int // huge ones so far, under each of these
}

// NewSet makes n tables, each of at least capacity slots (rounded up to whole buckets,
// at most 2^31). The seed keys the hashes: random per process, fixed in replay.
// A table costs 136 bytes a slot, reserved at once and touched as flows come.
func NewSet(n, capacity int, seed [2]uint64) *Set {
	buckets := (min(max(capacity, 1), 1<<31) + ways - 1) / ways
	slots := buckets * ways
	s := &Set{
		Tables:  make([]*Table, n),
		buckets: mem.Lay[bucket](n * buckets), rooms: mem.Lay[room](n * slots),
	}
	for i := range s.Tables {
		s.Tables[i] = &Table{buckets: s.buckets[i*buckets:][:buckets], rooms: s.rooms, tables: n, index: i, secrets: newSecrets(seed)}
	}
	return s
}

// scattered: from that part of the slots on flows have places in nearly all small
// pages of the buckets.
const scattered = 1.0 / 512

// Enlarge makes huge pages of up to most of those under the tables, of whose slots
// they have used a part. A processor with small pages looks up for nearly each
// sample where they lie; but a huge page is in use as a whole, so those come whose
// small ones are. No table's lock is needed; one goroutine may call it. It gives the
// number of pages that it tried.
func (s *Set) Enlarge(most int, used float64) (tried int) {
	if used < scattered {
		return 0
	}
	for ; tried < most; tried++ {
		switch {
		case s.pages[0] < mem.Pages(s.buckets):
			mem.Huge(s.buckets, s.pages[0])
			s.pages[0]++
		case s.pages[1] < int(used*float64(mem.Pages(s.rooms))):
			mem.Huge(s.rooms, s.pages[1])
			s.pages[1]++
		default:
			return tried
		}
	}
	return tried
}
