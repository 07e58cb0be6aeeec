package mem

import (
	"slices"
	"strings"
	"testing"
)

// TestReleaseProgram: the program goes on without its pages.
func TestReleaseProgram(t *testing.T) {
	n, err := ReleaseProgram()
	if err != nil {
		t.Fatal(err)
	}
	if n < 1<<20 {
		t.Errorf("%d bytes of the program were released", n)
	}
	if got := strings.Repeat("leaf1 ", 3); got != "leaf1 leaf1 leaf1 " {
		t.Errorf("afterwards a string is %q", got)
	}
}

// TestReadParts: nothing is released that may be written to, has been, or is another's.
func TestReadParts(t *testing.T) {
	smaps := `00400000-0106c000 r-xp 00000000 fe:00 123                                /usr/bin/the spoor
Rss:                8740 kB
Anonymous:             0 kB
0106c000-01e7a000 r--p 00c6c000 fe:00 123                                /usr/bin/the spoor
Anonymous:             4 kB
01e7a000-01efc000 rw-p 01a7a000 fe:00 123                                /usr/bin/the spoor
Anonymous:             0 kB
01efc000-01f00000 r--p 01a7a000 fe:00 123                                /usr/lib/libc.so.6
Anonymous:             0 kB
zz-01f00000 r--p 01a7a000 fe:00 123                                /usr/bin/the spoor
Anonymous:             0 kB
02000000-02001000 r--p 01a7a000 fe:00 123                                /usr/bin/the spoor
Anonymous:             0 kB
251a8e000000-251a99c00000 rw-p 00000000 00:00 0
Anonymous:             0 kB
`
	got := readParts([]byte(smaps), "/usr/bin/the spoor")
	if want := []part{{0x400000, 0x106c000}, {0x2000000, 0x2001000}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}
