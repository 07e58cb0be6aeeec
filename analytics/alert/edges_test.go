package alert_test

import (
	"slices"
	"testing"
	"time"

	"spoor/analytics/alert"
	"spoor/flow"
)

// mutes reports whether a rule hides a finding at a time.
func mutes(t *testing.T, rule string, f *alert.Finding, at time.Time) bool {
	t.Helper()
	return book(t, rule).MutedBy(f, at.UnixNano()) != nil
}

// book gives one with a rule.
func book(t *testing.T, rule string) *alert.Book {
	t.Helper()
	r, err := alert.ParseRule(rule, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	cfg := alert.DefaultConfig()
	cfg.Mute = []alert.Rule{r}
	return alert.NewBook(cfg)
}

// at gives a time of 2026 in UTC, such as "11-23 22:00:00".
func at(t *testing.T, text string) time.Time {
	t.Helper()
	x, err := time.Parse(time.DateTime, "2026-"+text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestScheduleEdges: a schedule begins with its first second and is over with
// the second that it names as its end, at midnight, over it, and when clocks change.
func TestScheduleEdges(t *testing.T) {
	down := alert.Finding{Kind: alert.PortDown, Subject: alert.Subject{Switch: "leaf1", Port: "swp5"}}
	f := func(schedule string, holds, not []string) {
		t.Helper()
		for _, want := range [...]bool{true, false} {
			for _, when := range map[bool][]string{true: holds, false: not}[want] {
				if mutes(t, `switch=leaf1 schedule="`+schedule+`"`, &down, at(t, when)) != want {
					t.Errorf("%s at %s: holds %v", schedule, when, !want)
				}
			}
		}
	}
	// 23 November 2026 is a Monday.
	f("Mon 22:00-04:00", []string{"11-23 22:00:00", "11-23 23:59:59", "11-24 00:00:00", "11-24 03:59:59"},
		[]string{"11-23 21:59:59", "11-24 04:00:00", "11-23 00:00:00", "11-23 03:59:59", "11-24 22:00:00"})
	f("Mon 01:00-02:00", []string{"11-23 01:00:00", "11-23 01:59:59"}, []string{"11-23 00:59:59", "11-23 02:00:00", "11-24 01:30:00"})
	f("Sat,Sun", []string{"11-28 00:00:00", "11-29 23:59:59"}, []string{"11-27 23:59:59", "11-30 00:00:00"})
	f("Fri-Mon 00:00-24:00", []string{"11-27 00:00:00", "11-30 23:59:59"}, []string{"12-01 00:00:00", "11-26 23:59:59"})
	f("Sun 22:00-24:00", []string{"11-29 22:00:00", "11-29 23:59:59"}, []string{"11-30 00:00:00", "11-29 21:59:59"})
	f("Mon 22:00-22:00", []string{"11-23 22:00:00", "11-24 21:59:59"}, []string{"11-23 21:59:59", "11-24 22:00:00"})
	f("22:00-00:00", []string{"11-23 22:00:00", "11-23 23:59:59"}, []string{"11-24 00:00:00", "11-23 21:59:59"})
	// A day elsewhere is another one: Monday in Auckland (UTC+13) begins on Sunday at 11:00.
	f("Mon Pacific/Auckland", []string{"11-22 11:00:00", "11-23 10:59:59"}, []string{"11-22 10:59:59", "11-23 11:00:00"})
	// Berlin's clocks go from 02:00 to 03:00 on 29 March at 01:00 UTC: an hour of the window is not there.
	f("01:30-03:30 Europe/Berlin", []string{"03-29 00:30:00", "03-29 00:59:59", "03-29 01:00:00", "03-29 01:29:59"}, []string{"03-29 00:29:59", "03-29 01:30:00"})
	f("02:00-03:00 Europe/Berlin", nil, []string{"03-29 00:59:59", "03-29 01:00:00"})
	f("22:00-04:00 Europe/Berlin", []string{"03-28 21:00:00", "03-29 01:59:59"}, []string{"03-28 20:59:59", "03-29 02:00:00"})
	// And from 03:00 to 02:00 on 25 October at 01:00 UTC: an hour is there twice.
	f("02:00-03:00 Europe/Berlin", []string{"10-25 00:00:00", "10-25 00:59:59", "10-25 01:00:00", "10-25 01:59:59"}, []string{"10-24 23:59:59", "10-25 02:00:00"})
	f("22:00-04:00 Europe/Berlin", []string{"10-24 20:00:00", "10-25 02:59:59"}, []string{"10-24 19:59:59", "10-25 03:00:00"})
}

// TestUntilEdges: a rule has expired at the very moment that it names.
func TestUntilEdges(t *testing.T) {
	down := alert.Finding{Kind: alert.PortDown, Subject: alert.Subject{Switch: "leaf1"}}
	f := func(until string, end time.Time) {
		t.Helper()
		rule := "switch=leaf1 until=" + until
		if !mutes(t, rule, &down, end.Add(-1)) || mutes(t, rule, &down, end) || mutes(t, rule, &down, end.Add(1)) {
			t.Errorf("%s: want its end at %v", rule, end)
		}
	}
	f("2026-11-24", at(t, "11-24 00:00:00"))
	f("2026-11-24T18:00:00Z", at(t, "11-24 18:00:00"))
	f("2026-11-24T18:00:00+02:00", at(t, "11-24 16:00:00"))
}

// TestRuleMeetsAlert: an alert that is up is resolved the moment that a rule's
// time begins; one that lasts when it ends is raised then, held back as any other; both only once.
func TestRuleMeetsAlert(t *testing.T) {
	silent := alert.Finding{Kind: alert.AgentSilent, Subject: alert.Subject{Switch: "leaf1"}} // raised after 20 s
	f := func(rule string, lasts [2]int64, want ...string) {
		t.Helper()
		for i := range want {
			want[i] += " warning AgentSilent"
		}
		if got := play(book(t, rule), 300, during(silent, lasts)); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", rule, got, want)
		}
	}
	// Day one of time, a Thursday.
	f(`switch=leaf1 schedule="00:01-00:03 UTC"`, [2]int64{0, 220}, "20 raised", "60 resolved", "200 raised", "230 resolved")
	f(`switch=leaf1 schedule="Thu 00:01-00:03 UTC"`, [2]int64{40, 120})
	f(`switch=leaf1 schedule="Wed 23:00-00:01 UTC"`, [2]int64{0, 100}, "80 raised", "110 resolved")
	f(`switch=leaf1 until=1970-01-01T00:01:00Z`, [2]int64{0, 70}) // what lasts shorter than the hold is no alert
	f(`switch=leaf1 until=1970-01-01T00:01:00Z`, [2]int64{0, 85}, "80 raised", "95 resolved")
	// It is away, but not resolved yet, as the rule begins: resolved for being away, once.
	f(`switch=leaf1 schedule="00:01-00:03 UTC"`, [2]int64{0, 58}, "20 raised", "68 resolved")
}

// TestMutedMessage: an alert that a rule ends says when it began and ended, under its own fingerprint.
func TestMutedMessage(t *testing.T) {
	b := book(t, `switch=leaf1 schedule="00:01-00:02 UTC"`)
	var told []*flow.Alert
	for s := range int64(70) {
		b.See(&alert.Finding{Kind: alert.AgentSilent, Subject: alert.Subject{Switch: "leaf1"}}, s*second)
		told = append(told, b.Tick(s*second)...)
	}
	if len(told) != 2 || told[1].State != flow.AlertResolved || told[1].Ends != 60*second || told[1].Starts != told[0].Starts || told[0].Fingerprint() != told[1].Fingerprint() {
		t.Errorf("%+v", told)
	}
	if list, n := b.Raised(10, 70*second); n != 0 {
		t.Errorf("still up: %+v", list)
	}
}

// TestPlaces: a rule of two prefixes fits in both directions, one of a link by
// whichever end is named first or alone, one of a switch and a port at the same end only.
func TestPlaces(t *testing.T) {
	flow1 := alert.Finding{Kind: alert.ElephantFlow, Subject: alert.Subject{
		Key:  flow.Key{Src: addr("10.1.1.1"), Dst: addr("10.2.0.5"), Proto: 6},
		Flow: 7, Link: "leaf1:swp5>spine1:swp1", LinkID: "10.255.0.1/150--10.255.0.51/5101",
	}, Links: []string{"spine1:swp2>leaf2:swp6", "10.255.0.2/160--10.255.0.51/5102"}}
	back := flow1
	back.Subject.Key.Src, back.Subject.Key.Dst = flow1.Subject.Key.Dst, flow1.Subject.Key.Src
	six := flow1
	six.Subject.Key.Src, six.Subject.Key.Dst = addr("2001:db8:1::1"), addr("2001:db8:2::1")
	now := at(t, "11-23 01:30:00")
	f := func(rule string, finding *alert.Finding, want bool) {
		t.Helper()
		if got := mutes(t, rule, finding, now); got != want {
			t.Errorf("%s: %v", rule, got)
		}
	}
	for _, rule := range []string{"between=10.1.0.0/16,10.2.0.0/16", "between=10.2.0.0/16,10.1.0.0/16", `between="10.2.0.5, 10.1.1.1"`} {
		f(rule, &flow1, true)
		f(rule, &back, true)
		f(rule, &six, false)
	}
	f("between=10.1.0.0/16,10.1.0.0/16", &flow1, false) // both ends must fit
	f("between=10.1.0.0/16,0.0.0.0/0", &flow1, true)
	f("between=10.1.0.0/16,0.0.0.0/0", &back, true)
	f("src=10.1.0.0/16 dst=10.2.0.0/16", &flow1, true)
	f("src=10.1.0.0/16 dst=10.2.0.0/16", &back, false)
	f("between=2001:db8:2::/48,2001:db8:1::/48", &six, true)
	f("src=::/0", &flow1, false)
	f("src=0.0.0.0/0", &six, false)
	f("src=::ffff:10.1.0.0/112", &flow1, true) // the same prefix in IPv6's clothes
	f("src=::ffff:10.1.0.0/112", &back, false)
	f("between=::ffff:10.2.0.5,10.1.1.1", &flow1, true)

	for _, rule := range []string{
		"link=leaf1:swp5>spine1:swp1", "link=leaf1:swp5--spine1:swp1", "link=spine1:swp1>leaf1:swp5", "link=spine1:swp1--leaf1:swp5", "link=leaf1:swp5<spine1:swp1",
		"link=leaf1:swp5", "link=spine1:swp1", "link=leaf2:swp6", "link=10.255.0.51/5101", "link=10.255.0.51/5101--10.255.0.1/150",
	} {
		f(rule, &flow1, true)
	}
	for _, rule := range []string{"link=leaf1:swp", "link=leaf1", "link=swp5", "link=leaf1:swp5--spine1:swp2", "link=leaf1:swp5--leaf2:swp6", "link=10.255.0.51/510"} {
		f(rule, &flow1, false)
	}

	f("switch=leaf1 port=swp5", &flow1, true)
	f("switch=leaf2 port=swp6", &flow1, true)
	f("switch=leaf1 port=swp1", &flow1, false) // that is spine1's
	f("switch=spine1 port=swp5", &flow1, false)
	f("switch=10.255.0.2", &flow1, true)
	f("switch=10.255.0.51", &flow1, true)
	f("switch=10.255.0.5", &flow1, false)
	errs := alert.Finding{Kind: alert.PortErrors, Subject: alert.Subject{Switch: "leaf1", Agent: addr("10.255.0.1"), Port: "swp5", IfIndex: 150, Link: "leaf1:swp5<spine1:swp1"}}
	f("switch=leaf1 port=swp5", &errs, true)
	f("switch=10.255.0.1 port=swp5", &errs, true)
	f("switch=spine1 port=swp1", &errs, true)
	f("switch=leaf1 port=swp1", &errs, false)
	f("link=spine1:swp1", &errs, true)
}
