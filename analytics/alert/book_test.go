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
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
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
