package pipeline

import (
	"spoor/analytics"
	"spoor/analytics/watch"
	"spoor/collector"
)

// Paces of looking at the agents' accounts.
const (
	accountsEvery = int64(1e9)
	ratesEvery    = 10 // looks; the sampling rates of all data sources are many
)

// sharedFor: sources of one address that were all heard that lately share it.
const sharedFor = int64(60e9)

// Accounts tell the engine how the agents do, as the collector has it.
type Accounts struct {
	Agents *collector.Agents
	Socket func() collector.Stats // nil: there is none
	Engine *analytics.Engine

	looked int64
	looks  int
	rates  map[watch.AgentKey]uint32
	list   []analytics.AgentHealth
}

// Look is called at each tick, by the caller of Engine.Tick.
func (a *Accounts) Look(now int64) {
	if now-a.looked < accountsEvery {
		return
	}
	a.looked = now
	accounts := a.Agents.Snapshot()
	if a.looks%ratesEvery == 0 {
		a.readRates(accounts)
	}
	a.looks++
	a.list = a.list[:0]
	for i := range accounts {
		x := &accounts[i]
		k := watch.AgentKey{Addr: x.Agent, SubAgent: x.SubAgent}
		if n := len(a.list); n > 0 && a.list[n-1].AgentKey == k { // another source numbers apart under the same name
			last := &a.list[n-1]
			last.Shared = last.Shared || min(last.Heard, x.LastSeen) > now-sharedFor
			last.Heard = max(last.Heard, x.LastSeen)
			add(last, x)
			continue
		}
		health := analytics.AgentHealth{AgentKey: k, Heard: x.LastSeen, Rate: a.rates[k]}
		add(&health, x)
		a.list = append(a.list, health)
	}
	if a.Socket != nil {
		c := a.Socket()
		a.Engine.Socket(c.Received, c.KernelDrops)
	}
	a.Engine.Agents(a.list)
}

func add(x *analytics.AgentHealth, a *collector.Agent) {
	x.Datagrams += a.Datagrams - a.Duplicates
	x.Lost += a.Lost
	x.Samples += a.Flows.Samples
	x.Dropped += a.Flows.Dropped
}

// readRates finds the sampling rate that most data sources of each agent state.
func (a *Accounts) readRates(accounts []collector.Agent) {
	a.rates = make(map[watch.AgentKey]uint32, len(accounts))
	for i := range accounts {
		k := watch.AgentKey{Addr: accounts[i].Agent, SubAgent: accounts[i].SubAgent}
		a.rates[k] = collector.TypicalRate(a.Agents.DataSources(&accounts[i]))
	}
}
