package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"spoor/flow"
)

// shown bounds the lines of a part, so that all fits one screen.
const shown = 12

// page writes text; the first error stays.
type page struct {
	out  io.Writer
	zone *time.Location
	now  time.Time
	err  error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.out, clean(strings.TrimRight(fmt.Sprintf(format, args...), " ")))
	}
}

// table writes rows of cells below a title.
func (p *page) table(title string, rows [][]string) {
	p.line("%s", title)
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i, r := range rows {
		if i == shown {
			break
		}
		fmt.Fprintln(t, "  "+strings.Join(r, "\t"))
	}
	if err := t.Flush(); p.err == nil {
		p.err = err
	}
	for l := range strings.Lines(b.String()) {
		p.line("%s", strings.TrimSuffix(l, "\n"))
	}
	if n := len(rows) - shown; n > 0 {
		p.line("  and %d more", n)
	}
}

// clean makes text from the network safe for a terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// Text writes the answer as one screen for people, with times of a zone.
func (d *Doc) Text(w io.Writer, zone *time.Location) error {
	p := &page{out: w, zone: zone, now: d.Time}
	if d.Flow != nil {
		p.flow(d.Flow)
	}
	few := d.Alerts[:min(len(d.Alerts), shown)]
	for i := range few {
		p.alert(&few[i], d.Flow == nil)
	}
	if more := d.More + len(d.Alerts) - len(few); more > 0 {
		p.line("and %d alerts more", more)
	}
	if len(d.Said) > 0 {
		p.line("said")
		for _, s := range d.Said[max(0, len(d.Said)-2*shown):] {
			p.line("  %s", s)
		}
	}
	return p.err
}

func (p *page) flow(f *Flow) {
	name := ends(f)
	p.line("flow   %s  %s  (reverse %s)", f.ID, name, f.Reverse)
	if t := f.Tunnel; t != nil {
		p.line("       in %s %d, %s > %s", t.Kind, t.VNI, t.Src, t.Dst)
	}
	p.line("       first seen %s, last %s; %d samples, some %s", p.clock(f.First), p.ago(f.Last), f.Samples, volume(f.Bytes))
	p.path(f.Path)
	p.rate(f)
	p.links(f.Links)
	p.taps(f.Taps)
	for _, x := range f.Drops {
		p.line("drops  %s discarded packets of it (%s), the latest %s", x.Port, x.Reason, p.ago(x.Last))
	}
	if e := f.Elephant; e != nil {
		state := "since " + p.clock(e.Since)
		if e.Ended != nil {
			state = "from " + p.clock(e.Since) + " to " + p.clock(*e.Ended)
		}
		p.line("elephant  %s, episode %d, %s%s%s", e.Alert, e.Episode, state, with(", severity ", e.Severity), with(", in the incident ", e.Group))
	}
	for i, s := range f.Why {
		p.line("%-6s %s", [...]string{"why", ""}[min(i, 1)], s)
	}
}

func with(before string, s *string) string {
	if s == nil {
		return ""
	}
	return before + *s
}

func or(s *string, other string) string {
	if s == nil {
		return other
	}
	return *s
}

func ends(f *Flow) string {
	if f.SrcPort == nil || f.DstPort == nil {
		return f.Src + " > " + f.Dst + " " + flow.ProtoName(f.Proto)
	}
	return fmt.Sprintf("%s > %s %s", host(f.Src, *f.SrcPort), host(f.Dst, *f.DstPort), flow.ProtoName(f.Proto))
}

func host(addr string, port uint16) string {
	if strings.Contains(addr, ":") {
		addr = "[" + addr + "]"
	}
	return fmt.Sprintf("%s:%d", addr, port)
}

func (p *page) path(x *Path) {
	if x == nil {
		p.line("path   unknown")
		return
	}
	title := fmt.Sprintf("path   %s, revision %d", x.State, x.Revision)
	if x.UnknownAt != nil {
		title += ": " + *x.UnknownAt + " leads to a switch that nobody reports"
	}
	var rows [][]string
	for i := range x.Hops {
		h := &x.Hops[i]
		how := "not sampled here"
		switch {
		case h.Samples > 0:
			how = fmt.Sprintf("seen in %d samples, the latest %s", h.Samples, p.ago(*h.Seen))
		case h.Observed:
			how = "was seen in samples"
		case h.By != nil:
			how = "inferred: " + *h.By + " leads there"
		case h.Agent == nil:
			how = "inferred: a switch that nobody reports"
		}
		rows = append(rows, []string{h.Switch, "in " + or(h.In, "?"), "out " + or(h.Out, "?"), how})
	}
	for _, a := range x.Alternatives {
		rows = append(rows, []string{part(a.Share), strings.Join(a.Switches, " > ")})
	}
	p.table(title, rows)
}

func (p *page) rate(f *Flow) {
	switch r := f.Rate; {
	case r == nil:
		p.line("rate   not seen of late")
	case r.Low != nil && r.High != nil && r.Peak != nil:
		p.line("rate   %s (%s to %s with 95%%), by %d samples of %d stages; peak %s", bits(r.Mean), bits(*r.Low), bits(*r.High), r.Samples, r.Stages, bits(*r.Peak))
	default:
		p.line("rate   some %s, the mean of %.0f s: too few samples for an interval", bits(r.Mean), r.Over)
	}
	if d := f.Detector; d != nil {
		p.line("       an elephant from %s; now %s of that; buckets: slow %.2f of %.2f s, fast %.2f of %.2f s", bits(d.Limit), part(d.Level), d.Slow, d.SlowFull, d.Fast, d.FastFull)
	}
}

func (p *page) links(list []Link) {
	if len(list) == 0 {
		return
	}
	var rows [][]string
	for i := range list {
		l := &list[i]
		r := []string{l.Link, "speed unknown", "", "load unknown", ""}
		if l.Speed != nil {
			r[1] = bits(*l.Speed)
			if l.Inferred {
				r[1] += " (inferred)"
			}
			r[2] = fmt.Sprintf("%s of %s", part(*l.Share), part(l.Threshold))
		}
		if l.Utilization != nil {
			r[3] = fmt.Sprintf("%s full (%s, %.1f s old)", part(*l.Utilization), l.Source, *l.Age)
		}
		if l.Elephants > 0 {
			r[4] = fmt.Sprintf("elephants %d", l.Elephants)
		}
		if l.Discards != nil && *l.Discards > 0 {
			r[4] += fmt.Sprintf(" discards %.3g/s", *l.Discards)
		}
		rows = append(rows, r)
	}
	p.table("links", rows)
}

func (p *page) taps(list []Tap) {
	if len(list) == 0 {
		return
	}
	var rows [][]string
	for i := range list {
		t := &list[i]
		r := []string{fmt.Sprintf("stage %d", t.Stage), or(t.Port, "a tap of the path"), t.Direction, fmt.Sprintf("1 in %.0f", t.Rate), "no sample yet"}
		if t.Seen != nil {
			r[4] = fmt.Sprintf("%.1f samples of late, the latest %s", t.Samples, p.ago(*t.Seen))
		}
		if t.Tunnel {
			r[2] += ", in its tunnel"
		}
		if !t.Counts {
			r[4] += "; does not count"
		}
		rows = append(rows, r)
	}
	p.table("sampled at", rows)
}

// alert writes one alert; whole with what it means and what to do.
func (p *page) alert(a *Alert, whole bool) {
	state := "since " + p.clock(a.Since)
	if a.Ended != nil {
		state = "from " + p.clock(a.Since) + " to " + p.clock(*a.Ended)
	}
	p.line("alert  %s  %s %s, %s%s", a.Fingerprint, a.Severity, a.Name, state, with(", incident ", a.Incident))
	p.line("       %s", a.Annotations["summary"])
	if !whole {
		return
	}
	p.line("       means: %s; raised once it lasts for %v, resolved once it is away for %v", a.Means, time.Duration(a.Hold*1e9), time.Duration(a.Clear*1e9))
	p.line("       do: %s", a.Annotations["action"])
	var names []string
	for n := range a.Labels {
		names = append(names, n+"="+a.Labels[n])
	}
	slices.Sort(names)
	p.line("       labels: %s", strings.Join(names, " "))
	if len(a.Flows) > 0 {
		more := ""
		if n := len(a.Flows) - shown; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		p.line("       flows, to be explained in turn: %s%s", strings.Join(a.Flows[:min(len(a.Flows), shown)], " "), more)
	}
}

func (p *page) clock(t time.Time) string {
	t = t.In(p.zone)
	if t.YearDay() == p.now.In(p.zone).YearDay() && t.Year() == p.now.In(p.zone).Year() {
		return t.Format("15:04:05.000")
	}
	return t.Format("2006-01-02 15:04:05.000")
}

func (p *page) ago(t time.Time) string {
	return fmt.Sprintf("%.1f s ago", max(0, p.now.Sub(t).Seconds()))
}

func volume(bytes uint64) string {
	x := float64(bytes)
	for _, u := range [...]struct {
		by   float64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if x >= u.by {
			return fmt.Sprintf("%.1f %s", x/u.by, u.name)
		}
	}
	return fmt.Sprintf("%d B", bytes)
}
