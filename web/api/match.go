package api

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"spoor/analytics"
	"spoor/flow"
	"spoor/topology"
)

// maxWords bounds the words of a search.
const maxWords = 16

// search is a question for flows, as words that must all match:
//
//	10.1.1.1  10.1.0.0/16  10.1.  fd00::/8     one of the ends is there
//	10.1.1.1:5201  [fd00::1]:443               one of the ends is that
//	:443  port 443  443                        one of the ports
//	tcp  udp  icmp  ...  proto 89              the protocol
//	fd80419af28b11f8                           the flow's id
//	leaf1  10.255.0.1 (an agent, with switch:) a switch on its way, by name
//	leaf1:swp5  leaf1:150                      a port on its way
//	leaf1>spine1  leaf1:swp5>spine1:swp1       a link on its way
type search struct {
	keys    []func(*flow.Key) bool
	hops    []analytics.HopQuery
	unknown []string // of the words those that name no switch, port or link of now
}

// parseSearch reads the words of a search. What is no address, port or protocol
// is taken for the name of a switch; one that nobody has matches nothing.
func parseSearch(text string, snap *topology.Snapshot) (*search, error) {
	words := strings.Fields(strings.ReplaceAll(strings.NewReplacer("→", ">", "->", ">", "--", ">").Replace(text), " > ", ">"))
	if len(words) > maxWords {
		return nil, fmt.Errorf("at most %d words", maxWords)
	}
	s := &search{}
	for i := 0; i < len(words); i++ {
		word := strings.Trim(words[i], ",;>")
		switch next := i + 1; {
		case word == "":
			continue
		case next < len(words) && (strings.EqualFold(word, "port") || strings.EqualFold(word, "proto")):
			i = next
			if err := s.numbered(strings.ToLower(word), words[next]); err != nil {
				return nil, err
			}
			continue
		}
		if err := s.add(word, snap); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *search) key(f func(*flow.Key) bool) { s.keys = append(s.keys, f) }

// numbered takes "port 443" and "proto 89".
func (s *search) numbered(kind, text string) error {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || kind == "proto" && n > 255 {
		return fmt.Errorf("%.40q is no number of a %s", text, kind)
	}
	if kind == "proto" {
		s.key(func(k *flow.Key) bool { return k.Proto == uint8(n) })
		return nil
	}
	s.port(uint16(n))
	return nil
}

func (s *search) port(n uint16) {
	s.key(func(k *flow.Key) bool { return k.HasPorts() && (k.SrcPort == n || k.DstPort == n) })
}

func (s *search) add(word string, snap *topology.Snapshot) error {
	if a, b, link := strings.Cut(word, ">"); link {
		s.between(word, a, b, snap)
		return nil
	}
	if name, ok := strings.CutPrefix(word, "switch:"); ok {
		s.place(name, snap)
		return nil
	}
	if strings.Contains(word, "/") {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			return fmt.Errorf("%.60q is no prefix such as 10.1.0.0/16", word)
		}
		s.within(p.Masked())
		return nil
	}
	if s.address(word) {
		return nil
	}
	if n, err := strconv.ParseUint(strings.TrimPrefix(word, ":"), 10, 16); err == nil {
		s.port(uint16(n))
		return nil
	}
	if strings.HasPrefix(word, ":") && allDigits(word[1:]) {
		return fmt.Errorf("%.40q is no port: there are 65535", word)
	}
	if proto, ok := protocols[strings.ToLower(word)]; ok {
		s.key(func(k *flow.Key) bool { return k.Proto == proto })
		return nil
	}
	if id, err := strconv.ParseUint(word, 16, 64); err == nil && len(word) == 16 {
		s.key(func(k *flow.Key) bool { return k.ID() == id })
		return nil
	}
	s.place(word, snap)
	return nil
}

var protocols = map[string]uint8{"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "icmpv6": 58, "icmp6": 58, "ospf": 89, "sctp": 132}

// address takes addresses, with or without a port, and the beginning of an IPv4 address.
func (s *search) address(word string) bool {
	if ap, err := netip.ParseAddrPort(word); err == nil {
		a, port := flow.AddrFromNetip(ap.Addr()), ap.Port()
		s.key(func(k *flow.Key) bool {
			return k.HasPorts() && (k.Src == a && k.SrcPort == port || k.Dst == a && k.DstPort == port)
		})
		return true
	}
	if a, err := netip.ParseAddr(strings.Trim(word, "[]")); err == nil {
		b := flow.AddrFromNetip(a.WithZone(""))
		s.key(func(k *flow.Key) bool { return k.Src == b || k.Dst == b })
		return true
	}
	parts := strings.Split(strings.TrimSuffix(word, "."), ".")
	if len(parts) > 3 || !strings.Contains(word, ".") {
		return false
	}
	full := strings.Join(parts, ".") + strings.Repeat(".0", 4-len(parts))
	a, err := netip.ParseAddr(full)
	if err != nil {
		return false
	}
	s.within(netip.PrefixFrom(a, 8*len(parts)))
	return true
}

func (s *search) within(p netip.Prefix) {
	s.key(func(k *flow.Key) bool { return p.Contains(k.Src.Netip()) || p.Contains(k.Dst.Netip()) })
}

// between takes a link by its ends: a flow is on it that uses a port of either.
func (s *search) between(word, a, b string, snap *topology.Snapshot) {
	near, far := s.find(a, snap), s.find(b, snap)
	var q analytics.HopQuery
	snap.EachPort(func(sw *topology.Switch, p *topology.Port) {
		if p.Peer != 0 && (at(&near, sw.ID, p.IfIndex) && at(&far, p.Peer, p.PeerPort) || at(&far, sw.ID, p.IfIndex) && at(&near, p.Peer, p.PeerPort)) {
			q.Ports = append(q.Ports, analytics.HopPort{Switch: sw.ID, IfIndex: p.IfIndex})
		}
	})
	if len(q.Ports) == 0 && !nowhere(&near) && !nowhere(&far) {
		s.unknown = append(s.unknown, word)
	}
	s.hops = append(s.hops, q)
}

// place takes a switch, or a port of one.
func (s *search) place(word string, snap *topology.Snapshot) {
	s.hops = append(s.hops, s.find(word, snap))
}

// find is place that notes what nobody has.
func (s *search) find(word string, snap *topology.Snapshot) analytics.HopQuery {
	q := place(word, snap)
	if nowhere(&q) {
		s.unknown = append(s.unknown, word)
	}
	return q
}

func nowhere(q *analytics.HopQuery) bool { return len(q.Switches)+len(q.Ports) == 0 }

func at(q *analytics.HopQuery, sw topology.SwitchID, ifIndex uint32) bool {
	return slices.Contains(q.Switches, sw) || slices.Contains(q.Ports, analytics.HopPort{Switch: sw, IfIndex: ifIndex})
}

// place finds a switch by name or agent, or a port of one; what nobody has matches nothing.
func place(word string, snap *topology.Snapshot) analytics.HopQuery {
	var q analytics.HopQuery
	name, port := word, ""
	if i := strings.LastIndexByte(word, ':'); i > 0 {
		name, port = word[:i], word[i+1:]
	}
	snap.Switches(func(sw *topology.Switch) {
		agent := sw.Agent.String()
		if strings.EqualFold(sw.Name, word) || agent == word {
			q.Switches = append(q.Switches, sw.ID)
			return
		}
		if port == "" || !strings.EqualFold(sw.Name, name) && agent != name {
			return
		}
		for _, p := range sw.Ports {
			if p.Name == port || strconv.FormatUint(uint64(p.IfIndex), 10) == port {
				q.Ports = append(q.Ports, analytics.HopPort{Switch: sw.ID, IfIndex: p.IfIndex})
			}
		}
	})
	return q
}

// matches gives the test of keys, nil if all match.
func (s *search) matches() func(*flow.Key) bool {
	if len(s.keys) == 0 {
		return nil
	}
	return func(k *flow.Key) bool {
		for _, f := range s.keys {
			if !f(k) {
				return false
			}
		}
		return true
	}
}
