package pipeline

import (
	"testing"

	"spoor/collector"
	"spoor/flow"
	"spoor/publish"
)

// TestFlushHandsRecordsOn: records whose linger is over leave with a Flush, without company.
func TestFlushHandsRecordsOn(t *testing.T) {
	s := &shelf{}
	list := load(t, testCapture)[:20]
	now := list[len(list)-1].Received
	w, end := shelving(t, s, &recorder{}, &now)
	defer end()
	for i := range list {
		list[i].Received = now
		w.Datagram(&list[i])
	}
	w.Flush()
	if n := len(s.records[publish.Flows]); n != 0 {
		t.Errorf("%d records did not wait for others", n)
	}
	now += int64(publish.Flows.Policy().Linger)
	w.Flush()
	if len(s.records[publish.Flows]) == 0 {
		t.Error("no record left once its linger was over")
	}
}

// TestCutTunnels: samples of tunnels whose header ended before the inner ports are counted, others that were cut are not.
func TestCutTunnels(t *testing.T) {
	w := testWorker(t, &recorder{}, collector.DefaultAgentsConfig())
	leaf := flow.AddrFrom4([4]byte{10, 255, 0, 1})
	w.spread = newSpread(0, 1, 4, 1000)
	for _, p := range []flow.Packet{
		{Truncated: true}, {Tunnel: flow.TunnelVXLAN}, {}, {Truncated: true, Tunnel: flow.TunnelVXLAN},
	} {
		(*samples)(w).FlowSample(&flow.Sample{Agent: leaf, Packet: p})
	}
	w.Flush()
	var sum Tally
	w.AddTo(&sum)
	if sum.CutTunnels != 1 || sum.CutFrom != leaf {
		t.Errorf("%d cut tunnels, the last from %v", sum.CutTunnels, sum.CutFrom)
	}
}

// namer notes what it is asked to describe.
type namer struct {
	recorder
	asked []flow.Sample
}

func (n *namer) Describe(s *flow.Sample, l *flow.Labels) { n.asked = append(n.asked, *s) }

// TestDropsNamePorts: both ports of a discarded packet are looked up, and its ends.
func TestDropsNamePorts(t *testing.T) {
	n := &namer{}
	w := testWorker(t, n, collector.DefaultAgentsConfig())
	w.spread = newSpread(0, 1, 1, 1000)
	x := &flow.Discard{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), Input: 7, Output: 9}
	x.Packet.Key = flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Proto: flow.ProtoTCP}
	(*samples)(w).DiscardedPacket(x)
	if len(n.asked) != 1 || n.asked[0].Agent != x.Agent || n.asked[0].Input.Index() != 7 || n.asked[0].Output.Index() != 9 || n.asked[0].Packet.Key != x.Packet.Key {
		t.Errorf("%+v", n.asked)
	}
}
