package app

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"spoor/flow"
	"spoor/publish"
	"spoor/publish/file"
	"spoor/publish/post"
)

// TestUndelivered: an alert that is given up is told of by what it says, an elephant by its
// alert's name; what arrives is not.
func TestUndelivered(t *testing.T) {
	sink, err := file.Append(filepath.Join(t.TempDir(), "out"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	p := publish.New(publish.DefaultConfig(), sink)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	out := posted{p, post.New(post.Config{}, slog.New(slog.DiscardHandler)), slog.New(slog.NewTextHandler(&text, nil))}
	alert := func(summary string) *flow.Alert {
		return &flow.Alert{Time: 1.79e18, Annotations: []flow.Label{{Name: "summary", Value: summary}}}
	}
	out.Alert(alert("leaf1 is silent"))
	out.Elephant(&flow.Elephant{ID: 7, Time: 1.79e18, AlertSince: 1.79e18})
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text.Len() != 0 {
		t.Errorf("all arrived, but: %s", text.String())
	}
	out.Alert(alert("leaf2 is silent"))
	out.Elephant(&flow.Elephant{ID: 7, Time: 1.79e18, AlertSince: 1.79e18})
	if got := text.String(); strings.Count(got, "\n") != 2 || strings.Count(got, "reason=shutdown") != 2 ||
		!strings.Contains(got, `alert="leaf2 is silent"`) || !strings.Contains(got, "alert=0000000000000007-") {
		t.Errorf("got %q", got)
	}
}
