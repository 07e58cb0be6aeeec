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

// Registry numbers the agents in the order of their first appearance. Numbers
// are never reused. Reads take no lock.
type Registry struct {
	mu    sync.Mutex
	ids   atomic.Pointer[map[flow.Addr]SwitchID]
	addrs atomic.Pointer[[]flow.Addr]
}

// NewRegistry gives an empty registry.
func NewRegistry() *Registry {
	r := &Registry{}
	r.ids.Store(&map[flow.Addr]SwitchID{})
	r.addrs.Store(&[]flow.Addr{{}})
	return r
}

// ID gives the number of an agent, numbering it if it is new; 0 for the zero
// address and once MaxSwitches are known.
func (r *Registry) ID(agent flow.Addr) SwitchID {
	if id, ok := (*r.ids.Load())[agent]; ok || agent.IsZero() {
		return id
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ids, addrs := *r.ids.Load(), *r.addrs.Load()
	if id, ok := ids[agent]; ok {
		return id
	}
	if len(addrs) > MaxSwitches {
		return 0
	}
	id := SwitchID(len(addrs))
	next := maps.Clone(ids)
	next[agent] = id
	grown := append(addrs[:len(addrs):len(addrs)], agent)
	r.addrs.Store(&grown)
	r.ids.Store(&next)
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
