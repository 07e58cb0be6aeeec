package capture

import (
	"net/netip"
	"time"
)

// Bounds on putting fragments together.
const (
	maxAssemblies  = 64
	maxFragments   = 128 // of one packet: 9,000 bytes in steps of 576 need 17
	maxPayload     = 65535
	fragmentUnit   = 8
	assemblyExpiry = int64(30 * time.Second)
)

// assembler puts fragmented packets together: at most 64 at a time, none larger
// than IP allows. A packet whose parts overlap is given up (RFC 5722), as is the
// oldest one when there are too many.
type assembler struct {
	list []*assembly
	free []*assembly
}

type assemblyKey struct {
	src, dst netip.Addr
	id       uint32
}

type assembly struct {
	key     assemblyKey
	since   int64
	parts   int
	units   int // received, of 8 bytes
	total   int // bytes, -1 until the last part came
	end     int // bytes, of the furthest part
	spoiled bool
	buf     []byte
	have    [maxPayload/fragmentUnit/64 + 1]uint64
}

// add takes a part in; whole is true when s has become the complete payload,
// which is valid until the next call.
func (a *assembler) add(s *segment, now int64) (whole bool) {
	as := a.find(assemblyKey{s.src, s.dst, s.id}, now)
	as.put(s)
	if as.spoiled || as.total < 0 || as.units*fragmentUnit < as.total {
		return false
	}
	a.remove(as)
	s.data, s.offset, s.more, s.cut = as.buf[:as.total], 0, false, false
	return true
}

// find gives the packet's assembly, a new one if need be, and drops the expired.
func (a *assembler) find(k assemblyKey, now int64) *assembly {
	for i := 0; i < len(a.list); i++ {
		switch as := a.list[i]; {
		case now-as.since > assemblyExpiry:
			a.remove(as)
			i--
		case as.key == k:
			return as
		}
	}
	if len(a.list) == maxAssemblies {
		a.remove(a.list[0])
	}
	var as *assembly
	if n := len(a.free); n > 0 {
		as, a.free = a.free[n-1], a.free[:n-1]
	} else {
		as = new(assembly)
	}
	*as = assembly{key: k, since: now, total: -1, buf: as.buf}
	a.list = append(a.list, as)
	return as
}

// remove takes an assembly off the list, which is in order of age. Its buffer
// stays as it is until another packet begins.
func (a *assembler) remove(as *assembly) {
	for i := range a.list {
		if a.list[i] == as {
			a.list = append(a.list[:i], a.list[i+1:]...)
			a.free = append(a.free, as)
			return
		}
	}
}

// put copies a part to its place.
func (as *assembly) put(s *segment) {
	end := s.offset + len(s.data)
	as.parts++
	switch {
	case as.spoiled:
		return
	case s.cut, len(s.data) == 0, end > maxPayload, as.parts > maxFragments,
		s.more && len(s.data)%fragmentUnit != 0,
		!s.more && (as.total >= 0 || end < as.end),
		as.total >= 0 && end > as.total:
		as.spoiled = true
		return
	}
	if !s.more {
		as.total = end
	}
	as.end = max(as.end, end)
	for u := s.offset / fragmentUnit; u*fragmentUnit < end; u++ {
		bit := uint64(1) << (u % 64)
		if as.have[u/64]&bit != 0 {
			as.spoiled = true
			return
		}
		as.have[u/64] |= bit
		as.units++
	}
	if len(as.buf) < end {
		as.buf = append(as.buf, make([]byte, end-len(as.buf))...)
	}
	copy(as.buf[s.offset:], s.data)
}
