package analytics_test

import (
	"testing"

	"spoor/flow"
)

// TestRestartIsHeardAtOnce: the samples of an agent that has just restarted are
// not read with the port numbers from before, however soon they come.
func TestRestartIsHeardAtOnce(t *testing.T) {
	r := newRig(t, nil)
	agent := flow.AddrFrom4([4]byte{10, 255, 0, 51})
	r.advance(second)
	r.feed.Restarted(agent, r.now-second, r.now)
	r.give(r.sample(1, 2, 51, 1, 2, 63))
	r.feed.Flush()
	for _, e := range r.paths {
		if e.Key.Proto == flow.ProtoUDP {
			t.Error("a path was made of ports that may have other numbers now")
		}
	}
	void := func() int64 { return r.e.Snapshot().Switch(r.e.Snapshot().ID(agent)).Void }
	at := r.now
	r.advance(second / 5)
	if void() != at {
		t.Errorf("void is %d, want the restart %d", void(), at)
	}
	r.feed.Restarted(agent, at-second/2, r.now) // the counters' sub-agent says so later
	r.advance(second / 5)
	if void() != at {
		t.Error("one restart was taken for two")
	}
	r.give(r.sample(1, 2, 51, 1, 2, 63))
	r.advance(second / 5)
	if len(r.paths) == 0 {
		t.Error("no path after the restart was digested")
	}
}
