package config

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestValues: how the value of each kind may be written, and how it is written back; want begins with "!" where it is refused with that text,
// and the value is as before.
func TestValues(t *testing.T) {
	f := func(v Value, cases ...[2]string) {
		t.Helper()
		for _, c := range cases {
			before := strings.Join(v.Items(), ";")
			err := v.Set([]string{c[0]})
			after := strings.Join(v.Items(), ";")
			if want, refused := strings.CutPrefix(c[1], "!"); refused {
				if err == nil || !strings.Contains(err.Error(), want) || after != before {
					t.Errorf("%s %q: %v, and %s is %s", v.Kind(), c[0], err, before, after)
				}
			} else if err != nil || after != want {
				t.Errorf("%s %q: %q, %v; want %q", v.Kind(), c[0], after, err, want)
			}
		}
	}
	var n64 int64
	f(Size(&n64), [2]string{"0", "0"}, [2]string{"1023", "1023"}, [2]string{"1024", "1KiB"}, [2]string{"1536", "1536"}, [2]string{"1.5KiB", "1536"}, [2]string{"2048 KiB", "2MiB"},
		[2]string{"1MiB", "1MiB"}, [2]string{"1GiB", "1GiB"}, [2]string{"1TiB", "1TiB"}, [2]string{"1025TiB", "1025TiB"}, [2]string{"7B", "7"}, [2]string{"1kB", "1000"}, [2]string{"1KB", "1000"},
		[2]string{"1MB", "1000000"}, [2]string{"1GB", "1000000000"}, [2]string{"3TB", "2929687500KiB"}, [2]string{"8388607TiB", "8388607TiB"},
		[2]string{"8388608TiB", "!is no size"}, [2]string{"9223372036854775807", "!is no size"}, [2]string{"-1", "!is no size"}, [2]string{"-1KiB", "!is no size"}, [2]string{"1.5", "!is no size"},
		[2]string{"inf", "!is no size"}, [2]string{"infTiB", "!is no size"}, [2]string{"nan", "!is no size"}, [2]string{"NaNB", "!is no size"}, [2]string{"", "!is no size"}, [2]string{"MiB", "!is no size"},
		[2]string{"1KiBB", "!is no size"}, [2]string{"1EiB", "!is no size"}, [2]string{"1 024", "!is no size"})
	var n16 uint16
	f(Size(&n16), [2]string{"65535", "65535"}, [2]string{"63KiB", "63KiB"}, [2]string{"64KiB", "!is no size"})
	var share float64
	f(Ratio(&share), [2]string{"0.1", "0.1"}, [2]string{"10%", "0.1"}, [2]string{"35%", "0.35"}, [2]string{"12.5 %", "0.125"}, [2]string{"1e-3", "0.001"}, [2]string{"99.9%", "0.999"},
		[2]string{"0", "!is no share"}, [2]string{"1", "!is no share"}, [2]string{"100%", "!is no share"}, [2]string{"0%", "!is no share"}, [2]string{"-1%", "!is no share"}, [2]string{"nan", "!is no share"},
		[2]string{"%", "!is no share"}, [2]string{"10%%", "!is no share"}, [2]string{"10KiB", "!is no share"})
	var span time.Duration
	f(Duration(&span), [2]string{"0", "0s"}, [2]string{"90s", "1m30s"}, [2]string{"60s", "1m"}, [2]string{"90m", "1h30m"}, [2]string{"3600s", "1h"}, [2]string{"1h0m5s", "1h0m5s"}, [2]string{"10m", "10m"},
		[2]string{"240h", "240h"}, [2]string{"1ms", "1ms"}, [2]string{"-1ns", "!is no duration"}, [2]string{"5", "!is no duration"}, [2]string{"1d", "!is no duration"}, [2]string{"", "!is no duration"})
	var small int8
	f(Number(&small, -5), [2]string{"-5", "-5"}, [2]string{"127", "127"}, [2]string{"-6", "!at least -5 is wanted"}, [2]string{"128", "!128 is out of range"}, [2]string{"-129", "!out of range"},
		[2]string{"9223372036854775808", "!is no whole number"}, [2]string{"1.5", "!is no whole number"}, [2]string{"0x10", "!is no whole number"})
	var learn bool
	f(Bool(&learn), [2]string{"true", "true"}, [2]string{"TRUE", `!"TRUE" is neither true nor false`}, [2]string{"1", "!neither"}, [2]string{"false", "false"})
	grade := level("info")
	f(Enum(&grade, "debug", "info"), [2]string{"debug", "debug"}, [2]string{"debgu", `!"debgu" is none of debug, info: did you mean debug?`}, [2]string{"x", "!is none of debug, info"})
	var allow []netip.Prefix
	f(Prefixes(&allow), [2]string{"10.1.2.3/8", "10.0.0.0/8"}, [2]string{"10.1.2.3", "10.1.2.3/32"}, [2]string{"fd00::1", "fd00::1/128"}, [2]string{"10.0.0.0/33", "!neither an address nor a prefix"}, [2]string{"leaf1", "!neither"})
	var password string
	f(Secret(&password), [2]string{"geheim", ""})
	for _, v := range []Value{Size(&n64), Secret(&password)} {
		if err := v.Set([]string{"1", "2"}); err == nil || n64 != 8388607<<40 || password != "geheim" {
			t.Errorf("two values: %v", err)
		}
	}
}

// TestLists: commas part the items of a flag, of a variable and of a scalar in the file, unless they stand in double quotes.
func TestLists(t *testing.T) {
	for text, want := range map[string]string{
		"a,b": "a;b", " a , b ": "a;b", "a": "a", "": "", ",": "", "a,,b,": "a;b", `between="a,b" x,c`: `between="a,b" x;c`, `"a,b`: `"a,b`,
	} {
		c := defaults()
		if err := newSet(c).Override("kafka.brokers", text); err != nil || strings.Join(c.Brokers, ";") != want {
			t.Errorf("%q: %q, %v", text, c.Brokers, err)
		}
	}
}

// TestOverride: a name that is no setting is told with the one that was meant; a value that is none leaves the setting.
func TestOverride(t *testing.T) {
	c := defaults()
	set := newSet(c)
	for _, f := range [][3]string{
		{"flows.idel", "1s", `there is no setting "flows.idel": did you mean flows.idle?`},
		{"zebra", "1s", `there is no setting "zebra"`},
		{"flows.idle", "soon", `flows.idle: "soon" is no duration: write it like 90s, 1m30s or 24h`},
	} {
		if err := set.Override(f[0], f[1]); err == nil || err.Error() != f[2] {
			t.Errorf("%s: %v, want %s", f[0], err, f[2])
		}
	}
	if err := set.Override("flows.idle", "1s"); err != nil || c.Idle != time.Second || set.Origin("flows.idle") != FromFlag || set.Origin("zebra") != FromDefault {
		t.Errorf("%v, %v from %v", err, c.Idle, set.Origin("flows.idle"))
	}
}

// TestKeyTwice: two keys of one name are a mistake in the program.
func TestKeyTwice(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); text != "BUG: config key a twice" {
			t.Errorf("%q", text)
		}
	}()
	var a, b string
	NewSet(Key{"a", "A.", String(&a)}, Key{"a", "B.", String(&b)})
}
