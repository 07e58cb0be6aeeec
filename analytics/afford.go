package analytics

// Nothing tells the only sample of a flow that was invented from that of a small
// one. So that a flood of them does not crowd out the paths of all others, each
// shard tells of flows of one sample at a pace of its own; those that have to
// wait are told of with their second sample, or when there is room again.

// soleShare is the part of the pace of all path messages (PathsConfig.MaxPerSecond)
// that flows of one sample have while messages wait. Each costs a second one when
// the flow leaves.
const soleShare = 1.0 / 4

// earn makes room as time passes, for a second's messages at most.
func (s *Shard) earn(now int64, pressed bool) {
	most := max(1, float64(s.cfg.Paths.MaxPerSecond)/Shards)
	rate := most
	if pressed {
		rate *= soleShare
	}
	s.room = min(most, s.room+rate*float64(max(now-s.earned, 0))/1e9)
	s.earned = max(s.earned, now)
}

// afford takes the room for one message, if there is any.
func (s *Shard) afford() bool {
	if s.room < 1 {
		return false
	}
	s.room--
	return true
}
