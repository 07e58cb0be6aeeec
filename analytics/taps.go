package analytics

import (
	"sync"
	"sync/atomic"

	"spoor/topology"
)

// tapKey names a tap: a port and a direction on it.
type tapKey struct {
	sw     topology.SwitchID
	port   uint32
	egress bool
}

// tap is what is known of one tap.
type tap struct {
	rate atomic.Uint32 // one in rate packets is sampled
}

// maxTaps bounds the taps that are known; those beyond it are only not predicted.
const maxTaps = 1 << 20

// taps knows which taps sample, and which agents are heard. All workers write,
// all shards read.
type taps struct {
	mu    sync.RWMutex
	all   map[tapKey]*tap
	heard [topology.MaxSwitches + 1]atomic.Int64 // arrival of the latest datagram with samples
	begun [topology.MaxSwitches + 1]atomic.Int64 // arrival of the first datagram after the latest restart
	boot  [topology.MaxSwitches + 1]atomic.Int64 // when that was, by the agent's uptime
}

func newTaps() *taps { return &taps{all: map[tapKey]*tap{}} }

// get gives a tap, making it if it is new; nil once there are too many.
func (t *taps) get(k tapKey) *tap {
	t.mu.RLock()
	p, full := t.all[k], len(t.all) >= maxTaps
	t.mu.RUnlock()
	if p != nil || full {
		return p
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p = t.all[k]; p == nil && len(t.all) < maxTaps {
		p = &tap{}
		t.all[k] = p
	}
	return p
}

// rate gives the sampling rate of a tap, 0 if it was never heard of.
func (t *taps) rate(k tapKey) float64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if p := t.all[k]; p != nil {
		return float64(p.rate.Load())
	}
	return 0
}

// alive reports whether an agent sent samples within the last 3 s before now.
func (t *taps) alive(id topology.SwitchID, now int64) bool {
	return !id.Inferred() && now-t.heard[id].Load() < aliveFor
}

// aliveFor: agents hold samples for up to a second.
const aliveFor = int64(3e9)

// sameBoot: sub-agents that restarted together differ by less.
const sameBoot = int64(5e9)

// restarted notes a restart of an agent; false if it was known from another sub-agent.
func (t *taps) restarted(id topology.SwitchID, boot, now int64) bool {
	if d := boot - t.boot[id].Load(); d < sameBoot && d > -sameBoot {
		return false
	}
	t.boot[id].Store(boot)
	t.begun[id].Store(now)
	return true
}

// changing reports whether an agent restarted and the snapshot does not know of it yet.
func (t *taps) changing(snap *topology.Snapshot, id topology.SwitchID) bool {
	begun := t.begun[id].Load()
	if begun == 0 {
		return false
	}
	sw := snap.Switch(id)
	return sw == nil || sw.Void < begun
}

// aside reports an agent whose samples say nothing of paths: a host, or a switch whose ports change their numbers just now.
func (s *shard) aside(id topology.SwitchID) bool {
	if s.taps.changing(s.snap, id) {
		return true
	}
	sw := s.snap.Switch(id)
	return sw != nil && sw.Host
}
