package flowtable

import "spoor/flow"

// Flags of an Entry. The low byte is the table's, the high byte is free for the caller.
const (
	Pinned   uint16 = 1 << 0 // an active elephant: evicted only if all others in reach are pinned too
	UserFlag uint16 = 1 << 8 // the first flag that the table leaves to its caller
)

// State is the elephant detector's state. It has exactly the fields of
// elephant.State, so that (*elephant.State)(&e.State) converts one into the
// other (packages on one floor do not import each other; a test here fails to
// compile when they drift apart). The table itself reads T and S1.
type State struct {
	T                     uint32
	S1, S2, Q, Rate, Down float32
	DownAt, Since         uint32
	On                    bool
	Proof                 uint8
	Starts                uint16
}

// Entry is what each sample of a flow touches: one cache line, no pointers.
type Entry struct {
	State State
	N     uint32 // samples
	Bytes uint64 // estimated bytes of the flow so far

	Path     uint32 // interned path of the caller, 0 none
	Detail   uint32 // the caller's index of a promoted flow's state, 0 none
	Revision uint32 // of the caller's latest message about the flow, 0 none
	Flags    uint16
	Aux      uint16 // the caller's own: what analytics keeps in it stands in its entry.go
}

// Cold is the part of a flow that a hit compares and messages need.
type Cold struct {
	Key     flow.Key
	First   int64  // arrival of the first sample, Unix ns
	In, Out uint32 // the caller's own, 0 at first: two ifIndexes, or none
}

// room is what a slot holds: two cache lines side by side, both of which a sample of the flow touches.
type room struct {
	Entry
	Cold
	_ [8]byte
}

// clockShift makes the 32-bit clock of State.T: units of 2^17 ns (131 us), which
// wrap after 6.5 days. elephant.Clock is the same function.
const clockShift = 17

func clock(t int64) uint32 { return uint32(t >> clockShift) }

// seconds gives a - b in seconds, right while they are less than 3 days apart.
func seconds(a, b uint32) float32 {
	return float32(int32(a-b)) * (1 << clockShift) / 1e9
}
