package keeper

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/analytics/alert"
	"spoor/flow"
)

func journalOf(ids ...uint64) *analytics.Journal {
	j := &analytics.Journal{}
	for _, id := range ids {
		j.Elephants = append(j.Elephants, flow.Elephant{
			ID: id, Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Proto: 6, SrcPort: 40000}, Rate: 1e9, Links: []flow.ElephantLink{{ID: "a", Utilization: -1}},
			Path: []flow.Hop{{Switch: "leaf1"}}, Evidence: flow.Evidence{SamplingRates: []uint32{100}},
		})
	}
	j.Alerts = []alert.Kept{{Finding: alert.Finding{Kind: alert.PortDown, Subject: alert.Subject{Switch: "leaf1", IfIndex: 3}}, Severity: flow.SeverityCritical, Starts: 5, Told: 6}}
	return j
}

// TestJournal: what is written is read again, and replaced as a whole.
func TestJournal(t *testing.T) {
	var log bytes.Buffer
	k := NewAlerts(filepath.Join(t.TempDir(), "data"), slog.New(slog.NewTextHandler(&log, nil)))
	if k.Load() != nil || log.Len() > 0 {
		t.Errorf("without a file: %s", &log)
	}
	k.End(journalOf(1, 2, 3))
	if err := os.WriteFile(k.path+".tmp", []byte("left by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	k.End(journalOf(1, 2))
	got := k.Load()
	if !reflect.DeepEqual(got, journalOf(1, 2)) || !strings.Contains(log.String(), "elephants=2 alerts=1") {
		t.Errorf("read back %+v: %s", got, &log)
	}
}

// TestJournalDamaged: a file that cannot be used costs the alerts, no more.
func TestJournalDamaged(t *testing.T) {
	k := NewAlerts(t.TempDir(), slog.New(slog.DiscardHandler))
	k.End(journalOf(1))
	good, err := os.ReadFile(k.path)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"Alerts":[{"Finding":{"Kind":"Nonsense"}}]}`)
	f := func(name string, text []byte) {
		t.Helper()
		var log bytes.Buffer
		k.log = slog.New(slog.NewTextHandler(&log, nil))
		if err := os.WriteFile(k.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if k.Load() != nil || !strings.Contains(log.String(), "cannot be read") {
			t.Errorf("%s: believed: %s", name, &log)
		}
	}
	f("empty", nil)
	f("cut off", good[:len(good)-1])
	f("another version", bytes.Replace(good, []byte("alerts 1"), []byte("alerts 9"), 1))
	f("a bit", bytes.Replace(good, []byte("leaf1"), []byte("leaf2"), 1))
	f("a kind that is not known", append([]byte(journalHead(body)+"\n"), body...))
}

// TestJournalUnwritable: it is said, and the program goes on.
func TestJournalUnwritable(t *testing.T) {
	var log bytes.Buffer
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inPlace := t.TempDir() // a directory where the file should be
	if err := os.MkdirAll(NewAlerts(inPlace, nil).path, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(file, "data"), inPlace} {
		log.Reset()
		k := NewAlerts(dir, slog.New(slog.NewTextHandler(&log, nil)))
		k.End(journalOf(1))
		if !strings.Contains(log.String(), "not kept") {
			t.Errorf("%s: log: %s", dir, &log)
		}
	}
}
