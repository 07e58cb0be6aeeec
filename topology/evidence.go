package topology

import (
	"bytes"
	"cmp"

	"spoor/flow"
)

// Kind says what a piece of evidence saw.
type Kind uint8

// Kinds of evidence, and the fields of Evidence that each uses beside Agent,
// Port, Count, First and Last.
const (
	// SawIngress: frames entered (Agent, Port) from Far, addressed to Own, sampled one in Rate; Fresh, Encap.
	SawIngress Kind = iota + 1
	// SawEgress: forwarded frames left (Agent, Port) from Own, addressed to Far; Fresh, Encap, Addr the outer source if Encap.
	SawEgress
	// SawSource: frames from Addr entered (Agent, Port) after Hops routers; Far, Encap.
	SawSource
	// SawSink: frames to Addr left over (Agent, Port) with TTL, to another router as the switch says (Fresh); Buckets of those that a known neighbour sent; Hops insideHops if they came in a tunnel.
	SawSink
	// SawVote: one flow left (Agent, Port) and entered (Agent2, Port2) one hop later.
	SawVote
	// SawVTEP: flows (Buckets) were seen bare at Agent, next to the tunnel end Addr.
	SawVTEP
	// SawOwnMAC: Agent lists Own as the MAC of one of its interfaces.
	SawOwnMAC
	// SawBridged: frames of the bridged flow Flow from Far to Own crossed Agent from Port to Port2 (0 unknown), sampled one in Rate.
	SawBridged
	// SawNext: frames of a bridged flow from Far left (Agent, Port) and came to (Agent2, Port2) next, as far as was seen; Rate.
	SawNext
	// SawApart: frames of a bridged flow left (Agent, Port) and came to (Agent2, Port2) after another switch.
	SawApart
	// SawRestart: Agent began anew; its ports may have other numbers.
	SawRestart
	// SawBeyond: frames from Addr that were forwarded Hops times entered (Agent, Port), which leads to nobody known; Encap.
	SawBeyond
	// SawGap: the flow Flow left (Agent, Port) and entered (Agent2, Port2) two hops later; both lead to nobody known.
	SawGap
	// SawLocal: a frame from Addr left Agent, which named no port where it had entered (Fresh), or one to Addr ended there.
	SawLocal
	// SawTransit: Agent, which names an internal interface at times, forwarded a frame, from one switch to another (Fresh).
	SawTransit
	// SawUnnamed: Agent sampled a frame from Far to Own, Fresh if nobody had forwarded it, and named no port.
	SawUnnamed
	// SawAgain: frames of a bridged flow passed (Agent, Port) and (Agent2, Port2), which were joined when we last knew; Far is
	// behind the first port, Own behind the second; Rate.
	SawAgain
)

// Evidence is what sampling tells about the fabric: self-contained and
// additive, so that it may come from any worker, shard or process. Count is the
// number of sightings since the giver last sent the same evidence.
type Evidence struct {
	Kind     Kind
	Fresh    bool // the TTL is an initial one: nobody has forwarded the frame
	Encap    bool // the frame is a tunnel's: MACs and TTL are the outer ones
	Derived  bool // from a frame that was sampled where it left the switch: no MACs
	TTL      uint8
	Hops     uint8 // initial TTL less TTL
	Agent    flow.Addr
	Port     uint32
	Agent2   flow.Addr
	Port2    uint32
	Far, Own uint64
	Addr     flow.Addr
	Buckets  uint32 // which of 32 buckets the flows behind it fall into (sources and tunnel ends)
	Flow     uint64
	Rate     uint32
	Count    uint32
	First    int64
	Last     int64
	Sequence uint64 // order of making within its giver
}

// Compare orders evidence by time, agent and sequence, so that the learner sees
// the same order however many workers gathered it.
func (e *Evidence) Compare(o *Evidence) int {
	if c := cmp.Compare(e.First, o.First); c != 0 {
		return c
	}
	if c := bytes.Compare(e.Agent[:], o.Agent[:]); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(e.Kind, o.Kind), cmp.Compare(e.Port, o.Port), cmp.Compare(e.Own, o.Own), cmp.Compare(e.Far, o.Far),
		bytes.Compare(e.Addr[:], o.Addr[:]), bytes.Compare(e.Agent2[:], o.Agent2[:]), cmp.Compare(e.Port2, o.Port2),
		cmp.Compare(e.Buckets, o.Buckets), cmp.Compare(e.Flow, o.Flow), cmp.Compare(e.Hops, o.Hops), cmp.Compare(e.TTL, o.TTL), cmp.Compare(e.Sequence, o.Sequence))
}

// InitialTTL gives the TTL with which a packet most likely began.
func InitialTTL(ttl uint8) uint8 {
	switch {
	case ttl <= 32:
		return 32
	case ttl <= 64:
		return 64
	case ttl <= 128:
		return 128
	}
	return 255
}

// minTTL: frames below it may be traceroute's, whose initial TTL is small.
const minTTL = 20

// multicastBit is the group bit of a MAC address in the low 48 bits.
const multicastBit = 1 << 40

// unicastMAC reports whether a MAC can belong to one router: neither group nor zero.
func unicastMAC(mac uint64) bool { return mac != 0 && mac&multicastBit == 0 }

// locatable reports whether an address can live at one place.
func locatable(a flow.Addr) bool {
	if first := a[12]; a.Is4() && first > 0 && first < 224 && first != 127 && first != 169 {
		return true // nearly always
	}
	ip := a.Netip()
	return ip.IsValid() && !ip.IsMulticast() && !ip.IsLinkLocalUnicast() && !ip.IsUnspecified() && !ip.IsLoopback() &&
		(!ip.Is4() || ip.As4() != [4]byte{255, 255, 255, 255})
}
