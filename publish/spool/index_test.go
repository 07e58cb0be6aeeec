package spool

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestIndex: a start knows what finished segments hold without reading them; what
// has no index, or a wrong one, is read. Either way the counts are the same.
func TestIndex(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	const n = 3000
	appendAll(t, s, 0, n)
	want := s.Unread()
	for i := range 10 { // the journal of the first segment says that some are done
		b, ref, _ := next(t, s)
		if err := ref.Finish(b.Partitions, b.Partition, b.Records); err != nil {
			t.Fatal(err)
		}
		want[b.Topic] -= int64(b.Records)
		if i == 9 && s.Unread() != want {
			t.Fatalf("%v, want %v", s.Unread(), want)
		}
	}
	crashed := filepath.Join(t.TempDir(), "crashed")
	if err := os.CopyFS(crashed, os.DirFS(cfg.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	segments, _ := filepath.Glob(filepath.Join(cfg.Dir, "*.seg"))
	indexed, _ := filepath.Glob(filepath.Join(cfg.Dir, "*.idx"))
	if len(segments) < 5 || len(indexed) != len(segments) {
		t.Fatalf("%d segments, %d indexes", len(segments), len(indexed))
	}
	for _, dir := range []string{cfg.Dir, crashed} {
		for name, spoil := range map[string]func(file string) error{
			"as it is":     func(string) error { return nil },
			"cut index":    func(f string) error { return os.Truncate(f, 20) },
			"wrong index":  func(f string) error { return os.WriteFile(f, make([]byte, indexSize), 0o600) },
			"no more data": os.Remove,
		} {
			cfg.Dir = filepath.Join(t.TempDir(), "spool")
			if err := os.CopyFS(cfg.Dir, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if err := spoil(filepath.Join(cfg.Dir, strings.TrimSuffix(filepath.Base(segments[1]), ".seg")+".idx")); err != nil {
				t.Fatal(err)
			}
			s := opened(t, cfg)
			if got := s.Unread(); got != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
			for i := 10; i < n; i++ {
				if b, _, _ := next(t, s); !bytes.Equal(b.Payload, batch(i).Payload) {
					t.Fatalf("%s: batch %d is another one", name, i)
				}
			}
			expectEnd(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestIndexSparesReading: hurt bytes of a finished segment are not seen at the start.
func TestIndexSparesReading(t *testing.T) {
	cfg := config(t)
	s := opened(t, cfg)
	appendAll(t, s, 0, 3000)
	want, victim := s.Unread(), s.segments[1]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	hurt(t, victim.dataName())
	s = opened(t, cfg)
	if got := s.Unread(); got != want || s.Usage().Torn != 0 {
		t.Errorf("%v, want %v", got, want)
	}
	if Stranded(cfg.Dir) < s.Usage().Bytes-entrySize || Stranded(filepath.Join(cfg.Dir, "nothing")) != 0 {
		t.Errorf("%d bytes of %d", Stranded(cfg.Dir), s.Usage().Bytes)
	}
}

// hurt changes bytes in the middle of a file.
func hurt(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[len(data)/2:], "hurt hurt hurt")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkOpen says what a start costs with 256 MiB in the spool, or the number
// of MiB in SPOOR_SPOOL_MIB, beside one that must read all of it.
func BenchmarkOpen(b *testing.B) {
	size := int64(256 << 20)
	if text := os.Getenv("SPOOR_SPOOL_MIB"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		size = int64(n) << 20
	}
	cfg := Config{Dir: b.TempDir(), MaxBytes: 2 * size, Sync: 1 << 40}
	s, err := Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; s.Usage().Bytes < size; i++ {
		x := batch(i)
		x.Payload = append(x.Payload, fmt.Append(nil, i, make([]byte, 10))...)
		for len(x.Payload) < 100<<10 {
			x.Payload = append(x.Payload, x.Payload...)
		}
		for j := range x.Payload { // nothing that shrinks
			x.Payload[j] ^= byte(j*j*31 + j>>8*i + i)
		}
		if err := s.Append(&x); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"indexed", "read"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if name == "read" {
					b.StopTimer()
					list, _ := filepath.Glob(filepath.Join(cfg.Dir, "*.idx"))
					for _, f := range list {
						_ = os.Remove(f)
					}
					b.StartTimer()
				}
				s, err := Open(cfg)
				if err != nil {
					b.Fatal(err)
				}
				if s.Unread() == (Counts{}) {
					b.Fatal("nothing is there")
				}
				_ = s.lock.Close() // and no more, so that nothing is written
			}
		})
	}
}
