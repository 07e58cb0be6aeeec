package topology

import (
	"cmp"
	"slices"

	"spoor/flow"
)

// MemoryStation is a MAC of a bridged fabric and the ports behind which it was.
type MemoryStation struct {
	MAC   uint64
	Hosts []flow.Addr // that send with it
	Entry flow.Addr   // the switch where its frames enter the fabric, zero unknown
	Sites []MemorySite
	Seen  int64 // latest evidence, 0 unknown
}

// MemorySite is a switch at which a MAC was seen.
type MemorySite struct {
	Agent flow.Addr
	Ports []uint32 // behind which it was
	Only  bool     // it was behind no other: flows enough would have shown
}

// rememberBridged adds what is known of MACs of bridged fabrics, of too many any will do.
func (l *Learner) rememberBridged(m *Memory) {
	b := &l.bridges
	m.Rate = b.rate
	room := maxMemoryHosts
	for mac, h := range b.hosts { // sorted below
		if room <= 0 {
			break
		}
		k := b.kept[mac]
		if k == nil && (!h.entered || len(h.sites) == 0) {
			continue
		}
		s := l.rememberStation(h, k)
		room -= len(s.Hosts) + len(s.Sites)
		m.Stations = append(m.Stations, s)
	}
	for mac, k := range b.kept { // sorted below
		if _, seen := b.hosts[mac]; !seen && room > 0 {
			s := l.rememberStation(&bridgedHost{mac: mac}, k)
			room -= len(s.Hosts) + len(s.Sites)
			m.Stations = append(m.Stations, s)
		}
	}
	slices.SortFunc(m.Stations, func(a, b MemoryStation) int { return cmp.Compare(a.MAC, b.MAC) })
}

// rememberStation gives what is known of a MAC, of now and, where it was not seen yet, of before.
func (l *Learner) rememberStation(h *bridgedHost, k *keptStation) MemoryStation {
	s := MemoryStation{MAC: h.mac, Seen: h.seen}
	entry := h.edge
	if st := l.stations[h.mac]; st != nil {
		for _, a := range st.hosts {
			s.addHost(a.addr)
		}
	}
	for i := range h.sites {
		at := &h.sites[i]
		if len(at.ports) > 0 {
			ports := slices.Sorted(slices.Values(at.ports))
			s.Sites = append(s.Sites, MemorySite{l.registry.Addr(at.sw), ports, len(at.ports) == 1 && (at.known == flowsEnough || k.only(at.sw) == at.port)})
		}
	}
	if k != nil {
		entry = cmp.Or(entry, k.entry)
		s.Seen = max(s.Seen, k.seen)
		for _, a := range k.hosts {
			s.addHost(a)
		}
		for i := range k.sites {
			if at := h.at(k.sites[i].sw); at == nil || len(at.ports) == 0 {
				s.Sites = append(s.Sites, MemorySite{l.registry.Addr(k.sites[i].sw), k.sites[i].ports, k.sites[i].only})
			}
		}
	}
	if entry != 0 {
		s.Entry = l.registry.Addr(entry)
	}
	slices.SortFunc(s.Hosts, flow.Addr.Compare)
	slices.SortFunc(s.Sites, func(a, b MemorySite) int { return a.Agent.Compare(b.Agent) })
	return s
}

// maxStationHosts bounds the addresses that are remembered of a MAC.
const maxStationHosts = 64

func (s *MemoryStation) addHost(a flow.Addr) {
	if len(s.Hosts) < maxStationHosts && !slices.Contains(s.Hosts, a) {
		s.Hosts = append(s.Hosts, a)
	}
}
