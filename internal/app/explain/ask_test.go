package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/testkit/silence"
	"spoor/topology"
)

func TestParse(t *testing.T) {
	key := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40112, DstPort: 5201, Proto: flow.ProtoTCP}
	f := func(what string, want asked) {
		t.Helper()
		if got, err := parse(what); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", what, got, err, want)
		}
	}
	f("fd80419af28b11f8", asked{id: 0xfd80419af28b11f8})
	f(" fd80419af28b11f8-6921196d ", asked{id: 0xfd80419af28b11f8})
	f("10.1.1.1:40112 > 10.2.1.1:5201 tcp", asked{key: key})
	f("10.1.1.1:40112>10.2.1.1:5201 6", asked{key: key})
	key.Proto = 0
	f("10.1.1.1:40112 > 10.2.1.1:5201", asked{key: key, any: true})
	f("10.1.1.1 > 10.2.1.1 icmp", asked{key: flow.Key{Src: key.Src, Dst: key.Dst, Proto: flow.ProtoICMP}})
	f("LinkBusy", asked{is: "LinkBusy"})
	f("pair/10.1.1.1>10.2.1.1", asked{is: "pair/10.1.1.1>10.2.1.1"})
	f("link/leaf1:p49>spine1:p1", asked{is: "link/leaf1:p49>spine1:p1"})
	for _, bad := range []string{"", " ", "x", "fd80419af28b11f", "gd80419af28b11f8", "0000000000000000", "0000000000000000-6921196d", "10.1.1.1 >", "> 10.1.1.1", "a > b", "10.1.1.1 > 10.2.1.1 nothing", "/", "x/", "/x", "1 > 2 > 3"} {
		if _, err := parse(bad); !errors.Is(err, ErrAsked) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestAsk: an elephant of a recording is found by each of its names, alerts by theirs, and whatever is nobody's name says so.
func TestAsk(t *testing.T) {
	cfg := settings.DefaultConfig()
	cfg.Analytics.Topology.Speeds = []topology.Speed{{Bps: 100e6}}
	p, err := pipeline.New(&cfg, silence.Outbox{}, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := capture.Open([]string{"../../../testdata/captures/hsflowd-elephants.pcap.zst"}, capture.Options{Port: capture.DefaultPort})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var d collector.Datagram
	up := ""
	for r.Next(&d) == nil && up == "" {
		p.Datagram(&d)
		if list, _ := p.Engine.Raised(100); len(list) > 0 && len(list[0].Flows) > 0 {
			up = flow.FormatID(list[0].Flows[0])
		}
	}
	doc, err := Ask(p.Engine, p.Agents(), up)
	if err != nil || doc.Flow == nil || len(doc.Alerts) == 0 {
		t.Fatalf("%q: %+v, %v", up, doc, err)
	}
	a := &doc.Alerts[0]
	if doc.Flow.ID != up || doc.Flow.Elephant == nil || doc.Flow.Path == nil || !slices.Contains(a.Flows, up) || a.Name == "" || a.Means == "" || a.Ended != nil || doc.Time.Unix() != p.Engine.Now()/1e9 {
		t.Errorf("%+v, %+v", doc.Flow, a)
	}
	x := doc.Flow
	ends := fmt.Sprintf("%s:%d > %s:%d", x.Src, *x.SrcPort, x.Dst, *x.DstPort)
	for _, what := range []string{x.Elephant.Alert, ends, ends + " " + flow.ProtoName(x.Proto)} {
		if again, err := Ask(p.Engine, p.Agents(), what); err != nil || again.Flow == nil || again.Flow.ID != up || len(again.Alerts) != len(doc.Alerts) {
			t.Errorf("%s: %+v, %v", what, again, err)
		}
	}
	for _, what := range []string{a.Name, a.Fingerprint} {
		if again, err := Ask(p.Engine, p.Agents(), what); err != nil || again.Flow != nil || len(again.Alerts) == 0 || again.Alerts[0].Fingerprint != a.Fingerprint {
			t.Errorf("%s: %+v, %v", what, again, err)
		}
	}
	reversed := fmt.Sprintf("%s:%d > %s:%d", x.Src, *x.DstPort, x.Dst, *x.SrcPort)
	for what, want := range map[string]error{"PortFlapping": ErrUnknown, "link/x>y": ErrUnknown, reversed: ErrUnknown, reversed + " tcp": ErrUnknown, "fd80419af28b11f8": ErrUnknown, "somebody": ErrAsked} {
		if doc, err := Ask(p.Engine, p.Agents(), what); !errors.Is(err, want) || doc != nil {
			t.Errorf("%s: %+v, %v", what, doc, err)
		}
	}
	p.Finish() // resolved alerts are remembered
	if again, err := Ask(p.Engine, p.Agents(), a.Fingerprint); err != nil || again.Alerts[0].State != "resolved" || again.Alerts[0].Ended == nil {
		t.Errorf("at the end: %+v, %v", again, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("10.1.1.1:40112 > 10.2.1.1:5201 tcp")
	f.Add("fd80419af28b11f8-6921196d")
	f.Add("0000000000000000")
	f.Add("[fd00::1]:1 > [fd00::2]:2 udp")
	f.Fuzz(func(t *testing.T, what string) {
		q, err := parse(what)
		if err == nil && q == (asked{}) && !strings.Contains(what, ">") {
			t.Errorf("%q: understood, and names nothing", what)
		}
		if err != nil && !errors.Is(err, ErrAsked) {
			t.Errorf("%q: %v", what, err)
		}
	})
}
