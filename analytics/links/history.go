package links

import (
	"math"
	"slices"

	"spoor/flow"
)

// Bounds of what is remembered of a port on a link: the latest points all, and of
// older ones those around moments that are the same for all ports, so that both
// ends of a link are known well at the same times.
const (
	points  = 48
	latest  = 16
	moments = int64(300e9)
	horizon = int64(3600e9)
)

// jitter is by how much a poll's arrival is off the moment of counting: agents
// hold datagrams back for up to a second.
const jitter = 0.3

// point is how many octets had passed since the history began.
type point struct {
	at     int64
	octets [2]float64
}

// history is the course of a port's octets over the last hour. Older points lie further apart.
type history struct {
	points []point
	peer   ID  // at the other end of its link
	gap    Gap // of what the port sends, as of the latest poll of the other end
	known  bool
	worst  Gap // the surest loss so far; its ratio is 0 if there was none
}

// add notes what passed since the point before; where that is not known in both
// directions the history begins anew.
func (h *history) add(at int64, seconds float64, r [2]Rate, known [2]bool) {
	if !known[0] || !known[1] {
		h.points = append(h.points[:0], point{at: at})
		return
	}
	next := point{at: at}
	if n := len(h.points); n > 0 {
		next.octets = h.points[n-1].octets
	} else {
		h.points = append(h.points, point{at: at - int64(seconds*1e9)})
	}
	for d := range next.octets {
		next.octets[d] += r[d].Bits / 8 * seconds
	}
	for len(h.points) > 1 && at-h.points[1].at >= horizon {
		h.points = slices.Delete(h.points, 0, 1)
	}
	if len(h.points) >= points {
		h.thin()
	}
	h.points = append(h.points, next)
}

// thin drops older points that no moment to be kept lies beside.
func (h *history) thin() {
	p := h.points
	beside := func(i int) bool { return p[i].at/moments != p[i+1].at/moments }
	keep := make([]point, 0, points)
	keep = append(keep, p[0])
	for i := 1; i < len(p); i++ {
		if i >= len(p)-latest || beside(i-1) || beside(i) {
			keep = append(keep, p[i])
		}
	}
	h.points = keep
}

// at gives the octets that had passed by a time within the history, and their uncertainty.
func (h *history) at(t int64, d int, varies float64) (octets, sd float64) {
	p := h.points
	i := 1
	for i < len(p)-1 && p[i].at < t {
		i++
	}
	dt := float64(p[i].at-p[i-1].at) / 1e9
	u := float64(t-p[i-1].at) / float64(p[i].at-p[i-1].at)
	// Between two polls the traffic may have come earlier or later.
	sd = math.Hypot(varies*u*(1-u)*dt, jitter*h.rate(i, d))
	return p[i-1].octets[d] + u*(p[i].octets[d]-p[i-1].octets[d]), sd
}

// varies gives by how much the rate differs from one interval to the next, in
// octets a second: the root of the mean square, and not less than a tenth.
func (h *history) varies(d int) float64 {
	sum, rates := 0.0, 0.0
	n := len(h.points) - 1
	for i := 1; i <= n; i++ {
		rates += h.rate(i, d)
		if i > 1 {
			sum += (h.rate(i, d) - h.rate(i-1, d)) * (h.rate(i, d) - h.rate(i-1, d))
		}
	}
	return max(math.Sqrt(sum/float64(max(n-1, 1))), rates/float64(10*n))
}

// rate gives the mean rate between points i-1 and i, in octets a second.
func (h *history) rate(i, d int) float64 {
	a, b := &h.points[i-1], &h.points[i]
	return (b.octets[d] - a.octets[d]) / (float64(b.at-a.at) / 1e9)
}

// Gap is the part of what one end of a link sent that the other end did not receive.
type Gap struct {
	Ratio     float64 // (sent - received) / sent; negative: more arrived than was sent
	Low, High float64 // of the ratio, with 99% confidence
	Window    float64 // seconds that it is the mean of
	sd        float64 // of the ratio
}

// z99 is how many standard deviations hold 99%.
const z99 = 2.58

// minWindow is the least time that two ends are compared over.
const minWindow = int64(60e9)

// Unaccounted compares what the port from sent onto a link with what the port
// to received from it, over most of the time that the histories of both cover
// (an hour at most); ok is false as long as that is too short. The first call
// for a port begins its history, and so does one with another port at the other end.
func (t *Table) Unaccounted(from, to ID) (g Gap, ok bool) {
	g, ok = t.unaccounted(from, to, horizon)
	if h := t.remember(from); h != nil {
		h.gap, h.known = g, ok
		if ok && g.Verdict() == Loss && g.Low > h.worst.Low {
			h.worst = g
		}
	}
	return g, ok
}

// Gap gives what Unaccounted found last for the link from one port to another.
func (t *Table) Gap(from, to ID) (g Gap, ok bool) {
	if p := t.ports[from]; p != nil && p.history != nil && p.history.peer == to {
		return p.history.gap, p.history.known
	}
	return g, false
}

// spans are the times over which it is tried whether a loss is over: the shortest
// tells of a heavy one, a slight one needs more.
var spans = [...]int64{300e9, 600e9, 900e9, 1500e9, 2400e9}

// Mended reports whether a loss that Unaccounted found has ended: clearly less gets lost of late.
func (t *Table) Mended(from, to ID) bool {
	h := t.remember(from)
	if h == nil || h.worst.Ratio <= 0 {
		return false
	}
	for _, span := range spans {
		if g, ok := t.unaccounted(from, to, span); ok && g.over(&h.worst) {
			return true
		}
	}
	return false
}

func (t *Table) unaccounted(from, to ID, most int64) (g Gap, ok bool) {
	a, b := t.remember(from), t.remember(to)
	if a == nil || b == nil {
		return g, false
	}
	a.face(to)
	b.face(from)
	if len(a.points) < 2 || len(b.points) < 2 {
		return g, false
	}
	first := max(a.points[0].at, b.points[0].at)
	last := min(a.points[len(a.points)-1].at, b.points[len(b.points)-1].at)
	first = max(first, last-most)
	if last-first < minWindow {
		return g, false
	}
	f := fit{}
	va, vb := a.varies(side(flow.Egress)), b.varies(side(flow.Ingress))
	for _, h := range [2]*history{a, b} {
		for i := range h.points {
			if t := h.points[i].at; t >= first && t <= last {
				sent, sa := a.at(t, side(flow.Egress), va)
				received, sb := b.at(t, side(flow.Ingress), vb)
				f.add(sent, sent-received, sa*sa+sb*sb)
			}
		}
	}
	slope, sd, ok := f.slope()
	if !ok {
		return g, false
	}
	g.Window, g.Ratio = float64(last-first)/1e9, slope
	g.Low, g.High, g.sd = slope-z99*sd, slope+z99*sd, sd
	return g, true
}

// fit is a weighted least-squares line through what is missing over what was
// sent: its slope is the part that gets lost, whatever was missing at the begin.
type fit struct {
	w, x, y, xx, xy float64
	base            float64 // of x: sums of squares of large numbers lose their last digits
	least, most     float64
	n               int
}

func (f *fit) add(x, y, variance float64) {
	if f.n == 0 {
		f.base, f.least, f.most = x, x, x
	}
	f.n++
	f.least, f.most = min(f.least, x), max(f.most, x)
	w := 1 / max(variance, 1)
	x -= f.base
	f.w += w
	f.x += w * x
	f.y += w * y
	f.xx += w * x * x
	f.xy += w * x * y
}

// slope gives the line's slope and its standard deviation. Moments that lie in
// one interval between polls err together: each counts half.
func (f *fit) slope() (slope, sd float64, ok bool) {
	det := f.w*f.xx - f.x*f.x
	if f.n < 3 || f.most <= f.least || det <= 0 {
		return 0, 0, false
	}
	return (f.w*f.xy - f.x*f.y) / det, math.Sqrt(2 * f.w / det), true
}

func (t *Table) remember(id ID) *history {
	p := t.ports[id]
	if p == nil {
		return nil
	}
	if p.history == nil {
		p.history = &history{}
	}
	return p.history
}

// face begins the history anew where another port is at the other end than before.
func (h *history) face(peer ID) {
	if h.peer != peer {
		*h = history{peer: peer}
	}
}

// Forget ends the history of a port: it is no longer on the link that it was on.
func (t *Table) Forget(id ID) {
	if p := t.ports[id]; p != nil {
		p.history = nil
	}
}

// Verdict is what a gap means.
type Verdict uint8

// Verdicts.
const (
	Accounted Verdict = iota // nothing is missing, as far as one can tell
	Loss                     // frames get lost on the way: a bad optic, a bad cable, a full buffer that does not count
	NotALink                 // more arrives than is sent, or most is missing: these two ports do not face each other
)

// String names the verdict.
func (v Verdict) String() string { return [...]string{"accounted", "loss", "not_a_link"}[v] }

// Bounds of the verdicts. Thousands of links are looked at each 20 s: what is raised
// must be sure by far more than 99%, and errors of few polls are not well known.
const (
	leastLoss  = 0.001
	mostLoss   = 0.3
	mostExcess = 0.02
	zSure      = 4.0
	sureWindow = 300.0 // s
)

// Verdict judges a gap.
func (g *Gap) Verdict() Verdict {
	low, high := g.Ratio-zSure*g.sd, g.Ratio+zSure*g.sd
	switch {
	case g.Window < sureWindow:
		return Accounted
	case high < -mostExcess || low > mostLoss:
		return NotALink
	case low > 0 && g.Ratio >= leastLoss:
		return Loss
	}
	return Accounted
}

// Lingers reports whether a verdict of before is still likely: what makes it is there with 99%.
func (g *Gap) Lingers(v Verdict) bool {
	switch v {
	case Loss:
		return g.Low > 0
	case NotALink:
		return g.High < 0 || g.Low > mostLoss/2
	case Accounted:
	}
	return false
}

// Bounds of the end of a loss.
const (
	overPart = 0.5 // of what got lost before
	zOver    = 4.0
)

// over reports whether a loss has ended: clearly less gets lost than did at its worst.
func (g *Gap) over(worst *Gap) bool {
	return g.Window >= sureWindow && g.Verdict() != Loss && g.Ratio < overPart*worst.Ratio &&
		worst.Ratio-g.Ratio > zOver*math.Hypot(g.sd, worst.sd)
}
