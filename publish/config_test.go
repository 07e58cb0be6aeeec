package publish

import "testing"

// TestSpoolSizes: events and alerts follow the bound of samples, and none is too small to work with.
func TestSpoolSizes(t *testing.T) {
	def := DefaultConfig().Spool
	for _, tc := range []struct {
		cfg                     SpoolConfig
		samples, events, urgent int64
	}{
		{def, 4 << 30, 512 << 20, 64 << 20},
		{SpoolConfig{MaxBytes: 160 << 30}, 160 << 30, 20 << 30, 2560 << 20},
		{SpoolConfig{MaxBytes: 4 << 20}, 4 << 20, 4 << 20, 4 << 20},
	} {
		if got, want := tc.cfg.sizes(), [classes]int64{Samples: tc.samples, Events: tc.events, Urgent: tc.urgent}; got != want {
			t.Errorf("%+v: %v, want %v", tc.cfg, got, want)
		}
	}
	c := DefaultConfig()
	c.Spool.MaxBytes = 1
	if err := c.Validate(); err == nil {
		t.Error("a spool of one byte is taken")
	}
	c.Spool.MaxBytes = 0
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}
