package topology

import (
	"reflect"

	"spoor/flow"
)

// sweep looks at all entries of a table in turn, some at a time. A range statement
// begins anywhere each time, so that entries of a large table might wait for their turn
// for ever; reflect's iterator stays where it is between calls, and as with range entries may
// come and go meanwhile: what stays is met once a round. It keeps one table; the zero value is ready.
type sweep[K comparable, V any] struct {
	round *reflect.MapIter // nil: none has begun
	key   K
	value V
}

// look goes on with the entries of a table, each of which forget may delete and then
// says so: at most expireLook, of which expireForget may go, and no further than
// the end of the round.
func (s *sweep[K, V]) look(table map[K]V, forget func(K, V) bool) {
	if s.round == nil {
		s.round = reflect.ValueOf(table).MapRange()
	}
	key, value := reflect.ValueOf(&s.key).Elem(), reflect.ValueOf(&s.value).Elem()
	for looked, gone := 0, 0; looked < expireLook && gone < expireForget; looked++ {
		if !s.round.Next() {
			s.round = nil
			break
		}
		key.SetIterKey(s.round)
		value.SetIterValue(s.round)
		if forget(s.key, s.value) {
			gone++
		}
	}
	var none K
	var nothing V
	s.key, s.value = none, nothing // what is forgotten is not kept here
}

// sweeps are those of the learner's tables.
type sweeps struct {
	hosts    sweep[flow.Addr, *host]
	votes    sweep[voteKey, *vote]
	tunnels  sweep[flow.Addr, *tunnelEnd]
	stations sweep[uint64, *station]
	owners   sweep[uint64, owner]
	listed   sweep[uint64, SwitchID]
	bridged  sweep[uint64, *bridgedHost]
	nameless sweep[uint64, int64]
	pairs    sweep[portPair, *neighbours]
}
