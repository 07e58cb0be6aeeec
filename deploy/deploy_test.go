// Package deploy holds what people start spoor with; its tests look whether that is right.
package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"spoor/internal/app/settings"
	"spoor/internal/testkit/tool"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// load wants a file and an environment that `spoor run` takes.
func load(t *testing.T, file string, environ []string) *settings.Config {
	t.Helper()
	cfg := settings.DefaultConfig()
	warnings, err := cfg.Load(cfg.Keys(), settings.Sources{File: file, Environ: environ})
	if err != nil || len(warnings) > 0 {
		t.Errorf("%s %q: %v %v", file, environ, warnings, err)
	}
	return &cfg
}

// TestUnit: the unit is one that systemd understands, and exposes little: 2.0 at
// most, of 10.
func TestUnit(t *testing.T) {
	const unit = "systemd/spoor.service"
	for _, want := range []string{"Type=notify\n", "DynamicUser=yes\n", "StateDirectory=spoor\n", "CapabilityBoundingSet=\n"} {
		if !strings.Contains(string(read(t, unit)), want) {
			t.Errorf("%s lacks %s", unit, want)
		}
	}
	tool.Need(t, "systemd-analyze")
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
	i := bytes.LastIndex(out, []byte("Overall exposure"))
	if err != nil || i < 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out[i:])
	// The program and its manual need not be installed here.
	out, _ = exec.CommandContext(t.Context(), "systemd-analyze", "verify", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "spoor.service") && !strings.Contains(line, "/usr/bin/spoor is not executable") && !strings.Contains(line, "man spoor") {
			t.Error(line)
		}
	}
}

// TestSample: the sample configuration is right, also with all that it suggests.
func TestSample(t *testing.T) {
	load(t, "spoor.yaml", nil)
	all := regexp.MustCompile(`(?m)^# ?((?: *[a-z]+:|  ).*)$`).ReplaceAll(read(t, "spoor.yaml"), []byte("$1"))
	file := filepath.Join(t.TempDir(), "all.yaml")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	if cfg := load(t, file, nil); !cfg.Kafka.Required || len(cfg.Kafka.Brokers) != 2 || len(cfg.Listen.Allow) != 1 {
		t.Errorf("the suggestions were not read:\n%s", all)
	}
}

// service is what the compose file says of one, and no more than is looked at.
type service struct {
	Build           string
	Image           string
	Environment     map[string]string
	Ports           []string
	Volumes         []string
	Secrets         []string
	DependsOn       []string `yaml:"depends_on"`
	Restart         string
	StopGracePeriod string   `yaml:"stop_grace_period"`
	ReadOnly        bool     `yaml:"read_only"`
	CapDrop         []string `yaml:"cap_drop"`
	SecurityOpt     []string `yaml:"security_opt"`
}

// TestCompose: the services fit together, settings are ours, files are there, images
// have a version, and only sFlow comes in from outside.
func TestCompose(t *testing.T) {
	var c struct {
		Name     string
		Services map[string]*service
		Volumes  map[string]any
	}
	if err := yaml.NewDecoder(bytes.NewReader(read(t, "compose/compose.yaml")), yaml.Strict()).Decode(&c); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		if s.Build == "" && !regexp.MustCompile(`^[a-z/]+:v?\d+\.\d+\.\d+$`).MatchString(s.Image) {
			t.Errorf("%s: image %q has no version", name, s.Image)
		}
		for _, other := range s.DependsOn {
			if c.Services[other] == nil {
				t.Errorf("%s depends on %q", name, other)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			_, named := c.Volumes[from]
			if _, err := os.Stat(filepath.Join("compose", from)); !named && err != nil {
				t.Errorf("%s: volume %s: %v", name, v, err)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") && p != "6343:6343/udp" {
				t.Errorf("%s: port %s is open to everybody", name, p)
			}
		}
	}
	us := c.Services["spoor"]
	environ := make([]string, 0, len(us.Environment))
	for k, v := range us.Environment {
		environ = append(environ, k+"="+v)
	}
	cfg := load(t, "", environ)
	advertised := c.Services["kafka"].Environment["KAFKA_ADVERTISED_LISTENERS"]
	if len(cfg.Kafka.Brokers) != 1 || !strings.Contains(advertised, "INSIDE://"+cfg.Kafka.Brokers[0]) {
		t.Errorf("we go to %v, Kafka is at %s", cfg.Kafka.Brokers, advertised)
	}
	if _, err := os.Stat(filepath.Join("compose", us.Build, "Dockerfile")); err != nil {
		t.Error(err)
	}
	// Without a token strangers' pages are told by the name they come by.
	if !cfg.HTTP.Anonymous || cfg.Publish.ExternalURL == "" {
		t.Errorf("page and API: %+v", cfg.HTTP)
	}
	testToken(t, c.Services)
	scraped := string(read(t, "compose/prometheus.yml"))
	if !strings.Contains(scraped, "[spoor:8080]") || !strings.Contains(string(read(t, "../Dockerfile")), "SPOOR_HTTP_LISTEN=:8080 ") {
		t.Errorf("Prometheus does not ask where the image listens:\n%s", scraped)
	}
}

// testToken: what token.yaml lays over the services closes them.
func testToken(t *testing.T, services map[string]*service) {
	t.Helper()
	var over struct {
		Services map[string]*service
		Secrets  map[string]struct{ File string }
	}
	if err := yaml.NewDecoder(bytes.NewReader(read(t, "compose/token.yaml")), yaml.Strict()).Decode(&over); err != nil {
		t.Fatal(err)
	}
	environ := []string{"SPOOR_KAFKA_BROKERS=kafka:9092", "SPOOR_HTTP_LISTEN=:8080"}
	for name, s := range over.Services {
		if services[name] == nil || !slices.Equal(s.Secrets, []string{"token"}) || over.Secrets["token"].File != "./token" {
			t.Errorf("%s: %+v", name, s)
		}
		for k, v := range s.Environment {
			environ = append(environ, k+"="+v)
		}
	}
	if cfg := load(t, "", environ); cfg.HTTP.Anonymous || cfg.HTTP.TokenFile != "/run/secrets/token" {
		t.Errorf("%+v", cfg.HTTP)
	}
	plain := strings.Replace(string(read(t, "compose/prometheus-token.yml")), "    authorization: {credentials_file: /run/secrets/token}\n", "", 1)
	if plain != string(read(t, "compose/prometheus.yml")) {
		t.Errorf("Prometheus asks for other things with a token:\n%s", plain)
	}
}

// TestKubernetes: the settings are right; test/manifests reads the manifests.
func TestKubernetes(t *testing.T) {
	cfg := load(t, "kubernetes/spoor.yaml", []string{"SPOOR_DATA_DIR=/var/lib/spoor"})
	set := string(read(t, "kubernetes/statefulset.yaml"))
	_, port, _ := strings.Cut(cfg.HTTP.Listen, ":")
	if !cfg.Kafka.Required || !strings.Contains(set, "containerPort: "+port+",") || !strings.Contains(set, "value: "+cfg.DataDir+"}") {
		t.Errorf("%+v does not fit the pod", cfg.HTTP)
	}
}

// TestPrometheus asks promtool.
func TestPrometheus(t *testing.T) {
	tool.Need(t, "promtool")
	if out, err := exec.CommandContext(t.Context(), "promtool", "check", "config", "compose/prometheus.yml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
