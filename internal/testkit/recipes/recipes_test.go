package recipes

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// check is what a recipe must print. One that goes on for ever ends when enough says so.
type check struct {
	enough func(f *fixture, out string) bool
	right  func(t *testing.T, f *fixture, out, errs string)
	framed bool // reads topics of framing confluent
}

// checks are by the recipe's title.
var checks = map[string]check{
	"kcat":                        {right: checkKcat},
	"Kafka's console consumer":    {right: checkConsole},
	"Elephants in Python":         {right: checkElephants, enough: allElephants},
	"Elephants in Go":             {right: checkElephants, enough: allElephants},
	"Java":                        {right: checkJava},
	"Kafka Streams":               {right: checkStreams, enough: allElephants},
	"ClickHouse":                  {right: checkSums},
	"Python and DuckDB":           {right: checkSums},
	"DuckDB without Kafka":        {right: checkTotal},
	"What reads goflow2's topics": {right: checkAgents},

	"Framing confluent, with any schema registry": {right: checkFramed, framed: true},
}

// allElephants: a line was printed for each message of that topic.
func allElephants(f *fixture, out string) bool {
	return strings.Count(out, "\n") >= f.lines["elephants"]
}

func TestRecipes(t *testing.T) {
	f := newFixture(t)
	for _, r := range read(t) {
		t.Run(r.title, func(t *testing.T) {
			f, c := f, checks[r.title]
			if c.framed {
				f = f.framed(t)
			}
			var enough func(string) bool
			if c.enough != nil {
				enough = func(out string) bool { return c.enough(f, out) }
			}
			k := newKitchen(t, f)
			out, errs := k.cook(t, f, r, enough)
			if c.framed {
				out = k.read(t, "flows.jsonl") + k.read(t, "alerts.jsonl")
			}
			if c.right(t, f, out, errs); t.Failed() {
				t.Logf("stdout:\n%.2000s\nstderr:\n%.2000s", out, errs)
			}
		})
	}
	testDeployed(t, f)
}

// testDeployed runs the files of deploy/clickhouse and deploy/duckdb, as people do.
func testDeployed(t *testing.T, f *fixture) {
	t.Helper()
	for _, c := range []struct{ name, run string }{
		{"clickhouse", "clickhouse-client --queries-file %s\n"},
		{"duckdb", "cat %s >>all.sql\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r recipe
			for _, name := range []string{"flows.sql", "top.sql", "more.sql"} {
				text, err := os.ReadFile(filepath.Join(root, "deploy", c.name, name))
				if err != nil {
					t.Fatal(err)
				}
				// What was simulated bears the dates of the simulation, which are long past; and the recipe has a group of that name.
				ours := strings.NewReplacer("INTERVAL 7 DAY", "INTERVAL 70 YEAR", "kafka_group_name = 'clickhouse'", "kafka_group_name = 'deployed'")
				r.blocks = append(r.blocks, block{name, ours.Replace(string(text))},
					block{text: fmt.Sprintf(c.run, name)})
			}
			if c.name == "duckdb" {
				r.blocks = append(r.blocks, block{text: "python3 " + filepath.Join(testdata(t), "duckdb-shell.py") + " <all.sql\n"})
			}
			out, errs := newKitchen(t, f).cook(t, f, r, nil)
			top := lines(out)[:min(6, len(lines(out)))]
			checkSums(t, f, strings.Join(top, "\n"), errs)
			more := strings.Join(lines(out)[len(top):], "\n")
			if !strings.Contains(more, "10.255.0.") || !strings.Contains(more, "spine1") || !strings.Contains(more, "leaf") {
				t.Error("no links, no ways, no discards")
			}
			if total := "\n" + strconv.FormatInt(f.sums.once, 10) + "\n"; c.name == "clickhouse" && !strings.Contains("\n"+more+"\n", total) {
				t.Errorf("the minutes do not add up to %s", total)
			}
			if t.Failed() {
				t.Logf("stdout:\n%.4000s\nstderr:\n%.2000s", out, errs)
			}
		})
	}
}

func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// lines gives what was printed, without the last end of line.
func lines(out string) []string { return strings.Split(strings.TrimSpace(out), "\n") }

// checkKcat wants all topics, elephants and paths, and kcat to read each record of each topic.
func checkKcat(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	topics, elephants := 0, 0
	for _, l := range lines(out) {
		if strings.Contains(l, `topic "sflow.`) {
			topics++
		}
		if strings.HasPrefix(l, `{"schema":1`) {
			elephants++
		}
	}
	paths := len(lines(out)) - topics - elephants
	if topics != 7 || elephants != f.lines["elephants"] || int64(paths) != f.stored["paths"] {
		t.Errorf("%d topics, %d elephants, %d paths; want 7, %d, %d", topics, elephants, paths, f.lines["elephants"], f.stored["paths"])
	}
	for topic, n := range f.stored {
		b, err := exec.Command("kcat", "-b", f.broker, "-C", "-q", "-e", "-o", "beginning", "-t", "sflow."+topic, "-f", `%o\n`).Output()
		if got := int64(strings.Count(string(b), "\n")); err != nil || got != n {
			t.Errorf("kcat reads %d records of %s, %d are stored (%v)", got, topic, n, err)
		}
	}
}

// checkConsole wants the alerts with key and headers, and all topics to be read.
func checkConsole(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	if n := strings.Count(out, `"fingerprint":"`); n != f.lines["alerts"] || strings.Count(out, "content-type:application/json") != n {
		t.Errorf("%d alerts, want %d", n, f.lines["alerts"])
	}
	all := int64(0)
	for _, n := range f.stored {
		all += n
	}
	r := recipe{blocks: []block{{text: `kafka-console-consumer.sh --bootstrap-server ` + f.broker + ` --include 'sflow\..*' --from-beginning --timeout-ms 15000 >all` + "\n"}}}
	_, errs := newKitchen(t, f).cook(t, f, r, nil)
	if want := fmt.Sprintf("Processed a total of %d messages", all); !strings.Contains(errs, want) {
		t.Errorf("want: %s; got %s", want, errs)
	}
}

// checkJava wants a line for each fingerprint, with a state and a severity.
func checkJava(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	seen := make(map[string]bool)
	for _, l := range lines(out) {
		w := strings.Fields(l)
		if len(w) < 4 || seen[w[0]] || !slices.Contains([]string{"raised", "active", "resolved"}, w[1]) || !slices.Contains([]string{"warning:", "critical:"}, w[2]) {
			t.Errorf("line %q", l)
			continue
		}
		seen[w[0]] = true
	}
	if len(seen) == 0 || len(seen) > f.lines["alerts"] {
		t.Errorf("%d alerts", len(seen))
	}
}

// checkStreams wants a line for each message on elephants, and all flows to have met their path.
func checkStreams(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	met := make(map[string]bool)
	for _, l := range lines(out) {
		id, rest, _ := strings.Cut(l, " ")
		met[id] = met[id] || strings.Contains(rest, ` via ["leaf`) && strings.HasSuffix(rest, "(complete)")
	}
	if n := len(lines(out)); n != f.lines["elephants"] || len(met) == 0 {
		t.Errorf("%d lines, %d messages on elephants", n, f.lines["elephants"])
	}
	for id, yes := range met {
		if !yes {
			t.Errorf("flow %s did not meet its path", id)
		}
	}
}

// checkElephants wants a line for each message on elephants, with the flow, its state and its way.
func checkElephants(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	if n := len(lines(out)); n != f.lines["elephants"] {
		t.Errorf("%d lines, %d messages on elephants", n, f.lines["elephants"])
	}
	for _, l := range lines(out) {
		w := strings.Fields(l)
		if len(w) < 4 || len(w[0]) != 16 || !slices.Contains([]string{"started", "updated", "ended"}, w[1]) || !strings.Contains(l, " via leaf") {
			t.Errorf("line %q", l)
		}
	}
}

// checkTotal wants the first line to be the sum over count_once.
func checkTotal(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	if got := lines(out)[0]; got != strconv.FormatInt(f.sums.once, 10) {
		t.Errorf("the sum is %s, want %d", got, f.sums.once)
	}
}

// checkSums wants five flows with their bytes below the sum, the largest first.
func checkSums(t *testing.T, f *fixture, out, errs string) {
	t.Helper()
	checkTotal(t, f, out, errs)
	top, last := lines(out)[1:], int64(1<<62)
	if len(top) != 5 {
		t.Fatalf("%d flows", len(top))
	}
	for _, l := range top {
		w := strings.Fields(l)
		if len(w) != 5 {
			t.Fatalf("line %q", l)
		}
		n, err := strconv.ParseInt(w[4], 10, 64)
		if want := f.sums.flows[key(strings.TrimPrefix(w[0], "::ffff:"), strings.TrimPrefix(w[1], "::ffff:"), w[2], w[3])]; err != nil || n != want || n > last {
			t.Errorf("line %q, want %d bytes", l, want)
		}
		last = n
	}
}

// checkAgents wants the bytes of each agent, as goflow2's consumers scale them.
func checkAgents(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	for _, l := range lines(out) {
		agent, n, _ := strings.Cut(l, " ")
		if want := strconv.FormatInt(f.sums.agents[agent], 10); n != want {
			t.Errorf("agent %s: %s bytes, want %s", agent, n, want)
		}
	}
	if len(lines(out)) != len(f.sums.agents) {
		t.Errorf("%d agents, want %d", len(lines(out)), len(f.sums.agents))
	}
}

// checkFramed wants all flow records, with the bytes that flowed, and all alerts.
func checkFramed(t *testing.T, f *fixture, out, _ string) {
	t.Helper()
	flows, alerts, sum := 0, 0, int64(0)
	for _, l := range lines(out) {
		var m struct {
			Type        string
			Bytes       int64 `json:",string"`
			Rate        int64 `json:"effective_rate,string"`
			Once        bool  `json:"count_once"`
			Fingerprint string
			Labels      map[string]string
		}
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		switch {
		case m.Type == "SFLOW_5":
			if flows++; m.Once {
				sum += m.Bytes * m.Rate
			}
		case m.Fingerprint != "" && m.Labels["alertname"] != "":
			alerts++
		default:
			t.Errorf("neither a flow nor an alert: %.200s", l)
		}
	}
	if flows != f.lines["flows"] || alerts != f.lines["alerts"] || sum != f.sums.once {
		t.Errorf("%d flows, %d alerts, %d bytes; want %d, %d, %d", flows, alerts, sum, f.lines["flows"], f.lines["alerts"], f.sums.once)
	}
}
