package xdr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/xdr"
)

func TestCursorReadsItems(t *testing.T) {
	c := xdr.NewCursor([]byte{
		0, 0, 0, 7, // unsigned int
		1, 2, 3, 4, 5, 6, 7, 8, // unsigned hyper
		0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0, 0, // opaque[6], padded
		0, 0, 0, 3, 'e', 't', 'h', 0, // string<>, padded
		0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 9, // two numbers
		0, 0, 0, 0, // empty string
		0xfe,
	})
	if got := c.Uint32(); got != 7 {
		t.Errorf("Uint32 %d", got)
	}
	if got := c.Uint64(); got != 0x0102030405060708 {
		t.Errorf("Uint64 %x", got)
	}
	if got := c.Fixed(6); !cmp.Equal(got, []byte{0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}) {
		t.Errorf("Fixed %x", got)
	}
	if got := c.Opaque(); string(got) != "eth" || cap(got) != 3 {
		t.Errorf("Opaque %q, capacity %d", got, cap(got))
	}
	if got := c.Count(4); got != 2 || c.Uint32() != 8 || c.Uint32() != 9 {
		t.Errorf("Count %d or its elements", got)
	}
	if got := c.Opaque(); got == nil || len(got) != 0 {
		t.Errorf("empty Opaque %v", got)
	}
	if c.Len() != 1 || c.Rest()[0] != 0xfe || c.Fault() != xdr.OK {
		t.Errorf("rest %x, fault %v", c.Rest(), c.Fault())
	}
}

func TestCursorFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []byte
		read func(c *xdr.Cursor)
		want xdr.Fault
	}{
		"uint32 cut":                   {[]byte{0, 0, 1}, func(c *xdr.Cursor) { c.Uint32() }, xdr.Short},
		"uint64 cut":                   {[]byte{0, 0, 0, 0, 0, 0, 1}, func(c *xdr.Cursor) { c.Uint64() }, xdr.Short},
		"fixed cut":                    {[]byte{1, 2, 3}, func(c *xdr.Cursor) { c.Fixed(4) }, xdr.Short},
		"fixed of negative size":       {[]byte{1, 2, 3}, func(c *xdr.Cursor) { c.Fixed(-1) }, xdr.Short},
		"opaque without length":        {[]byte{0}, func(c *xdr.Cursor) { c.Opaque() }, xdr.Short},
		"opaque longer than the rest":  {[]byte{0, 0, 0, 5, 1, 2, 3, 4}, func(c *xdr.Cursor) { c.Opaque() }, xdr.Length},
		"opaque, round-up wraps":       {[]byte{0xff, 0xff, 0xff, 0xfd, 1, 2, 3, 4}, func(c *xdr.Cursor) { c.Opaque() }, xdr.Length},
		"opaque without its padding":   {[]byte{0, 0, 0, 3, 1, 2, 3}, func(c *xdr.Cursor) { c.Opaque() }, xdr.OK},
		"count above the rest":         {[]byte{0, 0, 0, 3, 1, 2, 3, 4, 1, 2, 3, 4}, func(c *xdr.Cursor) { c.Count(4) }, xdr.Length},
		"count whose product wraps":    {[]byte{0x40, 0, 0, 1, 1, 2, 3, 4}, func(c *xdr.Cursor) { c.Count(4) }, xdr.Length},
		"the first fault stays":        {[]byte{0, 0, 0, 9}, func(c *xdr.Cursor) { c.Opaque(); c.Uint32() }, xdr.Length},
		"caller's fault":               {[]byte{0, 0, 0, 9}, func(c *xdr.Cursor) { c.Fail(xdr.Value); c.Uint32() }, xdr.Value},
		"nothing can be read after it": {[]byte{0, 0, 0, 9}, func(c *xdr.Cursor) { c.Fixed(5); c.Fixed(4) }, xdr.Short},
	} {
		t.Run(name, func(t *testing.T) {
			c := xdr.NewCursor(tc.in)
			tc.read(&c)
			if c.Fault() != tc.want {
				t.Errorf("fault %v, want %v", c.Fault(), tc.want)
			}
			if c.Fault() != xdr.OK && (c.Len() != 0 || c.Uint32() != 0 || c.Uint64() != 0 || c.Opaque() != nil || c.Count(1) != 0) {
				t.Error("something could be read after the fault")
			}
		})
	}
}

func TestFaultNames(t *testing.T) {
	want := map[xdr.Fault]string{xdr.OK: "ok", xdr.Short: "short", xdr.Length: "length", xdr.Value: "value"}
	for f, name := range want {
		if f.String() != name {
			t.Errorf("%d is %q, want %q", f, f, name)
		}
	}
}

// FuzzCursor runs reads chosen by the input over the input: no read may give more than there is.
func FuzzCursor(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 0, 0, 0, 3, 'e', 't', 'h', 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		c := xdr.NewCursor(in)
		for _, op := range in {
			before := c.Len()
			var got int
			switch op % 5 {
			case 0:
				c.Uint32()
			case 1:
				c.Uint64()
			case 2:
				got = len(c.Fixed(int(op)))
			case 3:
				got = len(c.Opaque())
			case 4:
				got = c.Count(8) * 8
			}
			if got > before || c.Len() > before {
				t.Fatalf("operation %d gave %d bytes of %d, %d left", op, got, before, c.Len())
			}
		}
	})
}
