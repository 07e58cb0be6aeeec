// Package keeper keeps on disk what a restart must not lose: the alerts that are up,
// and what was learned of the fabric. Files are replaced as a whole, beside the
// engine; one that cannot be used costs what was in it and no more.
package keeper

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"spoor/analytics"
	"spoor/internal/wholefile"
)

// Alerts keeps the alerts that are up on disk, so that they survive a restart
// and a crash: those that go on are not told twice, the others are told to be
// over. What changed in the last moments before a crash, journalEvery in general, is lost.
type Alerts struct {
	path    string
	log     *slog.Logger // throttled
	changes uint64       // of the engine, as of the latest write
	next    int64        // when to write next at the earliest, on the engine's clock
	took    atomic.Int64 // ns that the latest write took
	failed  atomic.Bool  // the latest write did, as on a full disk: it is tried again though nothing changes
	busy    sync.Mutex   // held while a file is written
}

// Least time between two writes, and how many times as long as a write takes: it may take a twentieth of the time.
const (
	journalEvery = int64(100e6)
	journalPace  = 20
)

// journalFile is the file's name in the data directory; journalMark begins its
// first line, which goes on with the checksum (CRC-32, IEEE) of what follows it.
const (
	journalFile = "alerts.journal"
	journalMark = "spoor alerts 1 "
)

var errJournal = errors.New("not a journal of alerts, or a damaged one")

// NewAlerts gives what keeps the alerts in a directory. log is throttled.
func NewAlerts(dir string, log *slog.Logger) *Alerts {
	return &Alerts{path: filepath.Join(dir, journalFile), log: log}
}

// Load gives what was up, nil if nothing was or it cannot be used, which is said.
func (k *Alerts) Load() *analytics.Journal {
	text, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	j := &analytics.Journal{}
	if err == nil {
		err = readJournal(text, j)
	}
	if err != nil {
		k.log.Warn("alerts that were up before cannot be read: those that go on are told as new", "file", k.path, "error", err)
		return nil
	}
	if len(j.Elephants)+len(j.Alerts) > 0 {
		k.log.Info("alerts that were up before go on", "elephants", len(j.Elephants), "alerts", len(j.Alerts))
	}
	return j
}

func readJournal(text []byte, j *analytics.Journal) error {
	head, body, _ := bytes.Cut(text, []byte("\n"))
	if string(head) != journalHead(body) {
		return errJournal
	}
	if err := json.Unmarshal(body, j); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	return nil
}

func journalHead(body []byte) string {
	return fmt.Sprintf("%s%08x", journalMark, crc32.ChecksumIEEE(body))
}

// Tick writes what is up if it changed or could not be written, now is on the engine's clock; writing happens beside the engine.
func (k *Alerts) Tick(now int64, e *analytics.Engine) {
	n := e.Changes()
	failed := k.failed.Load()
	if n == k.changes && !failed || now < k.next || !k.busy.TryLock() {
		return
	}
	k.changes, k.next = n, now+max(journalEvery, journalPace*k.took.Load())
	if failed {
		k.next = max(k.next, now+keepFirst)
	}
	j := e.Journal()
	go func() {
		defer k.busy.Unlock()
		k.write(j)
	}()
}

// End writes what is up when the program stops.
func (k *Alerts) End(j *analytics.Journal) {
	k.busy.Lock()
	defer k.busy.Unlock()
	k.write(j)
}

func (k *Alerts) write(j *analytics.Journal) {
	began := time.Now()
	err := k.save(j)
	if k.failed.Store(err != nil); err != nil {
		k.log.Warn("alerts that are up are not kept: after a restart they are told again", "error", err)
	}
	k.took.Store(int64(time.Since(began)))
}

// save replaces the file as a whole.
func (k *Alerts) save(j *analytics.Journal) error {
	body, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("keeping alerts: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o750); err != nil {
		return fmt.Errorf("keeping alerts: %w", err)
	}
	text := append([]byte(journalHead(body)+"\n"), body...)
	err = wholefile.Write(k.path, func(w io.Writer) error { _, err := w.Write(text); return err })
	if err != nil {
		return fmt.Errorf("keeping alerts: %w", err)
	}
	return nil
}
