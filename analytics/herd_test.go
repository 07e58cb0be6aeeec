package analytics_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/flow"
)

// crowd sends flows to host 3 of some share of a link each for some seconds: at random
// moments, as samplers see them, one in 100 at all three hops. The receiver answers now and then.
func (r *rig) crowd(seconds int, share float64, keys []flow.Key) {
	rng := rand.New(rand.NewPCG(3, uint64(r.now)))
	perTick := share * 100e6 / (8 * 1514 * 100) / 10
	for i := range seconds * 10 {
		for k := range keys {
			leaf := keys[k].Src.Netip().As4()[1]
			for _, s := range [...]*flow.Sample{
				r.sample(1, 3, leaf, 1, 49, 64), r.sample(1, 3, 51, uint32(leaf), 3, 63), r.sample(1, 3, 3, 49, 1, 62),
			} {
				for n := rng.ExpFloat64() * perTick; rng.Float64() < n; n-- {
					x := *s
					x.Packet.Key = keys[k]
					r.give(&x)
				}
			}
		}
		if i%5 == 0 {
			r.give(r.sample(3, 1, 3, 1, 49, 64))
		}
		r.advance(analytics.TickEvery)
	}
}

func pairKeys(n int) []flow.Key {
	keys := make([]flow.Key, n)
	for i := range keys {
		keys[i] = flow.Key{
			Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}),
			SrcPort: 40000 + uint16(i), DstPort: 5201, Proto: flow.ProtoUDP,
		}
	}
	return keys
}

func (r *rig) alertsNamed(name string) (list []*flow.Alert) {
	for _, a := range r.alerts {
		for _, l := range a.Labels {
			if l.Name == "alertname" && l.Value == name && a.State != flow.AlertActive {
				list = append(list, a)
			}
		}
	}
	return list
}

func note(a *flow.Alert, name string) string {
	for _, l := range a.Annotations {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// TestHerd: eight flows of 5% between two hosts are one herd that says so, once.
func TestHerd(t *testing.T) {
	r := newRig(t, nil)
	r.crowd(60, 0.05, pairKeys(8))
	r.advance(120 * second)
	if len(r.elephants) > 0 {
		t.Errorf("%d elephants, the first: %+v", len(r.elephants), r.elephants[0])
	}
	list := r.alertsNamed("FlowHerd")
	if len(list) != 2 || list[0].State != flow.AlertRaised || list[1].State != flow.AlertResolved {
		for _, a := range list {
			t.Logf("%s %s %s", a.State, a.Severity, note(a, "summary"))
		}
		t.FailNow()
	}
	a := list[0]
	if got := note(a, "summary"); !strings.Contains(got, "a herd: 8 flows from 10.1.1.1 to 10.3.1.1 take ") || len(a.Flows) != 8 || a.Incident != "pair/10.1.1.1>10.3.1.1" {
		t.Errorf("%s: flows %v, incident %s", got, a.Flows, a.Incident)
	}
	t.Log(note(a, "summary"), note(list[1], "summary"))
}

// TestNoHerd: what stays below an elephant's share together is none, nor are two flows.
func TestNoHerd(t *testing.T) {
	f := func(what string, share float64, flows int) {
		t.Helper()
		r := newRig(t, nil)
		r.crowd(120, share, pairKeys(flows))
		r.advance(60 * second)
		if list := r.alertsNamed("FlowHerd"); len(list) > 0 {
			t.Errorf("%s: %s", what, note(list[0], "summary"))
		}
	}
	f("eight flows of 0.8%", 0.008, 8)
	f("two flows of 7%", 0.07, 2)
}

// TestIncast: many mice of several hosts that fill the link of one are an incast, and a warning once it discards.
func TestIncast(t *testing.T) {
	r := newRig(t, nil)
	var keys []flow.Key
	for _, src := range []byte{1, 2, 4} {
		for i := range uint16(10) {
			keys = append(keys, flow.Key{
				Src: flow.AddrFrom4([4]byte{10, src, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 3, 1, 1}),
				SrcPort: 40000 + i, DstPort: 5201, Proto: flow.ProtoUDP,
			})
		}
	}
	octets, discards := uint64(0), uint32(0)
	send := func(seconds int, lost uint32) {
		for range seconds / 5 {
			r.crowd(5, 0.025, keys)
			octets += 5 * 75e6 / 8
			discards += lost
			r.feed.Counters(&flow.Counters{
				Agent: flow.AddrFrom4([4]byte{10, 255, 0, 3}), SourceIndex: 1, Received: r.now, Records: flow.HasIf,
				If: flow.IfCounters{Index: 1, Speed: 100e6, OutOctets: octets, OutDiscards: discards, Status: 3},
			})
		}
	}
	send(60, 0)
	list := r.alertsNamed("FlowHerd")
	if len(list) != 1 || list[0].Severity != flow.SeverityInfo || !strings.Contains(note(list[0], "summary"), "an incast: 30 flows of 3 senders to 10.3.1.1 take ") {
		for _, a := range list {
			t.Logf("%s %s %s", a.State, a.Severity, note(a, "summary"))
		}
		t.FailNow()
	}
	send(60, 100)
	list = r.alertsNamed("FlowHerd")
	if len(list) != 3 || list[2].Severity != flow.SeverityWarning || !strings.Contains(note(list[2], "summary"), "and discards 20 packets a second") {
		for _, a := range list {
			t.Logf("%s %s %s", a.State, a.Severity, note(a, "summary"))
		}
		t.FailNow()
	}
	t.Log(note(list[2], "summary"))
	r.advance(120 * second)
	if list = r.alertsNamed("FlowHerd"); len(list) != 4 || list[3].State != flow.AlertResolved || list[3].Incident != "receiver/10.3.1.1" {
		t.Errorf("alerts: %+v", list)
	}
}
