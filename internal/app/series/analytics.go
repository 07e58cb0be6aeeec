package series

import (
	"fmt"
	"io"
	"math"

	"spoor/analytics"
	"spoor/flow"
	"spoor/internal/telemetry"
)

// Analytics writes what the engine knows, of links as many as have series.
func Analytics(w io.Writer, e *analytics.Engine) {
	s := e.Stats()
	writeEngine(w, &s)
	loads, more := e.Links(maxLoadSeries)
	writeLoads(w, loads, more)
	writeDetection(w, e.Detectability(math.MaxInt), e.Snapshot().Speeds())
}

// writeEngine writes what the analytics know.
func writeEngine(w io.Writer, s *analytics.Stats) {
	t := telemetry.NewText(w)
	t.Gauge("spoor_flows", "", float64(s.Shard.Flows))
	t.Counter("spoor_flow_evictions_total", "", s.Shard.Evictions)
	for i, n := range s.Shard.PathStates {
		t.Gauge("spoor_paths", fmt.Sprintf("state=%q", flow.PathState(i)), float64(n))
	}
	t.Gauge("spoor_elephants_active", "", float64(s.Shard.Elephants))
	t.Counter("spoor_elephants_total", `event="started"`, s.Shard.Started)
	t.Counter("spoor_elephants_total", `event="ended"`, s.Shard.Ended)
	t.Gauge("spoor_topology_links", "", float64(s.Links))
	t.Gauge("spoor_topology_hosts", "", float64(s.Hosts))
	t.Counter("spoor_analytics_samples_total", "", s.Shard.Samples)
	t.Counter("spoor_analytics_skipped_samples_total", "", s.Skipped)
	t.Counter("spoor_analytics_late_samples_total", "", s.Shard.Late)
	t.Counter("spoor_analytics_unjudged_samples_total", `reason="no_port"`, s.Shard.Portless)
	t.Counter("spoor_analytics_unjudged_samples_total", `reason="no_speed"`, s.Shard.NoSpeed)
	t.Counter("spoor_analytics_unjudged_samples_total", `reason="no_room"`, s.Shard.Starved)
	t.Counter("spoor_path_messages_held_total", "", s.PathsHeld)
	t.Counter("spoor_path_messages_lost_total", "", s.PathsLost)
	for _, l := range s.Learned {
		t.Gauge("spoor_topology_learned", `table="`+l.What+`"`, float64(l.N))
	}
	for _, l := range s.Learned {
		t.Gauge("spoor_topology_learned_max", `table="`+l.What+`"`, float64(l.Max))
	}
	t.Counter("spoor_topology_evidence_ignored_total", "", s.EvidenceNo)
}
