//go:build unix

package pages

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"spoor/internal/testkit/output"
	"spoor/internal/testkit/tool"
)

// vswitch is an Open vSwitch without a kernel module: a bridge br0 with two ports
// of its own that take packets by command.
type vswitch struct{ dir string }

// newSwitch starts one in a folder of its own; it ends with the test.
func newSwitch(t *testing.T, s *sandbox) *vswitch {
	t.Helper()
	dir, err := os.MkdirTemp("", "ovs") //nolint:usetesting // paths of Unix sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	v := &vswitch{dir}
	for _, name := range []string{"OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"} {
		t.Setenv(name, dir)
		s.extra = append(s.extra, name+"="+dir)
	}
	v.call(t, "ovsdb-tool", "create", filepath.Join(dir, "conf.db"), "/usr/share/openvswitch/vswitch.ovsschema")
	v.daemon(t, "ovsdb-server", "--remote=punix:"+filepath.Join(dir, "db.sock"), filepath.Join(dir, "conf.db"))
	v.call(t, "ovs-vsctl", "--no-wait", "--retry", "--timeout=60", "init")
	v.daemon(t, "ovs-vswitchd", "--disable-system", "--enable-dummy", "--unixctl="+filepath.Join(dir, "ctl"), "unix:"+filepath.Join(dir, "db.sock"))
	v.call(t, "ovs-vsctl", "--timeout=60", "add-br", "br0", "--", "set", "Bridge", "br0", "datapath_type=dummy", "fail_mode=standalone",
		"--", "add-port", "br0", "p1", "--", "set", "Interface", "p1", "type=dummy", "--", "add-port", "br0", "p2", "--", "set", "Interface", "p2", "type=dummy")
	return v
}

// call runs a command of the switch to its end.
func (v *vswitch) call(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// daemon runs a program of the switch until the test ends.
func (v *vswitch) daemon(t *testing.T, name string, args ...string) {
	t.Helper()
	out := &output.Buffer{}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s:\n%.2000s", name, out)
		}
	})
}

// packet lets a TCP packet of 1,500 bytes enter the bridge at p1, for a host behind p2.
func (v *vswitch) packet(t *testing.T, number int) {
	t.Helper()
	v.call(t, "ovs-appctl", "--target="+filepath.Join(v.dir, "ctl"), "netdev-dummy/receive", "p1",
		"in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.1.1,dst=10.0.2.1,proto=6,tos=0,ttl=64,frag=no),tcp(src="+
			strconv.Itoa(1024+number%60000)+",dst=80),tcp_flags(0x010)", "--len", "1500")
}

// TestOpenVSwitch: what docs/switches.md shows for Open vSwitch, and what doctor prints,
// makes a real one send samples at that rate and counters, and the collector says so.
func TestOpenVSwitch(t *testing.T) {
	for _, name := range []string{"bash", "ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-appctl"} {
		tool.Need(t, name)
	}
	s := newSandbox(t, build(t))
	s.beside(t, "exec spoor run", regexp.MustCompile(`kafka is ready`))
	v := newSwitch(t, s)

	var shown []block
	for _, b := range documents(t)["docs/switches.md"] {
		if strings.Contains(b.text, "ovs-vsctl") {
			shown = append(shown, b)
		}
	}
	if len(shown) != 1 {
		t.Fatalf("%d blocks for Open vSwitch on the page", len(shown))
	}
	_, port, _ := strings.Cut(s.addresses["127.0.0.1:6343"], ":")
	const rate, polling = 4, 1 // for one in 10,000, and 20 s, a test has no time
	text := strings.NewReplacer(
		"COLLECTOR:6343", "127.0.0.1:"+port, "BRIDGE", "br0", "INTERFACE", "lo", "sampling=10000", "sampling="+strconv.Itoa(rate), "polling=20", "polling="+strconv.Itoa(polling),
	).Replace(shown[0].text)
	if p := s.start(t, text); p.end(t) != 0 {
		t.Fatalf("%s\n%s", text, p.out)
	}

	for end, n := time.Now().Add(patience), 0; ; {
		for range 20 {
			v.packet(t, n)
			n++
		}
		if s.heard(t, rate) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d packets, and the collector has not heard samples at one in %d, and counters", n, rate)
		}
	}
}

// heard tells whether the collector knows a data source with samples at this rate, and counters of its agent.
func (s *sandbox) heard(t *testing.T, rate int) bool {
	t.Helper()
	var agents struct {
		Items []struct {
			Agent string `json:"agent"`
			Count struct {
				Samples int `json:"samples"`
			} `json:"counter_samples"`
		} `json:"items"`
	}
	s.ask(t, "/api/v1/agents", &agents)
	if len(agents.Items) != 1 || agents.Items[0].Count.Samples == 0 {
		return false
	}
	var sources struct {
		Items []struct {
			Rate int `json:"sampling_rate"`
		} `json:"items"`
	}
	s.ask(t, "/api/v1/agents/"+agents.Items[0].Agent+"/sources", &sources)
	for _, x := range sources.Items {
		if x.Rate == rate {
			return true
		}
	}
	return false
}

// ask puts a question to the page's collector.
func (s *sandbox) ask(t *testing.T, question string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.addresses["127.0.0.1:8080"]+question, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusServiceUnavailable { // there is no picture yet
		return
	}
	if err := json.NewDecoder(answer.Body).Decode(v); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(question, answer.Status, err)
	}
}
