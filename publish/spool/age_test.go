package spool

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAgeOfEarlierRuns: what an earlier run wrote is as old as it is, also where that run had no time to note what its segment holds.
func TestAgeOfEarlierRuns(t *testing.T) {
	for _, crash := range []bool{false, true} {
		cfg := config(t)
		cfg.MaxAge = time.Hour
		dropped := int64(0)
		cfg.Dropped = func(why Reason, c *Counts) {
			if why != Aged {
				t.Errorf("reason %d", why)
			}
			dropped += c.Total()
		}
		s := opened(t, cfg)
		appendAll(t, s, 0, 3)
		written := time.Now()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if crash {
			names, err := filepath.Glob(filepath.Join(cfg.Dir, "*.idx"))
			if err != nil || len(names) == 0 {
				t.Fatalf("%v, %v", names, err)
			}
			for _, name := range names {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		s = opened(t, cfg)
		if age := s.Usage().Age; age < 0 || age > 30*time.Minute {
			t.Errorf("crash %v: it is %v old", crash, age)
		}
		for _, step := range []struct {
			after time.Duration
			want  int64
		}{{30 * time.Minute, 0}, {61 * time.Minute, 1 + 2 + 3}} {
			if err := s.Tend(written.Add(step.after)); err != nil || dropped != step.want {
				t.Errorf("crash %v, after %v: %d dropped, %v", crash, step.after, dropped, err)
			}
		}
		expectEnd(t, s)
	}
}

// TestHeader: sizes and numbers that no record has are told before anything is made of them.
func TestHeader(t *testing.T) {
	b := batch(4)
	good := appendRecord(nil, &b, 77)
	h, err := readHeader(good)
	if err != nil || h.written != 77 || h.raw != len(b.Payload) || h.body != len(good)-headerSize || h.Topic != b.Topic || h.Records != b.Records || h.MaxTime != b.MaxTime {
		t.Fatalf("%+v, %v", h, err)
	}
	word := func(at int, v uint32) func(p []byte) {
		return func(p []byte) { binary.BigEndian.PutUint32(p[at:], v) }
	}
	for name, tc := range map[string]struct {
		spoil func(p []byte)
		ok    bool
	}{
		"the largest body":          {word(4, maxPayload), true},
		"a larger one":              {word(4, maxPayload+1), false},
		"the largest payload":       {word(8, maxPayload), true},
		"one that is larger":        {word(8, maxPayload+1), false},
		"no bytes for its records":  {word(8, uint32(b.Records)-1), false},
		"the last topic":            {func(p []byte) { p[12] = maxTopics - 1 }, true},
		"one topic more":            {func(p []byte) { p[12] = maxTopics }, false},
		"another codec":             {func(p []byte) { p[13] = codecS2 + 1 }, false},
		"the last partition":        {word(16, uint32(b.Partitions)-1), true},
		"a partition too many":      {word(16, uint32(b.Partitions)), false},
		"a partition below 0":       {word(16, 1<<31), false},
		"no records":                {word(24, 0), false},
		"a negative number of them": {word(24, 1<<31), false},
		"of no partitions":          {word(20, 0), false},
	} {
		p := append([]byte(nil), good...)
		tc.spoil(p)
		if _, err := readHeader(p); (err == nil) != tc.ok || err != nil && !errors.Is(err, errTorn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readHeader(good[:headerSize-1]); !errors.Is(err, errTorn) {
		t.Errorf("a short one: %v", err)
	}
}
