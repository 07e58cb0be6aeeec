package analytics

import (
	"strings"
	"testing"
	"time"
)

// TestExpireIsChecked: what is learned is forgotten after a time that makes sense, or never.
func TestExpireIsChecked(t *testing.T) {
	for d, ok := range map[time.Duration]bool{0: true, time.Minute: true, 24 * time.Hour: true, 10_000 * time.Hour: true, time.Second: false, -time.Hour: false, 10_001 * time.Hour: false} {
		cfg := DefaultConfig()
		cfg.Topology.Expire = d
		if err := cfg.Validate(); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "topology.expire") {
			t.Errorf("%v: %v", d, err)
		}
	}
}
