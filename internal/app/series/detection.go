package series

import (
	"cmp"
	"io"
	"strconv"

	"spoor/analytics"
	"spoor/internal/telemetry"
	"spoor/topology"
)

// maxLinkSeries bounds the links that have series of their own: the worst.
const maxLinkSeries = 1000

// writeDetection writes how soon elephants are found on each of the worst links, of which links are all, the worst first, and of how many
// links the speed is known.
func writeDetection(w io.Writer, links []analytics.Detectability, speeds topology.Speeds) {
	t := telemetry.NewText(w)
	t.Gauge("spoor_link_speeds", `known="stated"`, float64(speeds.Stated))
	t.Gauge("spoor_link_speeds", `known="inferred"`, float64(speeds.Inferred))
	t.Gauge("spoor_link_speeds", `known="unknown"`, float64(speeds.Unknown))
	for i := range min(len(links), maxLinkSeries) {
		d := &links[i]
		way := "in"
		if d.Outgoing {
			way = "out"
		}
		port := cmp.Or(d.Port, strconv.FormatUint(uint64(d.IfIndex), 10))
		link := cmp.Or(d.Link, d.Switch+":"+port)
		t.Gauge("spoor_link_detection_seconds",
			"link="+telemetry.Quote(link)+",switch="+telemetry.Quote(d.Switch)+",port="+telemetry.Quote(port)+`,direction="`+way+`"`, d.P99)
	}
	t.Gauge("spoor_link_detection_without_series", "", float64(max(0, len(links)-maxLinkSeries)))
}
