package analytics

import (
	"cmp"
	"slices"

	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

// watchEvery is the pace at which the fabric is looked at for what is wrong.
const watchEvery = int64(1e9)

// AgentHealth is what is known of an agent's telemetry.
type AgentHealth = watch.Agent

// Agents takes the present figures of all agents, each second while datagrams
// can arrive: what is not told of is not watched. It is called by the caller of Tick.
func (e *Engine) Agents(list []AgentHealth) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	e.watch.Agents(list)
}

// Socket takes what all sockets received and what the system dropped there since the start. It is called by the caller of Tick.
func (e *Engine) Socket(received, dropped uint64) {
	e.ticking.Lock()
	defer e.ticking.Unlock()
	e.watch.Socket(received, dropped)
}

// look tells what is wrong.
func (e *Engine) look(now int64) {
	e.watched = now
	e.promised(now)
	for _, a := range e.watch.Tick() {
		e.desk.changes++
		e.out.Alert(a)
	}
}

// poll takes a port's counters; a rate says something of the speed of a link of which nobody else does.
func (e *Engine) poll(p *links.Poll) {
	peak, confirmed := e.desk.ports.Poll(p)
	info := topology.PortInfo{Agent: e.registry.Addr(p.Port.Switch), IfIndex: p.Port.IfIndex, Rate: peak}
	if confirmed {
		info.Sampled = -1
	}
	if peak > 0 || confirmed {
		e.learner.Inform(&info)
	}
	e.watch.Polled(p)
}

// Discard takes a notification of a discarded packet.
func (f *Feed) Discard(x *flow.Discard) {
	port := x.Output
	if port == 0 {
		port = x.Input
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.drops) < maxPending {
		f.drops = append(f.drops, watch.Drop{Agent: x.Agent, Port: port, Reason: x.Reason.String(), Flow: x.FlowID, Key: x.Packet.Key, At: x.Received})
	}
}

// drainWatch moves what the watch is to hear: discarded packets and sampled loads.
func (f *Feed) drainWatch(drops []watch.Drop, loads []portLoad) ([]watch.Drop, []portLoad) {
	f.mu.Lock()
	defer f.mu.Unlock()
	drops, loads = append(drops, f.drops...), append(loads, f.loads...)
	f.drops, f.loads = f.drops[:0], f.loads[:0]
	return drops, loads
}

// heed takes what the feeds gathered for the watch.
func (e *Engine) heed(feeds []*Feed) {
	e.drops, e.loads = e.drops[:0], e.loads[:0]
	for _, f := range feeds {
		e.drops, e.loads = f.drainWatch(e.drops, e.loads)
	}
	slices.SortStableFunc(e.drops, func(a, b watch.Drop) int { return cmp.Compare(a.At, b.At) })
	for i := range e.drops {
		e.watch.Dropped(&e.drops[i])
	}
	for i := range e.loads { // sums: the order does not matter
		l := &e.loads[i]
		if rate := e.desk.ports.Sampled(l.port, l.way, l.at, l.bits, l.frames); rate != 0 {
			e.learner.Inform(&topology.PortInfo{Agent: e.registry.Addr(l.port.Switch), IfIndex: l.port.IfIndex, Sampled: rate})
		}
	}
}
