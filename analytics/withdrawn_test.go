package analytics

import (
	"testing"

	"spoor/flow"
	"spoor/topology"
)

// TestWithdrawn: the path of a lean flow that ends where its receiver lived no longer when the flow was seen last is taken back
// within a round of the sweep, though no sample of it comes; one that was seen last before stays, and so do all while nothing changes.
func TestWithdrawn(t *testing.T) {
	for name, tc := range map[string]struct {
		after int64 // from when the receiver may have left until the flow was seen last, ns
		moves bool
		want  flow.PathState
	}{
		"seen since":  {1e9, true, flow.PathProvisional},
		"seen before": {-1e9, true, flow.PathComplete},
		"calm":        {1e9, false, flow.PathComplete},
	} {
		t.Run(name, func(t *testing.T) {
			e, j, feed, give := leanEngine(t, leanCrowd)
			i := someLean(t, e, leanCrowd)
			k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}), SrcPort: uint16(i), DstPort: 9, Proto: flow.ProtoUDP}
			s := e.shards[k.Exchange()%Shards]
			entry := func() (state flow.PathState, revision uint32) {
				x := s.table.Entry(s.table.Find(&k))
				state, _ = toldState(x)
				return state, x.Revision
			}
			if state, _ := entry(); state != flow.PathComplete {
				t.Fatalf("the lean flow's path is %v", state)
			}
			seen := s.lastSeen(s.table.Entry(s.table.Find(&k)))
			now := s.clock
			if tc.moves {
				e.learner.Inform(&topology.PortInfo{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 3}), IfIndex: 1, Down: true, WasUp: seen - tc.after})
			}
			for range 12 { // its receiver is at another leaf now
				x := flow.Sample{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 2}), SamplingRate: 100, Input: flow.Interface{Kind: flow.InterfaceIndex, Value: 1}, Output: flow.Interface{Kind: flow.InterfaceIndex, Value: 49}}
				x.Packet = flow.Packet{Key: flow.Key{Src: k.Dst, Dst: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Proto: flow.ProtoICMP}, TTL: 64}
				x.Received, x.NotBefore, x.Time = now, now, now
				x.FlowID, x.Exchange = x.Packet.Key.ID(), x.Packet.Key.Exchange()
				if tc.moves {
					feed.Take(&x, new(flow.Labels))
					feed.Flush()
				}
				now += 1e9
				for range 10 {
					e.Tick(now)
				}
			}
			if state, revision := entry(); state != tc.want || revision != j.revisions[k.ID()] || (revision > 1) != (tc.want != flow.PathComplete) {
				t.Fatalf("its path is %v, revision %d of %d, want %v; its receiver lives at %v, which it reached from %d on; it was seen last at %d",
					state, revision, j.revisions[k.ID()], tc.want, s.snap.Edges(k.Dst), s.snap.Leaving(k.Dst), seen)
			}
			if give(i, 1, 1, 49, 64, 1e9); j.revisions[k.ID()] == 0 {
				t.Error("its next sample ended it")
			}
		})
	}
}
