package topology

import "slices"

// crowdOut makes room for one more sighting at p: the oldest goes of those beside which another one says the same, else the oldest of all.
func (l *Learner) crowdOut(h *host, list []sighting, p *port) []sighting {
	oldest, again := 0, -1
	for i := range list {
		if list[i].last < list[oldest].last {
			oldest = i
		}
		if (again < 0 || list[i].last < list[again].last) && list[i].told(list) >= 0 {
			again = i
		}
	}
	if again >= 0 {
		other := &list[list[again].told(list)]
		other.buckets |= list[again].buckets
		other.first, other.last = min(other.first, list[again].first), max(other.last, list[again].last)
		oldest = again
	}
	gone := list[oldest].port
	list = slices.Delete(list, oldest, oldest+1)
	at := func(s sighting) bool { return s.port == gone }
	if gone != p && !slices.ContainsFunc(h.sources, at) && !slices.ContainsFunc(h.sinks, at) {
		delete(gone.hosts, h)
	}
	return list
}

// told gives another sighting that says the same of where the address is: frames that a known neighbour forwarded; -1 if there is none.
func (s *sighting) told(list []sighting) int {
	if s.hops != 1 || s.port.peer == 0 || s.port.handsOver {
		return -1
	}
	return slices.IndexFunc(list, func(o sighting) bool {
		return o.port != s.port && o.hops == 1 && o.port.peer == s.port.peer && !o.port.handsOver
	})
}
