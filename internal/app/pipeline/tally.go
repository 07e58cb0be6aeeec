package pipeline

import (
	"spoor/decode"
	"spoor/flow"
)

// Outcome is how a datagram that reached a worker ended, but for those that the
// decoder rejected, which are counted by reason.
type Outcome uint8

// Outcomes.
const (
	OutcomeOK           Outcome = iota
	OutcomePartial              // something in it was refused, the rest stands
	OutcomeRefusedAgent         // agents.allow does not list its agent
	OutcomeDuplicate            // seen before, as by a second way through the network

	NumOutcomes = iota
)

// String gives the name used in metrics.
func (o Outcome) String() string {
	return [...]string{"ok", "partial", "refused_agent", "duplicate"}[o]
}

// Tally is what a worker counts, as cumulative sums.
type Tally struct {
	Outcomes [NumOutcomes]uint64
	Rejected [decode.NumReasons]uint64 // datagrams that could not be read, by reason
	Decode   decode.Stats
	// Samples of tunnelled packets whose header ends before the inner ports, and the last agent that took one.
	CutTunnels uint64
	CutFrom    flow.Addr
}

func (t *Tally) addTo(sum *Tally) {
	for i, n := range t.Outcomes {
		sum.Outcomes[i] += n
	}
	for i, n := range t.Rejected {
		sum.Rejected[i] += n
	}
	t.Decode.AddTo(&sum.Decode)
	if sum.CutTunnels += t.CutTunnels; t.CutTunnels > 0 {
		sum.CutFrom = t.CutFrom
	}
}

// RejectedTotal gives the datagrams that could not be read.
func (t *Tally) RejectedTotal() (sum uint64) {
	for _, n := range t.Rejected {
		sum += n
	}
	return sum
}

// Datagrams gives the sum of all outcomes.
func (t *Tally) Datagrams() uint64 {
	sum := t.RejectedTotal()
	for _, n := range t.Outcomes {
		sum += n
	}
	return sum
}
