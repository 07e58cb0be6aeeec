package series

import (
	"io"

	"spoor/collector/forward"
	"spoor/internal/telemetry"
)

// Forward writes what became of forwarded datagrams.
func Forward(w io.Writer, list []forward.Stats) {
	t := telemetry.NewText(w)
	for i := range list {
		t.Counter("spoor_forwarded_datagrams_total", "target="+telemetry.Quote(list[i].Target), list[i].Sent)
	}
	for i := range list {
		t.Counter("spoor_forward_dropped_datagrams_total", "target="+telemetry.Quote(list[i].Target)+`,reason="queue_full"`, list[i].QueueFull)
		t.Counter("spoor_forward_dropped_datagrams_total", "target="+telemetry.Quote(list[i].Target)+`,reason="failed"`, list[i].Failed)
	}
}
