package topology

// Size is how much the learner keeps of a kind, and the most that it would keep.
type Size struct {
	What string // ports, hosts, outside (of the hosts), stations, owners, tunnel_ends, votes or sites
	N    int
	Max  int
}

// Sizes gives what grows with what is seen: beyond its bounds evidence is left aside and counted (Ignored).
func (l *Learner) Sizes() [8]Size {
	m := &l.max
	return [...]Size{
		{"ports", l.ports, m.ports},
		{"hosts", len(l.hosts), m.addresses},
		{"outside", l.outside, m.outside},
		{"stations", len(l.stations), m.macs},
		{"owners", len(l.owners), m.macs},
		{"tunnel_ends", len(l.tunnels), m.addresses},
		{"votes", len(l.votes), m.votes},
		{"sites", l.bridges.sites, m.sites},
	}
}
