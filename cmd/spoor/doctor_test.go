package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/internal/doctor"
)

// TestDoctor: a running collector tells what is wrong, to people and to scripts.
func TestDoctor(t *testing.T) {
	noLeaks(t)
	d := start(t, "--data_dir", t.TempDir())
	base := "http://" + d.HTTP.String()
	r := spoor(t, "doctor", "--url", base, "--vendor", "arista")
	if r.code != exitFailed || !strings.Contains(r.err, "there are faults") {
		t.Errorf("nobody is heard: %+v", r)
	}
	for _, want := range []string{"fault   no agent was heard since the start (agents)\n", "Arista EOS: sflow destination COLLECTOR 6343; sflow run\n", "note    the embedded broker is used"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("lacks %q:\n%s", want, r.out)
		}
	}
	if strings.Contains(r.out, "Juniper") {
		t.Error("--vendor shows others")
	}
	// The recording has no speeds, and an agent that does not answer for itself.
	d.resend(t, "ovs-l3-smoke.pcap.zst", 50)
	var list []doctor.Finding
	eventually(t, "the switches are judged", func() bool {
		list = nil
		r = spoor(t, "doctor", "--url", base, "--json")
		for line := range strings.Lines(r.out) {
			var x doctor.Finding
			if err := json.Unmarshal([]byte(line), &x); err != nil {
				t.Fatal(err, line)
			}
			list = append(list, x)
		}
		for _, x := range list {
			if x.Check == doctor.CheckSpeeds && x.Severity == doctor.Fault {
				return true
			}
		}
		return false
	})
	for _, x := range list {
		if x.Check == doctor.CheckAgents {
			t.Errorf("%+v", x)
		}
	}
	if r.code != exitFailed {
		t.Errorf("status %d with a fault", r.code)
	}
}

// TestDoctorRefused: what stands in the way of asking is said.
func TestDoctorRefused(t *testing.T) {
	f := func(code int, want string, args ...string) {
		t.Helper()
		if r := spoor(t, append([]string{"doctor"}, args...)...); r.code != code || !strings.Contains(r.err, want) {
			t.Errorf("%q: %+v", args, r)
		}
	}
	f(exitUsage, "is no address such as", "--url", "collector1")
	f(exitUsage, "http.listen is empty", "--http.listen", "")
	f(exitFailed, "nobody answers at http://127.0.0.1:1", "--url", "http://127.0.0.1:1")

	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, "--data_dir", t.TempDir(), "--http.token_file", token)
	base := "http://" + d.HTTP.String()
	f(exitFailed, "token", "--url", base)
	f(exitFailed, "there are faults", "--url", base, "--http.token_file", token)
}
