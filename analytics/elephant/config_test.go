package elephant

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	ok := func(change func(c *Config)) {
		t.Helper()
		c := DefaultConfig()
		change(&c)
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	ok(func(*Config) {})
	ok(func(c *Config) { c.Share = 1 })
	ok(func(c *Config) { c.Preset = "" })
	ok(func(c *Config) { c.Preset, c.MinBytes, c.MinDuration = "strict", 1e6, time.Second })

	bad := func(change func(c *Config), want ...string) {
		t.Helper()
		c := DefaultConfig()
		change(&c)
		err := c.Validate()
		if err == nil {
			t.Errorf("%+v is taken", c)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%+v: %q does not say %q", c, err, w)
			}
		}
	}
	bad(func(c *Config) { c.Share = 0 }, "elephants.share is 0")
	bad(func(c *Config) { c.Share = 10 }, "elephants.share is 10", "0.10 is 10%")
	bad(func(c *Config) { c.Share = math.NaN() }, "elephants.share")
	bad(func(c *Config) { c.Preset = "quick" }, "elephants.preset", `"quick"`, "fast, default or strict")
	bad(func(c *Config) { c.MinDuration = -1 }, "elephants.min_duration")
	bad(func(c *Config) { c.Share, c.Preset = -1, "x" }, "share", "preset")
}

func TestPresetByName(t *testing.T) {
	for _, want := range []Preset{Fast, Default, Strict} {
		if got, err := PresetByName(want.Name); err != nil || got != want {
			t.Errorf("%s: %+v, %v", want.Name, got, err)
		}
	}
	if got, err := PresetByName(""); err != nil || got != Default {
		t.Errorf("no name: %+v, %v, want the default", got, err)
	}
	if _, err := PresetByName("FAST"); err == nil {
		t.Error("an unknown name is taken")
	}
}
