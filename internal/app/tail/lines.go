package tail

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Printer makes lines out of messages. Columns that always exist have fixed
// widths, so that lines of one topic stand below each other.
type Printer struct {
	Zone *time.Location   // of the times shown
	Now  func() time.Time // today's date is left out
}

// Line gives the line of one message of a JSON topic (without its prefix).
func (p *Printer) Line(topic string, value []byte) (string, error) {
	switch topic {
	case "elephants":
		return line(value, p.elephant)
	case "paths":
		return line(value, p.path)
	case "alerts":
		return line(value, p.alert)
	case "topology":
		return line(value, p.topology)
	case "flows":
		return p.flowLine(value)
	case "counters":
		return p.countersLine(value)
	case "drops":
		return p.dropLine(value)
	}
	return "", fmt.Errorf("no lines for topic %q", topic)
}

func line[T any](value []byte, f func(*T) string) (string, error) {
	var m T
	if err := json.Unmarshal(value, &m); err != nil {
		return "", fmt.Errorf("message is not as documented: %w", err)
	}
	return f(&m), nil
}

// elephant writes
//
//	12:00:05.123  started  A  10.1.1.1:40112 > 10.2.1.1:5201 tcp  25.1% (22.3-27.9) of leaf1:swp5>spine1:swp1  25.1 Mbit/s  via leaf1 > spine1 > leaf2
//	12:00:32.456  ended    A  10.1.1.1:40112 > 10.2.1.1:5201 tcp  idle after 27.3s  48.2 MB  peak 26.3 Mbit/s  via ...
func (p *Printer) elephant(m *elephantJSON) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %-7s  %s  %s  ", p.clock(m.Time), clean(m.State), Letter(m.Slot), m.Flow.String())
	if m.State == "ended" {
		length := time.Duration(0)
		if m.Ended != nil {
			length = m.Ended.Sub(m.Since)
		}
		fmt.Fprintf(&b, "%s after %s  %s  peak %s", endText(m.EndReason), span(length), byteSize(m.Bytes), bitRate(m.Peak))
	} else {
		fmt.Fprintf(&b, "%s (%.1f-%.1f)", percent(m.Share), 100*m.ShareLow, 100*m.ShareHigh)
		if len(m.Links) > 0 {
			fmt.Fprintf(&b, " of %s", clean(widest(m.Links).Link))
			switch n := len(m.Links) - 1; {
			case n == 1:
				b.WriteString(" (+1 link)")
			case n > 1:
				fmt.Fprintf(&b, " (+%d links)", n)
			}
		}
		fmt.Fprintf(&b, "  %s", bitRate(m.Rate))
	}
	if m.Path != nil && len(m.Path.Switches) > 0 {
		fmt.Fprintf(&b, "  via %s", way(m.Path.State, m.Path.Switches, nil))
	}
	if m.Severity != "" && m.Severity != "info" {
		fmt.Fprintf(&b, "  %s", strings.ToUpper(clean(m.Severity)))
	}
	if m.Muted != "" {
		fmt.Fprintf(&b, "  muted: %s", clean(m.Muted))
	}
	return b.String()
}

// alert writes
//
//	12:00:05.123  raised    WARNING   LinkBusy     leaf1:swp5>spine1:swp1 is 96% full, of mice alone
func (p *Printer) alert(m *alertJSON) string {
	return fmt.Sprintf("%s  %-8s  %-8s  %-18s  %s", p.clock(m.Time), clean(m.State), strings.ToUpper(clean(m.Severity)),
		clean(m.Labels["alertname"]), clean(m.Annotations["summary"]))
}

// widest gives the link on which the share is largest.
func widest(links []linkJSON) *linkJSON {
	best := &links[0]
	for i := range links {
		if links[i].Share > best.Share {
			best = &links[i]
		}
	}
	return best
}

// Letter is the elephant's name on every screen: A to Z, then AA.
func Letter(slot int) string {
	if slot < 0 {
		return "-"
	}
	if slot < 26 {
		return string(rune('A' + slot))
	}
	return Letter(slot/26-1) + Letter(slot%26)
}

func endText(reason string) string {
	switch reason {
	case "below":
		return "below the threshold"
	case "telemetry_lost":
		return "telemetry lost"
	case "collector_restart":
		return "collector restarted"
	}
	return clean(reason)
}

// path writes
//
//	12:00:05.123  complete     10.1.1.1:40112 > 10.2.1.1:5201 tcp  leaf1 > spine2 > leaf3  moved from leaf1 > spine1 > leaf3
func (p *Printer) path(m *pathMessage) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %-11s  %s  ", p.clock(m.Time), clean(m.State), m.Flow.String())
	if len(m.Alternatives) > 0 {
		for i, a := range m.Alternatives {
			if i > 0 {
				b.WriteString("  or  ")
			}
			fmt.Fprintf(&b, "%s (%.0f%%)", way("", a.Switches, nil), 100*a.Share)
		}
	} else {
		b.WriteString(way(m.State, m.Switches, m.UnknownAt))
	}
	switch m.Cause {
	case "expired":
		b.WriteString("  expired")
	case "corrected":
		fmt.Fprintf(&b, "  corrected, was %s", way("", m.Previous, nil))
	case "moved":
		fmt.Fprintf(&b, "  moved from %s", way("", m.Previous, nil))
	}
	return b.String()
}

// way writes the switches of a path in travel order, "{a, b}" if the order is not known.
func way(state string, switches []string, unknownAt *portJSON) string {
	names := make([]string, len(switches))
	for i, s := range switches {
		names[i] = clean(s)
	}
	if state == "unordered" {
		return "{" + strings.Join(names, ", ") + "}"
	}
	s := strings.Join(names, arrow)
	if unknownAt != nil {
		s += arrow + "? (beyond " + unknownAt.String() + ")"
	}
	if s == "" {
		return "?"
	}
	return s
}

// topology writes
//
//	12:00:05.123  link    up     leaf1:swp5--spine1:swp1  100 Mbit/s  learned
//	12:00:05.123  host    up     10.1.1.1 at leaf1:swp1
//	12:00:05.123  switch  up     dark-1  inferred
func (p *Printer) topology(m *topologyJSON) string {
	var b strings.Builder
	kind, what := "switch", clean(m.Switch)
	switch {
	case m.Link != "":
		kind, what = "link", clean(m.Link)
	case m.Host != "":
		kind, what = "host", clean(m.Host)
	}
	fmt.Fprintf(&b, "%s  %-6s  %-5s  %s", p.clock(m.when()), kind, clean(m.State), what)
	if len(m.Ports) > 0 {
		at := make([]string, len(m.Ports))
		for i := range m.Ports {
			at[i] = m.Ports[i].String()
		}
		b.WriteString(" at " + strings.Join(at, ", "))
	}
	if m.Speed != nil && *m.Speed > 0 {
		b.WriteString("  " + Speed(*m.Speed))
	}
	if m.VNI != nil {
		fmt.Fprintf(&b, "  vni %d", *m.VNI)
	}
	if m.Source != "" && kind != "host" {
		b.WriteString("  " + clean(m.Source))
	}
	return b.String()
}

// when gives the best time that a topology message has.
func (m *topologyJSON) when() time.Time {
	for _, t := range []*time.Time{m.Time, m.Seen, m.Since} {
		if t != nil {
			return *t
		}
	}
	return time.Time{}
}
