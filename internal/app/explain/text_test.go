package explain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"spoor/flow"
)

func textOf(t *testing.T, d *Doc) string {
	t.Helper()
	var b strings.Builder
	if err := d.Text(&b, time.UTC); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAlertText: an alert that was asked for says what it means and what to do; beside a flow its line suffices.
func TestAlertText(t *testing.T) {
	a := &flow.Alert{
		State: flow.AlertRaised, Severity: flow.SeverityWarning, Starts: now - 90*second, Ends: now + second, Incident: "link/a>b", Flows: []uint64{0xab, 0xcd},
		Labels:      []flow.Label{{Name: "switch", Value: "leaf1"}, {Name: "alertname", Value: "LinkBusy"}},
		Annotations: []flow.Label{{Name: "summary", Value: "leaf1:swp49 is 95% full"}, {Name: "action", Value: "See its elephants."}},
	}
	x := newAlert(a)
	got := textOf(t, &Doc{Time: moment(now), Alerts: []Alert{x}})
	want := "alert  " + x.Fingerprint + "  warning LinkBusy, since 02:09:35.000, incident link/a>b\n" +
		"       leaf1:swp49 is 95% full\n" +
		"       means: a link between two switches has been more than 90% full for a minute; raised once it lasts for 1m0s, resolved once it is away for 1m0s\n" +
		"       do: See its elephants.\n" +
		"       labels: alertname=LinkBusy switch=leaf1\n" +
		"       flows, to be explained in turn: 00000000000000ab 00000000000000cd\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	a.State, a.Ends = flow.AlertResolved, now-10*second
	got = textOf(t, &Doc{Time: moment(now), Flow: newFlow(whole()), Alerts: []Alert{newAlert(a)}})
	if !strings.Contains(got, "warning LinkBusy, from 02:09:35.000 to 02:10:55.000, incident link/a>b\n       leaf1:swp49 is 95% full\n") || strings.Contains(got, "means:") {
		t.Errorf("beside a flow:\n%s", got)
	}
}

// TestTextFitsAScreen: twelve of a kind are shown and the rest counted, each time that it is written.
func TestTextFitsAScreen(t *testing.T) {
	d := &Doc{Time: moment(now), More: 3}
	for i := range 15 {
		d.Alerts = append(d.Alerts, Alert{Name: fmt.Sprint("alert", i), Since: moment(now)})
	}
	for i := range 30 {
		d.Said = append(d.Said, fmt.Sprint("word", i))
	}
	first := textOf(t, d)
	if strings.Count(first, "alert  ") != 12 || !strings.Contains(first, "and 6 alerts more\n") || strings.Contains(first, "word5\n") || !strings.Contains(first, "  word6\n") {
		t.Errorf("%s", first)
	}
	if again := textOf(t, d); again != first {
		t.Errorf("written again it is\n%s\nand was\n%s", again, first)
	}
	f := newFlow(whole())
	f.Path.Hops = nil
	for range 14 {
		f.Path.Hops = append(f.Path.Hops, Hop{Switch: "x"})
	}
	if got := textOf(t, &Doc{Time: moment(now), Flow: f}); strings.Count(got, "  x  in ?") != 12 || !strings.Contains(got, "\n  and 2 more\n") {
		t.Errorf("%s", got)
	}
	flows := Alert{Flows: strings.Fields(strings.Repeat("id ", 13))}
	if got := textOf(t, &Doc{Alerts: []Alert{flows}}); !strings.Contains(got, strings.Repeat(" id", 12)+" and 1 more\n") {
		t.Errorf("%s", got)
	}
}

// TestUnknownText: what little is known of a flow is told as that.
func TestUnknownText(t *testing.T) {
	c := whole()
	c.Path, c.Hops, c.Links, c.Taps, c.Life, c.Behind, c.Limit = nil, nil, nil, nil, nil, 0, 0
	c.Rate, c.Over, c.Bytes = 290e3, 4, 999
	got := textOf(t, &Doc{Time: moment(now), Flow: newFlow(c)})
	for _, want := range []string{"some 999 B\n", "path   unknown\n", "rate   some 290.0 kbit/s, the mean of 4 s: too few samples for an interval\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	c.Rate = -1
	if got := textOf(t, &Doc{Time: moment(now), Flow: newFlow(c)}); !strings.Contains(got, "rate   not seen of late\n") || strings.Contains(got, "an elephant from") || strings.Contains(got, "links\n") || strings.Contains(got, "sampled at") {
		t.Errorf("%s", got)
	}
}

// TestHostileText: names come from the network; none of them moves the cursor.
func TestHostileText(t *testing.T) {
	got := textOf(t, &Doc{Alerts: []Alert{{Name: "a\x1b[2Jb\u202ec\nd", Labels: map[string]string{"x": "\r\x00"}}}})
	if strings.ContainsAny(got, "\x1b\r\x00\u202e") || !strings.Contains(got, "a?[2Jb?c?d") {
		t.Errorf("%q", got)
	}
}

// TestFigures: rates, volumes, times and ends as people read them.
func TestFigures(t *testing.T) {
	p := &page{zone: time.UTC, now: moment(now)}
	six, seven := uint16(6), uint16(7)
	for want, got := range map[string]string{
		"0 bit/s": bits(0), "999 bit/s": bits(999), "1.0 kbit/s": bits(1000), "1.0 Mbit/s": bits(1e6), "1.0 Gbit/s": bits(1e9), "400.0 Gbit/s": bits(400e9),
		"0 B": volume(0), "999 B": volume(999), "1.0 kB": volume(1000), "1.5 MB": volume(1.5e6), "1.0 GB": volume(1e9), "2.0 TB": volume(2e12),
		"0.0%": part(0), "12.3%": part(0.1234), "100.0%": part(1),
		"02:11:05.000": p.clock(moment(now)), "00:00:00.000": p.clock(moment(now).Truncate(24 * time.Hour)), "2026-11-21 23:59:59.500": p.clock(moment(now).Truncate(24 * time.Hour).Add(-time.Second / 2)),
		"2025-11-22 02:11:05.000": p.clock(moment(now).AddDate(-1, 0, 0)),
		"1.5 s ago":               p.ago(moment(now - 3*second/2)), "0.0 s ago": p.ago(moment(now + second)), // clocks of workers differ a little
		"10.1.1.1:6 > [fd00::1]:7 udp": ends(&Flow{Src: "10.1.1.1", Dst: "fd00::1", SrcPort: &six, DstPort: &seven, Proto: 17}), "10.1.1.1 > 10.2.1.1 icmp": ends(&Flow{Src: "10.1.1.1", Dst: "10.2.1.1", Proto: 1}),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if when(0) != nil || text("") != nil || number(5, false) != nil || portName("swp1", 0) != nil || *portName("", 7) != "7" || *portName("swp7", 7) != "swp7" {
		t.Error("what is unknown is null")
	}
}

// broken takes some bytes, then fails.
type broken struct{ left int }

var errFull = errors.New("no space")

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestTextFails: the first error of the writer is the answer's.
func TestTextFails(t *testing.T) {
	d := &Doc{Time: moment(now), Flow: newFlow(whole())}
	for _, room := range []int{0, 100, 500} {
		if err := d.Text(&broken{room}, time.UTC); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}
