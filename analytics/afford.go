package analytics

import "spoor/flow"

// Nothing tells the only sample of a flow that was invented from that of a small
// one, but for its addresses: hosts both send and receive. So that a
// flood of them does not crowd out the paths of all others, each shard tells of
// flows of one sample at a pace of its own, and of those between addresses that send and receive
// at another one; those that have to wait are told of with their second sample,
// or when there is room again.

// soleShare is the part of the pace of all path messages (PathsConfig.MaxPerSecond)
// that flows of one sample have while messages wait, half of it for those between
// such addresses. Each costs a second one when the flow leaves.
const soleShare = 1.0 / 4

// allowance is how many path messages of flows of one sample may still be told.
type allowance struct {
	rooms [2]float64 // of all flows, and of those between addresses that send and receive
	at    int64      // when that was worked out
}

// earn makes room as time passes, for a second's messages at most.
func (s *shard) earn(now int64, pressed bool) {
	most := max(1, float64(s.cfg.Paths.MaxPerSecond)/Shards)
	rate := most
	if pressed {
		rate *= soleShare / 2
	}
	a := &s.sole
	for i := range a.rooms {
		a.rooms[i] = min(most, a.rooms[i]+rate*float64(max(now-a.at, 0))/1e9)
	}
	a.at = max(a.at, now)
}

// affords gives the room for a message about a flow of one sample, nil if there is none.
func (s *shard) affords(k *flow.Key) *float64 {
	room := &s.sole.rooms[0]
	if *room < 1 && s.sole.rooms[1] >= 1 && s.snap.Known(k.Src) && s.snap.Known(k.Dst) {
		room = &s.sole.rooms[1]
	}
	if *room < 1 {
		return nil
	}
	return room
}

// afford takes the room for one message, if there is any.
func (s *shard) afford(k *flow.Key) bool {
	room := s.affords(k)
	if room == nil {
		return false
	}
	*room--
	return true
}
