//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// rewrite replaces a file.
func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReload: SIGHUP puts what the file says into force, all of it or nothing.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	file, names := filepath.Join(dir, "spoor.yaml"), filepath.Join(dir, "names.csv")
	rewrite(t, file, "elephants: {share: 20%}\n")
	d := start(t, "-c", file, "--data_dir", dir, "--paths.min_samples", "2")
	const failed, ok = `spoor_config_reloads_total{result="failed"}`, `spoor_config_reloads_total{result="ok"}`
	reload := func(series string, want float64) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		eventually(t, series, func() bool { return d.scrape(t)[series] == want })
	}
	refused := func() float64 { return d.scrape(t)[`spoor_datagrams_total{outcome="refused_source"}`] }
	d.resend(t, "ovs-l3-smoke.pcap.zst", 100)
	if refused() != 0 {
		t.Fatal("a source is refused")
	}

	rewrite(t, file, "elephants: {share: 30%}\nlisten: {alow: [10.0.0.0/8]}\n")
	reload(failed, 1)
	if s := d.scrape(t); s["spoor_config_last_reload_successful"] != 0 || s[ok] != 0 {
		t.Errorf("after a wrong file: %v", s["spoor_config_last_reload_successful"])
	}
	if want := `nothing has changed" error="` + file + `:2:10: unknown key \"listen.alow\": did you mean \"listen.allow\"?"`; !strings.Contains(d.errs.String(), want) {
		t.Errorf("the log does not say %s:\n%s", want, d.errs)
	}

	rewrite(t, names, "agent,ifIndex,name,alias,speed\n10.255.0.11,,rack7\n")
	rewrite(t, file, "elephants: {share: 30%}\nlisten: {allow: [10.0.0.0/8]}\nlog: {level: debug}\nnames: {file: "+names+"}\nkafka: {compression: zstd}\n")
	reload(ok, 1)
	want := []string{
		`changed="[listen.allow elephants.share names.file log.level]"`,
		`only a restart puts into force" settings=[kafka.compression]`,
	}
	for _, w := range want {
		if !strings.Contains(d.errs.String(), w) {
			t.Errorf("the log does not say %s:\n%s", w, d.errs)
		}
	}
	sent := d.resend(t, "ovs-l3-smoke.pcap.zst", 100)
	eventually(t, "our source is refused", func() bool { return refused() == float64(sent) })
	d.ask(t, "/readyz", http.StatusOK)

	rewrite(t, names, "agent,ifIndex,name,alias,speed\nrack7,,10.255.0.11\n")
	reload(failed, 2)
	rewrite(t, names, "")
	reload(ok, 2)
	if s := d.scrape(t); s["spoor_config_last_reload_successful"] != 1 {
		t.Error("the last one succeeded")
	}
	if n := strings.Count(d.errs.String(), "only a restart"); n != 2 {
		t.Errorf("what waits for a restart was told %d times", n)
	}
}
