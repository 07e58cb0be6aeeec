package topology

// Strange reports whether a frame that was forwarded tells of a port that it leads elsewhere than is known: the MAC at the
// port's far end is neither the one that proved its link nor another of that neighbour's, but another switch's. Cables or numbers were exchanged.
func (s *Snapshot) Strange(id SwitchID, ifIndex uint32, mac uint64) bool {
	p := s.Port(id, ifIndex)
	if p == nil || p.via == 0 || p.via == mac || !unicastMAC(mac) {
		return false
	}
	owner, ok := s.owners.get(mac)
	return ok && owner != p.Peer && owner != id
}

// proof gives the MAC that proved a port's link, 0 if something else did, or if what others sent may come over it untouched.
func (p *port) proof() uint64 {
	if p.given || p.handsOver || p.peer == 0 {
		return 0
	}
	return p.via
}
