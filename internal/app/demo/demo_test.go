package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spoor/fabric"
	"spoor/internal/judge"
	"spoor/publish"
	"spoor/web"
)

func TestWrap(t *testing.T) {
	f := func(line string, width int, want string) {
		t.Helper()
		got := wrap(line, width)
		if got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", width, got, want)
		}
	}
	line := "12:00:05.123  elephant started  A  10.1.1.1:1 > 10.2.1.1:2 tcp  25.1% of x>y  via a > b"
	f(line, 200, line)
	f(line, len(line), line)
	f(line, len(line)-1, "12:00:05.123  elephant started  A  10.1.1.1:1 > 10.2.1.1:2 tcp  25.1% of x>y\n"+indent+"via a > b")
	f(line, 40, "12:00:05.123  elephant started  A\n"+indent+"10.1.1.1:1 > 10.2.1.1:2 tcp\n"+indent+"25.1% of x>y  via a > b")
	f(strings.Repeat("x", 50)+"  y", 40, strings.Repeat("x", 50)+"\n"+indent+"y")
	f("path complete     a > b", 80, "path complete     a > b")
	f("", 80, "")
	f("A sentence that is too long.", 12, "A sentence\nthat is too\nlong.")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestScreen(t *testing.T) {
	var b strings.Builder
	width := 0
	s := screen{out: &b, width: func() int { return width }}
	s.line(bold, "one  two")
	s.colour, width = true, 80
	s.line(bold, "three")
	s.line(plain, "four")
	if want := "one  two\n\x1b[1mthree\x1b[0m\nfour\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
	s = screen{out: broken{}, width: func() int { return 0 }}
	s.line(plain, "lost")
	if s.err == nil {
		t.Error("nobody noticed that the screen is gone")
	}
}

func TestPlan(t *testing.T) {
	drain, err := fabric.ParseEvent("drain:spine1@20s")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(&fabric.Config{
		Elephants: []fabric.Elephant{{Share: 0.3, Start: 2 * time.Second, Duration: 10 * time.Second, Every: 15 * time.Second}, {Share: 0.125, Start: 2 * time.Second}, {Share: 0.05, Flows: 8, Start: 3 * time.Second}},
		Events:    []fabric.Event{drain},
	})
	var got []string
	for range 7 {
		at := p.next()
		for _, what := range p.due(at) {
			got = append(got, at.String()+" "+what)
		}
	}
	want := []string{
		"2s an elephant of 30% begins", "2s an elephant of 12.5% begins", "3s a group of 8 flows of 5% between two hosts begins", "12s the elephant of 30% is over", "17s an elephant of 30% begins",
		"20s spine1 is drained: its flows move", "27s the elephant of 30% is over", "32s an elephant of 30% begins",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if due := p.due(33 * time.Second); len(due) > 0 {
		t.Errorf("told twice: %q", due)
	}
	quiet := newPlan(&fabric.Config{})
	if quiet.next() != never {
		t.Errorf("something happens after %v", quiet.next())
	}
	for text, want := range map[string]string{
		"undrain:spine1@1s": "spine1 is back in service", "move:0.5@1s": "50% of the flows move to other paths", "move:elephants@1s": "the elephants move to other paths",
		"restart:leaf2@1s": "the agent of leaf2 restarts, and numbers its ports anew", "rate:leaf1*4@1s": "leaf1 samples 4 times as rarely",
		"rate:*4@1s": "every switch samples 4 times as rarely", "hostmove:h1-1>leaf3@1s": "host h1-1 moves to leaf3",
	} {
		e, err := fabric.ParseEvent(text)
		if err != nil || eventText(e) != want {
			t.Errorf("%s: %q %v", text, eventText(e), err)
		}
	}
}

func TestSeries(t *testing.T) {
	got := series(strings.NewReader("# HELP x y\nx 3\nlost{agent=\"a b\"} 1\nlost{agent=\"c\"} 2\nodd\nbad x\n"))
	want := map[string]float64{"x": 3, "lost": 3, `lost{agent="a b"}`: 1, `lost{agent="c"}`: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOracle(t *testing.T) {
	truth := &fabric.Truth{
		Sessions: []fabric.TruthSession{{ID: "elephant1-1"}},
		Flows: []fabric.TruthFlow{
			{ID: "a", Session: "mouse", Role: "data"},
			{ID: "b", Session: "elephant1-1", Role: "ack"},
			{ID: "c", Session: "elephant1-1", Role: "data", Start: 1000.5, End: 1002},
		},
	}
	var o oracle
	got := make(chan *elephant)
	go func() {
		e, _ := o.ask("c")
		got <- e
	}()
	for !o.asked.Swap(false) {
		time.Sleep(time.Millisecond)
	}
	o.learn(truth)
	if e := <-got; e == nil || e.began.UnixMilli() != 1000500 {
		t.Errorf("%+v", e)
	}
	o.settle(truth)
	for id, want := range map[string]bool{"a": false, "b": false, "c": true} {
		if e, sure := o.ask(id); (e != nil) != want || !sure {
			t.Errorf("%s: %+v, sure %v: mice and acknowledgements are no elephants", id, e, sure)
		}
	}
	var busy oracle
	if e, sure := busy.ask("c"); e != nil || sure {
		t.Errorf("a fabric that does not answer says %+v, sure %v", e, sure)
	}
	if got := late(8, 20*time.Second); got == "" || late(19.5, 20*time.Second) != "" || late(0.2, time.Second) != "" {
		t.Errorf("a fabric that falls behind: %q", got)
	}
}

func TestVerdictTable(t *testing.T) {
	flow := func(id string, port uint16, moves ...fabric.TruthMove) *fabric.TruthFlow {
		return &fabric.TruthFlow{ID: id, Src: "10.1.1.1", Dst: "10.2.1.1", SrcPort: port, DstPort: 5201, Share: 0.25, Switches: []string{"a", "b"}, Moves: moves}
	}
	at := func(s float64) time.Time { return moment(1000 + s) }
	list := []*elephant{
		{id: "1", flow: flow("1", 1), began: at(0), end: at(20)},
		{id: "2", flow: flow("2", 2, fabric.TruthMove{Switches: []string{"a", "c"}}), began: at(1), end: at(20)},
		{id: "3", flow: flow("3", 3), began: at(2), end: at(20)},
		{id: "4", flow: flow("4", 4), began: at(18), end: at(20)},
	}
	start := func(slot int, after float64) *said {
		return &said{Slot: slot, Share: 0.251, ShareLow: 0.21, ShareHigh: 0.29, Detected: at(after)}
	}
	lives := map[string]*life{
		"1": {started: start(0, 0.8), share: start(0, 5), ended: &said{Time: at(21.5), EndReason: "idle"}},
		"2": {started: start(1, 2.5), share: start(1, 2.5), ended: &said{Time: at(21.5), EndReason: "collector_restart"}},
	}
	paths := map[string][]string{"1": {"a", "b"}, "2": {"a", "b"}, "4": {"a", "b"}}
	want := []string{
		"elephant                       took   spoor says     found after  end seen after  path",
		"A  10.1.1.1:1 > 10.2.1.1:5201  25.0%  25.1% (21-29)  0.8 s        1.5 s           a > b, right",
		"B  10.1.1.1:2 > 10.2.1.1:5201  25.0%  25.1% (21-29)  1.5 s        not over        a > b, WRONG: truly a > c",
		"-  10.1.1.1:3 > 10.2.1.1:5201  25.0%  -              not found    -               unknown, truly a > b",
		"-  10.1.1.1:4 > 10.2.1.1:5201  25.0%  -              too young    -               a > b, right",
	}
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n\n", table(list, lives, paths)); diff != "" {
		t.Error(diff)
	}
	if got := table(nil, nil, nil); got != "" {
		t.Errorf("%q", got)
	}
}

func TestTotals(t *testing.T) {
	r := &judge.Result{
		Links:     judge.Links{Right: 7, Wrong: 1, Missing: 2},
		Paths:     judge.Paths{Flows: 20, FlowsRight: 14, FlowsWrong: 1, NeverComplete: 2, Unsampled: 3, Moves: 5, MovesReported: 4},
		Elephants: judge.Elephants{MustBeFound: 3, Found: 2, FalseAlerts: 1, UnknownFlows: 1},
	}
	want := []string{
		"elephants  2 of 3 found, 2 false",
		"paths      14 of 17 right, 1 wrong, 2 missing  (and 3 small flows of which no switch sampled a packet)",
		"links      7 right, 1 wrong, 2 missing",
		"moves      4 of 5 reported within 5 s",
	}
	if got := totals(r); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Hour: "1h", 90 * time.Second: "1m30s", 10 * time.Second: "10s", time.Minute: "1m", 1500 * time.Millisecond: "1.5s"} {
		if got := short(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// TestAlerts: an alert is told when it is raised and when it is over, not each minute.
func TestAlerts(t *testing.T) {
	var b strings.Builder
	n := newNarrator(&Options{Out: &b, Width: func() int { return 0 }, Zone: time.UTC}, nil, nil)
	n.lines.Now = func() time.Time { return time.Date(2026, 11, 22, 2, 11, 6, 0, time.UTC) } // a day later the lines begin with the date
	for _, state := range []string{"raised", "active", "resolved"} {
		n.hear(message{publish.Alerts, []byte(`{"state":"` + state + `","severity":"critical","time":"2026-11-22T02:11:05Z","labels":{"alertname":"PortDown"},"annotations":{"summary":"leaf1:swp5 is down"}}`)})
	}
	want := "02:11:05.000  alert raised    CRITICAL  PortDown            leaf1:swp5 is down\n" +
		"02:11:05.000  alert resolved  CRITICAL  PortDown            leaf1:swp5 is down\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// The demo asks its own server like anybody: with the token, and over TLS where that is set.
func TestGaugesBringTheToken(t *testing.T) {
	dir := t.TempDir()
	cfg := web.Config{Listen: "127.0.0.1:0", TokenFile: filepath.Join(dir, "token")}
	if err := os.WriteFile(cfg.TokenFile, []byte("a-token-that-nobody-guesses\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := web.New(cfg, slog.New(slog.DiscardHandler), func(w io.Writer) { _, _ = io.WriteString(w, "spoor_things_total 7\n") })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	g := newGauges(&cfg, s.Addr())
	var got map[string]float64
	for try := 0; got == nil && try < 60; try++ { // it waits for a second only
		got = g.read(t.Context())
	}
	if got["spoor_things_total"] != 7 {
		t.Errorf("%v", got)
	}
	g = newGauges(&web.Config{}, s.Addr())
	if got := g.read(t.Context()); got["spoor_things_total"] != 0 {
		t.Errorf("without the token: %v", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
