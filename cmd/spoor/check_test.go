package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck: what is wrong is told with its place, and nothing is left behind.
func TestCheck(t *testing.T) {
	f := func(text string, code int, want ...string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "data")
		r := spoor(t, "check", "-c", write(t, "spoor.yaml", text), "--data_dir", dir)
		if r.code != code {
			t.Errorf("%q: %+v", text, r)
		}
		for _, w := range want {
			if !strings.Contains(r.out+r.err, w) {
				t.Errorf("%q lacks %q: %+v", text, w, r)
			}
		}
		if (code == 0) != (r.err == "") {
			t.Errorf("%q: %+v", text, r)
		}
		if left, err := os.ReadDir(filepath.Dir(dir)); len(left) > 0 || err != nil {
			t.Errorf("%q: left behind: %v, %v", text, left, err)
		}
	}
	names := write(t, "names.csv", "10.255.0.1,,leaf1\n")
	f("names: {file: "+names+"}\n", 0, "right: ", " 2 of ", "listen.allow is empty", "embedded broker", "data is kept in ")
	f("listen: {allow: [10.0.0.0/8]}\nkafka: {brokers: [k:9092]}\n", 0, "right: ")
	f("listen: {allow: [10.0.0.0/8]}\nkafka:\n  brokers: [kafka1]\nflows: {max: 5}\n", 2, "spoor.yaml:3:12: kafka.brokers: ", "spoor.yaml:4:14: flows.max is 5")
	f("http: {external_url: foo}\n", 2, `spoor.yaml:1:22: http.external_url: "foo" is no URL such as https://`)
	f("http: {token_file: "+names+"x}\n", 2, "http.token_file: open")
	f("http: {token_file: "+write(t, "token", "short")+"}\n", 2, "http.token_file: ", "holds 5 characters")
	f("topology: {file: "+write(t, "empty.json", "")+"}\n", 2, "it is empty (want sFlow-RT's topology JSON)")
	f("kafka:\n  brokers: [k:9092]\n  sasl: {mechanism: plain}\n", 2, ":3:21: kafka.sasl.mechanism plain wants kafka.sasl.username")
	f("kafak: {}\n", 2, `spoor.yaml:1:1: unknown key "kafak": did you mean "kafka"?`)
	f("names: {file: /does/not/exist}\n", 2, "/does/not/exist")
	f("names: {file: "+write(t, "wrong.csv", "leaf1,x")+"}\n", 2, `line 1, column 1: "leaf1" is no agent's address`)
	f("kafka:\n  brokers: [k:9092]\n  sasl: {mechanism: plain, username: u, password_file: /does/not/exist}\nalerts: {token_file: /nor/this}\n", 2, "sasl.password_file: open")
	f("alerts: {token_file: /nor/this}\n", 2, "alerts.token_file: open")
	f("kafka:\n  brokers: [k:9092]\n  tls: {enabled: true, cert_file: "+names+", key_file: "+names+"}\n", 2, "tls.cert_file: tls: failed to find any PEM data")
	f("data_dir: "+filepath.Join(names, "x")+"\n", 0) // the flag wins

	if r := spoor(t, "check", "--data_dir", filepath.Join(names, "x")); r.code != 2 || !strings.Contains(r.err, "data_dir: ") {
		t.Errorf("a data_dir below a file: %+v", r)
	}
}
