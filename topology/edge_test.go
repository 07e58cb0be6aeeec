package topology

import "spoor/flow"

// Edge gives the only switch behind which an address lives, 0 if unknown or several.
func (s *Snapshot) Edge(a flow.Addr) SwitchID {
	if e := s.Edges(a); len(e) == 1 {
		return e[0]
	}
	return 0
}
