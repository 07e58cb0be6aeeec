package topology

import (
	"testing"
	"time"
)

// TestOnly: of several ports one is a link's other end if it alone names both MACs, and none of which too little is known may be it.
func TestOnly(t *testing.T) {
	p := &port{own: 1, far: 2}
	fits, open, half, other := &port{own: 2, far: 1}, &port{}, &port{own: 2}, &port{own: 3, far: 4}
	for name, tc := range map[string]struct {
		p    *port
		list []*port
		want *port
	}{
		"the one":                         {p, []*port{other, fits}, fits},
		"nobody":                          {p, []*port{other}, nil},
		"no list":                         {p, nil, nil},
		"two that fit":                    {p, []*port{fits, {own: 2, far: 1}}, nil},
		"one, and one that is not known":  {p, []*port{fits, open}, nil},
		"the same, the other way round":   {p, []*port{open, fits}, nil},
		"half known is not enough":        {p, []*port{half}, nil},
		"nor beside one that fits":        {p, []*port{half, fits}, nil},
		"its far end is another":          {p, []*port{{own: 2, far: 9}}, nil},
		"who does not know its own MAC":   {&port{far: 2}, []*port{fits}, nil},
		"who does not know its neighbour": {&port{own: 1}, []*port{fits}, nil},
	} {
		if got := only(tc.list, tc.p); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

// TestTwin: three MACs that enter by one port here and by three of another switch tell a link between the two; a port counts once.
func TestTwin(t *testing.T) {
	type step struct {
		k    portKey
		want bool
	}
	for name, steps := range map[string][]step{
		"two more, the third tells": {{portKey{2, 1}, false}, {portKey{2, 2}, false}, {portKey{2, 3}, true}},
		"one port again and again":  {{portKey{2, 1}, false}, {portKey{2, 1}, false}, {portKey{2, 1}, false}, {portKey{2, 1}, false}},
		"several switches apart":    {{portKey{2, 1}, false}, {portKey{3, 1}, false}, {portKey{2, 2}, false}, {portKey{3, 2}, false}, {portKey{3, 3}, true}, {portKey{2, 3}, true}},
	} {
		p := &port{}
		for i, s := range steps {
			if got := p.twin(s.k, twinPorts); got != s.want {
				t.Errorf("%s: step %d tells %v, want %v", name, i, got, s.want)
			}
		}
	}
	full := &port{}
	for i := range maxTwins {
		full.twin(portKey{SwitchID(i + 2), 1}, twinPorts)
	}
	for i := range uint32(5) {
		if full.twin(portKey{99, i + 1}, twinPorts) {
			t.Error("a port that remembers enough of others believes one that it cannot remember")
		}
	}
}

// TestBesides: an address enters a switch by its own port with most of its flows; another port there, unless one of its
// aggregate, is the way from its other leaf.
func TestBesides(t *testing.T) {
	at := func(sw SwitchID, idx, aggregate uint32) *port {
		return &port{key: portKey{sw, idx}, aggregate: aggregate}
	}
	own, mate, uplink := at(1, 1, 0), at(1, 2, 0), &port{key: portKey{1, 9}, peer: 5}
	one, two := at(1, 3, 7), at(1, 4, 7)
	for name, tc := range map[string]struct {
		sources []sighting
		want    []PortKey
	}{
		"own port alone":          {[]sighting{{port: own, buckets: 7}}, nil},
		"fewer by the mate's":     {[]sighting{{port: own, buckets: 7}, {port: mate, buckets: 1}}, []PortKey{{1, 2}}},
		"the other order":         {[]sighting{{port: mate, buckets: 1}, {port: own, buckets: 7}}, []PortKey{{1, 2}}},
		"as many by both":         {[]sighting{{port: own, buckets: 3}, {port: mate, buckets: 3}}, []PortKey{{1, 1}, {1, 2}}},
		"over a known link":       {[]sighting{{port: own, buckets: 1}, {port: uplink, buckets: 7}}, nil},
		"after a router":          {[]sighting{{port: own, buckets: 1}, {port: mate, buckets: 7, hops: 1}}, nil},
		"itself after a router":   {[]sighting{{port: own, buckets: 1, hops: 1}, {port: mate, buckets: 7}}, nil},
		"at another switch":       {[]sighting{{port: own, buckets: 1}, {port: at(2, 2, 0), buckets: 7}}, nil},
		"members of an aggregate": {[]sighting{{port: one, buckets: 1}, {port: two, buckets: 7}}, nil},
		"a member and another":    {[]sighting{{port: one, buckets: 1}, {port: own, buckets: 7}}, []PortKey{{1, 3}}},
		"at both leaves": {
			[]sighting{{port: own, buckets: 7}, {port: mate, buckets: 1}, {port: at(2, 1, 0), buckets: 7}, {port: at(2, 2, 0), buckets: 1}, {port: at(2, 3, 0), buckets: 1}},
			[]PortKey{{1, 2}, {2, 2}}, // of more there is no need
		},
	} {
		var want [maxBeside]PortKey
		copy(want[:], tc.want)
		if got := (&host{sources: tc.sources}).besides(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestGapsOfLinks: flows two hops apart tell of silent switches only between ports that lead to nobody known, and of one port so many.
func TestGapsOfLinks(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	f.joined()
	gap := func(p, sw, q, id int) {
		f.give(Evidence{Kind: SawGap, Agent: agent(1), Port: uint32(p), Agent2: agent(sw), Port2: uint32(q), Flow: uint64(id)})
	}
	gap(49, 2, 60, 1) // of a link
	gap(60, 2, 49, 2) // to a link
	gap(60, 1, 61, 3) // of one switch to itself
	if f.tick(time.Second); f.dark.gaps != 0 {
		t.Errorf("%d gaps are noted beside links", f.dark.gaps)
	}
	gap(60, 2, 60, 4)
	gap(60, 2, 60, 4) // the same flow speaks once
	f.tick(time.Second)
	if b := f.nodes[f.id(1)].ports[60].beyond; f.dark.gaps != 1 || b.mostGaps() != 1 {
		t.Errorf("%d gaps, of which one was seen %d times", f.dark.gaps, b.mostGaps())
	}
	before := f.Ignored
	for i := range maxGaps + 50 {
		gap(60, 2, 100+i, 10+i)
	}
	f.tick(time.Second)
	if n := len(f.nodes[f.id(1)].ports[60].beyond.gaps); n != maxGaps || f.dark.gaps != maxGaps || f.Ignored-before != 51 {
		t.Errorf("%d gaps at a port, %d in all, %d left aside", n, f.dark.gaps, f.Ignored-before)
	}
	before = f.Ignored
	for i := range maxGaps + 50 { // the same with the port at the other end
		f.give(Evidence{Kind: SawGap, Agent: agent(1), Port: uint32(1000 + i), Agent2: agent(2), Port2: 61, Flow: 1})
	}
	f.tick(time.Second)
	if n := len(f.nodes[f.id(2)].ports[61].beyond.gaps); n != maxGaps || f.Ignored-before != 50 {
		t.Errorf("%d gaps at the other end, %d left aside", n, f.Ignored-before)
	}
}

// TestBridgedIsBounded: of a MAC so many switches and ports are remembered, and samples at a small rate stand for less.
func TestBridgedIsBounded(t *testing.T) {
	f := newFabric(t, Config{Learn: true})
	cross := func(sw, port int, rate uint32) {
		f.give(Evidence{Kind: SawBridged, Agent: agent(sw), Port: uint32(port), Far: mac(0, 1), Flow: 1, Rate: rate})
	}
	for sw := range maxSites + 6 {
		cross(sw+1, 1, 1000)
	}
	f.tick(time.Second)
	h := f.bridges.hosts[mac(0, 1)]
	if len(h.sites) != maxSites || f.bridges.sites != maxSites || f.Ignored != 6 {
		t.Errorf("%d switches of a MAC, %d in all, %d left aside", len(h.sites), f.bridges.sites, f.Ignored)
	}
	for port := range maxBehind + 3 {
		cross(1, port+1, 100)
	}
	f.tick(time.Second)
	s := h.at(f.id(1))
	if len(s.ports) != maxBehind {
		t.Errorf("%d ports of one switch", len(s.ports))
	}
	if want := 1 + float64(maxBehind+3)/10; s.samples < want-0.01 || s.samples > want+0.01 {
		t.Errorf("one sample of a thousand and %d of a hundred count as %.2f, want %.2f", maxBehind+3, s.samples, want)
	}
	cross(1, 1, 0) // a rate that nobody stated counts as one in one
	if f.tick(time.Second); s.samples > 1+float64(maxBehind+3)/10+0.01 || f.bridges.rate != 1000 {
		t.Errorf("then %.3f, the largest rate %d", s.samples, f.bridges.rate)
	}
}
