package app

import (
	"spoor/decode"
	"spoor/flow"
)

// outcome is how a datagram that reached a worker ended, but for those that the
// decoder rejected, which are counted by reason.
type outcome uint8

// Outcomes.
const (
	outcomeOK outcome = iota
	outcomePartial
	outcomeRefusedAgent
	outcomeDuplicate

	numOutcomes = iota
)

// String gives the name used in metrics.
func (o outcome) String() string {
	return [...]string{"ok", "partial", "refused_agent", "duplicate"}[o]
}

// tally is what a worker counts, as cumulative sums.
type tally struct {
	outcomes [numOutcomes]uint64
	rejected [decode.NumReasons]uint64 // datagrams that could not be read, by reason
	decode   decode.Stats
	// Samples of tunnelled packets whose header ends before the inner ports, and the last agent that took one.
	cutTunnels uint64
	cutFrom    flow.Addr
}

func (t *tally) addTo(sum *tally) {
	for i, n := range t.outcomes {
		sum.outcomes[i] += n
	}
	for i, n := range t.rejected {
		sum.rejected[i] += n
	}
	t.decode.AddTo(&sum.decode)
	if sum.cutTunnels += t.cutTunnels; t.cutTunnels > 0 {
		sum.cutFrom = t.cutFrom
	}
}

// datagrams gives the sum of all outcomes.
func (t *tally) datagrams() uint64 {
	var sum uint64
	for _, n := range t.outcomes {
		sum += n
	}
	for _, n := range t.rejected {
		sum += n
	}
	return sum
}
