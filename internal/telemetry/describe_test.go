package telemetry

import (
	"errors"
	"strings"
	"testing"
)

// TestDescriber: help texts are written, however the text is cut, and of the
// runtime's families those without one are left out.
func TestDescriber(t *testing.T) {
	const in = "# HELP spoor_a\n# TYPE spoor_a counter\nspoor_a 1\n# HELP go_x\n# TYPE go_x gauge\ngo_x 2\ngo_x{a=\"# HELP go_y\"} 2\n" +
		"# HELP go_y\n# TYPE go_y gauge\ngo_y 3\n# HELP process_z\n# TYPE process_z gauge\nprocess_z 4\n# HELP other_b old\n# TYPE other_b gauge\nother_b 5\n"
	const want = "# HELP spoor_a what \\\\ it\\nmeans\n# TYPE spoor_a counter\nspoor_a 1\n" +
		"# HELP go_y why\n# TYPE go_y gauge\ngo_y 3\n# HELP other_b \n# TYPE other_b gauge\nother_b 5\n"
	for size := 1; size <= len(in); size++ {
		var b strings.Builder
		d := newDescriber(&b, map[string]string{"spoor_a": "what \\ it\nmeans", "go_y": "why"})
		for text := in; text != ""; text = text[min(size, len(text)):] {
			if n, err := d.Write([]byte(text[:min(size, len(text))])); n != min(size, len(text)) || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := d.flush(); err != nil || b.String() != want {
			t.Fatalf("in pieces of %d: %v\n%s", size, err, b.String())
		}
	}
}

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errors.New("gone") }

// TestDescriberGone: a scraper that has gone is told of at the end at the latest.
func TestDescriberGone(t *testing.T) {
	d := newDescriber(gone{}, nil)
	for range 100_000 {
		if _, err := d.Write([]byte("spoor_a 1\n")); err != nil {
			return
		}
	}
	if d.flush() == nil {
		t.Error("no error")
	}
}
