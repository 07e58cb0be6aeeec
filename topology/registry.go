package topology

import (
	"maps"
	"sync"
	"sync/atomic"

	"spoor/flow"
)

// SwitchID is a switch's dense number within this process, 0 = none. It never
// leaves the process: samples and records name agents by address.
type SwitchID uint32

// MaxSwitches bounds the registry; an agent beyond it is not tracked.
const MaxSwitches = 1 << 16

// firstInferred is the first number of switches that nobody reports; no registry gives it.
const firstInferred SwitchID = MaxSwitches + 1

// Inferred reports whether a switch is one that nobody reports but traffic proves.
func (id SwitchID) Inferred() bool { return id >= firstInferred }

// Registry numbers the agents in the order of their first appearance. Numbers
// are never reused. Reads take no lock.
type Registry struct {
	mu    sync.Mutex // of who numbers
	ids   [registryBuckets]atomic.Pointer[map[flow.Addr]SwitchID]
	addrs atomic.Pointer[[]flow.Addr]
}

// registryBuckets: a new agent costs a copy of one of so many maps.
const registryBuckets = 1 << 10

// NewRegistry gives an empty registry.
func NewRegistry() *Registry {
	r := &Registry{}
	none := map[flow.Addr]SwitchID{}
	for i := range r.ids {
		r.ids[i].Store(&none)
	}
	r.addrs.Store(&[]flow.Addr{{}})
	return r
}

// ID gives the number of an agent, numbering it if it is new; 0 for the zero
// address and once MaxSwitches are known.
func (r *Registry) ID(agent flow.Addr) SwitchID {
	bucket := &r.ids[mixAddr(slotSeed, &agent)%registryBuckets]
	if id, ok := (*bucket.Load())[agent]; ok || agent.IsZero() {
		return id
	}
	if len(*r.addrs.Load()) > MaxSwitches {
		return 0
	}
	return r.number(agent, bucket)
}

func (r *Registry) number(agent flow.Addr, bucket *atomic.Pointer[map[flow.Addr]SwitchID]) SwitchID {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids, addrs := *bucket.Load(), *r.addrs.Load()
	if id, ok := ids[agent]; ok {
		return id
	}
	if len(addrs) > MaxSwitches {
		return 0
	}
	id := SwitchID(len(addrs))
	next := maps.Clone(ids)
	next[agent] = id
	grown := append(addrs, agent) // readers of addrs do not look beyond its end
	r.addrs.Store(&grown)
	bucket.Store(&next)
	return id
}

// Addr gives the agent address of a number, zero if there is none.
func (r *Registry) Addr(id SwitchID) flow.Addr {
	addrs := *r.addrs.Load()
	if int(id) >= len(addrs) {
		return flow.Addr{}
	}
	return addrs[id]
}

// Len gives the number of agents known.
func (r *Registry) Len() int { return len(*r.addrs.Load()) - 1 }
