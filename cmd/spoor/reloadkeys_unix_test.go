//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"spoor/internal/app/settings"
	"spoor/internal/config"
)

// others are values for keys of which docs/example.yaml shows the default.
var others = map[string]string{
	"listen.buffer": "4MiB", "kafka.replication": "3", "kafka.topic_prefix": "other.", "kafka.acks": "leader", "kafka.compression": "zstd",
	"log.level": "debug", "log.format": "json", "elephants.share": "25%", "elephants.preset": "strict", "flows.max": "70000", "flows.idle": "70s", "topology.expire": "48h",
}

// another gives a value that a key does not have.
func another(k *config.Key) string {
	now := k.Value.Items()[0]
	if v, ok := others[k.Name]; ok {
		return v
	}
	switch kind := k.Value.Kind(); {
	case now == "true":
		return "false"
	case now == "false":
		return "true"
	case kind == "number":
		return "7"
	case kind == "size":
		return "700MiB"
	case kind == "duration":
		return "7s"
	case strings.Contains(kind, "|"):
		list := strings.Split(kind, "|")
		return list[(slices.Index(list, now)+1)%len(list)]
	}
	return now
}

// everything is docs/example.yaml with another value than the default for each
// key that it gives; those keys by name.
func everything(t *testing.T) (text string, given []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = strings.ReplaceAll(string(b), "/etc/spoor/names.csv", write(t, "names.csv", "agent,ifIndex,name,alias,speed\n10.255.0.11,,rack7\n"))
	text = strings.ReplaceAll(text, "/etc/spoor/topology.json", write(t, "topology.json", `{"nodes":{"spine1":{"agent":"10.255.0.51","ports":{}}},"links":{}}`))
	// Passwords instead of files that hold them, and no certificates for Kafka: those are read.
	text = regexp.MustCompile(`password_file: /etc/.*`).ReplaceAllString(text, "password: secret")
	text = regexp.MustCompile(`(?m)^ +(ca|cert|key)_file: /etc/spoor/(ca|client)\..*\n`).ReplaceAllString(text, "")
	cfg := settings.DefaultConfig()
	defaults := map[string]*config.Key{}
	for _, k := range cfg.Keys().Keys() {
		defaults[k.Name] = &k
	}
	line := regexp.MustCompile(`^( *)([a-z_0-9]+):(?: (.*))?$`)
	lines := strings.Split(text, "\n")
	var path []string
	for i, l := range lines {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		path = append(path[:len(m[1])/2], m[2])
		name := strings.Join(path, ".")
		k := defaults[name]
		if k == nil {
			continue // a section
		}
		given = append(given, name)
		if now := k.Value.Items(); len(now) == 1 && strings.Trim(m[3], `"`) == now[0] {
			lines[i] = fmt.Sprintf("%s%s: %s", m[1], m[2], another(k))
		}
	}
	return strings.Join(lines, "\n"), given
}

// TestReloadEachKey: of a file that changes every key, those that are marked ↻
// are in force at once, and the others keep their values, of which the log tells
// by name; one bad key among them and nothing changes.
func TestReloadEachKey(t *testing.T) {
	text, given := everything(t)
	fixed := []string{"listen.address", "listen.workers", "http.listen", "collector", "data_dir"} // by flags: those win
	reference, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	var live, waiting []string
	for _, name := range given {
		switch {
		case slices.Contains(fixed, name):
		case strings.Contains(string(reference), "| `"+name+"` ↻ |"):
			live = append(live, name)
		default:
			waiting = append(waiting, name)
		}
	}
	if n := strings.Count(string(reference), "↻ |"); n != len(live) || n == 0 {
		t.Fatalf("%d keys are marked as live, the file changes %d of them", n, len(live))
	}
	file := write(t, "spoor.yaml", "")
	d := start(t, "-c", file, "--data_dir", t.TempDir())
	defer func() {
		if t.Failed() {
			t.Log(d.errs.String())
		}
	}()
	loads := map[string]float64{}
	// reload gives the log from the reload on, as it grows.
	reload := func(result, text string) (said func() string) {
		t.Helper()
		before := len(d.errs.String())
		said = func() string { return d.errs.String()[before:] }
		rewrite(t, file, text)
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		loads[result]++
		eventually(t, result, func() bool { return d.scrape(t)[`spoor_config_reloads_total{result="`+result+`"}`] == loads[result] })
		return said
	}
	told := func(said func() string, what string, want []string) {
		t.Helper()
		list := "[" + strings.Join(want, " ") + "]"
		eventually(t, "the log says "+what+"="+list, func() bool {
			return strings.Contains(said(), what+"="+list) || strings.Contains(said(), fmt.Sprintf("%s=%q", what, list))
		})
	}
	bad := strings.Replace(text, "share: 25%", "share: 250%", 1)
	if bad == text {
		t.Fatal("the file has no share")
	}
	said := reload("failed", bad)
	eventually(t, "one bad key among all is told", func() bool {
		return strings.Contains(said(), `nothing has changed" error="`+file) && strings.Contains(said(), "share")
	})
	told(reload("ok", ""), "changed", nil) // nothing of the bad file was in force

	said = reload("ok", text)
	told(said, "changed", live)
	told(said, "settings", waiting)
	sent := d.resend(t, "ovs-l3-smoke.pcap.zst", 100) // listen.allow does not hold this machine
	refused := `spoor_datagrams_total{outcome="refused_source"}`
	eventually(t, "our source is refused", func() bool { return d.scrape(t)[refused] == float64(sent) })
	said = reload("ok", text)
	told(said, "changed", nil)
	told(said, "settings", waiting)
	reload("failed", bad)
	d.resend(t, "ovs-l3-smoke.pcap.zst", 100)
	eventually(t, "our source is still refused", func() bool { return d.scrape(t)[refused] == 2*float64(sent) })

	// Back to the start: the live ones change again; the others have had the values of the start all the time.
	said = reload("ok", "")
	told(said, "changed", live)
	reload("ok", "") // the one before is done with
	if strings.Contains(said(), "settings=") {
		t.Errorf("something waits: %s", said())
	}
	d.resend(t, "ovs-l3-smoke.pcap.zst", 100)
	if n := d.scrape(t)[refused]; n != 2*float64(sent) {
		t.Errorf("%v datagrams are refused, %d before", n, 2*sent)
	}
}
