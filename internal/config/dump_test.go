package config

import (
	"bytes"
	"slices"
	"testing"
)

// TestDumpQuotes: whatever stands in a setting, the file that is written gives it back: as one text, and as an element of a list.
func TestDumpQuotes(t *testing.T) {
	for _, s := range []string{
		"plain", "", " ", "x ", " x", "a: b", "a:", ":a", "a:b", "fd00::1", "[fd00::1]:9092", "a #b", "a#b", "# a", "- a", "-a", "?", "? a", "a, b", "a,b", "[a]", "{a: b}", "a]", "}", "&a", "*", "*a", "!a", "|", ">", "'a'", "it's",
		`"a"`, `a"b`, `a\b`, "%a", "@a", "`a`", "true", "null", "~", "yes", "0x1f", "017", "1e3", "12:30:00", "2026-11-22", "---", "--- a", "...", "<<", "=", "a\nb", "a\tb", "a\r", "\x00", "\x1b[2J", "a\u2028b", "ä→≥", "\u202e",
	} {
		c := defaults()
		set := newSet(c)
		c.Collector = s
		list := !bytes.ContainsAny([]byte(s), "\x00") && s != ""
		if list {
			c.Brokers = []string{"first", s, "last"}
		}
		var b bytes.Buffer
		if err := set.Dump(&b); err != nil {
			t.Fatal(err)
		}
		got := defaults()
		if err := newSet(got).File("dump.yaml", b.Bytes()); err != nil {
			t.Errorf("%q: %v in\n%s", s, err, b.Bytes())
			continue
		}
		if got.Collector != s || list && !slices.Equal(got.Brokers, c.Brokers) {
			t.Errorf("%q comes back as %q and %q from\n%s", s, got.Collector, got.Brokers, b.Bytes())
		}
	}
}

// TestNearest: a third of the letters may differ, two that changed places count once, and the last part of a dotted name will do.
func TestNearest(t *testing.T) {
	names := []string{"kafka.brokers", "kafka.topics.flows", "listen.address", "flows.idle", "log.level"}
	for word, want := range map[string]string{
		"kafka.brokers": "kafka.brokers", "kafka.broker": "kafka.brokers", "kafka.borkers": "kafka.brokers", "KAFKA.BROKERS": "kafka.brokers", "kakfa.brokres": "kafka.brokers", "brokers": "kafka.brokers",
		"idle": "flows.idle", "listen.adress": "listen.address", "log.lvl": "log.level", "level": "log.level", "x": "", "": "", "something.else": "", "topology.idle": "flows.idle", "flowsidle": "flows.idle",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := Nearest("ab", []string{"abc", "abd"}); got != "" {
		t.Errorf("of two letters none may differ: %q", got)
	}
	if got := Nearest("abc", []string{"abd", "abe"}); got != "abd" {
		t.Errorf("of equal ones the first: %q", got)
	}
}

// TestDistance counts letters to insert, remove, replace or swap.
func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "ab", 1}, {"abc", "xabc", 1}, {"abc", "acb", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abc", "cab", 2}, {"ab", "xa", 2}, {"ab", "bx", 2},
	} {
		if got := distance(tc.a, tc.b); got != tc.want {
			t.Errorf("%q to %q: %d, want %d", tc.a, tc.b, got, tc.want)
		}
		if got := distance(tc.b, tc.a); got != tc.want {
			t.Errorf("%q to %q: %d, want %d", tc.b, tc.a, got, tc.want)
		}
	}
}
