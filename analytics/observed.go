package analytics

import (
	"spoor/flow"
	"spoor/topology"
)

// observed is a sample as a feed hands it to a shard: what path and rate need of
// it, in two cache lines, with the agent's number. It never leaves the process.
type observed struct {
	key     flow.Key
	ttl     uint8 // the one that routers count
	inner   uint8 // the packet's own
	flags   observedFlags
	dscp    uint8
	vlan    uint16
	vni     uint32
	id      uint64 // of the flow
	srcMAC  uint64
	dstMAC  uint64
	at      int64 // arrival of the datagram
	after   int64 // arrival of its sub-agent's datagram before
	time    int64 // event time
	sw      topology.SwitchID
	in, out uint32 // ifIndexes, 0 unknown
	sub     uint32
	rate    uint32 // 0: the agent does not say what its samples stand for
	frame   uint32 // bytes, without a tunnel's headers
	stream  uint32 // TCP sequence number behind the payload
	payload uint32 // bytes, where stream is known; else 0
}

// ends are the outer addresses of a tunnel. Those of a sample that was in none mean nothing.
type ends struct{ src, dst flow.Addr }

// batch is samples of one shard in the order of their arrival.
type batch struct {
	samples []observed
	tunnels *[batchSamples]ends // of these samples
}

// batchSamples is how many samples a feed gathers for one shard before it hands
// them over even without a flush.
const batchSamples = 64

// batchApart keeps the fronts of batches out of each other's way: at a multiple of
// 4 kB they would compete for the same places of the processor's cache.
const batchApart = batchSamples + 5

// newBatches gives empty batches for all shards.
func newBatches() (b [Shards]batch) {
	samples := make([]observed, Shards*batchApart)
	tunnels := make([][batchSamples]ends, Shards)
	for i := range b {
		b[i] = batch{samples: samples[i*batchApart:][:0:batchSamples], tunnels: &tunnels[i]}
	}
	return b
}

// add takes what is needed of a sample.
func (b *batch) add(s *flow.Sample, id topology.SwitchID) *observed {
	n := len(b.samples)
	b.samples = b.samples[:n+1]
	x := &b.samples[n]
	if x.fill(s, id)&^onEgress != 0 {
		b.tunnels[n] = ends{s.Packet.OuterSrc, s.Packet.OuterDst}
	}
	return x
}

func (b *batch) full() bool { return len(b.samples) == batchSamples }

type observedFlags uint8

const (
	onEgress observedFlags = 1 << iota
	inTunnel

	tunnelShift = 4 // the upper bits are the tunnel's kind
)

func (x *observed) egress() bool { return x.flags&onEgress != 0 }
func (x *observed) encap() bool  { return x.flags&inTunnel != 0 }

func (x *observed) tunnel() flow.Tunnel { return flow.Tunnel(x.flags >> tunnelShift) }

// fill takes what is needed of a sample, and gives its flags: to read them back would wait
// for the line that was just written to.
func (x *observed) fill(s *flow.Sample, id topology.SwitchID) observedFlags {
	p := &s.Packet
	x.key, x.id = p.Key, s.FlowID
	x.ttl, x.inner, x.dscp, x.vlan, x.vni = p.EntryTTL(), p.TTL, p.TOS>>2, p.VLAN, p.VNI
	x.srcMAC, x.dstMAC = p.SrcMAC, p.DstMAC
	x.at, x.after, x.time = s.Received, s.NotBefore, s.Time
	x.sw, x.in, x.out, x.sub, x.rate = id, s.Input.Index(), s.Output.Index(), s.SubAgent, s.Rate()
	x.frame = uint32(max(int64(s.FrameLength)-int64(p.OuterLength), 0))
	x.stream, x.payload = 0, 0
	if p.Key.Proto == flow.ProtoTCP && !p.Fragment {
		x.stream, x.payload = p.TCPSequence+p.PayloadLength, p.PayloadLength
	}
	flags := observedFlags(p.Tunnel) << tunnelShift
	if s.Direction == flow.Egress {
		flags |= onEgress
	}
	if !p.OuterSrc.IsZero() {
		flags |= inTunnel
	}
	x.flags = flags
	return flags
}
