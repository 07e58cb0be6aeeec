package alert

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Rule mutes findings: those that fit all that it names, while its schedule
// lasts and until it expires.
type Rule struct {
	Name   string // told as the reason of the silence
	Reason string

	Alert            string       // alertname, "" any
	Src, Dst         netip.Prefix // of the flow or pair; not valid: any
	Either           bool         // Src and Dst fit the other way round as well
	Switch, Port     string       // a switch by name or agent address; its port by name
	Link             string       // by name, in any direction, by id, or by one of its ends
	Schedule         schedule
	Until            time.Time // zero: for ever
	text             string
	linkOut, linkOne string // the ends of Link
}

// ParseRule reads a rule of words like
//
//	src=10.1.0.0/16 dst=10.2.0.5 schedule="Mon-Fri 22:00-04:00 UTC" until=2027-01-31 reason="nightly backup"
//
// The words: name, reason, alert, src, dst, between (two prefixes with a comma,
// in either direction), switch, port, link, schedule, until (a date, or RFC 3339).
// A value with spaces stands in double quotes. Zone is that of schedules and dates without one.
func ParseRule(text string, zone *time.Location) (Rule, error) {
	r := Rule{text: text}
	words, err := split(text)
	if err != nil {
		return r, fmt.Errorf("mute rule %q: %w", text, err)
	}
	for _, w := range words {
		if err := r.set(w.name, w.value, zone); err != nil {
			return r, fmt.Errorf("mute rule %q: %w", text, err)
		}
	}
	if r.Alert == "" && !r.Src.IsValid() && !r.Dst.IsValid() && r.Switch == "" && r.Port == "" && r.Link == "" {
		return r, fmt.Errorf("mute rule %q: it names nothing and would hide everything: give one of alert, src, dst, between, switch, port, link", text)
	}
	if r.Name == "" {
		r.Name = text
		if r.Reason != "" {
			r.Name = r.Reason
		}
	}
	return r, nil
}

// String gives the rule as it was written.
func (r *Rule) String() string { return r.text }

type word struct{ name, value string }

// split gives the words of a rule.
func split(text string) (words []word, err error) {
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		name, value, ok := strings.Cut(rest, "=")
		if !ok || strings.ContainsFunc(name, unicode.IsSpace) || strings.Contains(name, `"`) || name == "" {
			return nil, fmt.Errorf("%q: want NAME=VALUE, and double quotes around a value with spaces", rest)
		}
		if quoted, is := strings.CutPrefix(value, `"`); is {
			if value, rest, ok = strings.Cut(quoted, `"`); !ok {
				return nil, fmt.Errorf("%s: the quote does not end", name)
			}
		} else {
			rest = ""
			if i := strings.IndexFunc(value, unicode.IsSpace); i >= 0 {
				value, rest = value[:i], value[i:]
			}
		}
		if value == "" {
			return nil, fmt.Errorf("%s: the value is missing", name)
		}
		if slices.ContainsFunc(words, func(w word) bool { return w.name == name }) {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		words = append(words, word{name, value})
	}
	return words, nil
}

func (r *Rule) set(name, value string, zone *time.Location) (err error) {
	switch name {
	case "name":
		r.Name = value
	case "reason":
		r.Reason = value
	case "alert":
		r.Alert = value
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.String() == value }) {
			return fmt.Errorf("there is no alert %q", value)
		}
	case "src":
		r.Src, err = prefix(value)
	case "dst":
		r.Dst, err = prefix(value)
	case "between":
		a, b, ok := strings.Cut(value, ",")
		if !ok {
			return fmt.Errorf("between=%s: want two prefixes with a comma, in quotes", value)
		}
		r.Either = true
		if r.Src, err = prefix(a); err == nil {
			r.Dst, err = prefix(b)
		}
	case "switch":
		r.Switch = value
	case "port":
		r.Port = value
	case "link":
		r.Link = value
		if r.linkOut, r.linkOne = ends(value); r.linkOut == "" {
			return fmt.Errorf("link=%s: want the name of a link like leaf1:swp5--spine1:swp1, or one of its ends", value)
		}
	case "schedule":
		r.Schedule, err = parseSchedule(value, zone)
	case "until":
		r.Until, err = parseUntil(value, zone)
	default:
		return fmt.Errorf("%q is unknown: want name, reason, alert, src, dst, between, switch, port, link, schedule or until", name)
	}
	return err
}

func prefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%q is neither an address nor a prefix", text)
	}
	if p.Masked() != p {
		return p, fmt.Errorf("%q has bits beyond its length: did you mean %s?", text, p.Masked())
	}
	if a := p.Addr(); a.Is4In6() { // flows have the address without its clothes
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p, nil
}

func parseUntil(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fmt.Errorf("until=%s: want a date like 2027-01-31 (the rule ends as it begins) or a time like 2027-01-31T18:00:00Z", text)
	}
	return t, nil
}

// ends gives the two ends of a link's name: "leaf1:swp5>spine1:swp1" or "leaf1:swp5--spine1:swp1".
func ends(link string) (a, b string) {
	for _, sep := range [...]string{"--", ">", "<"} {
		if a, b, ok := strings.Cut(link, sep); ok {
			return a, b
		}
	}
	return link, ""
}

// matches reports whether the rule hides a finding at a time.
func (r *Rule) matches(f *Finding, now int64) bool {
	t := time.Unix(0, now)
	if !r.Until.IsZero() && !t.Before(r.Until) || !r.Schedule.holds(t) {
		return false
	}
	if r.Alert != "" && r.Alert != f.Kind.String() {
		return false
	}
	s := &f.Subject
	src, dst := s.Key.Src.Netip(), s.Key.Dst.Netip()
	forth, back := within(r.Src, src) && within(r.Dst, dst), within(r.Src, dst) && within(r.Dst, src)
	if !forth && (!r.Either || !back) {
		return false
	}
	return r.onPort(f) && (r.Link == "" || r.onLink(f))
}

// within reports whether the address lies in the prefix; any does where there is none.
func within(p netip.Prefix, a netip.Addr) bool {
	return !p.IsValid() || p.Contains(a.Unmap())
}

// eachLink calls yield with the names and ids of the links that a finding concerns.
func eachLink(f *Finding, is func(string) bool) bool {
	return is(f.Subject.Link) || is(f.Subject.LinkID) || slices.ContainsFunc(f.Links, is)
}

// onPort reports whether the switch and the port of a rule, of which one alone may be
// named, are those of the finding or of one end of a link that it concerns.
func (r *Rule) onPort(f *Finding) bool {
	s := &f.Subject
	if (r.Switch == "" || r.Switch == s.Switch || r.Switch == s.Agent.String()) && (r.Port == "" || r.Port == s.Port) {
		return true
	}
	at := func(end string) bool {
		switch {
		case r.Port == "":
			return strings.HasPrefix(end, r.Switch+":") || strings.HasPrefix(end, r.Switch+"/")
		case r.Switch == "":
			return strings.HasSuffix(end, ":"+r.Port)
		}
		return end == r.Switch+":"+r.Port
	}
	return eachLink(f, func(link string) bool {
		a, b := ends(link)
		return at(a) || at(b)
	})
}

func (r *Rule) onLink(f *Finding) bool {
	return eachLink(f, func(link string) bool {
		if link == r.Link {
			return true
		}
		a, b := ends(link)
		if r.linkOne == "" {
			return a == r.linkOut || b == r.linkOut
		}
		return a == r.linkOut && b == r.linkOne || b == r.linkOut && a == r.linkOne
	})
}

var errSchedule = errors.New(`want days and hours like "Mon-Fri 22:00-04:00 UTC", "Sat,Sun" or "01:30-02:00"`)
