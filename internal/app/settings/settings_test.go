package settings

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"spoor/topology"
)

var update = flag.Bool("update", false, "rewrite generated documents")

const configurationHead = `# Configuration

<!-- Generated from internal/app/settings/keys.go: go test ./internal/app/settings -run TestConfigurationDocument -update -->

Every setting can stand in one YAML file (` + "`spoor run -c spoor.yaml`, or `SPOOR_CONFIG`" + `), in the environment and on the command line, by the
same name: ` + "`kafka.brokers`, `SPOOR_KAFKA_BROKERS`, `--kafka.brokers`" + `. A flag wins over the environment, that over the file, that over the
default. ` + "`--dump-config`" + ` prints what is in effect and where it comes from, in the form of a file.

A running program reads all of it again when it gets SIGHUP (` + "`kill -HUP`, `systemctl reload spoor`" + `). What is marked ↻ is then in force,
the files that it names included; the log says what else has changed and waits for a restart. If anything is wrong, nothing changes and the
log says what; ` + "`spoor_config_last_reload_successful` is 0 then. `spoor check`" + ` tells beforehand.

` + "```yaml" + `
collector: dc1
listen:
  allow: [10.255.0.0/16]
kafka:
  brokers: [kafka1:9092, kafka2:9092]
topology:
  speeds:
    10.255.0.1/150: 100M
    "*": 10G
` + "```" + `

An unknown key, a key given twice or a value of the wrong type is an error with its place in the file. Lists may be written with
commas, in the environment and on the command line they must be; a flag that takes a list may be repeated. Sizes are bytes with
` + "`KiB`, `MiB`, `GiB`, `TiB` (binary) or `KB`, `MB`, `GB`, `TB` (decimal); durations are written like `90s`, `1m30s`, `24h`" + `.
`

// TestConfigurationDocument keeps docs/configuration.md equal to the keys.
func TestConfigurationDocument(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Publish.Collector = "" // the host's name
	want := append([]byte(configurationHead), cfg.Keys().Reference()...)
	path := filepath.Join("..", "..", "..", "docs", "configuration.md")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/configuration.md differs from the keys: run this test with -update\n%s", cmp.Diff(string(want), string(got)))
	}
}

// TestExampleOfTheDocument: the file that the document shows is right.
func TestExampleOfTheDocument(t *testing.T) {
	_, rest, _ := strings.Cut(configurationHead, "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	cfg := DefaultConfig()
	set := cfg.Keys()
	if err := set.File("example", []byte(example)); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Kafka.Brokers) != 2 || len(cfg.Analytics.Topology.Speeds) != 2 || len(cfg.Listen.Allow) != 1 {
		t.Errorf("%+v", cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

// TestEveryKeyIsDocumentedAndTakesItsDefault: what a key shows, it also reads.
func TestEveryKeyIsDocumentedAndTakesItsDefault(t *testing.T) {
	cfg := DefaultConfig()
	set := cfg.Keys()
	for _, k := range set.Keys() {
		if len(k.Help) < 15 || !strings.HasSuffix(k.Help, ".") {
			t.Errorf("%s: help %q", k.Name, k.Help)
		}
		if k.Name == "elephants.share" || len(k.Value.Items()) > 0 {
			if err := k.Value.Set(k.Value.Items()); err != nil {
				t.Errorf("%s does not take its own default: %v", k.Name, err)
			}
		}
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

// TestLoad_Failure: all faults of one look are told together, wherever the settings come from.
func TestLoad_Failure(t *testing.T) {
	f := func(file, env, flag string, want ...string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := DefaultConfig()
		set, fs := cfg.Keys(), pflag.NewFlagSet("", pflag.ContinueOnError)
		set.Bind(fs)
		if err := fs.Parse([]string{flag}); err != nil {
			t.Fatal(err)
		}
		_, err := cfg.Load(set, Sources{File: path, Environ: []string{env}})
		if err == nil {
			t.Fatal("taken")
		}
		if d := cmp.Diff(strings.Join(want, "\n"), strings.ReplaceAll(err.Error(), path, "f.yaml")); d != "" {
			t.Error(d)
		}
	}
	f("colector: a\nlisten: {workers: 1000}\nlog: {level: loud}\n", "SPOOR_FLOWS_IDLE=1", "--elephants.share=x",
		`f.yaml:1:1: unknown key "colector": did you mean "collector"?`,
		`f.yaml:3:14: log.level: "loud" is none of debug, info, warn, error`,
		`environment variable SPOOR_FLOWS_IDLE: "1" is no duration: write it like 90s, 1m30s or 24h`,
		`--elephants.share: "x" is no share: write it like 0.1 or 10%`)
	f("listen: {address: a, workers: 1000}\nkafka: {brokers: [a, b:1, c]}\n", "SPOOR_HTTP_LISTEN=x", "--forward=y",
		`f.yaml:1:19: listen.address "a": missing port in address: give HOST:PORT, :PORT or [IPv6]:PORT`,
		`f.yaml:1:31: listen.workers 1000: must be 0 (one per core) to 256`,
		`forward: "y" is no host:port such as collector2:6343`,
		`f.yaml:2:18: kafka.brokers: "a" is no host:port such as kafka1:9092`,
		`f.yaml:2:18: kafka.brokers: "c" is no host:port such as kafka1:9092`,
		`http.listen: "x" is no address with a port such as 127.0.0.1:8080`)
}

func TestAliases(t *testing.T) {
	m := map[netip.Addr]netip.Addr{}
	v := aliases{&m}
	if err := v.Set([]string{"192.0.2.2=10.0.0.1", " 192.0.2.1 = 10.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"192.0.2.1=10.0.0.1", "192.0.2.2=10.0.0.1"}, v.Items()); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "192.0.2.1", "192.0.2.1=leaf1", "x=10.0.0.1"} {
		if err := v.Set([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if len(m) != 2 {
		t.Errorf("a refused setting left its mark: %v", m)
	}
}

func TestFormatSpeed(t *testing.T) {
	for _, text := range []string{"*=100M", "10.0.0.1/*=10G", "10.0.0.1/5=1T", "*=2500M", "*=1234", "*=1500K"} {
		s, err := topology.ParseSpeed(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := formatSpeed(s); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func TestStateDir(t *testing.T) {
	f := func(cfg Config, want string, env ...string) {
		t.Helper()
		got, err := cfg.StateDir(func(name string) string {
			for _, e := range env {
				if v, ok := strings.CutPrefix(e, name+"="); ok {
					return v
				}
			}
			return ""
		})
		if err != nil || got != want {
			t.Errorf("%v: %s, %v", env, got, err)
		}
	}
	f(Config{DataDir: "/d"}, "/d", "HOME=/h")
	f(Config{}, "/var/lib/spoor", "STATE_DIRECTORY=/var/lib/spoor:/var/lib/other", "HOME=/h")
	f(Config{}, "/x/spoor", "XDG_STATE_HOME=/x", "HOME=/h")
	f(Config{}, "/h/.local/state/spoor", "XDG_STATE_HOME=relative", "HOME=/h")
}
