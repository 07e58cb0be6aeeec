package elephant

// FallTime estimates when the flow fell below the threshold for good: when the
// reverse bucket was last empty. ref as in SinceTime.
func (s *State) FallTime(ref int64) int64 { return unclock(s.DownAt, ref) }
