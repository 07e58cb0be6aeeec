package doctor

import (
	"cmp"
	"fmt"
	"math"
)

func (p *Port) where() string { return p.Switch + ":" + cmp.Or(p.Name, fmt.Sprint(p.IfIndex)) }

func (l *Link) where() string {
	return cmp.Or(l.Name, l.Switch+":"+cmp.Or(l.Port, fmt.Sprint(l.IfIndex)))
}

// agreement: samples say another thing than counters.
func agreement(f *Facts) []Finding {
	var list []place
	for i := range f.Links {
		l := &f.Links[i]
		if l.Samples < agreeSamples {
			continue
		}
		off := math.Abs(l.Agreement - 1)
		if chance := 4 / math.Sqrt(l.Samples); off > agreeBy+chance { // four standard errors
			list = append(list, place{fmt.Sprintf("%s, %.2f times", l.where(), l.Agreement), off})
		}
	}
	return told(list, Finding{
		Check: CheckAgreement, Severity: Warning,
		Text: fmt.Sprintf("on %s samples say that another amount passed than counters say: shares and elephants there are off by as much", count(len(list), "link")),
		Do:   "see whether the sampling rate that the switch states is the one in its hardware, and whether all ports are sampled in the same direction",
		Type: commands(sampling, 0),
	})
}

// disproved tells of a speed that the port's own traffic disproves.
func (p *Port) disproved() string {
	if p.Disproved == 0 {
		return ""
	}
	return fmt.Sprintf(" (its traffic exceeds the stated %s)", bits(p.Disproved))
}

// speeds: ports whose speed is unknown or doubtful.
func speeds(f *Facts) []Finding {
	var unknown, doubtful []place
	for i := range f.Ports {
		switch p := &f.Ports[i]; {
		case p.Speed == 0:
			unknown = append(unknown, place{p.where() + p.disproved(), 0})
		case p.Inferred:
			doubtful = append(doubtful, place{fmt.Sprintf("%s%s, taken as %s", p.where(), p.disproved(), bits(p.Speed)), 0})
		}
	}
	const remedy = "give the speed as topology.speeds, such as 10.255.0.1/*=100G, or in names.file, then reload; most agents state it in their counters"
	list := told(unknown, Finding{
		Check: CheckSpeeds, Severity: Fault, Do: remedy, Type: commands(polling, pollEvery),
		Text: fmt.Sprintf("the speed of %s is unknown: there is no share of it, and so no elephant", count(len(unknown), "port")),
	})
	return append(list, told(doubtful, Finding{
		Check: CheckSpeeds, Severity: Note, Do: remedy,
		Text: fmt.Sprintf("the speed of %s is inferred, or the two ends state different ones", count(len(doubtful), "port")),
	})...)
}

// detection: links on which elephants are found too late. Delays fall as the
// samples a second of a flow at the threshold rise, in proportion.
func detection(f *Facts) []Finding {
	var late []place
	rate := math.Inf(1)
	for i := range f.Links {
		l := &f.Links[i]
		if !l.Rated || f.Promised == 0 || l.Detect <= f.Promised {
			continue
		}
		if l.Rate > 0 && math.IsInf(l.Detect, 1) {
			continue // its speed is unknown, which is told by itself
		}
		if l.Rate == 0 {
			late = append(late, place{l.where() + ", nobody samples", math.Inf(1)})
			continue
		}
		need := float64(l.Rate) * f.Promised / l.Detect
		rate = min(rate, need)
		late = append(late, place{fmt.Sprintf("%s, %s at 1 in %d", l.where(), span(l.Detect), l.Rate), l.Detect})
	}
	do := "sample these ports"
	if !math.IsInf(rate, 1) {
		rate = roundRate(rate)
		do = fmt.Sprintf("sample one in %.0f there, or take less: the rate for a link of S bit/s is about S / 10^6", rate)
	} else {
		rate = 0
	}
	return told(late, Finding{
		Check: CheckDetection, Severity: Warning, Do: do, Type: commands(sampling, rate),
		Text: fmt.Sprintf("on %s it takes longer than %s to be sure of a flow of twice the threshold", count(len(late), "link"), span(f.Promised)),
	})
}

// roundRate gives the power of two that is not above, for some switches take no other.
func roundRate(rate float64) float64 { return math.Exp2(math.Floor(math.Log2(max(rate, 1)))) }

// tunnels: headers too short to see who talks inside.
func tunnels(f *Facts) []Finding {
	if f.CutTunnels == 0 {
		return nil
	}
	where := []string{}
	if f.CutFrom != "" {
		where = append(where, f.CutFrom)
	}
	return []Finding{{
		Check: CheckTunnels, Severity: Warning, Where: where,
		Text: fmt.Sprintf("%d samples of tunnelled packets end before the inner ports: their flows are unknown", f.CutTunnels),
		Do:   "let the switches sample 256 bytes of a packet: 128 are too few for IPv6 or options in VXLAN",
		Type: commands(header, headerBytes),
	}}
}
