package app

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

// writeDetection writes how soon elephants are found on each link, and of how many links the speed is known.
func writeDetection(w io.Writer, links []analytics.Detectability, speeds topology.Speeds) {
	t := telemetry.NewText(w)
	t.Gauge("spoor_link_speeds", `known="stated"`, float64(speeds.Stated))
	t.Gauge("spoor_link_speeds", `known="inferred"`, float64(speeds.Inferred))
	t.Gauge("spoor_link_speeds", `known="unknown"`, float64(speeds.Unknown))
	for i := range links {
		d := &links[i]
		way := "in"
		if d.Outgoing {
			way = "out"
		}
		port := cmp.Or(d.Port, strconv.FormatUint(uint64(d.IfIndex), 10))
		link := cmp.Or(d.Link, d.Switch+":"+port)
		t.Gauge("spoor_link_detection_seconds",
			"link="+strconv.Quote(link)+",switch="+strconv.Quote(d.Switch)+",port="+strconv.Quote(port)+`,direction="`+way+`"`, d.P99)
	}
}
