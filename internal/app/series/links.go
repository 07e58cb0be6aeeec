package series

import (
	"cmp"
	"io"
	"strconv"

	"spoor/analytics"
	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/flow"
	"spoor/internal/telemetry"
	"spoor/publish/post"
)

// maxLoadSeries bounds the links whose load has series of its own.
const maxLoadSeries = 4096

// writeLoads writes what each link carries, by direction, and what gets lost on it.
func writeLoads(w io.Writer, loads []analytics.LinkLoad, more int) {
	t := telemetry.NewText(w)
	labels := make([]string, len(loads))
	for i := range loads {
		l := &loads[i]
		port := cmp.Or(l.Port, strconv.FormatUint(uint64(l.IfIndex), 10))
		labels[i] = "link=" + telemetry.Quote(cmp.Or(l.Link, l.Switch+":"+port)) + ",switch=" + telemetry.Quote(l.Switch) + ",port=" + telemetry.Quote(port) + `,direction="out"`
	}
	each := func(name string, value func(l *analytics.LinkLoad) (v float64, ok bool)) {
		for i := range loads {
			if v, ok := value(&loads[i]); ok {
				t.Gauge(name, labels[i], v)
			}
		}
	}
	each("spoor_link_utilization_ratio", func(l *analytics.LinkLoad) (float64, bool) {
		return l.Load.Bits / l.Speed, l.Speed > 0 && l.Load.Source != links.Unknown
	})
	each("spoor_link_load_age_seconds", func(l *analytics.LinkLoad) (float64, bool) { return l.Load.Age, l.Load.Source != links.Unknown })
	each("spoor_link_elephant_ratio", func(l *analytics.LinkLoad) (float64, bool) { return l.Elephants / l.Speed, l.Speed > 0 })
	each("spoor_link_unaccounted_ratio", func(l *analytics.LinkLoad) (float64, bool) { return l.Gap.Ratio, l.GapKnown })
	each("spoor_link_unaccounted_low_ratio", func(l *analytics.LinkLoad) (float64, bool) { return l.Gap.Low, l.GapKnown })
	each("spoor_link_unaccounted_high_ratio", func(l *analytics.LinkLoad) (float64, bool) { return l.Gap.High, l.GapKnown })
	each("spoor_link_sample_agreement_ratio", func(l *analytics.LinkLoad) (float64, bool) { return l.Agreement, l.Samples > 0 })
	t.Gauge("spoor_links_without_series", "", float64(more))
}

// Alerts writes how many alerts are raised, and what became of those that were posted.
func Alerts(w io.Writer, active map[analytics.AlertName]int, counts analytics.AlertCounts, posts []post.Stats) {
	t := telemetry.NewText(w)
	for _, k := range alert.Kinds() {
		for s := k.Severity(); s <= flow.SeverityCritical; s++ {
			t.Gauge("spoor_alerts_active", "alertname="+telemetry.Quote(k.String())+",severity="+telemetry.Quote(s.String()), float64(active[analytics.AlertName{Name: k.String(), Severity: s}]))
		}
	}
	t.Counter("spoor_alert_findings_refused_total", "", counts.Refused)
	t.Counter("spoor_alert_findings_muted_total", "", counts.Muted)
	t.Counter("spoor_link_loads_refused_total", "", counts.Ports)
	each := func(name string, value func(s *post.Stats) uint64) {
		for i := range posts {
			t.Counter(name, "target="+telemetry.Quote(posts[i].Target), value(&posts[i]))
		}
	}
	each("spoor_alerts_posted_total", func(s *post.Stats) uint64 { return s.Posted })
	each("spoor_alert_posts_failed_total", func(s *post.Stats) uint64 { return s.Failed })
	each("spoor_alerts_post_lost_total", func(s *post.Stats) uint64 { return s.Lost })
	for i := range posts {
		t.Gauge("spoor_alerts_post_pending", "target="+telemetry.Quote(posts[i].Target), float64(posts[i].Pending))
	}
}
