package main

import (
	"encoding/json"
	"strings"
	"testing"

	"spoor/internal/app/explain"
)

// TestExplainCapture: an elephant, a mouse and an incident of a capture, on one screen each.
func TestExplainCapture(t *testing.T) {
	const file, elephant = captures + "hsflowd-elephants.pcap.zst", "295a7f2527ae73d0"
	lines := func(what string, args ...string) string {
		t.Helper()
		r := spoor(t, append([]string{"explain", "--pcap", file, what}, args...)...)
		if n := strings.Count(r.out, "\n"); r.code != 0 || r.err != "" || n == 0 || n > 60 {
			t.Fatalf("%s: %d lines, %+v", what, n, r)
		}
		return r.out
	}
	has := func(what, text string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", what, w, text)
			}
		}
	}
	text := lines(elephant)
	has("the elephant", text, "10.1.1.1:5204 > 10.3.1.1:55858 tcp", "path   complete", "10.255.0.51  in swp1", "with 95%), by ", "6 stages",
		"11.2% of 10.0%", "1 in 100", "It is an elephant since", "TCP sequence numbers prove the rate", "Its severity is warning: 2 elephants share",
		"ElephantIncident", "elephant  started", "elephant  ended")
	if again := lines("10.1.1.1:5204 > 10.3.1.1:55858"); again != text {
		t.Errorf("by its ends:\n%s", again)
	}
	has("an earlier moment", lines(elephant, "--at", "1500ms"), "It takes ", "of the 10.0 Mbit/s from which it would be an elephant")
	has("a mouse", lines("707a825b7e70d966"), "too few samples for an interval", "No alert that is up, or was resolved lately, names it.")
	incident := lines("ElephantIncident")
	has("the incident", incident, "incident pair/10.1.1.1>10.3.1.1", "means: several elephants", "do: See the flows", elephant)
	has("the same by its group", lines("pair/10.1.1.1>10.3.1.1"), "ElephantIncident")
	var d explain.Doc
	if err := json.Unmarshal([]byte(lines(elephant, "--json")), &d); err != nil || d.Flow == nil || len(d.Flow.Path.Hops) != 3 || len(d.Flow.Links) != 4 || len(d.Flow.Taps) != 6 {
		t.Errorf("JSON: %v, %+v", err, d.Flow)
	}
}

func TestExplainBadUse(t *testing.T) {
	f := func(code int, want string, args ...string) {
		t.Helper()
		r := spoor(t, append([]string{"explain"}, args...)...)
		if r.code != code || r.out != "" || !strings.Contains(r.err, want) {
			t.Errorf("%q: %+v, want %q", args, r, want)
		}
	}
	const file = captures + "hsflowd-smoke.pcap.zst"
	f(2, "wants a flow or an alert")
	f(2, "neither a flow nor an alert", "nonsense")
	f(2, "neither a flow nor an alert", "10.1.1.1>x")
	f(2, "neither a flow nor an alert", "zzzzzzzzzzzzzzzz")
	f(2, "--at wants --pcap", "--at", "1s", "0000000000000001")
	f(2, "exclude each other", "--url", "http://127.0.0.1:1", "--pcap", file, "0000000000000001")
	f(1, "0000000000000001 is unknown", "--pcap", file, "0000000000000001")
	f(1, "does not exist", "--pcap", "missing.pcap", "0000000000000001")
	f(1, "nobody answers at http://127.0.0.1:1", "--url", "http://127.0.0.1:1", "0000000000000001")
}
