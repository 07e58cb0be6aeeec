package collector

import (
	"net/netip"

	"spoor/flow"
)

// Accounting says what a datagram's sequence number told.
type Accounting struct {
	// NotBefore is the arrival of the pair's previous datagram, but at most 1 s
	// before this one: the samples were taken after it. For a pair's first datagram
	// it is a second back, for as long may an agent have held it. It equals the arrival if both came in one read.
	// A datagram that was held back on its way counts as if it had come in time.
	NotBefore int64
	// Sent is the arrival, or where the agent's uptime says that the datagram was
	// held back on its way, when it would have arrived otherwise.
	Sent      int64
	Lost      uint32 // datagrams missing in front of this one, newly found
	Duplicate bool   // was here before (within 64 datagrams): not to be counted twice
	Reordered bool   // older than the newest
	Restarted bool   // the agent began anew; nothing is known about loss
	Untracked bool   // the table of agents is full: nothing is known
	// Rival is set once for each UDP source that is found to number datagrams of
	// this agent and sub-agent apart from another source, First: two agents state
	// one address. From then on each source is accounted for on its own.
	Rival bool
	First netip.Addr

	agents   *Agents
	stream   *stream
	received int64
	held     bool
	foreign  bool // of no numbering that is followed, such as that before a restart: what its samples' numbers are tells nothing
}

// Hold locks the pair until Release, so that accounting for a sample need not:
// half of its cost. Between the two nothing may block or account for another
// datagram; other workers and Snapshot wait for the pair meanwhile.
func (acc *Accounting) Hold() {
	if acc.stream != nil && !acc.held {
		acc.stream.mu.Lock()
		acc.held = true
	}
}

// Release ends Hold.
func (acc *Accounting) Release() {
	if acc.held {
		acc.held = false
		acc.stream.mu.Unlock()
	}
}

// SampleLoss is what became of the samples of one kind.
type SampleLoss struct {
	Samples uint64 // received
	Lost    uint64 // gaps in their numbers that nothing filled; never falls
	Dropped uint64 // those that the agent says it dropped
}

// Agent is the state of one (agent, sub-agent) as a value.
type Agent struct {
	Agent       flow.Addr
	SubAgent    uint32
	Apart       bool       // another UDP source numbers datagrams of the same agent and sub-agent: Peer tells them apart
	Peer        netip.Addr // UDP source whose numbering this is; datagrams may come through others too
	FirstSeen   int64      // Unix ns
	LastSeen    int64
	Uptime      uint32 // ms, of the newest datagram
	Since       int64  // an hour or two ago, or the first datagram of its present numbering: arrival, Unix ns
	SinceUptime uint32 // ms, of the datagram that arrived then

	Datagrams  uint64 // received, duplicates included
	Lost       uint64 // sequence gaps that nothing filled; never falls
	Duplicates uint64
	Reordered  uint64
	Restarts   uint64

	Sources  int        // data sources known
	Flows    SampleLoss // of flow samples
	Counters SampleLoss // of counters samples
	Discards SampleLoss // of notifications of discarded packets
	Names    PortNames
	Joint    bool // its data sources number their flow samples in one sequence
}

func (s *stream) snapshot() Agent {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.sources
	return Agent{
		Agent: s.key.agent, SubAgent: s.key.sub, Apart: !s.key.apart.IsZero(), Peer: s.peer,
		FirstSeen: s.firstSeen, LastSeen: s.lastSeen.Load(), Uptime: s.uptime, Since: s.marks[0].at, SinceUptime: s.marks[0].uptime,
		Datagrams: s.datagrams, Lost: s.lost.lost, Duplicates: s.duplicates, Reordered: s.reordered, Restarts: s.restarts,
		Sources: len(t.list), Joint: t.flows.joint,
		Names: s.names, Flows: t.flows.sum(), Counters: t.others[countersKind].sum(), Discards: t.others[discardsKind].sum(),
	}
}

// loss counts what is missing in a numbering.
type loss struct {
	gaps, late uint64
	lost       uint64 // greatest gaps - late so far
}

// missed takes numbers that were left out.
func (l *loss) missed(n uint64) {
	l.gaps += n
	l.lost = max(l.lost, l.gaps-l.late)
}

// found takes one that was missed before.
func (l *loss) found() {
	if l.late < l.gaps {
		l.late++
	}
}
