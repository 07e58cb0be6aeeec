package judge

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"
)

// The fabric of these tests: leaf1 and leaf2 joined by spine1 and spine2; an agent
// on each but spine2. One flow of 40 frames takes spine1, then spine2 from second 1010.
const (
	truthHead = `{"mode":"MODE","agent_settings":{"sampling":10},"elephant_threshold_bps":100,
"agents":{"a1":"leaf1","a2":"leaf2","s1":"spine1"},
"interfaces":[
 {"switch":"leaf1","agent":"a1","ifIndex":1,"ifName":"up","neighbour":"spine1","neighbour_port":"one","during":{"in_frames":60,"out_frames":60}},
 {"switch":"spine1","agent":"s1","ifIndex":1,"ifName":"one","neighbour":"leaf1","neighbour_port":"up","during":null},
 {"switch":"leaf2","agent":"a2","ifIndex":1,"ifName":"up","neighbour":"spine1","neighbour_port":"two","during":{"in_frames":9,"out_frames":9}},
 {"switch":"spine1","agent":"s1","ifIndex":2,"ifName":"two","neighbour":"leaf2","neighbour_port":"up"},
 {"switch":"leaf1","agent":"a1","ifIndex":9,"ifName":"h","neighbour":"h1","neighbour_port":"eth0"}],
"events":[{"t":1009.5}],
"flows":[{"src":"x","dst":"y","proto":6,"sport":1,"dport":2,"session":"big","role":"data","start":1000.5,"end":1020,"frames":40,
 "second0":1000,"bps":[BPS],"switches":["leaf1","spine1","leaf2"],
 "moves":[{"from":1000.5,"to":1009,"switches":["leaf1","spine1","leaf2"]},{"from":1010,"to":1020,"switches":["leaf1","spine2","leaf2"]}]}]}`

	linkOne  = `{"id":"1","link":"l","source":"learned","state":"up","a":{"agent":"s1","ifindex":1},"b":{"agent":"a1","ifindex":1}}`
	linkTwo  = `{"id":"2","link":"l","source":"both","state":"up","a":{"agent":"a2","ifindex":1},"b":{"agent":"s1","ifindex":2}}`
	flowJSON = `"flow":{"src":"x","dst":"y","proto":6,"sport":1,"dport":2}`
	before   = `{` + flowJSON + `,"state":"complete","cause":"new","time":"1970-01-01T00:16:42.75Z","hops":[{"agent":"a1"},{"agent":"s1"},{"agent":"a2"}]}`
	after    = `{` + flowJSON + `,"state":"complete","cause":"moved","time":"1970-01-01T00:16:50.25Z","hops":[{"agent":"a1"},{"agent":null},{"agent":"a2"}]}`
	started  = `{` + flowJSON + `,"alert":"e","episode":1,"state":"started","time":"1970-01-01T00:16:44Z","detected":"1970-01-01T00:16:43.25Z"}`
	ended    = `{` + flowJSON + `,"alert":"e","episode":1,"state":"ended","time":"1970-01-01T00:16:55Z","detected":"1970-01-01T00:16:43.25Z"}`
	steady   = "20,50,150,150,150,150,150,150,150,20,20,20"
)

// write lays out a truth and the files of an output directory.
func write(t *testing.T, truth string, files map[string][]string) (truthFile, dir string) {
	t.Helper()
	dir = t.TempDir()
	truthFile = filepath.Join(dir, "truth.json")
	put(t, truthFile, truth)
	for _, name := range []string{"topology", "paths", "elephants"} {
		put(t, filepath.Join(dir, name+".jsonl"), strings.Join(files[name], "\n"))
	}
	return truthFile, dir
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func truthText(mode, bps string) string {
	return strings.NewReplacer("MODE", mode, "BPS", bps).Replace(truthHead)
}

func TestScore(t *testing.T) {
	good := map[string][]string{"topology": {linkOne, linkTwo}, "paths": {before, after}, "elephants": {started, ended}}
	with := func(name string, rows ...string) map[string][]string {
		m := map[string][]string{name: rows}
		for k, v := range good {
			if k != name {
				m[k] = v
			}
		}
		return m
	}
	edit := func(row string, pairs ...string) string {
		changed := strings.NewReplacer(pairs...).Replace(row)
		if changed == row {
			t.Fatalf("nothing to replace: %v", pairs)
		}
		return changed
	}
	tests := []struct {
		name, mode, bps string
		files           map[string][]string
		wrong           []string
	}{
		{name: "right", files: good},
		{name: "a link that nothing crossed may be missing", files: with("topology", linkOne)},
		{name: "busy link missing", files: with("topology", linkTwo), wrong: []string{"1 links missing"}},
		{name: "busy link missing, L2", mode: "l2", files: with("topology", linkTwo)},
		{name: "gone link", files: with("topology", linkOne, edit(linkOne, `"up"`, `"gone"`)), wrong: []string{"1 links missing"}},
		{name: "wrong link", files: with("topology", linkOne, edit(linkTwo, `"a2"`, `"a1"`)), wrong: []string{"1 links wrong"}},
		{name: "inferred link", files: with("topology", linkOne, edit(linkTwo, `"a2"`, `"a1"`, `"both"`, `"inferred"`))},
		{name: "wrong path, then right", files: with("paths", edit(before, `"s1"`, `"a2"`), after), wrong: []string{"1 path messages wrong"}},
		{name: "wrong at last", files: with("paths", before, after, edit(after, "50.25", "56", "null", `"s1"`)), wrong: []string{"1 flows wrong", "1 path messages wrong"}},
		{name: "null hop where an agent is", files: with("paths", edit(before, `"s1"`, "null"), after), wrong: []string{"1 path messages wrong"}},
		{name: "never complete", files: with("paths", edit(before, "complete", "partial")), wrong: []string{"1 paths never complete"}},
		{name: "never complete, one pair in L2", mode: "l2", files: with("paths")},
		{name: "expired does not count", files: with("paths", before, edit(after, "moved", "expired")), wrong: []string{"1 moves not reported"}},
		{name: "move late", files: with("paths", before, edit(after, "50.25", "58.25")), wrong: []string{"1 moves not reported"}},
		{name: "missed", files: with("elephants"), wrong: []string{"1 elephants missed"}},
		{name: "too short to be required", bps: "20,150,150,150,150,20", files: with("elephants")},
		{name: "false", bps: "20,50", files: good, wrong: []string{"1 false alerts"}},
		{name: "one second's burst explains an alert", bps: "20,50,120,0", files: good},
		{name: "open", files: with("elephants", started), wrong: []string{"1 alerts left open"}},
		{name: "split", files: with("elephants", started, ended, edit(started, `"alert":"e"`, `"alert":"f"`, "43.25", "46"), edit(ended, `"alert":"e"`, `"alert":"f"`)), wrong: []string{"1 lives split"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.mode == "" {
				test.mode = "l3"
			}
			if test.bps == "" {
				test.bps = steady
			}
			truthFile, dir := write(t, truthText(test.mode, test.bps), test.files)
			r := score(t, truthFile, dir)
			if diff := cmp.Diff(test.wrong, r.Wrong(), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			agree(t, truthFile, dir)
		})
	}
}

func score(t *testing.T, truthFile, dir string) *Result {
	t.Helper()
	truth, err := Load(truthFile)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Score(truth, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDelays(t *testing.T) {
	truthFile, dir := write(t, truthText("l3", steady), map[string][]string{"topology": {linkOne}, "paths": {before, after}, "elephants": {started, ended}})
	r := score(t, truthFile, dir)
	want := map[string]any{
		// The path was new 2.25 s after the flow; the event that moved it came 0.75 s before the message;
		// the stretch over the threshold begins at 1001 (the mean of seconds 1 and 2 is 100).
		"first": 2.25, "p50": 0.75, "max": 0.75, "delays": map[string][]float64{"big": {2.25}},
	}
	got := map[string]any{"first": *r.Paths.FirstP50, "p50": *r.Paths.LagP50, "max": *r.Paths.LagMax, "delays": r.Elephants.Delays}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	limits := Limits{FirstP50: 2, LagP50: 0.75, LagMax: 0.5, Elephants: map[string]float64{"big": 2, "small": 1}}
	wantLate := []string{
		"first complete path (p50) after 2.25 s, limit 2 s",
		"move (slowest) after 0.75 s, limit 0.5 s",
		"elephant big after 2.25 s, limit 2 s",
	}
	if diff := cmp.Diff(wantLate, r.Late(limits)); diff != "" {
		t.Error(diff)
	}
	if late := r.Late(Limits{}); late != nil {
		t.Errorf("without limits: %q", late)
	}
}

func TestBadInput(t *testing.T) {
	good := truthText("l3", steady)
	for name, test := range map[string]struct{ truth, row, want string }{
		"truth is no JSON":    {"nonsense", "", "truth.json: invalid character"},
		"truth says too much": {`{"kind":"ovs"}`, "", ErrNoTruth.Error()},
		"unknown neighbour":   {strings.Replace(good, `"two"`, `"three"`, 1), "", "leads to an unknown port spine1 three"},
		"row is no JSON":      {good, "{\n", "elephants.jsonl:1: "},
		"started undetected":  {good, "\n" + `{"state":"started"}`, "elephants.jsonl:2: started, but not detected"},
	} {
		t.Run(name, func(t *testing.T) {
			truthFile, dir := write(t, test.truth, map[string][]string{"elephants": {test.row}})
			truth, err := Load(truthFile)
			if err == nil {
				_, err = Score(truth, dir)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestLoadCompressed(t *testing.T) {
	text := truthText("l2", steady)
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "truth.json.zst")
	put(t, name, string(e.EncodeAll([]byte(text), nil)))
	got, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	want := new(Truth)
	if err := json.Unmarshal([]byte(text), want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTable(t *testing.T) {
	truthFile, dir := write(t, truthText("l3", steady), map[string][]string{"topology": {linkOne}, "paths": {before, after}, "elephants": {started}})
	truth, err := Load(truthFile)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Score(truth, dir)
	if err != nil {
		t.Fatal(err)
	}
	faults := append(r.Wrong(), r.Late(Limits{LagMax: 0.5})...)
	var text strings.Builder
	table := NewTable(&text)
	table.Row("one", r, faults, faults)
	table.Row("one", r, nil, []string{"1 paths never complete"})
	table.Row("one", r, nil, nil)
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
	want := `capture  links  paths  first p50  of sample  moves   p50/max    elephants  delays    verdict
one      1/0/0  1/0/0  2.25       -          1 of 1  0.75/0.75  1 of 1     big 2.25  WRONG: 1 alerts left open, move (slowest) after 0.75 s, limit 0.5 s
one      1/0/0  1/0/0  2.25       -          1 of 1  0.75/0.75  1 of 1     big 2.25  short of the target: 1 paths never complete
one      1/0/0  1/0/0  2.25       -          1 of 1  0.75/0.75  1 of 1     big 2.25  right
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}

// TestBeyond: what is missing is a fault only beyond the part that may be.
func TestBeyond(t *testing.T) {
	r := &Result{Paths: Paths{Flows: 30, Unsampled: 5, Undecided: 5, NeverComplete: 2, Moves: 10, MovesReported: 9}}
	for _, test := range []struct {
		paths, moves float64
		want         int
	}{{0.02, 0.02, 2}, {0.09, 0.09, 2}, {0.1, 0.02, 1}, {0.02, 0.1, 1}, {0.1, 0.1, 0}} {
		if got := r.WrongBeyond(test.paths, test.moves); len(got) != test.want {
			t.Errorf("%v of the paths and %v of the moves may be missing: %q", test.paths, test.moves, got)
		}
	}
	if got := r.Wrong(); len(got) != 2 {
		t.Errorf("by default: %q", got)
	}
	r.Paths.FlowsWrong = 1
	if got := r.WrongBeyond(1, 1); len(got) != 1 {
		t.Errorf("a wrong path: %q", got)
	}
}

// TestUnsampled: a flow, or a part of one, that no agent sampled is nobody's fault.
func TestUnsampled(t *testing.T) {
	f := func(samples, moved string, wantUnsampled, wantNever, wantMoves int) {
		t.Helper()
		text := strings.Replace(truthText("l3", "20"), `"frames":40,`, `"frames":40,`+samples, 1)
		text = strings.Replace(text, `"to":1020,`, `"to":1020,`+moved, 1)
		said := []string{before}
		if wantUnsampled+wantNever > 0 {
			said = nil
		}
		truthFile, dir := write(t, text, map[string][]string{"paths": said})
		p := score(t, truthFile, dir).Paths
		if p.Unsampled != wantUnsampled || p.NeverComplete != wantNever || p.Moves != wantMoves {
			t.Errorf("%q %q: %+v", samples, moved, p)
		}
	}
	f(`"samples":0,`, "", 1, 0, 0)
	f(`"samples":3,`, "", 0, 1, 0)
	f("", "", 0, 1, 0)
	f("", `"samples":0,`, 0, 0, 0)
	f("", `"samples":19,`, 0, 0, 0) // fewer than two a second
	f("", `"samples":20,`, 0, 0, 1)
	f("", `"samples":1,"first_sample":1019,`, 0, 0, 0) // one proves nothing
	f("", `"samples":25,"first_sample":1012,`, 0, 0, 1)
	f("", `"samples":71,"first_sample":1011,"early_samples":3,`, 0, 0, 0) // nearly all of them came too late to tell it in time
	f("", `"samples":71,"first_sample":1011,"early_samples":9,`, 0, 0, 0)
	f("", `"samples":12,"first_sample":1011,"early_samples":10,`, 0, 0, 1) // rare as a whole, but not while it was to be told
	f("", `"samples":5,"first_sample":1018,"early_samples":5,`, 0, 0, 1)   // of 2 s
	f("", `"samples":2,"first_sample":1019.5,"early_samples":2,`, 0, 0, 0) // two prove nothing
}

// TestUnsampledElephant: an elephant that no agent sampled must not be found.
func TestUnsampledElephant(t *testing.T) {
	high := strings.TrimSuffix(strings.Repeat("1e12,", 10), ",")
	for samples, want := range map[string]int{`"samples":0,`: 0, `"samples":1,`: 1, "": 1} {
		text := strings.Replace(truthText("l3", high), `"frames":40,`, `"frames":40,`+samples, 1)
		truthFile, dir := write(t, text, map[string][]string{"paths": {before}})
		if e := score(t, truthFile, dir).Elephants; e.MustBeFound != want || e.Missed != want {
			t.Errorf("%q: %+v", samples, e)
		}
	}
}

// TestPathInForce: a message about the old path is right until the new one was sampled.
func TestPathInForce(t *testing.T) {
	late := strings.Replace(before, "00:16:42.75Z", "00:16:57Z", 1) // 1017, the flow moved at 1010
	f := func(moved string, want int) {
		t.Helper()
		text := strings.Replace(truthText("l3", "20"), `"to":1020,`, `"to":1020,`+moved, 1)
		truthFile, dir := write(t, text, map[string][]string{"paths": {late}})
		if p := score(t, truthFile, dir).Paths; p.MessagesWrong != want {
			t.Errorf("%q: %+v", moved, p)
		}
	}
	f("", 1)
	f(`"samples":0,`, 0)
	f(`"samples":2,"first_sample":1011,`, 1)
	f(`"samples":2,"first_sample":1018,`, 0)
}

// TestSprayed: all routes of a sprayed flow are right at any time, also after its end.
func TestSprayed(t *testing.T) {
	late := strings.Replace(before, "00:16:42.75Z", "00:16:59Z", 1) // 1019, long on the other path
	way := func(names string) string {
		return `{` + flowJSON + `,"state":"multipath","cause":"moved","time":"1970-01-01T00:16:50Z","hops":[],"alternatives":[{"switches":["a1","spine1","leaf2"]},{"switches":[` + names + `]}]}`
	}
	f := func(truth string, wantMessages, wantWays int, said ...string) {
		t.Helper()
		text := strings.Replace(truthText("l3", "20"), `"frames":40,`, `"frames":40,`+truth, 1)
		truthFile, dir := write(t, text, map[string][]string{"paths": said})
		if p := score(t, truthFile, dir).Paths; p.MessagesWrong != wantMessages || p.WrongWays != wantWays {
			t.Errorf("%s: %+v", truth, p)
		}
	}
	const routes = `"samples":50,"routes":[{"switches":["leaf1","spine1","leaf2"],"share":0.5},{"switches":["leaf1","spine2","leaf2"],"share":0.5}],`
	f(`"samples":50,`, 1, 0, late)
	f(routes, 0, 0, late)
	f(routes, 0, 0, way(`"leaf1","dark-1","leaf2"`)) // spine2 has no agent
	f(routes, 0, 1, way(`"leaf2","spine1","leaf1"`))
	f(routes, 0, 1, way(`"leaf1","leaf2"`))
	f(`"samples":50,`, 0, 1, way(`"leaf1","spine2","leaf2"`)) // it moved once: that is no spraying
	f(``, 0, 0, way(`"leaf1","spine2","leaf2"`))              // a truth that knows little
}

// TestAfterTheEnd: a message about a flow that is over is judged as at the flow's end, if the truth knows of samples.
func TestAfterTheEnd(t *testing.T) {
	late := strings.Replace(before, "00:16:42.75Z", "00:17:07Z", 1) // 1027, the flow ended at 1020
	f := func(samples, moved string, want int) {
		t.Helper()
		text := strings.Replace(truthText("l3", "20"), `"frames":40,`, `"frames":40,`+samples, 1)
		text = strings.Replace(text, `"to":1020,`, `"to":1020,`+moved, 1)
		truthFile, dir := write(t, text, map[string][]string{"paths": {late}})
		if p := score(t, truthFile, dir).Paths; p.MessagesWrong != want {
			t.Errorf("%q %q: %+v", samples, moved, p)
		}
	}
	f("", "", 1)
	f(`"samples":5,`, "", 1)                                 // long on the new path
	f(`"samples":5,`, `"samples":0,`, 0)                     // where nobody saw it
	f(`"samples":5,`, `"samples":1,"first_sample":1019,`, 0) // or saw it at the very end
	f("", `"samples":1,"first_sample":1019,`, 1)
}

// TestWithdrawn: a wrong path that was taken back is missing, if the truth knows of samples.
func TestWithdrawn(t *testing.T) {
	wrong := strings.Replace(before, `"a1"`, `"a9"`, 1)
	back := strings.Replace(strings.Replace(before, `"state":"complete"`, `"state":"provisional"`, 1), "00:16:42.75Z", "00:16:50Z", 1)
	f := func(samples string, wantRight, wantWrong, wantNever int, said ...string) {
		t.Helper()
		text := strings.Replace(truthText("l3", "20"), `"frames":40,`, `"frames":40,`+samples, 1)
		truthFile, dir := write(t, text, map[string][]string{"paths": said})
		if p := score(t, truthFile, dir).Paths; p.FlowsRight != wantRight || p.FlowsWrong != wantWrong || p.NeverComplete != wantNever {
			t.Errorf("%q: %+v", samples, p)
		}
	}
	f(`"samples":5,`, 1, 0, 0, before, back)
	f(`"samples":5,`, 0, 1, 0, wrong)
	f(`"samples":5,`, 0, 0, 1, wrong, back)
	f(`"samples":5,`, 0, 1, 0, wrong, back, strings.Replace(wrong, "00:16:42.75Z", "00:16:51Z", 1))
	f("", 0, 1, 0, wrong, back)
}
