package capture

// skip says why a packet gave no datagram; delivered says that it did.
type skip uint8

// Reasons, in the order of Skipped's fields.
const (
	delivered skip = iota
	skipNotIP
	skipNotUDP
	skipPort
	skipCut
	skipMalformed
	skipFragment
	skipLink
	skips
)

// Skipped counts packets that gave no datagram, by reason.
type Skipped struct {
	NotIP     uint64 // ARP, LLDP, ...
	NotUDP    uint64
	OtherPort uint64 // UDP to another port
	Cut       uint64 // the capture kept only their beginning (snap length)
	Malformed uint64 // headers that contradict themselves
	Fragment  uint64 // parts of IP packets that came in several: all but the one that completed a datagram
	Link      uint64 // link type not supported
}

// Each calls f with every reason's name and count, in a fixed order.
func (s *Skipped) Each(f func(reason string, n uint64)) {
	f("not_ip", s.NotIP)
	f("not_udp", s.NotUDP)
	f("other_port", s.OtherPort)
	f("cut", s.Cut)
	f("malformed", s.Malformed)
	f("fragment", s.Fragment)
	f("link_type", s.Link)
}

func (s *Skipped) add(t *Skipped) {
	s.NotIP += t.NotIP
	s.NotUDP += t.NotUDP
	s.OtherPort += t.OtherPort
	s.Cut += t.Cut
	s.Malformed += t.Malformed
	s.Fragment += t.Fragment
	s.Link += t.Link
}

func (s *Skipped) count(reason skip) {
	counter := [skips]*uint64{
		skipNotIP: &s.NotIP, skipNotUDP: &s.NotUDP, skipPort: &s.OtherPort, skipCut: &s.Cut,
		skipMalformed: &s.Malformed, skipFragment: &s.Fragment, skipLink: &s.Link,
	}
	if p := counter[reason]; p != nil {
		*p++
	}
}
