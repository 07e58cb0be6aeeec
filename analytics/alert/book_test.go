package alert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/analytics/alert"
	"spoor/flow"
)

const second = int64(1e9)

// play shows findings to a book second by second and gives what it tells:
// "12 raised warning AgentSilent".
func play(b *alert.Book, seconds int64, at func(s int64) []alert.Finding) []string {
	var told []string
	for s := range seconds {
		now := s * second
		for _, f := range at(s) {
			b.See(&f, now)
		}
		for _, a := range b.Tick(now) {
			told = append(told, fmt.Sprintf("%d %s %s %s", s, a.State, a.Severity, label(a, "alertname")))
		}
	}
	return told
}

func label(a *flow.Alert, name string) string {
	for _, l := range a.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// during gives a finding while it lasts.
func during(f alert.Finding, spans ...[2]int64) func(int64) []alert.Finding {
	return func(s int64) []alert.Finding {
		for _, span := range spans {
			if s >= span[0] && s < span[1] {
				return []alert.Finding{f}
			}
		}
		return nil
	}
}

func busy() alert.Finding {
	return alert.Finding{Kind: alert.LinkBusy, Subject: alert.Subject{Switch: "leaf1", Link: "leaf1:swp5>spine1:swp1"}, Summary: "full"}
}

func TestLife(t *testing.T) {
	f := func(what string, want []string, seconds int64, at func(int64) []alert.Finding) {
		t.Helper()
		if got := play(alert.NewBook(alert.DefaultConfig()), seconds, at); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
		}
	}
	f("too short to be raised", nil, 300, during(busy(), [2]int64{10, 60}))
	f("held back, raised once, told each minute, resolved after its time", []string{
		"70 raised warning LinkBusy", "130 active warning LinkBusy", "190 active warning LinkBusy", "250 active warning LinkBusy", "260 resolved warning LinkBusy",
	}, 400, during(busy(), [2]int64{10, 200}))
	f("a gap shorter than its time is none", []string{
		"70 raised warning LinkBusy", "130 active warning LinkBusy", "190 active warning LinkBusy", "220 resolved warning LinkBusy",
	}, 400, during(busy(), [2]int64{10, 100}, [2]int64{140, 160}))
	f("two lives", []string{
		"60 raised warning LinkBusy", "120 active warning LinkBusy", "140 resolved warning LinkBusy",
		"260 raised warning LinkBusy", "320 active warning LinkBusy", "330 resolved warning LinkBusy",
	}, 500, during(busy(), [2]int64{0, 80}, [2]int64{200, 270}))
	f("gaps before it is raised: it begins anew", nil, 1000, func(s int64) []alert.Finding {
		if s%120 < 40 {
			return []alert.Finding{busy()}
		}
		return nil
	})
	f("two short ones, far apart within the time of its end", nil, 1000, func(s int64) []alert.Finding {
		if s > 100 && s < 110 || s > 405 && s < 415 {
			return []alert.Finding{{Kind: alert.UplinkImbalance}}
		}
		return nil
	})
	f("at once", []string{"5 raised warning PortErrors", "65 active warning PortErrors", "125 active warning PortErrors", "185 active warning PortErrors", "188 resolved warning PortErrors"}, 200,
		during(alert.Finding{Kind: alert.PortErrors}, [2]int64{5, 8}))
}

// TestGaps: what is away for a while begins anew only beyond half the time that it must last, ten seconds at least, and never later than it would be resolved.
func TestGaps(t *testing.T) {
	f := func(kind alert.Kind, until, again int64, raised string) {
		t.Helper()
		got := play(alert.NewBook(alert.DefaultConfig()), 200, during(alert.Finding{Kind: kind}, [2]int64{0, until}, [2]int64{again, 200}))
		if len(got) == 0 || !strings.HasPrefix(got[0], raised+" raised ") {
			t.Errorf("%v, away from %d to %d: %q, want it raised at %s", kind, until, again, got, raised)
		}
	}
	f(alert.LinkBusy, 20, 49, "60") // it must last 60 s
	f(alert.LinkBusy, 20, 50, "110")
	f(alert.PacketDrops, 1, 10, "10") // 5 s
	f(alert.PacketDrops, 1, 11, "16")
	f(alert.ElephantFlow, 5, 6, "10") // 10 s, and is over after 2
	f(alert.ElephantFlow, 5, 8, "18")
}

// TestSeverityBeforeItIsTold: an alert is raised with the severity that its finding has then.
func TestSeverityBeforeItIsTold(t *testing.T) {
	f := func(first, then flow.Severity, want string) {
		t.Helper()
		got := play(alert.NewBook(alert.DefaultConfig()), 10, func(s int64) []alert.Finding {
			if s < 3 {
				return []alert.Finding{{Kind: alert.PacketDrops, Severity: first}}
			}
			return []alert.Finding{{Kind: alert.PacketDrops, Severity: then}}
		})
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%v, then %v: %q, want %q", first, then, got, want)
		}
	}
	f(flow.SeverityCritical, flow.SeverityCritical, "5 raised critical PacketDrops")
	f(flow.SeverityInfo, flow.SeverityCritical, "5 raised critical PacketDrops")
	f(flow.SeverityCritical, flow.SeverityInfo, "5 raised warning PacketDrops") // the least of this kind
}

// TestOrder: alerts are told in the order in which their findings came, and listed so while they are up and when they are over.
func TestOrder(t *testing.T) {
	b := alert.NewBook(alert.DefaultConfig())
	var came, told []string
	for i := range uint32(40) {
		b.See(&alert.Finding{Kind: alert.PortFlapping, Subject: alert.Subject{IfIndex: 7 * i % 41}, Since: second / 2}, second)
		came = append(came, fmt.Sprint(7*i%41))
	}
	came[0] = "" // no number, no label
	names := func(list []*flow.Alert) (names []string) {
		for _, a := range list {
			names = append(names, label(a, "ifindex"))
		}
		return names
	}
	raised := b.Tick(second)
	if told = names(raised); !slices.Equal(told, came) {
		t.Errorf("told %q", told)
	}
	if a := raised[0]; a.Starts != second/2 || a.Ends != second+4*60*second { // of four messages one in a minute may be lost, and two more
		t.Errorf("%+v", a)
	}
	list, n := b.Raised(10, 2*second)
	if got := names(list); n != 40 || !slices.Equal(got, came[:10]) || list[0].Time != 2*second || list[0].State != flow.AlertActive {
		t.Errorf("%d raised, %q", n, got)
	}
	if over := b.Finish(3 * second); !slices.Equal(names(over), came) || !slices.Equal(names(b.Resolved()), came) || b.Resolved()[0].State != flow.AlertResolved {
		t.Errorf("over: %q, kept %q", names(over), names(b.Resolved()))
	}
	if _, n := b.Raised(10, 4*second); n != 0 || len(b.Tick(4*second)) != 0 {
		t.Errorf("%d are up after the end", n)
	}
}

// TestResolvedIsBounded: of those that are over the latest are kept.
func TestResolvedIsBounded(t *testing.T) {
	b := alert.NewBook(alert.DefaultConfig())
	for i := range uint32(300) {
		b.See(&alert.Finding{Kind: alert.PortFlapping, Subject: alert.Subject{IfIndex: i + 1}}, second)
	}
	b.Tick(second)
	b.Finish(2 * second)
	if list := b.Resolved(); len(list) != 256 || label(list[0], "ifindex") != "45" || label(list[255], "ifindex") != "300" {
		t.Errorf("%d: %v to %v", len(list), list[0], list[len(list)-1])
	}
}

// TestLabels: what is known of the subject is in the labels, what is not is left out; a flow has its protocol, and ports where it has such.
func TestLabels(t *testing.T) {
	f := func(s alert.Subject, want string) {
		t.Helper()
		b := alert.NewBook(alert.DefaultConfig())
		b.See(&alert.Finding{Kind: alert.PortFlapping, Subject: s}, second)
		var got []string
		for _, l := range b.Tick(second)[0].Labels[2:] {
			got = append(got, l.Name+"="+l.Value)
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s, want %s", text, want)
		}
	}
	f(alert.Subject{}, "")
	f(alert.Subject{Agent: addr("10.255.0.1"), Switch: "leaf1", IfIndex: 150, Port: "swp5", Link: "leaf1:swp5>spine1:swp1", LinkID: "x"}, "agent=10.255.0.1 switch=leaf1 ifindex=150 port=swp5 link=leaf1:swp5>spine1:swp1")
	f(alert.Subject{Switch: "leaf1", Reason: "no_buffer_space"}, "switch=leaf1 reason=no_buffer_space")
	key := flow.Key{Src: addr("10.1.1.1"), Dst: addr("10.2.0.5"), SrcPort: 40000, DstPort: 443, Proto: 6}
	f(alert.Subject{Flow: 0x2a, Key: key}, "src=10.1.1.1 dst=10.2.0.5 flow=000000000000002a proto=tcp sport=40000 dport=443")
	f(alert.Subject{Key: flow.Key{Src: key.Src, Dst: key.Dst}}, "src=10.1.1.1 dst=10.2.0.5")
	key.Proto, key.DstPort = 1, 8 // type and code are no ports
	f(alert.Subject{Flow: 1, Key: key}, "src=10.1.1.1 dst=10.2.0.5 flow=0000000000000001 proto=icmp")
}

// TestWeakFindings: a value between the two thresholds keeps an alert up and raises none.
func TestWeakFindings(t *testing.T) {
	weak := busy()
	weak.Weak = true
	b := alert.NewBook(alert.DefaultConfig())
	if got := play(b, 200, during(weak, [2]int64{0, 200})); got != nil {
		t.Errorf("weak alone: %q", got)
	}
	got := play(alert.NewBook(alert.DefaultConfig()), 400, func(s int64) []alert.Finding {
		switch {
		case s < 70:
			return []alert.Finding{busy()}
		case s < 250:
			return []alert.Finding{weak}
		}
		return nil
	})
	want := []string{"60 raised", "120 active", "180 active", "240 active", "300 active", "310 resolved"}
	for i := range got {
		got[i] = strings.TrimSuffix(got[i], " warning LinkBusy")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWorseIsAnotherAlert(t *testing.T) {
	f := alert.Finding{Kind: alert.PacketDrops, Subject: alert.Subject{Switch: "leaf1", Reason: "no_buffer_space"}}
	got := play(alert.NewBook(alert.DefaultConfig()), 100, func(s int64) []alert.Finding {
		g := f
		if s >= 20 && s < 25 {
			g.Severity = flow.SeverityCritical
		}
		if s < 30 {
			return []alert.Finding{g}
		}
		return nil
	})
	want := []string{"5 raised warning PacketDrops", "20 resolved warning PacketDrops", "20 raised critical PacketDrops", "80 active critical PacketDrops", "90 resolved critical PacketDrops"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestFingerprintIsStable: figures change, the identity does not.
func TestFingerprintIsStable(t *testing.T) {
	b := alert.NewBook(alert.DefaultConfig())
	prints := map[uint64]bool{}
	for s := range int64(200) {
		f := busy()
		f.Summary = fmt.Sprint("full to ", s)
		b.See(&f, s*second)
		for _, a := range b.Tick(s * second) {
			prints[a.Fingerprint()] = true
			if a.Ends <= a.Time && a.State != flow.AlertResolved || a.Starts > a.Time {
				t.Errorf("%+v", a)
			}
		}
	}
	if len(prints) != 1 {
		t.Errorf("%d fingerprints", len(prints))
	}
	active := func() (summaries []string) {
		b.Active(func(f *alert.Finding, s flow.Severity) { summaries = append(summaries, s.String()+" "+f.Summary) })
		return summaries
	}
	if got := active(); !slices.Equal(got, []string{"warning full to 199"}) {
		t.Errorf("active: %q", got)
	}
	if list := b.Finish(201 * second); len(list) != 1 || list[0].State != flow.AlertResolved || active() != nil {
		t.Errorf("%+v, active %q", list, active())
	}
}

// TestNamesThatChange: a switch that gets its name while an alert is up has one alert all the same, under the name that was told.
func TestNamesThatChange(t *testing.T) {
	b := alert.NewBook(alert.DefaultConfig())
	f := alert.Finding{Kind: alert.PortErrors, Subject: alert.Subject{Agent: flow.AddrFrom4([4]byte{10, 0, 0, 1}), Switch: "10.0.0.1", IfIndex: 7, LinkID: "x"}, Summary: "before"}
	prints, told := map[uint64]bool{}, 0
	for s := range int64(300) {
		if s == 20 {
			f.Subject.Switch, f.Subject.Port, f.Subject.Link, f.Summary = "leaf1", "swp5", "leaf1:swp5>spine1:swp1", "after"
		}
		now := 1000*second + s*second
		if g := f; s < 100 {
			b.See(&g, now)
		}
		for _, a := range b.Tick(now) {
			prints[a.Fingerprint()] = true
			if a.State != flow.AlertActive {
				told++
			}
			if s >= 60 && a.Annotations[0].Value != "after" {
				t.Errorf("%+v", a)
			}
		}
	}
	if len(prints) != 1 || told != 2 {
		t.Errorf("%d fingerprints, told %d times", len(prints), told)
	}
}

func TestBookIsBounded(t *testing.T) {
	cfg := alert.DefaultConfig()
	cfg.Max = 100
	b := alert.NewBook(cfg)
	for i := range uint32(1000) {
		b.See(&alert.Finding{Kind: alert.PortFlapping, Subject: alert.Subject{IfIndex: i}}, second)
	}
	if n := len(b.Tick(second)); n != 100 || b.Refused != 900 {
		t.Errorf("%d told, %d refused", n, b.Refused)
	}
	// What went away makes room, raised or not.
	cfg.Max = 1
	b = alert.NewBook(cfg)
	got := play(b, 400, func(s int64) []alert.Finding {
		switch {
		case s < 10:
			return []alert.Finding{busy()}
		case s == 70, s == 71:
			return []alert.Finding{{Kind: alert.PortFlapping}}
		}
		return nil
	})
	if !slices.Equal(got, []string{"71 raised critical PortFlapping", "131 active critical PortFlapping", "191 active critical PortFlapping", "251 active critical PortFlapping", "311 active critical PortFlapping", "371 active critical PortFlapping"}) || b.Refused != 1 {
		t.Errorf("%q, %d refused", got, b.Refused)
	}
}

func TestMutedAlertIsResolved(t *testing.T) {
	rule, err := alert.ParseRule(`switch=leaf1 schedule="00:01-00:02 UTC"`, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	cfg := alert.DefaultConfig()
	cfg.Mute = []alert.Rule{rule}
	got := play(alert.NewBook(cfg), 160, during(alert.Finding{Kind: alert.AgentSilent, Subject: alert.Subject{Switch: "leaf1"}}, [2]int64{30, 145}))
	want := []string{"50 raised warning AgentSilent", "60 resolved warning AgentSilent", "140 raised warning AgentSilent", "155 resolved warning AgentSilent"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestMute: rules that change at run time hold for what is raised, and for what they hid.
func TestMute(t *testing.T) {
	rule, err := alert.ParseRule("switch=leaf1", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	b := alert.NewBook(alert.DefaultConfig())
	got := play(b, 100, func(s int64) []alert.Finding {
		switch s {
		case 40:
			b.Mute([]alert.Rule{rule})
		case 60:
			b.Mute(nil)
		}
		return []alert.Finding{{Kind: alert.AgentSilent, Subject: alert.Subject{Switch: "leaf1"}}}
	})
	want := []string{"20 raised warning AgentSilent", "40 resolved warning AgentSilent", "80 raised warning AgentSilent"}
	if !slices.Equal(got, want) || b.Muted != 19 { // with the one that is resolved it goes
		t.Errorf("got  %q, muted %d times\nwant %q", got, b.Muted, want)
	}
}

// TestKinds: every kind says what it means and what to do, under a name of its own.
func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for _, k := range alert.Kinds() {
		if names[k.String()] || k.String() == "" || k.Means() == "" || !strings.HasSuffix(k.Action(), ".") || k.Hold() < 0 || k.Clear() < 0 {
			t.Errorf("%v: %q %q", k, k.Means(), k.Action())
		}
		names[k.String()] = true
	}
}
