package publish

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"spoor/flow"
)

// TestSmallDisk fills a disk that is smaller than the spool may be, and makes it
// larger: what is lost is counted and named, alerts outlive
// samples, and all that was kept is delivered.
func TestSmallDisk(t *testing.T) {
	cfg := spoolConfig(t)
	if err := unix.Mount("tmpfs", cfg.Spool.Dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk takes root: %v", err)
	}
	defer func() {
		if err := unix.Unmount(cfg.Spool.Dir, 0); err != nil {
			t.Error(err)
		}
	}()
	sink := &heldSink{}
	p := started(t, cfg, sink)
	f := newFeeder(p)
	says := func(text string) func() bool {
		return func() bool {
			f.feed(1000)
			on, ready, reason := p.SpoolState()
			return on && !ready && strings.Contains(reason, text)
		}
	}
	eventually(t, "the full disk is named", says("no space left on device"))
	eventually(t, "what it does not take is counted", func() bool { return p.Stats()[Flows].Dropped[SpoolFailed] > 0 })
	for i := range 3000 {
		p.Elephant(&flow.Elephant{ID: uint64(i + 1), Time: 1e18})
	}
	p.events.close()
	eventually(t, "elephants have gone to disk", func() bool { st := p.Stats()[Elephants]; return st.Spooled > 1000 && st.DroppedTotal() == 0 })
	if p.Stats()[Flows].Dropped[SpoolFull] == 0 {
		t.Error("samples did not make room")
	}
	if err := unix.Mount("", cfg.Spool.Dir, "", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it works again", func() bool { f.feed(1000); _, ready, _ := p.SpoolState(); return ready })
	stop := deliverAll(sink)
	eventually(t, "all is delivered", func() bool {
		st := p.Stats()
		return st[Elephants].Acknowledged == 3000 && st[Flows].Queued+st[Flows].Spooled == 0
	})
	stop()
	closes(t, p.Stats())
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(cfg.Spool.Dir); err != nil || len(left) != classes {
		t.Errorf("%v, %v", left, err)
	}
}

// TestReadOnlyDisk: a disk that is or becomes read-only is named; memory works on,
// and the spool does so again once it can be written.
func TestReadOnlyDisk(t *testing.T) {
	cfg := spoolConfig(t)
	dir := cfg.Spool.Dir
	readOnly := func() {
		if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
			t.Skipf("a read-only disk takes root: %v", err)
		}
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	}
	mend := func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Fatal(err)
		}
	}
	named := func(p *Publisher) bool {
		on, ready, reason := p.SpoolState()
		return on && !ready && strings.Contains(reason, "read-only file system")
	}
	readOnly()
	sink := &heldSink{}
	p := started(t, cfg, sink)
	newFeeder(p).feed(1000)
	if !named(p) || p.Stats()[Flows].Queued != 1000 {
		t.Errorf("%+v", p.Stats()[Flows])
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	closes(t, p.Stats())
	mend()
	p = started(t, cfg, sink)
	f := newFeeder(p)
	readOnly()
	eventually(t, "it is named", func() bool { f.feed(1000); return named(p) })
	mend()
	eventually(t, "it works again", func() bool { f.feed(1000); _, ready, _ := p.SpoolState(); return ready })
	stop := deliverAll(sink)
	eventually(t, "all is delivered", func() bool { st := p.Stats()[Flows]; return st.Queued+st.Spooled == 0 })
	stop()
	if st := p.Stats()[Flows]; st.Dropped[SpoolFailed] == 0 || st.Acknowledged == 0 {
		t.Errorf("%+v", st)
	}
	closes(t, p.Stats())
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
