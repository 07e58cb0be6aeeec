package watch_test

import (
	"strings"
	"testing"

	"spoor/analytics/watch"
	"spoor/flow"
)

const (
	raisedDrops   = "raised warning PacketDrops: "
	resolvedDrops = "resolved warning PacketDrops: "
)

// notify gives notifications of leaf1:p49 for each second of a run.
func (b *bench) notify(perSecond int, id uint64) func() {
	return func() {
		for range perSecond {
			b.w.Dropped(&watch.Drop{Agent: agentAddr(1), Port: 49, Flow: id, Key: tcpKey(id), Reason: "no_buffer_space", At: b.now})
		}
	}
}

func tcpKey(id uint64) flow.Key {
	return flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: uint16(id), DstPort: 80, Proto: 6}
}

// TestDropBounds: agents bound their notifications, so ten within ten seconds are many; fewer keep an alert up.
func TestDropBounds(t *testing.T) {
	b := newBench(t)
	n := 0
	rarely := func() {
		if n++; n%2 == 0 {
			b.notify(1, 5)()
		}
	}
	b.run(120, rarely) // five within ten seconds
	b.tells()
	b.run(30, b.notify(1, 5))
	b.tells(raisedDrops + "leaf1:p49 discards packets (no_buffer_space), of at least 1 flow (10.1.1.1:5 > 10.2.1.1:80 tcp)")
	b.run(300, rarely)
	b.tells()
	b.run(90, nil)
	b.tells(resolvedDrops)
}

// TestDropsOfNoFlow: packets without an IP header have no flow, and are told of all the same.
func TestDropsOfNoFlow(t *testing.T) {
	b := newBench(t)
	b.run(30, func() {
		b.w.Dropped(&watch.Drop{Agent: agentAddr(2), Port: 0, Reason: "non_ip", At: b.now})
		b.w.Dropped(&watch.Drop{Agent: agentAddr(2), Port: 0, Reason: "non_ip", At: b.now})
	})
	b.tells(raisedDrops + "leaf2 discards packets (non_ip), of at least 0 flows")
	if rows := b.w.Drops(10); len(rows) != 1 || rows[0].In != -1 || rows[0].Out != -1 || len(rows[0].Flows) != 0 {
		t.Errorf("%+v", rows)
	}
}

// TestLatestFlows: of the flows that were hit the latest eight are named.
func TestLatestFlows(t *testing.T) {
	b := newBench(t)
	id := uint64(0)
	b.run(12, func() { id++; b.notify(2, id)() })
	rows := b.w.Drops(10)
	if len(rows) != 1 || len(rows[0].Flows) != 8 || rows[0].Flows[0] != tcpKey(5) || rows[0].Flows[7] != tcpKey(12) {
		t.Fatalf("%+v", rows)
	}
	if rows[0].Total != 24 || rows[0].PerSecond != 2 || rows[0].Last != b.now {
		t.Errorf("%+v", rows[0])
	}
	b.tells(raisedDrops + "leaf1:p49 discards packets (no_buffer_space), of at least 8 flows (10.1.1.1:10 > 10.2.1.1:80 tcp)") // 5 s after the tenth
	if len(b.last.Flows) != 8 || b.last.Flows[0] != 3 {
		t.Errorf("flows are %v", b.last.Flows)
	}
}

// TestDropsOrder: what is worst now comes first, then the latest; a limit cuts the rest.
func TestDropsOrder(t *testing.T) {
	b := newBench(t)
	drop := func(agent byte, port uint32, reason string, n int) {
		for range n {
			b.w.Dropped(&watch.Drop{Agent: agentAddr(agent), Port: port, Reason: reason, At: b.now})
		}
	}
	b.run(20, func() { drop(1, 49, "acl", 3) })
	b.run(60, nil)
	b.run(5, func() { drop(2, 50, "ttl_exceeded", 1); drop(1, 50, "red", 1); drop(1, 50, "acl", 1) })
	b.run(5, func() { drop(2, 49, "acl", 2) })
	want := "leaf2:p49 acl 1.0, leaf1:p50 acl 0.5, leaf1:p50 red 0.5, leaf2:p50 ttl_exceeded 0.5, leaf1:p49 acl 0.0"
	var got []string
	for _, x := range b.w.Drops(10) {
		got = append(got, x.Port.String()+" "+x.Reason+" "+tenths(x.PerSecond))
	}
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	if rows := b.w.Drops(2); len(rows) != 2 || rows[1].Reason != "acl" {
		t.Errorf("the first two: %+v", rows)
	}
}

func tenths(x float64) string {
	return string([]byte{'0' + byte(int(x*10+0.5)/10), '.', '0' + byte(int(x*10+0.5)%10)})
}

// TestDropsAreForgotten: half an hour after the last one nothing is told of them.
func TestDropsAreForgotten(t *testing.T) {
	b := newBench(t)
	b.run(30, b.notify(2, 5))
	b.run(1795, nil)
	if rows := b.w.Drops(10); len(rows) != 1 || rows[0].PerSecond != 0 || rows[0].Total != 60 {
		t.Errorf("%+v", rows)
	}
	b.run(10, nil)
	if rows := b.w.Drops(10); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}

// TestDropsMakeAnElephantCritical: for a minute after a packet of it was discarded, an elephant is critical
// whatever its message says, as it stands in the way of itself or others.
func TestDropsMakeAnElephantCritical(t *testing.T) {
	b := newBench(t)
	m := b.elephantOf(5, 1, 1, flow.SeverityInfo)
	b.tell(m)
	if m.Severity != flow.SeverityInfo {
		t.Errorf("undropped it is %v", m.Severity)
	}
	b.run(2, b.notify(1, 5))
	at := b.now
	for _, tc := range []struct {
		after int64
		want  flow.Severity
	}{{0, flow.SeverityCritical}, {59, flow.SeverityCritical}, {60, flow.SeverityInfo}} {
		b.now = at + tc.after*second
		b.w.Begin(b.snap, b.now)
		m.Severity = flow.SeverityInfo
		if b.tell(m); m.Severity != tc.want {
			t.Errorf("%d s after a packet was discarded it is %v, want %v", tc.after, m.Severity, tc.want)
		}
	}
	if x := b.w.Watched(5); !x.Elephant || x.Severity != flow.SeverityInfo {
		t.Errorf("%+v", x)
	}
	if x := b.w.Watched(6); x != (watch.Watched{}) {
		t.Errorf("of a flow that is no elephant: %+v", x)
	}
}
