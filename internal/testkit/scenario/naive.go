package scenario

import (
	"math"
	"time"

	"spoor/decode"
	"spoor/flow"
	"spoor/internal/judge"
)

// The rule that naive follows.
const (
	naiveTau    = 2.0        // s, of the EWMA
	naiveHold   = int64(1e9) // below the threshold for so long: the alert ends
	naiveSweep  = int64(2e8)
	naiveForget = int64(10e9) // idle: less than 1% is left
)

// naive is what others do: an EWMA of 2 s for each flow at each data source, an
// alert while one of them is at the threshold. It is told the links' speed.
type naive struct {
	theta  float64 // bit/s
	dec    *decode.Decoder
	now    int64
	swept  int64
	clean  int64
	rates  map[naiveKey]naiveRate
	active map[flow.Key]*naiveAlert
	rows   []judge.ElephantRow
}

type naiveKey struct {
	agent    flow.Addr
	source   uint32
	flow     flow.Key
	isEgress bool
}

type naiveRate struct {
	level float64 // over the threshold
	at    int64
}

type naiveAlert struct {
	row  judge.ElephantRow
	over int64 // when it was, or without further samples will last be, at the threshold
}

func newNaive(theta float64) *naive {
	n := &naive{theta: theta, rates: map[naiveKey]naiveRate{}, active: map[flow.Key]*naiveAlert{}}
	n.dec = decode.New(n)
	return n
}

// take reads a datagram that arrives at a time.
func (n *naive) take(payload []byte, at int64) {
	n.now = at
	n.dec.Decode(payload)
	if at-n.swept >= naiveSweep {
		n.sweep()
	}
}

// Datagram implements decode.Sink.
func (n *naive) Datagram(*decode.Header) bool { return true }

// CountersSample implements decode.Sink.
func (n *naive) CountersSample(*flow.Counters) {}

// DiscardedPacket implements decode.Sink.
func (n *naive) DiscardedPacket(*flow.Discard) {}

// FlowSample implements decode.Sink.
func (n *naive) FlowSample(s *flow.Sample) {
	if s.Packet.Key.IsZero() {
		return
	}
	k := naiveKey{s.Agent, s.SourceIndex, s.Packet.Key, s.Direction == flow.Egress}
	r := n.rates[k]
	r.level = r.decayed(n.now) + 8*float64(s.FrameLength)*float64(s.SamplingRate)/n.theta/naiveTau
	r.at = n.now
	n.rates[k] = r
	if r.level < 1 {
		return
	}
	a := n.active[s.Packet.Key]
	if a == nil {
		at := time.Unix(0, n.now)
		a = &naiveAlert{row: judge.ElephantRow{
			Alert: s.Packet.Key.String(), Episode: len(n.rows) + 1, State: "started", Time: at, Detected: &at, Flow: keyOf(&s.Packet.Key),
		}}
		n.active[s.Packet.Key] = a
		n.rows = append(n.rows, a.row)
	}
	a.over = max(a.over, n.now+int64(1e9*naiveTau*math.Log(r.level)))
}

func (r *naiveRate) decayed(now int64) float64 {
	return r.level * math.Exp(-float64(now-r.at)/1e9/naiveTau)
}

// sweep ends alerts whose flow is below the threshold everywhere.
func (n *naive) sweep() {
	n.swept = n.now
	if n.now-n.clean > naiveForget/2 {
		n.clean = n.now
		for k, r := range n.rates { // order does not matter
			if n.now-r.at > naiveForget {
				delete(n.rates, k)
			}
		}
	}
	for k, a := range n.active { // nor here: the judge sorts by flow
		if n.now-a.over > naiveHold {
			n.end(k, a)
		}
	}
}

func (n *naive) end(k flow.Key, a *naiveAlert) {
	a.row.State, a.row.Time = "ended", time.Unix(0, n.now)
	n.rows = append(n.rows, a.row)
	delete(n.active, k)
}

// finish ends what is open.
func (n *naive) finish() []judge.ElephantRow {
	for k, a := range n.active {
		n.end(k, a)
	}
	return n.rows
}
