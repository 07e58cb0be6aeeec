package app

import (
	"spoor/analytics"
	"spoor/analytics/watch"
	"spoor/collector"
)

// Paces of looking at the agents' accounts.
const (
	healthEvery = int64(1e9)
	ratesEvery  = 10 // looks; the sampling rates of all data sources are many
)

// sharedFor: sources of one address that were all heard that lately share it.
const sharedFor = int64(60e9)

// health tells the engine how the agents do, as their accounts say.
type health struct {
	agents *collector.Agents
	socket func() collector.Stats // nil: there is none
	engine *analytics.Engine
	looked int64
	looks  int
	rates  map[watch.AgentKey]uint32
	list   []analytics.AgentHealth
}

// look is called at each tick, by the caller of Engine.Tick.
func (h *health) look(now int64) {
	if now-h.looked < healthEvery {
		return
	}
	h.looked = now
	accounts := h.agents.Snapshot()
	if h.looks%ratesEvery == 0 {
		h.readRates(accounts)
	}
	h.looks++
	h.list = h.list[:0]
	for i := range accounts {
		a := &accounts[i]
		k := watch.AgentKey{Addr: a.Agent, SubAgent: a.SubAgent}
		if n := len(h.list); n > 0 && h.list[n-1].AgentKey == k { // another source numbers apart under the same name
			last := &h.list[n-1]
			last.Shared = last.Shared || min(last.Heard, a.LastSeen) > now-sharedFor
			last.Heard = max(last.Heard, a.LastSeen)
			add(last, a)
			continue
		}
		x := analytics.AgentHealth{AgentKey: k, Heard: a.LastSeen, Rate: h.rates[k]}
		add(&x, a)
		h.list = append(h.list, x)
	}
	if h.socket != nil {
		c := h.socket()
		h.engine.Socket(c.Received, c.KernelDrops)
	}
	h.engine.Agents(h.list)
}

func add(x *analytics.AgentHealth, a *collector.Agent) {
	x.Datagrams += a.Datagrams - a.Duplicates
	x.Lost += a.Lost
	x.Samples += a.Flows.Samples
	x.Dropped += a.Flows.Dropped
}

// readRates finds the sampling rate that most data sources of each agent state.
func (h *health) readRates(accounts []collector.Agent) {
	h.rates = make(map[watch.AgentKey]uint32, len(accounts))
	for i := range accounts {
		count := map[uint32]int{}
		best := uint32(0)
		for _, s := range h.agents.DataSources(&accounts[i]) {
			if r := s.SamplingRate; r != 0 {
				count[r]++
				if best == 0 || count[r] > count[best] || count[r] == count[best] && r < best {
					best = r
				}
			}
		}
		h.rates[watch.AgentKey{Addr: accounts[i].Agent, SubAgent: accounts[i].SubAgent}] = best
	}
}
