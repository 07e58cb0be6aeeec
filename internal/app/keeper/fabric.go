package keeper

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"spoor/topology"
)

// Fabric keeps what was learned of the fabric on disk, so that paths are complete
// at once after a restart. What is lost with a crash is the learning of the last minute.
type Fabric struct {
	path string
	log  *slog.Logger // throttled
	next int64        // when to keep the next time, on the engine's clock
	wait int64        // after that
	busy sync.Mutex   // held while a file is written
	last sync.WaitGroup
}

// Time before the first save, doubled after each one, and at most between two.
const (
	keepFirst = int64(time.Second)
	keepEvery = int64(time.Minute)
)

// FabricFile gives the file's path in the data directory.
func FabricFile(dir string) string { return filepath.Join(dir, "topology.memory") }

// NewFabric gives what keeps the fabric in a directory. log is throttled.
func NewFabric(dir string, log *slog.Logger) *Fabric {
	return &Fabric{path: FabricFile(dir), log: log}
}

// Load gives what was kept, nil if nothing was or it cannot be used, which is
// said and costs a cold start, no more. A file that cannot be used is put aside.
func (k *Fabric) Load() *topology.Memory {
	m, err := topology.LoadMemory(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, topology.ErrMemory):
		aside := k.path + ".unusable"
		if bad := os.Rename(k.path, aside); bad != nil {
			err = errors.Join(err, bad)
		}
		k.log.Warn("what was learned of the fabric before cannot be used: it is learned anew", "error", err, "kept_as", aside)
		return nil
	case err != nil:
		k.log.Warn("what was learned of the fabric before cannot be read: it is learned anew", "error", err)
		return nil
	}
	k.log.Info("the fabric is known from before", "as_of", time.Unix(0, m.Time).UTC().Format(time.RFC3339),
		"switches", len(m.Switches), "hosts", len(m.Hosts))
	return m
}

// Tick keeps what was learned once in a while, now is on the engine's clock; writing happens beside the engine.
func (k *Fabric) Tick(now int64, remember func() *topology.Memory) {
	if k.next == 0 {
		k.wait = keepFirst
		k.next = now + k.wait
	}
	if now < k.next || !k.busy.TryLock() {
		return
	}
	k.wait = min(2*k.wait, keepEvery)
	k.next = now + k.wait
	m := remember()
	go func() {
		defer k.busy.Unlock()
		k.write(m)
	}()
}

// End begins to keep what was learned in the end, once what is being written is; Wait waits for it.
func (k *Fabric) End(m *topology.Memory) {
	k.last.Go(func() {
		k.busy.Lock()
		defer k.busy.Unlock()
		k.write(m)
	})
}

// Wait waits until what End was given is kept.
func (k *Fabric) Wait() { k.last.Wait() }

func (k *Fabric) write(m *topology.Memory) {
	err := os.MkdirAll(filepath.Dir(k.path), 0o750)
	if err != nil {
		err = fmt.Errorf("keeping the topology: %w", err)
	} else {
		err = m.Save(k.path)
	}
	if err != nil {
		k.log.Warn("what was learned of the fabric is not kept: a restart learns it anew", "error", err)
	}
}
