package collector

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"spoor/flow"
)

// Bounds and times of the agent table.
const (
	agentShards     = 64
	idleAgent       = int64(5 * time.Minute)  // after which a full table may give its place away
	scanEvery       = int64(10 * time.Second) // at most one search for idle places
	notBeforeBound  = int64(time.Second)      // agents hold samples back for at most a second (sFlow v5)
	defaultAgents   = 65536
	defaultPerPeer  = 16384
	defaultSources  = 1 << 20
	sourcesPerAgent = 4096
	nearStreams     = 4096
)

// AgentsConfig says whom to believe and how much to remember (docs/interfaces.md,
// section 6: agents.*).
type AgentsConfig struct {
	// Allow lists the agent addresses that are heard; empty hears all.
	Allow []netip.Prefix
	// Alias maps an agent's address to the one it is known by.
	Alias map[netip.Addr]netip.Addr
	// MaxAgents bounds the (agent, sub-agent) pairs, MaxPerPeer those that one UDP
	// source may bring, MaxSources the data sources of all of them.
	MaxAgents, MaxPerPeer, MaxSources int
}

// DefaultAgentsConfig hears every agent.
func DefaultAgentsConfig() AgentsConfig {
	return AgentsConfig{MaxAgents: defaultAgents, MaxPerPeer: defaultPerPeer, MaxSources: defaultSources}
}

// Validate reports the first setting that cannot work.
func (c *AgentsConfig) Validate() error {
	for _, p := range c.Allow {
		if !p.IsValid() {
			return errors.New("agents.allow: an invalid prefix: give prefixes such as 10.255.0.0/16")
		}
	}
	for from, to := range c.Alias {
		if !from.IsValid() || !to.IsValid() {
			return errors.New("agents.alias: an invalid address: give pairs of addresses such as 192.0.2.1: 10.255.0.1")
		}
		if _, ok := c.Alias[to]; ok && from != to {
			return fmt.Errorf("agents.alias: %s is an alias of %s, which is an alias itself: name the last address", from, to)
		}
	}
	if c.MaxAgents < 1 || c.MaxPerPeer < 1 || c.MaxSources < 1 {
		return errors.New("agents: the bounds must be at least 1")
	}
	return nil
}

// Agents accounts for what agents sent and what of it was lost, by (agent,
// sub-agent) and by data source; one table is shared by all workers. Its size is
// bounded: when it is full, newcomers go untracked (their datagrams are handled,
// but not accounted for) until a place has been idle for five minutes, so that an
// inventor of agents cannot push out the real ones.
type Agents struct {
	cfg    AgentsConfig
	whom   atomic.Pointer[whom]
	seed   maphash.Seed
	shards [agentShards]agentShard
	// near holds some of the streams, by nearOf: most datagrams spare the lock and
	// the map. It changes under the lock of the shard that the stream is or was in,
	// so that none stays here that is no longer in its shard.
	near [nearStreams]atomic.Pointer[stream]

	pairs, sources atomic.Int64
	evicted        atomic.Uint64
	untracked      atomic.Uint64
	untrackedSrc   atomic.Uint64
	lastScan       atomic.Int64

	peersMu sync.Mutex // after a shard's lock
	peers   map[netip.Addr]int
}

type agentShard struct {
	mu      sync.Mutex
	streams map[streamKey]*stream
	_       [48]byte
}

// AgentsStats are the table's own figures.
type AgentsStats struct {
	Agents           int    // (agent, sub-agent) pairs known
	Sources          int    // data sources known
	Evicted          uint64 // pairs that lost their place to newcomers
	Untracked        uint64 // datagrams without a place in the table
	UntrackedSamples uint64 // flow samples whose data source has none
}

// NewAgents makes an empty table.
func NewAgents(cfg AgentsConfig) (*Agents, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := &Agents{cfg: cfg, seed: maphash.MakeSeed(), peers: make(map[netip.Addr]int)}
	a.believe(&cfg)
	for i := range a.shards {
		a.shards[i].streams = make(map[streamKey]*stream)
	}
	return a, nil
}

// whom is which agents are heard, and by which address they are known.
type whom struct {
	allow allowList
	alias map[flow.Addr]flow.Addr
}

func (a *Agents) believe(cfg *AgentsConfig) {
	w := &whom{allow: newAllowList(cfg.Allow), alias: make(map[flow.Addr]flow.Addr, len(cfg.Alias))}
	for from, to := range cfg.Alias {
		w.alias[flow.AddrFromNetip(from)] = flow.AddrFromNetip(to)
	}
	a.whom.Store(w)
}

// Configure puts Allow and Alias of another configuration into force, from the
// next datagram on; the bounds stay as they were. On an error nothing changes. It
// is safe for concurrent use.
func (a *Agents) Configure(cfg AgentsConfig) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	a.believe(&cfg)
	return nil
}

// Resolve gives the address by which an agent is known, and whether it is heard:
// the address it states, or its UDP source where that is absent, unspecified or
// loopback and so names nobody; Config.Allow is asked about this one. Then an
// alias replaces it.
func (a *Agents) Resolve(agent flow.Addr, from netip.Addr) (known flow.Addr, allowed bool) {
	if agent.NamesNobody() {
		agent = flow.AddrFromNetip(from)
	}
	w := a.whom.Load()
	if len(w.allow) != 0 && !w.allow.allows(agent.Netip()) {
		return agent, false
	}
	if len(w.alias) != 0 {
		if to, ok := w.alias[agent]; ok {
			agent = to
		}
	}
	return agent, true
}

// Account takes a datagram's sequence number (sFlow v5, datagram header): agent as
// Resolve gave it, uptime in ms, its contents as Fingerprint gives them, received in Unix
// ns, from the UDP source. The result's methods account for the datagram's samples.
//
// A pair has one numbering, through whatever ports and replicators it comes. A
// source that numbers apart from it, while both go on, is another agent with the
// same address: it gets a state of its own.
func (a *Agents) Account(agent flow.Addr, sub, seq, uptime, contents uint32, received int64, from netip.Addr) Accounting {
	n := number{seq, uptime, contents}
	k := streamKey{agent: agent, sub: sub}
	s := a.find(k, received, from)
	if s == nil {
		return a.none(received)
	}
	k.apart = flow.AddrFromNetip(from)
	var acc Accounting
	if s.shared.Load() {
		if own := a.known(k); own != nil {
			acc, _ = own.account(n, received, from)
			acc.agents, acc.stream, acc.received = a, own, received
			return acc
		}
	}
	acc, ours := s.account(n, received, from)
	if !ours {
		first := acc.First
		s.shared.Store(true)
		if s = a.find(k, received, from); s == nil {
			return a.none(received)
		}
		acc, _ = s.account(n, received, from)
		acc.Rival, acc.First = true, first
	}
	acc.agents, acc.stream, acc.received = a, s, received
	return acc
}

// printed is how much of a datagram Fingerprint reads at its front, and at its end: what
// two of one number, agent and sub-agent differ in at the latest, the numbers and pools
// of their first and last samples, and those packets.
const printed = 128

// Fingerprint gives a number for the contents of a datagram, by which copies are known.
func (a *Agents) Fingerprint(payload []byte) uint32 {
	front, end := payload, payload[len(payload):]
	if len(payload) > 2*printed {
		front, end = payload[:printed], payload[len(payload)-printed:]
	}
	return uint32(maphash.Bytes(a.seed, front) ^ bits.RotateLeft64(maphash.Bytes(a.seed, end), 32) ^ uint64(len(payload)))
}

// none is what is known of a datagram without a place in the table.
func (a *Agents) none(received int64) Accounting {
	a.untracked.Add(1)
	return Accounting{NotBefore: received - notBeforeBound, Sent: received, Untracked: true, agents: a}
}

// known gives the state of a stream that is there, or nil.
func (a *Agents) known(k streamKey) *stream {
	sh := a.shard(&k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.streams[k]
}

func (a *Agents) shard(k *streamKey) *agentShard {
	return &a.shards[maphash.Comparable(a.seed, *k)%agentShards]
}

// nearOf gives the place in near of a pair. Whoever makes pairs meet there makes them no slower than the map.
func (a *Agents) nearOf(k *streamKey) *atomic.Pointer[stream] {
	lo, hi := k.agent.Words()
	return &a.near[((lo^hi)+uint64(k.sub))*0x9e3779b97f4a7c15>>(64-12)%nearStreams]
}

// find gives the pair's state, makes it if there is room, or gives nil.
func (a *Agents) find(k streamKey, now int64, from netip.Addr) *stream {
	if s := a.nearOf(&k).Load(); s != nil && s.key == k {
		return s
	}
	sh := a.shard(&k)
	if s, ok := a.findIn(sh, &k, now, from); ok {
		return s
	}
	if !a.evictIdle(now) {
		return nil
	}
	s, _ := a.findIn(sh, &k, now, from)
	return s
}

// findIn looks in the pair's shard; ok is false if it is not there and finds no room.
func (a *Agents) findIn(sh *agentShard, k *streamKey, now int64, from netip.Addr) (*stream, bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if s := sh.streams[*k]; s != nil {
		a.nearOf(k).Store(s)
		return s, true
	}
	if !a.take(from) {
		return nil, false
	}
	s := &stream{key: *k, owner: from, peer: from}
	s.lastSeen.Store(now)
	sh.streams[*k] = s
	a.nearOf(k).Store(s)
	return s, true
}

// evictIdle empties the places of pairs that have long been silent. It reports
// false if it looked a short while ago: a flood of newcomers must not keep us at it.
func (a *Agents) evictIdle(now int64) bool {
	last := a.lastScan.Load()
	if d := now - last; (last != 0 && d >= 0 && d < scanEvery) || !a.lastScan.CompareAndSwap(last, now) {
		return false
	}
	for i := range a.shards {
		sh := &a.shards[i]
		sh.mu.Lock()
		for k, s := range sh.streams {
			if now-s.lastSeen.Load() > idleAgent {
				delete(sh.streams, k)
				a.nearOf(&k).CompareAndSwap(s, nil)
				a.release(s)
			}
		}
		sh.mu.Unlock()
	}
	return true
}

// take claims a place in the table for a pair that from brought.
func (a *Agents) take(from netip.Addr) bool {
	a.peersMu.Lock()
	defer a.peersMu.Unlock()
	if a.pairs.Load() >= int64(a.cfg.MaxAgents) || a.peers[from] >= a.cfg.MaxPerPeer {
		return false
	}
	a.pairs.Add(1)
	a.peers[from]++
	return true
}

func (a *Agents) release(s *stream) {
	a.evicted.Add(1)
	s.mu.Lock()
	a.sources.Add(-int64(s.sources.close()))
	s.mu.Unlock()
	a.peersMu.Lock()
	defer a.peersMu.Unlock()
	a.pairs.Add(-1)
	if a.peers[s.owner]--; a.peers[s.owner] <= 0 {
		delete(a.peers, s.owner)
	}
}

// Stats gives the table's own figures. It is safe for concurrent use.
func (a *Agents) Stats() AgentsStats {
	return AgentsStats{
		Agents: int(a.pairs.Load()), Sources: int(a.sources.Load()), Evicted: a.evicted.Load(),
		Untracked: a.untracked.Load(), UntrackedSamples: a.untrackedSrc.Load(),
	}
}

// Snapshot gives every pair's state as values, ordered by agent, sub-agent and source.
// It is safe for concurrent use and holds up one pair at a time.
func (a *Agents) Snapshot() []Agent {
	list := make([]Agent, 0, a.pairs.Load())
	for i := range a.shards {
		sh := &a.shards[i]
		sh.mu.Lock()
		for _, s := range sh.streams {
			list = append(list, s.snapshot())
		}
		sh.mu.Unlock()
	}
	slices.SortFunc(list, func(x, y Agent) int {
		if c := x.Agent.Compare(y.Agent); c != 0 {
			return c
		}
		if c := cmp.Compare(x.SubAgent, y.SubAgent); c != 0 {
			return c
		}
		if x.Apart && y.Apart {
			return x.Peer.Compare(y.Peer)
		}
		if x.Apart {
			return 1
		}
		return -1
	})
	return list
}

// DataSources gives the state of the data sources of one of Snapshot's, in the
// order in which they were first heard. It is safe for concurrent use.
func (a *Agents) DataSources(of *Agent) []DataSource {
	k := streamKey{agent: of.Agent, sub: of.SubAgent}
	if of.Apart {
		k.apart = flow.AddrFromNetip(of.Peer)
	}
	s := a.known(k)
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources.values()
}
