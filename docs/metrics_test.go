package docs

import (
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	help := Metrics()
	for name, want := range map[string]string{
		"spoor_flows":                    "in the table",
		"spoor_alert_posts_failed_total": "alerts that an Alertmanager",
		"spoor_decode_refusals_total":    "Loss: what was refused inside datagrams",
		"spoor_alerts_active":            "raised now (alerts.md)",
		"go_goroutines":                  "goroutines",
	} {
		if !strings.HasPrefix(help[name], want) {
			t.Errorf("%s: %q", name, help[name])
		}
	}
	for name, text := range help {
		if text == "" || strings.ContainsAny(text, "\n`") || strings.Contains(text, "**") {
			t.Errorf("%s: %q", name, text)
		}
	}
	if len(help) < 100 {
		t.Errorf("%d metrics", len(help))
	}
}
