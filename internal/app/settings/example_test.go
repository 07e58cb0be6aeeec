package settings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/internal/config"
)

const exampleHead = `# An example of every setting. Generated from internal/app/settings/keys.go: go test ./internal/app/settings -run TestExampleFile -update
#
# Take the few lines that you need: what is left out has its default. Lines that begin with "# KEY:" are alternatives to those above them, or
# defaults that are best left alone. * marks what a running spoor takes over at SIGHUP. Check yours: spoor check -c /etc/spoor/spoor.yaml
`

// examples are values for keys whose default shows nothing, as YAML. What begins
// with # is shown as a comment, for it cannot stand beside the others.
var examples = map[string]string{
	"collector": "dc1", "data_dir": "/var/lib/spoor", "forward": `["oldcollector:6343"]`,
	"listen.allow": "[10.255.0.0/16, 2001:db8:ff::/48]", "agents.allow": "[10.255.0.0/16]", "agents.alias": "{192.0.2.1: 10.255.0.1}",
	"kafka.brokers": "[kafka1:9093, kafka2:9093]", "kafka.required": "true",
	"kafka.tls.enabled": "true", "kafka.tls.ca_file": "/etc/spoor/ca.pem", "kafka.tls.cert_file": "/etc/spoor/client.pem",
	"kafka.tls.key_file": "/etc/spoor/client.key", "kafka.tls.server_name": "#kafka.example.net",
	"kafka.sasl.mechanism": "scram-sha-512", "kafka.sasl.username": "spoor", "kafka.sasl.password": "#not in a file that others read",
	"kafka.sasl.password_file": "/etc/spoor/password", "kafka.sasl.token_file": "#/run/spoor/token", "kafka.sasl.token_url": "#https://login.example.net/oauth2/token",
	"kafka.sasl.client_id": "#spoor", "kafka.sasl.client_secret": "#not in a file that others read", "kafka.sasl.client_secret_file": "#/etc/spoor/client-secret", "kafka.sasl.scopes": "#[kafka]",
	"kafka.framing": "confluent", "kafka.registry.url": "https://registry.example.net:8081", "kafka.registry.username": "spoor",
	"kafka.registry.password": "#not in a file that others read", "kafka.registry.password_file": "/etc/spoor/registry-password",
	"kafka.registry.token": "#not in a file that others read", "kafka.registry.token_file": "#/run/spoor/registry-token",
	"kafka.registry.tls.ca_file": "/etc/spoor/ca.pem", "kafka.registry.tls.cert_file": "/etc/spoor/client.pem",
	"kafka.registry.tls.key_file": "/etc/spoor/client.key", "kafka.registry.tls.server_name": "#registry.example.net",
	"topics.name": "{flows: netflow.raw}", "topics.framing": "{counters: plain}", "topics.compression": "{flows: zstd}", "topics.linger": "{flows: 200ms}",
	"topics.priority": "{paths: samples}", "topics.spool": "{flows: memory}", "topics.partition": "{topology: 0}",
	"elephants.links": "[fabric=10%, host=20%, border=5%]", "elephants.mute": `['name=backup src=10.1.0.0/16 schedule="Mon-Fri 22:00-04:00 UTC"']`,
	"names.file": "/etc/spoor/names.csv", "topology.file": "/etc/spoor/topology.json", "topology.hosts": "[10.1.0.0/16]", "topology.speeds": `{"10.255.0.1/150": 100M, "*": 10G}`,
	"alerts.alertmanagers": "[http://alertmanager:9093]", "alerts.webhooks": "[https://chat.example.net/hook]", "alerts.token_file": "/etc/spoor/token",
	"output.dir": "/var/lib/spoor/out", "http.token_file": "/etc/spoor/token", "http.tls.cert_file": "/etc/spoor/server.pem", "http.tls.key_file": "/etc/spoor/server.key",
	"http.external_url": "https://spoor.example.net",
}

// exampleFile writes every key with its meaning.
func exampleFile(t *testing.T) []byte {
	t.Helper()
	cfg := DefaultConfig()
	set := cfg.Keys()
	var b bytes.Buffer
	b.WriteString(exampleHead)
	var open []string
	for _, k := range set.Keys() {
		parts := strings.Split(k.Name, ".")
		if len(parts) == 1 || len(open) == 0 || parts[0] != open[0] {
			b.WriteByte('\n')
		}
		for i, p := range parts[:len(parts)-1] {
			if i >= len(open) || open[i] != p {
				open = open[:min(i, len(open))]
				fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", i), p)
				open = append(open, p)
			}
		}
		open = open[:len(parts)-1]
		indent := strings.Repeat("  ", len(parts)-1)
		live := ""
		if set.Live(k.Name) {
			live = " *"
		}
		fmt.Fprintf(&b, "%s#%s %s\n", indent, live, k.Help)
		value, given := examples[k.Name]
		if rest, off := strings.CutPrefix(value, "#"); off {
			fmt.Fprintf(&b, "%s# %s: %s\n", indent, parts[len(parts)-1], rest)
			continue
		}
		if !given {
			value = defaultOf(t, &k)
		}
		fmt.Fprintf(&b, "%s%s: %s\n", indent, parts[len(parts)-1], value)
	}
	return b.Bytes()
}

// defaultOf gives a key's default as YAML.
func defaultOf(t *testing.T, k *config.Key) string {
	t.Helper()
	items := k.Value.Items()
	if k.Value.Shape() != config.Scalar || len(items) != 1 || items[0] == "" {
		t.Errorf("%s has no default to show: give an example", k.Name)
		return ""
	}
	if strings.HasPrefix(items[0], ":") || strings.HasPrefix(items[0], "*") {
		return `"` + items[0] + `"`
	}
	return items[0]
}

// TestExampleFile: docs/example.yaml shows every key; all that is no comment is right together.
func TestExampleFile(t *testing.T) {
	want := exampleFile(t)
	path := filepath.Join("..", "..", "..", "docs", "example.yaml")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("run this test with -update\n%s", d)
	}
	cfg := DefaultConfig()
	set := cfg.Keys()
	if err := set.File(path, got); err != nil {
		t.Fatal(err)
	}
	for name := range examples {
		if set.Origin(name) == config.FromDefault != strings.HasPrefix(examples[name], "#") {
			t.Errorf("%s: %s", name, set.Origin(name))
		}
	}
	for name, value := range examples {
		text, off := strings.CutPrefix(value, "#")
		if fresh := DefaultConfig(); off {
			if err := fresh.Keys().Override(name, strings.Trim(text, "[]")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
