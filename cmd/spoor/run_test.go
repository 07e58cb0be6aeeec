package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"spoor/flow"
)

// scrape asks /metrics and gives every series by its name with labels.
func (d *daemon) scrape(t *testing.T) map[string]float64 {
	t.Helper()
	series := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(d.ask(t, "/metrics", http.StatusOK)))
	for lines.Scan() {
		name, value, ok := cutLast(lines.Text())
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if _, twice := series[name]; twice {
			t.Errorf("%s stands there twice", name)
		}
		series[name] = x
	}
	return series
}

func cutLast(line string) (before, after string, ok bool) {
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return line, "", false
	}
	return line[:i], line[i+1:], true
}

// sum adds up all series of a name.
func sum(series map[string]float64, name string) (total float64) {
	for n, x := range series {
		if base, _, _ := strings.Cut(n, "{"); base == name {
			total += x
		}
	}
	return total
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func (d *daemon) ask(t *testing.T, path string, status int) string {
	t.Helper()
	resp, err := client.Get("http://" + d.HTTP.String() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || status != 0 && resp.StatusCode != status {
		t.Fatalf("%s: %d %v %s", path, resp.StatusCode, err, b)
	}
	return string(b)
}

// TestRunEndToEnd: a recording resent over UDP goes through the whole program;
// its elephants come out of Kafka and of the files alike, and both ledgers close.
func TestRunEndToEnd(t *testing.T) {
	noLeaks(t)
	data := t.TempDir()
	dir := filepath.Join(data, "out")
	const speed = 4 // a fabric that is so many times faster; with links of half the true speed elephants stand out though the machine stalls
	d := start(t, "--data_dir", data, "--output.dir", dir, "--topology.speeds", fmt.Sprintf("*=%d", speed*10_000_000))
	eventually(t, "ready", func() bool { return strings.HasPrefix(d.ask(t, "/readyz", 0), `{"ready":true`) })
	ready := d.ask(t, "/readyz", http.StatusOK)
	for _, want := range []string{d.UDP.String(), d.HTTP.String(), d.Brokers[0], `"collector"`, `"analytics"`, `"kafka"`, `"files"`} {
		if !strings.Contains(ready, want) {
			t.Errorf("/readyz lacks %s: %s", want, ready)
		}
	}
	before := d.scrape(t)
	for _, name := range []string{
		"spoor_datagrams_received_total", `spoor_datagrams_total{outcome="ok"}`, `spoor_elephants_total{event="started"}`, `spoor_paths{state="complete"}`,
		`spoor_publish_records_total{topic="elephants"}`, `spoor_publish_dropped_records_total{topic="flows",reason="queue_full"}`, "spoor_embedded_broker",
	} {
		if _, ok := before[name]; !ok {
			t.Errorf("%s does not exist from the start", name)
		}
	}
	sent := d.resend(t, "ovs-l3-smoke.pcap.zst", speed)

	elephants := spoor(t, "tail", "elephants", "--from", "start", "--count", "1", "--json", "--kafka.brokers", d.Brokers[0])
	if elephants.code != 0 || !strings.Contains(elephants.out, `"state":"started"`) {
		t.Fatalf("tail elephants: %+v", elephants)
	}
	var found struct{ Alert string }
	if err := json.Unmarshal([]byte(elephants.out), &found); err != nil {
		t.Fatal(err)
	}
	if r := spoor(t, "explain", "--url", "http://"+d.HTTP.String(), found.Alert); r.code != 0 || !strings.Contains(r.out, "elephant  "+found.Alert) {
		t.Errorf("explain: %+v", r)
	}
	d.ask(t, "/api/v1/explain?what=nonsense", http.StatusBadRequest)
	d.ask(t, "/api/v1/explain?what=0000000000000001", http.StatusNotFound)
	for topic, want := range map[string]string{"paths": "complete", "flows": " B x", "counters": " up", "topology": "link "} {
		if r := spoor(t, "tail", topic, "--from", "start", "--count", "5", "--kafka.brokers", d.Brokers[0]); r.code != 0 || strings.Count(r.out, "\n") != 5 || !strings.Contains(r.out, want) {
			t.Errorf("tail %s: %+v", topic, r)
		}
	}
	d.ledgers(t, sent)
	if code := d.end(t); code != 0 {
		t.Errorf("status %d: %s", code, d.errs)
	}
	if d.out.String() != "" {
		t.Errorf("run wrote on stdout: %s", d.out)
	}
	states := map[string]int{}
	for line := range strings.Lines(read(t, dir, "elephants")) {
		var m struct{ State string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		states[m.State]++
	}
	if states["started"] == 0 || states["started"] != states["ended"]+len(journal(t, data)) {
		t.Errorf("elephants in the file: %v, in the journal %d", states, len(journal(t, data)))
	}
	if flows := strings.Count(read(t, dir, "flows"), "\n"); flows != 761 {
		t.Errorf("%d flow records in the file, 761 were sampled", flows)
	}
}

func read(t *testing.T, dir, topic string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, topic+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ledgers waits for quiet and checks both equations of docs/interfaces.md, section 4.
func (d *daemon) ledgers(t *testing.T, sent uint64) {
	t.Helper()
	var s map[string]float64
	defer func() {
		if t.Failed() {
			t.Log(unbalanced(s))
		}
	}()
	eventually(t, "ledger 1 closes", func() bool {
		s = d.scrape(t)
		return s["spoor_datagrams_received_total"] == float64(sent) && sum(s, "spoor_datagrams_total") == float64(sent)
	})
	eventually(t, "nothing is queued and ledger 2 closes", func() bool { // what moves while it is read does not close
		s = d.scrape(t)
		return sum(s, "spoor_publish_queued_records") == 0 && unbalanced(s) == "" && s[`spoor_publish_records_total{topic="flows"}`] == s[`spoor_samples_total{kind="flow",outcome="decoded"}`]
	})
}

// unbalanced names the topics whose ledger does not close.
func unbalanced(s map[string]float64) (open string) {
	for _, topic := range []string{"flows", "counters", "drops", "paths", "elephants", "alerts", "topology"} {
		in := s[fmt.Sprintf("spoor_publish_records_total{topic=%q}", topic)]
		out := s[fmt.Sprintf("spoor_publish_acknowledged_records_total{topic=%q}", topic)] + s[fmt.Sprintf("spoor_publish_queued_records{topic=%q}", topic)]
		for name, x := range s {
			if strings.HasPrefix(name, fmt.Sprintf("spoor_publish_dropped_records_total{topic=%q,", topic)) {
				out += x
			}
		}
		if in != out {
			open += fmt.Sprintf("%s: %v records, %v accounted for; ", topic, in, out)
		}
	}
	return open
}

// TestRefusedDatagramsAreCounted: what is no sFlow, or comes from elsewhere, ends in ledger 1.
func TestRefusedDatagramsAreCounted(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir(), "--agents.allow", "192.0.2.0/24")
	sent := d.resend(t, "hsflowd-smoke.pcap.zst", 0)
	d.ledgers(t, sent)
	s := d.scrape(t)
	if s[`spoor_datagrams_total{outcome="refused_agent"}`] != float64(sent) || s[`spoor_samples_total{kind="flow",outcome="decoded"}`] != 0 {
		t.Errorf("%v of %d refused", s[`spoor_datagrams_total{outcome="refused_agent"}`], sent)
	}
}

func TestRunNotices(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	d := start(t, "--data_dir", dir, "--kafka.topic_prefix", "lab.", "--log.level", "error")
	d.end(t)
	want := []string{
		"spoor: sFlow on UDP " + d.UDP.String() + ", from any source: set listen.allow to hear only your switches",
		"spoor: embedded Kafka broker on " + d.Brokers[0] + " (not replicated, for evaluation; data in " + filepath.Join(dir, "broker") + "): set kafka.brokers to use your own",
		"spoor: see elephants: spoor tail elephants --from start --kafka.brokers " + d.Brokers[0] + " --kafka.topic_prefix lab.   or: kcat -C -b " + d.Brokers[0] + " -t lab.elephants -o beginning",
		"spoor: live page: http://" + d.HTTP.String() + "/",
		"spoor: http://" + d.HTTP.String() + "/metrics, /healthz and /readyz",
	}
	got := strings.Split(strings.ReplaceAll(strings.TrimSpace(d.errs.String()), programName(os.Args[0]), "spoor"), "\n")
	got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, "is taken: the embedded broker uses") })
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", d.errs)
	}
}

// TestRunNoticesOfALogin: the line that shows how to read the topics does not leave out what they want.
func TestRunNoticesOfALogin(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir(), "--kafka.brokers", "127.0.0.1:1", "--kafka.tls.enabled")
	d.end(t)
	if !strings.Contains(d.errs.String(), "with the settings of this run (-c FILE)") || strings.Contains(d.errs.String(), "kcat") {
		t.Errorf("got\n%s", d.errs)
	}
}

// TestRunWithoutItsBroker: spoor starts without Kafka, says so, and still ends in time.
func TestRunWithoutItsBroker(t *testing.T) {
	noLeaks(t)
	d := start(t, "--kafka.brokers", "127.0.0.1:1", "--listen.allow", "127.0.0.0/8")
	var body string
	eventually(t, "the outage is known", func() bool { body = d.ask(t, "/readyz", http.StatusOK); return strings.Contains(body, "refused") })
	if !strings.Contains(body, "127.0.0.1:1") || !strings.Contains(body, `"state":"spooling"`) {
		t.Errorf("%s", body)
	}
	d.ask(t, "/healthz", http.StatusOK)
	d.resend(t, "hsflowd-smoke.pcap.zst", 0)
	if code := d.end(t); code != 0 {
		t.Errorf("status %d: %s", code, d.errs)
	}
	if said := d.errs.String(); !strings.Contains(said, "records wait on disk for the next start") || strings.Contains(said, "not delivered") {
		t.Errorf("what became of the records is not told: %s", said)
	}
}

// TestEmbeddedBrokerThatCannotWrite: spoor is not ready while its own broker's disk takes nothing, says what is wrong and
// what to do; nothing is lost if it does again.
func TestEmbeddedBrokerThatCannotWrite(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	d := start(t, "--data_dir", dir)
	eventually(t, "ready", func() bool { return strings.HasPrefix(d.ask(t, "/readyz", 0), `{"ready":true`) })
	parts := filepath.Join(dir, "broker", "kafka", "partitions")
	if err := os.RemoveAll(parts); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(parts, nil, 0o600); err != nil { // in whose place no directory can be made
		t.Fatal(err)
	}
	d.resend(t, "hsflowd-smoke.pcap.zst", 50)
	var body string
	eventually(t, "the disk is named", func() bool { body = d.ask(t, "/readyz", 0); return strings.Contains(body, "cannot write") })
	if !strings.Contains(body, `{"ready":false`) || !strings.Contains(body, "see that data_dir is writable and has room") {
		t.Errorf("%s", body)
	}
	eventually(t, "the log names it", func() bool { return strings.Contains(d.errs.String(), "the embedded broker cannot write") })
	if err := os.Remove(parts); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is delivered", func() bool {
		m := d.scrape(t)
		return m[`spoor_publish_records_total{topic="flows"}`] > 0 &&
			m[`spoor_publish_records_total{topic="flows"}`] == m[`spoor_publish_acknowledged_records_total{topic="flows"}`]
	})
}

// journal gives the elephants in the journal of a data directory, by alert and episode.
func journal(t *testing.T, dir string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "alerts.journal"))
	if err != nil {
		return nil
	}
	_, body, _ := bytes.Cut(b, []byte("\n"))
	var j struct{ Elephants []flow.Elephant }
	if err := json.Unmarshal(body, &j); err != nil {
		t.Fatal(err)
	}
	for i := range j.Elephants {
		list = append(list, j.Elephants[i].Alert()+"#"+string(rune('0'+j.Elephants[i].Episode)))
	}
	slices.Sort(list)
	return list
}
