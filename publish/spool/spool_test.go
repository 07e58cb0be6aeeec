package spool

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// batch gives the batch number i, which can be told from all others.
func batch(i int) Batch {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	p := fmt.Appendf(nil, "batch %d ", i)
	for range r.IntN(2000) {
		p = append(p, byte(r.IntN(1+i%256)))
	}
	return Batch{Topic: uint8(i % 3), Partition: int32(i % 5), Partitions: 5, Records: int32(1 + i%7), FirstTime: int64(i), MaxTime: int64(i + 1), Payload: p}
}

// opened gives a spool that is closed at the end.
func opened(t *testing.T, cfg Config) *Spool {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed by most already
	return s
}

func config(t *testing.T) Config {
	t.Helper()
	return Config{Dir: filepath.Join(t.TempDir(), "spool"), MaxBytes: MinBytes, Sync: time.Second}
}

func appendAll(t *testing.T, s *Spool, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		b := batch(i)
		if err := s.Append(&b); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s *Spool) (Batch, *Ref, *Marks) {
	t.Helper()
	b, ref, marks, err := s.Next(func(n int) []byte { return make([]byte, n) })
	if err != nil {
		t.Fatal(err)
	}
	return b, ref, marks
}

// expect reads batches and finishes them.
func expect(t *testing.T, s *Spool, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		b, ref, _ := next(t, s)
		if ref == nil {
			t.Fatalf("the end, batch %d was wanted", i)
		}
		if d := cmp.Diff(batch(i), b); d != "" {
			t.Fatalf("batch %d (-want +got):\n%s", i, d)
		}
		if err := ref.Finish(b.Partitions, b.Partition, b.Records); err != nil {
			t.Fatal(err)
		}
	}
}

func expectEnd(t *testing.T, s *Spool) {
	t.Helper()
	if b, ref, _ := next(t, s); ref != nil {
		t.Fatalf("one more batch: %v", b)
	}
	if c := s.Unread(); c.Total() != 0 {
		t.Errorf("unread: %v", c)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.[sl][eo]g"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestOrder: what goes in comes out, in order, over many segments and runs, and
// leaves no file behind.
func TestOrder(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	appendAll(t, s, 0, 1000)
	if u := s.Usage(); u.Segments < 3 || u.Bytes > cfg.MaxBytes {
		t.Errorf("%+v", u)
	}
	expect(t, s, 0, 400)
	appendAll(t, s, 1000, 1200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, cfg)
	var want Counts
	for i := 400; i < 1200; i++ {
		want[i%3] += int64(1 + i%7)
	}
	if got := s.Unread(); got != want {
		t.Errorf("unread %v, want %v", got, want)
	}
	expect(t, s, 400, 900)
	appendAll(t, s, 1200, 1300)
	expect(t, s, 900, 1300)
	expectEnd(t, s)
	if u := s.Usage(); u.Bytes != 0 || u.Segments != 0 || len(files(t, cfg.Dir)) != 0 {
		t.Errorf("left: %+v, %v", u, files(t, cfg.Dir))
	}
	appendAll(t, s, 0, 2)
	expect(t, s, 0, 2)
	expectEnd(t, s)
}

// TestOverflow: the bound holds on disk, and each record that went is counted.
func TestOverflow(t *testing.T) {
	cfg := config(t)
	var dropped int64
	cfg.Dropped = func(why Reason, c *Counts) {
		if why != Full {
			t.Errorf("reason %d", why)
		}
		dropped += c.Total()
	}
	s := opened(t, cfg)
	var total int64
	noise := rand.NewChaCha8([32]byte{})
	for i := range 600 {
		b := batch(i)
		b.Payload = make([]byte, 20_000)
		if _, err := noise.Read(b.Payload); err != nil {
			t.Fatal(err)
		}
		total += int64(b.Records)
		if err := s.Append(&b); err != nil {
			t.Fatal(err)
		}
		if i == 100 { // one is in somebody's hands while its segment is dropped
			_, ref, _ := next(t, s)
			defer func() {
				if ref.Kept() {
					t.Error("the first batch is still there")
				}
				if err := ref.Finish(5, 0, 1); err != nil {
					t.Error(err)
				}
			}()
			total--
		}
		size := int64(0)
		for _, name := range files(t, cfg.Dir) {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			size += info.Size()
		}
		if size > cfg.MaxBytes {
			t.Fatalf("%d bytes on disk", size)
		}
	}
	left := s.Unread()
	if dropped == 0 || left.Total()+dropped != total {
		t.Errorf("%d dropped and %d left of %d", dropped, left.Total(), total)
	}
	huge := Batch{Partitions: 1, Records: 1, Payload: make([]byte, MinBytes+1000)}
	if _, err := noise.Read(huge.Payload); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(&huge); err == nil || s.Unread() != left {
		t.Errorf("a batch larger than the spool: %v", err)
	}
}

// TestAge drops segments whose newest record is too old.
func TestAge(t *testing.T) {
	cfg := config(t)
	cfg.MaxAge = time.Hour
	var dropped int64
	cfg.Dropped = func(why Reason, c *Counts) {
		if why == Aged {
			dropped += c.Total()
		}
	}
	s := opened(t, cfg)
	appendAll(t, s, 0, 3)
	if err := s.Tend(time.Now().Add(59 * time.Minute)); err != nil || dropped != 0 {
		t.Fatalf("%d dropped, %v", dropped, err)
	}
	if err := s.Tend(time.Now().Add(61 * time.Minute)); err != nil || dropped != 1+2+3 {
		t.Fatalf("%d dropped, %v", dropped, err)
	}
	expectEnd(t, s)
}

// TestTornTail cuts the last record and the journal anywhere, or spoils a byte.
func TestTornTail(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	appendAll(t, s, 0, 4)
	name := s.segments[0].dataName()
	begin := s.segments[0].size
	appendAll(t, s, 4, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	check := func(data []byte, torn int64) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := opened(t, cfg)
		if u := s.Usage(); u.Torn != torn {
			t.Fatalf("torn %d, want %d", u.Torn, torn)
		}
		appendAll(t, s, 5, 6)
		expect(t, s, 0, 4)
		expect(t, s, 5, 6)
		expectEnd(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for end := begin; end < int64(len(whole)); end += 1 + (end-begin)/8 {
		check(whole[:end], end-begin)
		bad := bytes.Clone(whole)
		bad[end] ^= 0x40
		check(bad, int64(len(whole))-begin)
	}
}

// TestMarks: what was attempted or finished is known to the next run.
func TestMarks(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	appendAll(t, s, 0, 7)
	_, first, _ := next(t, s) // in doubt
	st := Stamp{Producer: 7, Epoch: 2, Sequence: 99}
	steps := []error{first.Attempt(5, 0, st)}
	_, second, _ := next(t, s) // done
	steps = append(steps, second.Attempt(5, 1, st), second.Finish(5, 1, 2))
	b, third, _ := next(t, s) // divided anew; a part is done, one in doubt
	third.Divide(2)
	steps = append(steps, third.Attempt(9, 8, st), third.Finish(9, 8, b.Records-1), third.Attempt(9, 3, st))
	next(t, s) // only read
	if err := errors.Join(append(steps, s.Close())...); err != nil {
		t.Fatal(err)
	}
	// The end of the journal was torn.
	log := strings.TrimSuffix(files(t, cfg.Dir)[0], ".seg")
	log = strings.TrimSuffix(log, ".log") + ".log"
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, entrySize-1)); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	s = opened(t, cfg)
	if c := s.Unread(); c[0] != 1+4+7 || c[1] != 5 || c[2] != 1+6 {
		t.Errorf("unread %v", c)
	}
	_, ref, marks := next(t, s)
	if d := cmp.Diff(&Marks{5, map[int32]Mark{0: {Stamped: true, Stamp: st}}}, marks); d != "" {
		t.Errorf("the first: %s", d)
	}
	if err := ref.Finish(5, 0, 1); err != nil {
		t.Fatal(err)
	}
	b, ref, marks = next(t, s)
	if d := cmp.Diff(&Marks{9, map[int32]Mark{8: {Finished: true, Records: 2}, 3: {Stamped: true, Stamp: st}}}, marks); d != "" || b.Records != 3 {
		t.Errorf("the third: %d records, %s", b.Records, d)
	}
	if err := ref.Finish(9, 3, 1); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 3, 7)
	expectEnd(t, s)
	if n := files(t, cfg.Dir); len(n) > 0 {
		t.Errorf("left: %v", n)
	}
}

// TestFront puts batches in front of what is there, as far as there is room.
func TestFront(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	appendAll(t, s, 500, 510)
	var list []Batch
	for i := range 500 {
		list = append(list, batch(i))
	}
	stamps := make([]*Stamp, len(list))
	stamps[0] = &Stamp{1, 2, 3}
	if n, err := s.Front(list, stamps); n != len(list) || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, cfg)
	b, ref, marks := next(t, s)
	if marks == nil || marks.Parts[0].Stamp != *stamps[0] || ref.Finish(b.Partitions, b.Partition, b.Records) != nil {
		t.Errorf("marks %v", marks)
	}
	expect(t, s, 1, 510)
	expectEnd(t, s)

	noise := rand.NewChaCha8([32]byte{})
	for i := range list {
		list[i].Payload = make([]byte, 20_000)
		if _, err := noise.Read(list[i].Payload); err != nil {
			t.Fatal(err)
		}
	}
	n, err := s.Front(list, stamps)
	if err != nil || n < 150 || n > 210 {
		t.Fatalf("%d batches of 20 kB in 4 MiB, %v", n, err)
	}
	if b, _, _ := next(t, s); !bytes.Equal(b.Payload, list[len(list)-n].Payload) {
		t.Error("not the last ones")
	}
}

// TestDiskFull: a failed write leaves the spool as it was, and the next one works.
func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no /dev/full: ", err)
	}
	defer full.Close()
	s := opened(t, config(t))
	appendAll(t, s, 0, 3)
	g := s.segments[0]
	good := g.data
	g.data = full
	b := batch(3)
	if err := s.Append(&b); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	g.data = good
	appendAll(t, s, 3, 5)
	expect(t, s, 0, 5)
	expectEnd(t, s)
}

// TestOpen_Failure names what is wrong.
func TestOpen_Failure(t *testing.T) {
	cfg := config(t)
	opened(t, cfg)
	if _, err := Open(cfg); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second time: %v", err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: filepath.Join(blocked, "spool"), MaxBytes: MinBytes}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: %v", err)
	}
	for name, cfg := range map[string]Config{
		"directory": {MaxBytes: MinBytes}, "at least": {Dir: "x", MaxBytes: 1}, "negative": {Dir: "x", MaxBytes: MinBytes, Sync: -1},
	} {
		if _, err := Open(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBroken: a segment that cannot be read back is dropped and counted.
func TestBroken(t *testing.T) {
	cfg := config(t)
	var lost int64
	cfg.Dropped = func(why Reason, c *Counts) {
		if why == Broken {
			lost += c.Total()
		}
	}
	s := opened(t, cfg)
	appendAll(t, s, 0, 3)
	if _, err := s.segments[0].data.WriteAt([]byte{0xff, 0xff}, s.segments[0].size-2); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 0, 2)
	if _, _, _, err := s.Next(func(n int) []byte { return make([]byte, n) }); !errors.Is(err, errBroken) || lost != 3 {
		t.Errorf("%d lost, %v", lost, err)
	}
	expectEnd(t, s)
}
