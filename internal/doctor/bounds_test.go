package doctor

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestWords: figures as people say them.
func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"1 agent": count(1, "agent"), "0 agents": count(0, "agent"), "2 agents": count(2, "agent"),
		"0.5 s": span(0.49999), "9.9 s": span(9.9), "10 s": span(10), "119 s": span(119), "2 min": span(120), "119 min": span(7140), "2 h": span(7200), "24 h": span(86400),
		"for ever": span(math.Inf(1)),
		"0.1%":     percent(0.001), "50.0%": percent(0.5),
		"1Tbit/s": bits(1e12), "400Gbit/s": bits(400e9), "1Gbit/s": bits(1e9), "2.5Gbit/s": bits(2.5e9), "1Mbit/s": bits(1e6), "64000 bit/s": bits(64e3), "999.9Mbit/s": bits(999.9e6),
		"1023 bytes": bytes(1023), "1 KiB": bytes(1 << 10), "1023 KiB": bytes(1<<20 - 1<<10), "1.0 MiB": bytes(1 << 20), "16.5 MiB": bytes(16<<20 + 1<<19),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// examine gives what is found where one thing was changed on a healthy fabric.
func examine(change func(*Facts)) []Finding {
	f := healthy()
	change(f)
	return Examine(f)
}

// TestBounds: each bound from both sides. A number at the bound is told of or not as its comment says.
func TestBounds(t *testing.T) {
	f := func(what string, told bool, change func(*Facts)) {
		t.Helper()
		if list := examine(change); (len(list) > 0) != told {
			t.Errorf("%s: %+v", what, list)
		}
	}
	f("silent for 90 s: three polls of counters", false, func(x *Facts) { x.Agents[0].Silent = 90 })
	f("silent for longer", true, func(x *Facts) { x.Agents[0].Silent = 90.1 })

	f("a thousandth of datagrams lost", true, func(x *Facts) { x.Agents[0].Datagrams, x.Agents[0].DatagramsLost = 9990, 10 })
	f("fewer lost", false, func(x *Facts) { x.Agents[0].Datagrams, x.Agents[0].DatagramsLost = 9991, 9 })
	f("of a thousand datagrams", true, func(x *Facts) { x.Agents[0].Datagrams, x.Agents[0].DatagramsLost = 900, 100 })
	f("of 999 datagrams", false, func(x *Facts) { x.Agents[0].Datagrams, x.Agents[0].DatagramsLost = 899, 100 })
	f("a thousandth of samples dropped", true, func(x *Facts) { x.Agents[0].Samples, x.Agents[0].Dropped = 9990, 10 })
	f("fewer dropped", false, func(x *Facts) { x.Agents[0].Samples, x.Agents[0].Dropped = 9991, 9 })
	f("of a thousand samples", true, func(x *Facts) { x.Agents[0].Samples, x.Agents[0].Dropped, x.Agents[0].Effective = 900, 100, 0 })
	f("of 999 samples", false, func(x *Facts) { x.Agents[0].Samples, x.Agents[0].Dropped, x.Agents[0].Effective = 899, 100, 0 })

	f("half as many samples again as stated", true, func(x *Facts) { x.Agents[0].Effective = 1500 })
	f("less than that", false, func(x *Facts) { x.Agents[0].Effective = 1499 })
	f("two thirds of what is stated", true, func(x *Facts) { x.Agents[0].Effective = 666 })
	f("more than that", false, func(x *Facts) { x.Agents[0].Effective = 667 })
	f("what is stated is not known", false, func(x *Facts) { x.Agents[0].Stated = 0 })
	f("what was measured is not known", false, func(x *Facts) { x.Agents[0].Effective = 0 })
	f("of a thousand samples it can be said", true, func(x *Facts) { x.Agents[0].Effective, x.Agents[0].Samples = 4000, 1000 })
	f("of fewer it cannot", false, func(x *Facts) { x.Agents[0].Effective, x.Agents[0].Samples = 4000, 999 })

	f("a thousand samples and no counters", true, func(x *Facts) { x.Agents[0].Counters, x.Agents[0].Samples = 0, 1000 })
	f("a few samples, counters may come", false, func(x *Facts) { x.Agents[0].Counters, x.Agents[0].Samples = 0, 999 })

	f("an uptime that runs 2% fast over 5 min", true, func(x *Facts) { x.Agents[0].Drift, x.Agents[0].DriftOver = 0.02, 300 })
	f("or slow", true, func(x *Facts) { x.Agents[0].Drift, x.Agents[0].DriftOver = -0.02, 300 })
	f("over less time", false, func(x *Facts) { x.Agents[0].Drift, x.Agents[0].DriftOver = 0.02, 299 })
	f("less than 2%", false, func(x *Facts) { x.Agents[0].Drift, x.Agents[0].DriftOver = 0.0199, 300 })

	f("samples 0.6 of counters, chance explains 0.4 of 100", false, func(x *Facts) { x.Links[0].Agreement, x.Links[0].Samples = 0.4, 100 })
	f("0.39 of them", true, func(x *Facts) { x.Links[0].Agreement, x.Links[0].Samples = 0.39, 100 })
	f("too few to say", false, func(x *Facts) { x.Links[0].Agreement, x.Links[0].Samples = 3, 99 })

	f("found in time, to the second", false, func(x *Facts) { x.Links[0].Detect = 5 })
	f("found later", true, func(x *Facts) { x.Links[0].Detect = 5.1 })

	f("the clock may be off by half a second", true, func(x *Facts) { x.Clock.ErrorBound = 0.5 })
	f("by less", false, func(x *Facts) { x.Clock.ErrorBound = 0.49 })

	f("a buffer as large as was asked for", false, func(x *Facts) { x.Socket.Granted = x.Socket.Asked })
	f("one that is not known", false, func(x *Facts) { x.Socket.Granted = 0 })
	f("both ledgers are off, and by as much", true, func(x *Facts) { x.Input.Unaccounted, x.Unaccounted = 3, -3 })
}

// TestLossFault: from a twentieth on loss is a fault; one agent that bad makes it so for all.
func TestLossFault(t *testing.T) {
	for lost, want := range map[uint64]Severity{499: Warning, 500: Fault} {
		list := examine(func(x *Facts) {
			for i := range x.Agents {
				x.Agents[i].Datagrams, x.Agents[i].DatagramsLost = 10_000-100, 100
			}
			x.Agents[1].Datagrams, x.Agents[1].DatagramsLost = 10_000-lost, lost
		})
		if len(list) != 1 || list[0].Severity != want || len(list[0].Where) != 2 || !strings.HasPrefix(list[0].Where[0], "leaf2, ") {
			t.Errorf("%d of 10000: %+v", lost, list)
		}
	}
}

// TestRates: what is recommended is what the worst place needs, in a number that every switch takes.
func TestRates(t *testing.T) {
	typed := func(list []Finding) string {
		var b strings.Builder
		for _, l := range list[0].Type {
			b.WriteString(strings.Join(l.Lines, "\n") + "\n")
		}
		return b.String()
	}
	// Agents that drop samples should take half as many as the one that takes fewest of them.
	list := examine(func(x *Facts) {
		x.Agents[0].Dropped, x.Agents[0].Stated, x.Agents[0].Effective = 5e4, 2000, 2000
		x.Agents[1].Dropped, x.Agents[1].Stated, x.Agents[1].Effective = 5e4, 500, 500
	})
	if len(list) != 1 || !strings.Contains(typed(list), "sflow sample 4000\n") {
		t.Errorf("%+v", list)
	}
	list = examine(func(x *Facts) {
		x.Agents[0].Dropped = 5e4
		x.Agents[1].Stated, x.Agents[1].Effective = 8000, 8000 // it drops none
	})
	if len(list) != 1 || !strings.Contains(typed(list), "sflow sample 2000\n") {
		t.Errorf("%+v", list)
	}
	// Delays fall as samples rise: 10 s at 1 in 10000 are 5 s at 1 in 5000, and 4096 is the power of two below.
	list = examine(func(x *Facts) {
		x.Links[0].Detect, x.Links[0].Rate = 10, 10_000
		x.Links[1].Detect, x.Links[1].Rate = 6, 10_000
	})
	if len(list) != 1 || !strings.Contains(list[0].Do, "one in 4096 ") || !strings.HasPrefix(list[0].Where[0], "leaf1:") || !strings.HasPrefix(list[0].Where[1], "leaf2:") {
		t.Errorf("%+v", list)
	}
	// Where even each packet would be too few the number is 1, not 0.
	list = examine(func(x *Facts) { x.Links[0].Detect, x.Links[0].Rate = 100, 2 })
	if len(list) != 1 || !strings.Contains(list[0].Do, "one in 1 ") {
		t.Errorf("%+v", list)
	}
	// Where nobody samples, no number can be told, and N stays to be filled in.
	list = examine(func(x *Facts) { x.Links[0].Detect, x.Links[0].Rate = math.Inf(1), 0 })
	if len(list) != 1 || list[0].Do != "sample these ports" || !strings.Contains(typed(list), "sflow sample N\n") {
		t.Errorf("%+v", list)
	}
}

// TestNumbersOnVendorsLines: the numbers that stand in a line are those that were recommended, and
// lines for a file say where they belong.
func TestNumbersOnVendorsLines(t *testing.T) {
	list := examine(func(x *Facts) { x.Agents[0].Counters = 0 })
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"sflow polling-interval 20"`, `"polling=20"`, `"# in sflow { } of /etc/hsflowd.conf, then systemctl restart hsflowd"`, `"severity":"warning"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("lacks %s:\n%s", want, text)
		}
	}
	var back []Finding
	if err := json.Unmarshal(text, &back); err != nil || len(back) != 1 || back[0].Severity != Warning {
		t.Errorf("%v %+v", err, back)
	}
	var s Severity
	if err := s.UnmarshalText([]byte("fatal")); err == nil || !strings.Contains(err.Error(), "note, warning or fault") {
		t.Errorf("an unknown severity: %v", err)
	}
	for _, want := range []Severity{Note, Warning, Fault} {
		if err := s.UnmarshalText([]byte(want.String())); err != nil || s != want {
			t.Errorf("%v: %v %v", want, s, err)
		}
	}
}

// TestSocketRemedy: who got all the buffer that was asked for has to ask for more; else the system's bound is too low,
// and the line that raises it is there to be copied.
func TestSocketRemedy(t *testing.T) {
	const line = "sysctl -w net.core.rmem_max=16777216"
	for name, tc := range map[string]struct {
		socket Socket
		do     string
		typed  bool
	}{
		"all of it, and slow": {Socket{Received: 95, Dropped: 5, Asked: 1 << 20, Granted: 1 << 20, Sysctl: line}, "raise that, give more cores", false},
		"less, and drops":     {Socket{Received: 95, Dropped: 5, Asked: 1 << 20, Granted: 1 << 18, Sysctl: line}, "keep it in /etc/sysctl.d", true},
		"less, without drops": {Socket{Received: 95, Asked: 1 << 20, Granted: 1 << 18, Sysctl: line}, "keep it in /etc/sysctl.d", true},
		"on another system":   {Socket{Received: 95, Asked: 1 << 20, Granted: 1 << 18}, "raise net.core.rmem_max and start anew", false},
	} {
		list := examine(func(x *Facts) { x.Socket = tc.socket })
		if len(list) != 1 || !strings.Contains(list[0].Do, tc.do) {
			t.Errorf("%s: %+v", name, list)
			continue
		}
		if typed := len(list[0].Type) == 1 && slices.Contains(list[0].Type[0].Lines, line); typed != tc.typed || !typed && len(list[0].Type) > 0 {
			t.Errorf("%s: %+v", name, list[0].Type)
		}
	}
}

// TestCounts: what was counted since the start is over when it no longer grows; the rest is as it is found.
func TestCounts(t *testing.T) {
	for _, tc := range []struct {
		f    Finding
		want bool
	}{
		{Finding{Check: CheckSocket, Severity: Fault}, true},    // drops
		{Finding{Check: CheckSocket, Severity: Warning}, false}, // a buffer that is too small stays so
		{Finding{Check: CheckPublished, Severity: Fault}, true},
		{Finding{Check: CheckRefused, Severity: Note}, true},
		{Finding{Check: CheckTunnels, Severity: Warning}, true},
		{Finding{Check: CheckSilent, Severity: Fault}, false},
		{Finding{Check: CheckLedger, Severity: Fault}, false},
	} {
		if got := tc.f.Counts(); got != tc.want {
			t.Errorf("%s, %v: %v", tc.f.Check, tc.f.Severity, got)
		}
	}
}

// TestPlaces: the worst first, those alike by name, ten at most and the rest counted.
func TestPlaces(t *testing.T) {
	list := []place{{"b", 1}, {"a", 1}, {"c", 7}}
	for range 9 {
		list = append(list, place{"z", 0})
	}
	where, more := places(list)
	if len(where) != 10 || more != 2 || !slices.Equal(where[:4], []string{"c", "a", "b", "z"}) {
		t.Errorf("%v and %d more", where, more)
	}
	if where, more = places(list[:10]); len(where) != 10 || more != 0 {
		t.Errorf("%v and %d more", where, more)
	}
	if list := told(nil, Finding{Check: CheckSilent}); list != nil {
		t.Errorf("without a place: %+v", list)
	}
}

// TestPortWithoutName: a port that has no name stands with its number, a link with its port.
func TestPortWithoutName(t *testing.T) {
	if got := (&Port{Switch: "leaf1", IfIndex: 7}).where(); got != "leaf1:7" {
		t.Error(got)
	}
	for want, l := range map[string]Link{
		"a--b": {Name: "a--b", Switch: "leaf1", Port: "swp1"}, "leaf1:swp1": {Switch: "leaf1", Port: "swp1", IfIndex: 7}, "leaf1:7": {Switch: "leaf1", IfIndex: 7},
	} {
		if got := l.where(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
