package publish

import (
	"math"
	"strconv"

	"spoor/flow"
)

// elephant writes a message of the topic elephants.
func (w *jsonWriter) elephant(m *flow.Elephant, collector string) {
	w.begin(collector)
	w.text("alert", m.Alert())
	w.uint("episode", uint64(m.Episode))
	w.text("state", m.State.String())
	w.text("severity", m.Severity.String())
	w.time("time", m.Time)
	w.text("summary", m.Summary())
	w.flow(&m.Key, m.ID, &m.Attributes)
	w.time("since", m.Since)
	w.time("detected", m.Detected)
	w.time("ended", m.Ended)
	w.text("end_reason", m.EndReason.String())
	w.time("expires", m.Expires)
	w.known("rate_bps", m.Rate, 0)
	w.known("rate_low_bps", m.RateLow, 0)
	w.known("rate_high_bps", m.RateHigh, 0)
	w.known("share", m.Share, 6)
	w.known("share_low", m.ShareLow, 6)
	w.known("share_high", m.ShareHigh, 6)
	w.number("threshold", m.Threshold, 6)
	w.probability(m.Probability)
	w.uint("bytes", m.Bytes)
	w.known("peak_bps", m.PeakRate, 0)
	w.name("slot")
	w.b = strconv.AppendInt(w.b, int64(m.Slot), 10)
	w.text("muted", m.Muted)
	w.text("group", m.Incident)
	w.links(m.Links)
	w.elephantPath(m)
	w.evidence(&m.Evidence)
	w.close('}')
}

// probability never rounds what is uncertain to 1.
func (w *jsonWriter) probability(p float64) {
	if p < 1 {
		p = math.Floor(p*1e6) / 1e6
	}
	w.known("probability", p, 6)
}

func (w *jsonWriter) links(list []flow.ElephantLink) {
	w.name("links")
	w.open('[')
	for i := range list {
		l := &list[i]
		w.open('{')
		w.text("id", l.ID)
		w.text("link", l.Name(">"))
		w.addr("agent", l.From.Agent)
		w.text("switch", l.From.Switch)
		w.text("port", l.From.Name)
		w.index("ifindex", l.From.IfIndex)
		w.text("to_switch", l.To.Switch)
		w.text("to_port", l.To.Name)
		w.addr("host", l.Host)
		w.positive("speed_bps", l.Speed, 0)
		w.bool("speed_inferred", l.SpeedInferred)
		w.known("share", l.Share, 6)
		w.number("threshold", l.Threshold, 6)
		w.known("utilization", l.Utilization, 6)
		if l.Utilization < 0 {
			w.null("utilization_age_seconds")
		} else {
			w.known("utilization_age_seconds", l.UtilizationAge, 3)
		}
		w.uint("elephants", uint64(max(l.Elephants, 0)))
		w.known("discards_per_second", l.DiscardRate, 3)
		w.close('}')
	}
	w.close(']')
}

func (w *jsonWriter) elephantPath(m *flow.Elephant) {
	if m.Path == nil {
		w.null("path")
		return
	}
	w.name("path")
	w.open('{')
	w.text("state", m.PathState.String())
	w.switches(m.Path)
	w.hops(m.Path)
	w.close('}')
}

func (w *jsonWriter) evidence(e *flow.Evidence) {
	w.name("evidence")
	w.open('{')
	w.text("proof", e.Proof.String())
	w.uint("samples", e.Samples)
	w.uint("stages", uint64(max(e.Stages, 0)))
	w.uint("taps", uint64(max(e.Taps, 0)))
	w.name("sampling_rates")
	w.open('[')
	for _, r := range e.SamplingRates {
		w.comma()
		w.b = strconv.AppendUint(w.b, uint64(r), 10)
	}
	w.close(']')
	w.known("window_seconds", e.Window, 6)
	w.close('}')
}
