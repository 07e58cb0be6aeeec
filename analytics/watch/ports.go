package watch

import (
	"fmt"
	"strconv"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
)

// Thresholds of what is wrong with a port or a link. The weak ones keep an alert up.
const (
	busyRatio     = 0.9
	busyWeak      = 0.8
	leastErrors   = 0.1   // frames a second
	manyDamaged   = 0.001 // of all frames: what gets lost is felt
	leastDiscards = 1.0   // packets a second
	speedlessBits = 1e6   // bit/s that an unknown speed matters from
	manyFlaps     = 4
	flapsWithin   = int64(600e9)
)

// flaps are a port's latest changes between up and down.
type flaps struct {
	seen uint32 // as the table counts them
	at   [manyFlaps]int64
	next int
}

// Polled looks at a port after its counters went into the table of loads.
func (w *Watch) Polled(p *links.Poll) {
	id := p.Port
	status := w.ports.Status(id)
	if status.Polled != p.At {
		return // not news
	}
	in, out := w.ports.Load(id, flow.Ingress, p.At), w.ports.Load(id, flow.Egress, p.At)
	until := w.now + int64(100e9)
	if in.Over > 0 {
		until = w.now + int64(3.5*in.Over*1e9)
	}
	if w.now < w.mixed[id.Switch] {
		return // counters of several devices, mixed
	}
	port := w.snap.Port(id.Switch, id.IfIndex)
	linked := port != nil && port.Peer != 0
	w.member(p)
	w.status(id, status, port)
	w.damage(id, in, out, until)
	speed := status.Speed
	if port != nil {
		speed = port.Speed
	}
	w.speedless(id, speed, in.Bits+out.Bits, until)
	if !linked {
		return
	}
	w.busy(id, out, speed, until)
	peer := links.ID{Switch: port.Peer, IfIndex: port.PeerPort}
	if peer.IfIndex != 0 {
		w.unaccounted(peer, id, until)
	}
}

// damage looks at errors and discards.
func (w *Watch) damage(id links.ID, in, out links.Load, until int64) {
	p := place{alert.PortErrors, id, ""}
	switch {
	case in.Errors > 0:
		subject := w.linkSubject(id)
		f := alert.Finding{
			Kind: alert.PortErrors, Subject: subject, Weak: in.Errors < leastErrors, Incident: linkIncident(&subject),
			Summary: fmt.Sprintf("%s receives %s damaged frames a second", at(&subject), number(in.Errors)),
		}
		if part := in.Errors / (in.Frames + in.Errors); in.Frames >= 0 {
			f.Summary += ", " + percent(part) + " of all"
			if part >= manyDamaged && !f.Weak {
				f.Severity = flow.SeverityCritical
			}
		}
		w.keep(p, f, until)
		if len(w.damaged) < maxHeld {
			w.damaged[id] = true
		}
	case in.Errors == 0:
		w.release(p)
		if w.damaged[id] { // what was lost by them is explained: the account begins anew
			delete(w.damaged, id)
			w.ports.Forget(id)
		}
	}
	if out.Discards <= 0 && in.Discards <= 0 {
		delete(w.discarding, id)
	} else if len(w.discarding) < maxHeld {
		w.discarding[id] = true
	}
	p.kind = alert.PacketDrops
	switch {
	case out.Discards > 0:
		subject := w.subject(id)
		subject.Reason = "discards"
		w.keep(p, alert.Finding{
			Kind: alert.PacketDrops, Subject: subject, Weak: out.Discards < leastDiscards,
			Summary: fmt.Sprintf("%s discards %s packets a second that it should send, by its counters", at(&subject), number(out.Discards)),
		}, until)
	case out.Discards == 0:
		w.release(p)
	}
}

func (w *Watch) speedless(id links.ID, speed, bits float64, until int64) {
	p := place{alert.SpeedUnknown, id, ""}
	if speed > 0 || bits == 0 {
		w.release(p)
		return
	}
	subject := w.subject(id)
	w.keep(p, alert.Finding{
		Kind: alert.SpeedUnknown, Subject: subject, Weak: bits < speedlessBits,
		Summary: fmt.Sprintf("%s carries %sbit/s, but its speed is unknown: set topology.speeds, as in %s/%d=10G", at(&subject), scaled(bits), subject.Agent, id.IfIndex),
	}, until)
}

// loud gives what elephants take of a link that are not muted, in bit/s.
func (w *Watch) loud(id links.ID) (bits float64) {
	for _, f := range w.flowsOn(id) {
		if e := w.elephants[f]; !e.muted && e.severity >= flow.SeverityWarning {
			bits += e.rate
		}
	}
	return bits
}

func (w *Watch) busy(id links.ID, out links.Load, speed float64, until int64) {
	p := place{alert.LinkBusy, id, ""}
	// Elephants that take most of it are told of as such, for on a link as full as that they are a warning.
	if out.Source == links.Unknown || speed <= 0 || out.Bits < busyWeak*speed || w.loud(id) > out.Bits/2 {
		w.release(p)
		return
	}
	subject := w.linkSubject(id)
	w.keep(p, alert.Finding{
		Kind: alert.LinkBusy, Subject: subject, Weak: out.Bits < busyRatio*speed, Flows: w.flowsOn(id),
		Summary: fmt.Sprintf("%s is %s full, %s", subject.Link, percent(out.Bits/speed), w.carried(id)),
	}, until)
}

// unaccounted compares the two ends of a link.
func (w *Watch) unaccounted(from, to links.ID, until int64) {
	loss, wrong := place{alert.LinkLoss, from, ""}, place{alert.LinkMislearned, from, ""}
	g, ok := w.ports.Unaccounted(from, to)
	verdict := g.Verdict()
	weak := false
	if verdict == links.Accounted { // what was found before may still be so
		for _, p := range [2]place{loss, wrong} {
			if v := [...]links.Verdict{links.Loss, links.NotALink}[p.kind-alert.LinkLoss]; w.holds(p) && g.Lingers(v) {
				verdict, weak = v, true
			}
		}
	}
	if verdict == links.Loss && w.ports.Mended(from, to) { // the account begins anew
		w.ports.Forget(from)
		w.ports.Forget(to)
		verdict = links.Accounted
	}
	if !ok || verdict != links.Loss {
		w.release(loss)
	}
	if !ok || verdict != links.NotALink {
		w.release(wrong)
	}
	if !ok || verdict == links.Accounted {
		return
	}
	f := alert.Finding{Subject: w.linkSubject(from), Weak: weak}
	f.Incident = linkIncident(&f.Subject)
	if verdict == links.Loss {
		f.Kind = alert.LinkLoss
		lost := fmt.Sprintf("%s loses %s (%s to %s) of what is sent, over the last %s", f.Subject.Link,
			percent(g.Ratio), percent(max(g.Low, 0)), percent(g.High), minutes(g.Window))
		if h := w.held[place{alert.PortErrors, to, ""}]; h != nil && h.until >= w.now && !h.finding.Weak { // they say why
			h.finding.Severity = flow.SeverityCritical
			h.finding.Summary += ": " + lost
			w.release(loss)
			return
		}
		f.Summary = lost
		w.keep(loss, f, until)
		return
	}
	if w.holds(place{alert.LinkMislearned, to, ""}) { // the other direction says so
		w.release(wrong)
		return
	}
	f.Kind = alert.LinkMislearned
	f.Summary = fmt.Sprintf("%s: of what one end sent over the last %s the other received %s: they do not face each other", f.Subject.Link,
		minutes(g.Window), percent(1-g.Ratio))
	w.keep(wrong, f, until)
}

// at names the port of a subject.
func at(s *alert.Subject) string {
	p := flow.Port{Switch: s.Switch, Name: s.Port, IfIndex: s.IfIndex}
	return p.String()
}

func percent(x float64) string {
	if x < 0.1 {
		return strconv.FormatFloat(100*x, 'f', 2, 64) + "%"
	}
	return strconv.FormatFloat(100*x, 'f', 0, 64) + "%"
}

func number(x float64) string {
	if x >= 1000 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// flows writes "1 flow", "2 flows".
func flows(n int) string {
	if n == 1 {
		return "1 flow"
	}
	return strconv.Itoa(n) + " flows"
}

// scaled writes a number with a unit's prefix: "12.5 M".
func scaled(x float64) string {
	for _, p := range [...]struct {
		by   float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= p.by {
			return strconv.FormatFloat(x/p.by, 'g', 3, 64) + " " + p.name
		}
	}
	return strconv.FormatFloat(x, 'g', 3, 64) + " "
}

func minutes(seconds float64) string {
	if seconds < 120 {
		return strconv.FormatFloat(seconds, 'f', 0, 64) + " seconds"
	}
	return strconv.FormatFloat(seconds/60, 'f', 0, 64) + " minutes"
}

func portName(p flow.Port) string { return p.String() }
