package explain

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"spoor/analytics"
	"spoor/flow"
)

// newFlow puts a case into the form of the answer.
func newFlow(c *analytics.Case) *Flow {
	k := &c.Key
	back := flow.Key{Src: k.Dst, Dst: k.Src, SrcPort: k.DstPort, DstPort: k.SrcPort, Proto: k.Proto}
	f := &Flow{
		ID: flow.FormatID(c.ID), Src: k.Src.String(), Dst: k.Dst.String(), Proto: k.Proto, Reverse: flow.FormatID(back.ID()),
		First: moment(c.First), Last: moment(c.Last), Samples: c.Samples, Bytes: c.Bytes,
		Links: []Link{}, Taps: []Tap{}, Drops: []Drop{}, Why: []string{},
	}
	if k.HasPorts() {
		f.SrcPort, f.DstPort = &k.SrcPort, &k.DstPort
	}
	if a := &c.Attributes; a.Tunnel != flow.TunnelNone {
		f.Tunnel = &Tunnel{Kind: a.Tunnel.String(), VNI: a.VNI, Src: a.OuterSrc.String(), Dst: a.OuterDst.String()}
	}
	f.path(c)
	f.rate(c)
	for i := range c.Links {
		f.Links = append(f.Links, newLink(&c.Links[i]))
	}
	for i := range c.Taps {
		f.Taps = append(f.Taps, newTap(&c.Taps[i]))
	}
	if c.Limit > 0 {
		f.Detector = &Detector{Limit: c.Limit, Level: c.Fill.Level, Slow: c.Fill.Slow, SlowFull: c.Fill.SlowFull, Fast: c.Fill.Fast, FastFull: c.Fill.FastFull}
	}
	for i := range c.Dropped {
		d := &c.Dropped[i]
		f.Drops = append(f.Drops, Drop{Port: d.Port.String(), Reason: d.Reason, Total: d.Total, Last: moment(d.Last)})
	}
	f.life(c)
	f.Why = why(c, f)
	return f
}

func (f *Flow) path(c *analytics.Case) {
	if c.Path == nil {
		return
	}
	p := &Path{State: c.Path.State.String(), Revision: c.Path.Revision, Hops: []Hop{}, Alternatives: []Alternative{}}
	for i := range c.Hops {
		h := &c.Hops[i]
		x := Hop{
			Switch: h.Switch, In: portName(h.InPort, h.In), Out: portName(h.OutPort, h.Out), Observed: h.Observed,
			Samples: h.Sightings, Seen: when(h.Seen), By: text(h.By),
		}
		if !h.Agent.IsZero() {
			x.Agent = text(h.Agent.String())
		}
		p.Hops = append(p.Hops, x)
	}
	for _, a := range c.Path.Alternatives {
		p.Alternatives = append(p.Alternatives, Alternative(a))
	}
	if c.Path.UnknownAt != nil {
		p.UnknownAt = text(c.Path.UnknownAt.String())
	}
	f.Path = p
}

func portName(name string, ifIndex uint32) *string {
	if ifIndex == 0 {
		return nil
	}
	return text(cmp.Or(name, strconv.FormatUint(uint64(ifIndex), 10)))
}

// enough samples make an estimate with an interval worth telling.
const enough = 10

func (f *Flow) rate(c *analytics.Case) {
	switch v := &c.Estimate; {
	case c.Behind >= enough:
		f.Rate = &Rate{Mean: v.Rate, Low: &v.Low, High: &v.High, Peak: &c.Peak, Samples: c.Behind, Stages: c.Stages, Over: 10}
	case c.Rate >= 0:
		f.Rate = &Rate{Mean: c.Rate, Samples: c.Samples, Stages: c.Stages, Over: c.Over}
	}
}

func newLink(l *analytics.CaseLink) Link {
	known := l.Utilization >= 0
	return Link{
		Link: l.Name(">"), Host: !l.Host.IsZero(), Speed: number(l.Speed, l.Speed > 0), Inferred: l.SpeedInferred, Share: number(l.Share, l.Speed > 0),
		Threshold: l.Threshold, Utilization: number(l.Utilization, known), Source: l.Source.String(), Age: number(l.UtilizationAge, known),
		Elephants: l.Elephants, Discards: number(l.DiscardRate, l.DiscardRate >= 0),
	}
}

func newTap(t *analytics.CaseTap) Tap {
	x := Tap{Direction: "in", Tunnel: t.Tunnel, Stage: t.Stage + 1, Counts: t.Counts, Rate: t.N, Samples: t.Samples, Seen: when(t.Seen)}
	if t.Egress {
		x.Direction = "out"
	}
	if t.Port.IfIndex != 0 {
		x.Port = text(t.Port.String())
	}
	return x
}

func (f *Flow) life(c *analytics.Case) {
	l := c.Life
	if l == nil {
		return
	}
	f.Elephant = &Elephant{
		Alert: l.Alert, Episode: l.Episode, Since: moment(l.Since), Detected: moment(l.Detected), Ended: when(l.Ended), Announced: l.Announced, Proof: l.Proof.String(),
	}
	if w := &c.Watched; w.Elephant {
		f.Elephant.Severity, f.Elephant.Group, f.Elephant.Muted = text(w.Severity.String()), text(w.Incident), w.Muted
	}
}

// why says why the flow is an elephant, or why not.
func why(c *analytics.Case, f *Flow) (list []string) {
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	l := c.Life
	switch {
	case l != nil && l.Ended == 0:
		add("It is an elephant since %s, found %.1f s later: %s.", clock(l.Since), float64(l.Detected-l.Since)/1e9, proofText(l.Proof))
		if !l.Announced {
			add("It was not announced yet: it must first carry elephants.min_bytes and last elephants.min_duration.")
		}
	case c.Limit <= 0 && len(c.Hops) > 0:
		add("No speed of a link on its way is known, so it is not judged: let the agents send interface counters, or set topology.speeds.")
	case c.Limit <= 0:
		add("Nothing is known of its way yet, so there is no link to judge it by.")
	case c.Lean:
		add("It is far below what would make it an elephant: %s of %s.", part(c.Fill.Level), bits(c.Limit))
	default:
		add("It takes %s of the %s from which it would be an elephant; its samples fill the slow bucket to %s and the fast one to %s.",
			part(c.Fill.Level), bits(c.Limit), part(c.Fill.Slow/c.Fill.SlowFull), part(c.Fill.Fast/c.Fill.FastFull))
	}
	if l != nil && l.Ended != 0 {
		add("It was an elephant until %s.", clock(l.Ended))
	}
	if t := tightest(f.Links); t != nil && f.Rate != nil {
		add("The link that decides is %s, of which %s is too much.", t.Link, part(t.Threshold))
	}
	if c.Watched.Elephant {
		list = append(list, severity(c))
	}
	return list
}

func proofText(p flow.Proof) string {
	if p == flow.ProofSequence {
		return "TCP sequence numbers prove the rate"
	}
	return "its samples filled a bucket of the detector"
}

// tightest gives the link whose threshold the flow meets first, nil if no speed is known.
func tightest(list []Link) (best *Link) {
	for i := range list {
		l := &list[i]
		if l.Speed != nil && (best == nil || *l.Speed*l.Threshold < *best.Speed*best.Threshold) {
			best = l
		}
	}
	return best
}

// severity says why an elephant has the severity that its latest message told:
// by the links of that message, which may have become better or worse since.
func severity(c *analytics.Case) string {
	w := &c.Watched
	if w.Muted {
		return "A mute rule hides it: it raises no alert, but is in the topic of elephants."
	}
	cause := ""
	for i := range c.Told {
		if cause = causeOf(&c.Told[i]); cause != "" {
			break
		}
	}
	switch {
	case w.Severity == flow.SeverityCritical:
		return "Its severity is critical: packets of it were discarded within the last minute."
	case w.Severity == flow.SeverityWarning && cause == "":
		return "Its severity was warning at its latest message; now no link of it between switches is above 70%, discards or carries another elephant."
	case w.Severity == flow.SeverityWarning:
		return "Its severity is warning: " + cause + "."
	case cause != "":
		return "Its severity was info at its latest message; since then " + cause + ": the next one warns."
	}
	return "Its severity is info, so that it raises no alert by itself: no link of it between switches is above 70% full, discards or carries another elephant."
}

// causeOf says why a link makes elephants on it worth a warning, "" if it does not.
func causeOf(l *flow.ElephantLink) string {
	switch analytics.Warns(l) {
	case analytics.WarnShared:
		return fmt.Sprintf("%d elephants share %s", l.Elephants, l.Name(">"))
	case analytics.WarnBusy:
		return fmt.Sprintf("%s is %s full", l.Name(">"), part(l.Utilization))
	case analytics.WarnDiscards:
		return fmt.Sprintf("%s discards packets", l.Name(">"))
	case analytics.WarnNone:
	}
	return ""
}

// whyAlerts says which alerts name the flow.
func (d *Doc) whyAlerts() []string {
	if len(d.Alerts) == 0 {
		return []string{"No alert that is up, or was resolved lately, names it."}
	}
	return nil
}

func clock(ns int64) string { return moment(ns).Format(time.TimeOnly) + " UTC" }

func part(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + "%" }

// bits writes a rate.
func bits(x float64) string {
	for _, p := range [...]struct {
		by   float64
		name string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if x >= p.by {
			return strconv.FormatFloat(x/p.by, 'f', 1, 64) + " " + p.name
		}
	}
	return strconv.FormatFloat(x, 'f', 0, 64) + " bit/s"
}
