package api_test

import (
	"net/url"
	"slices"
	"testing"

	"spoor/flow"
)

// The past is searched by the same words as the present, and is as it was.
func TestPast(t *testing.T) {
	r := newRig(t)
	r.play()
	then := text(r.now / second)
	for range 2 {
		r.play()
	}
	for range 6 { // now another path
		r.between(1, 2, 1, 1, 49, 64, 60000)
		r.advance()
	}
	f := func(match string, want int) {
		t.Helper()
		_, body := r.get("/api/v1/flows?limit=100&at=" + then + "&match=" + url.QueryEscape(match))
		if body["total"] != float64(want) {
			t.Errorf("%q: %v flows, want %d (%v)", match, body["total"], want, body["detail"])
		}
	}
	for match, want := range map[string]int{
		"": 12, "10.1.1.1": 12, "10.1.0.0/16": 12, "192.0.2.0/24": 0, ":40000": 1, "port 5201": 12, "udp": 12, "tcp": 0, elephant(): 1, "leaf1": 12, "leaf2": 2, "spine1 leaf2": 2,
		"leaf9": 0, "leaf1:swp49": 12, "leaf1:swp7": 0, "leaf1>spine1": 12, "leaf2>spine1": 2, "switch:10.255.0.51": 12, ":60000": 0, "<img src=x>": 0,
	} {
		f(match, want)
	}
	_, now := r.get("/api/v1/flows?match=:60000")
	if now["total"] != 1.0 || now["at"] != nil {
		t.Errorf("of the present: %v", now)
	}
	_, body := r.get("/api/v1/flows?at=" + then + "&limit=1")
	x := body["items"].([]any)[0].(map[string]any)
	if body["kept"] != 12.0 || body["of"] != 12.0 || body["next"] != "1" || x["id"] != elephant() || x["bytes"] != nil || text(x["path"].(map[string]any)["switches"]) != "[leaf1 spine1 leaf2]" {
		t.Errorf("%v", body)
	}
	if status, one := r.get("/api/v1/flows/" + elephant() + "?at=" + then); status != 200 || one["rate_bps"] != x["rate_bps"] {
		t.Errorf("%d %v", status, one)
	}
	k := flow.Key{SrcPort: 9}
	if status, _ := r.get("/api/v1/flows/" + flow.FormatID(k.ID()) + "?at=" + then); status != 404 {
		t.Error(status)
	}
	_, c := r.get("/api/v1/flows/" + elephant() + "/history")
	if rates := c["rate_bps"].([]any); len(rates) < 2 || len(rates) != len(c["t"].([]any)) || slices.Contains(rates, nil) {
		t.Errorf("%v", c)
	}
}
