package alert_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"spoor/analytics/alert"
	"spoor/flow"
)

func addr(s string) flow.Addr { return flow.AddrFromNetip(netip.MustParseAddr(s)) }

func TestRules(t *testing.T) {
	elephant := alert.Finding{
		Kind: alert.ElephantFlow,
		Subject: alert.Subject{
			Key:  flow.Key{Src: addr("10.1.1.1"), Dst: addr("10.2.0.5"), Proto: 6},
			Flow: 7, Link: "leaf1:swp5>spine1:swp1", LinkID: "10.255.0.1/150--10.255.0.51/5101",
		},
		Links: []string{"spine1:swp2>leaf2:swp5"},
	}
	down := alert.Finding{Kind: alert.PortDown, Subject: alert.Subject{Switch: "leaf1", Agent: addr("10.255.0.1"), Port: "swp5", IfIndex: 150}}
	monday := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	f := func(rule string, finding *alert.Finding, want bool) {
		t.Helper()
		r, err := alert.ParseRule(rule, time.UTC)
		if err != nil {
			t.Error(err)
			return
		}
		cfg := alert.DefaultConfig()
		cfg.Mute = []alert.Rule{r}
		if got := alert.NewBook(cfg).MutedBy(finding, monday.UnixNano()); (got != nil) != want {
			t.Errorf("%s: %v", rule, got)
		}
	}
	f("src=10.1.0.0/16", &elephant, true)
	f("src=10.2.0.0/16", &elephant, false)
	f("dst=10.2.0.5", &elephant, true)
	f("src=10.1.0.0/16 dst=10.2.0.6", &elephant, false)
	f("between=10.2.0.0/16,10.1.1.1", &elephant, true)
	f("between=10.2.0.0/16,10.1.1.2", &elephant, false)
	f("src=10.1.0.0/16", &down, false)
	f("src=2001:db8::/32", &elephant, false)
	f("alert=ElephantFlow", &elephant, true)
	f("alert=PortDown", &elephant, false)
	f("switch=leaf1", &down, true)
	f("switch=10.255.0.1", &down, true)
	f("switch=leaf1 port=swp5", &down, true)
	f("switch=leaf1 port=swp6", &down, false)
	f("switch=leaf2", &elephant, true) // it passes it
	f("switch=leaf", &elephant, false)
	f("port=swp2", &elephant, true)
	f("port=swp9", &elephant, false)
	f("src=::/0", &down, false) // it has no addresses at all
	f("link=leaf1:swp5", &down, false)
	f("link=spine1:swp1>leaf9:swp5", &elephant, false)
	f("link=leaf9:swp5>spine1:swp1", &elephant, false)
	f("switch=leaf1\tport=swp6", &down, false) // words stand on lines of their own, or behind tabs
	f("switch=leaf1\n  port=swp5\n", &down, true)
	f("link=leaf1:swp5--spine1:swp1", &elephant, true)
	f("link=spine1:swp1>leaf1:swp5", &elephant, true)
	f("link=10.255.0.1/150--10.255.0.51/5101", &elephant, true)
	f("link=leaf9:swp5--spine1:swp1", &elephant, false)
	f(`switch=leaf1 schedule="Mon 01:00-02:00"`, &down, true)
	f(`switch=leaf1 schedule="Mon 01:00-01:30"`, &down, false)
	f(`switch=leaf1 schedule="Tue-Sun"`, &down, false)
	f(`switch=leaf1 schedule="Sun 22:00-04:00"`, &down, true) // begun yesterday
	f(`switch=leaf1 schedule="Mon 22:00-04:00"`, &down, false)
	f(`switch=leaf1 schedule="Sat-Mon"`, &down, true)
	f(`switch=leaf1 schedule="00:00-24:00"`, &down, true)
	f(`switch=leaf1 schedule="Sun 20:00-21:00 America/New_York"`, &down, true)
	f("switch=leaf1 until=2026-11-24", &down, true)
	f("switch=leaf1 until=2026-11-23", &down, false)
	f("switch=leaf1 until=2026-11-23T01:30:00Z", &down, false)
	f(`name=x switch=leaf1 reason="new optics" until=2026-11-23T01:30:01Z`, &down, true)
}

func TestRuleErrors(t *testing.T) {
	f := func(rule, want string) {
		t.Helper()
		_, err := alert.ParseRule(rule, time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "mute rule") {
			t.Errorf("%s: %v, want %q", rule, err, want)
		}
	}
	f("", "names nothing")
	f("reason=x", "names nothing")
	f("src=10.1.1.1/16", "did you mean 10.1.0.0/16?")
	f("src=x", "neither an address nor a prefix")
	f("between=10.0.0.0/8", "two prefixes")
	f("alert=Elephant", "there is no alert")
	f("leaf1", "NAME=VALUE")
	f("source=x", "is unknown")
	f("switch=", "value is missing")
	f("switch=leaf1 =leaf2", "NAME=VALUE")
	f("of leaf1 switch=leaf1", "NAME=VALUE")
	f("of\tswitch=leaf1", "NAME=VALUE")
	f(`"switch"=leaf1`, "NAME=VALUE")
	f("link=>", "name of a link")
	f("link=--spine1:swp1", "name of a link")
	f(`switch="leaf1`, "does not end")
	f("switch=a switch=b", "twice")
	f(`switch=a schedule="Mon-Frx"`, "are no days")
	f(`switch=a schedule="Mon,Frx-Sun"`, "are no days")
	f(`switch=a schedule="Mon-"`, "are no days")
	for _, hours := range []string{
		" ", "25:00-26:00", "24:00-24:00", "00:00-24:01", "22:00", "Mon 22:00", "22:00-", "-22:00", "22:0-23:00", "22:000-23:00", "22:60-23:00", "22:x0-23:00", "x:00-23:00", "-1:30-02:00", "22:00--1:00", "01:-1-02:00", "22:00-23:00-23:30",
	} {
		f(`switch=a schedule="`+hours+`"`, "want days and hours")
	}
	f(`switch=a schedule="01"`, "no time zone")
	f(`switch=a schedule="01:00-02:00 Nowhere/City"`, "no time zone")
	f(`switch=a schedule="01:00-02:00 UTC UTC"`, "want days and hours")
	f("switch=a until=tomorrow", "want a date")
}

// TestRuleNames: a silence tells the rule's name, else its reason, else the rule.
func TestRuleNames(t *testing.T) {
	for text, want := range map[string]string{
		"switch=leaf1":                              "switch=leaf1",
		`switch=leaf1 reason="new optics"`:          "new optics",
		`name=optics switch=leaf1 reason="is slow"`: "optics",
	} {
		if r, err := alert.ParseRule(text, time.UTC); err != nil || r.Name != want || r.String() != text {
			t.Errorf("%s: %q, %q, %v", text, r.Name, r.String(), err)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`src=10.1.0.0/16 dst=10.2.0.5 schedule="Mon-Fri 22:00-04:00 UTC" until=2027-01-31 reason="nightly backup"`)
	f.Add("between=a,b link=x>y")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := alert.ParseRule(text, time.UTC)
		if err != nil {
			return
		}
		again, err := alert.ParseRule(r.String(), time.UTC)
		if err != nil || again.Name != r.Name {
			t.Errorf("%q reads back as %+v, %v", text, again, err)
		}
		cfg := alert.DefaultConfig()
		cfg.Mute = []alert.Rule{r}
		alert.NewBook(cfg).MutedBy(&alert.Finding{}, 0)
	})
}
