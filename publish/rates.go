package publish

import (
	"hash/maphash"
	"math"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"spoor/flow"
)

// Bounds of what counts as an interval between two samples of a port.
const (
	minInterval = 0.05 // seconds; closer ones say nothing
	maxInterval = 3600
)

// rate is a value that may be unknown (negative).
type rate = float64

const unknownRate rate = -1

// rates are the differences between two counters samples of a port, per second.
type rates struct {
	interval                float64 // seconds; 0 = there was no previous sample
	inBits, outBits         rate
	inPackets, outPackets   rate
	inDiscards, outDiscards rate
	inErrors, outErrors     rate
	inUtilized, outUtilized rate
}

// previous is what a port's next sample is compared with.
type previous struct {
	received int64
	uptime   uint32
	in, out  octets
	counts   [10]uint32
	discards [2]rate // in, out; since the sample before
}

type octets = uint64 // a cumulative octet counter

type portKey struct {
	agent   flow.Addr
	ifIndex uint32
}

// rateTable keeps the previous if_counters of each port, bounded. All encoders
// share it: an agent's datagrams may reach several workers.
type rateTable struct {
	seed    maphash.Seed
	shards  [16]rateShard
	limit   int // ports per shard
	refused *metrics.Counter
}

type rateShard struct {
	mu    sync.Mutex
	ports map[portKey]previous
	swept int64 // when the shard was last searched for ports that fell silent
}

func newRateTable(ports int, set *metrics.Set) *rateTable {
	t := &rateTable{seed: maphash.MakeSeed()}
	t.refused = set.NewCounter("spoor_publish_rates_refused_total")
	t.limit = max(1, ports/len(t.shards))
	for i := range t.shards {
		t.shards[i].ports = make(map[portKey]previous)
	}
	return t
}

// update compares the sample with the port's previous one and keeps it.
func (t *rateTable) update(c *flow.Counters) (r rates) {
	if c.Records&flow.HasIf == 0 {
		return r
	}
	k := portKey{c.Agent, c.If.Index}
	now := previousOf(c)
	s := &t.shards[maphash.Comparable(t.seed, k)%uint64(len(t.shards))]
	s.mu.Lock()
	before, known := s.ports[k]
	now.discards = [2]rate{unknownRate, unknownRate}
	if known {
		if r = before.rates(&now, c.If.Speed); r.interval > 0 {
			now.discards = [2]rate{r.inDiscards, r.outDiscards}
		}
	}
	if known || len(s.ports) < t.limit || s.sweep(now.received) {
		s.ports[k] = now
	} else {
		t.refused.Inc()
	}
	s.mu.Unlock()
	return r
}

// discards gives what a port's counters say is discarded, and how old that is in
// seconds; a negative rate is unknown. 0 is no port.
func (t *rateTable) discards(agent flow.Addr, in, out uint32, now int64) (perSecond rate, age float64) {
	k, side := portKey{agent, out}, 1
	if out == 0 {
		k.ifIndex, side = in, 0
	}
	s := &t.shards[maphash.Comparable(t.seed, k)%uint64(len(t.shards))]
	s.mu.Lock()
	p, known := s.ports[k]
	s.mu.Unlock()
	if age = float64(now-p.received) / 1e9; !known || k.ifIndex == 0 || age > discardsFor {
		return unknownRate, 0
	}
	return p.discards[side], max(age, 0)
}

// discardsFor is how long a poll is believed by drops, in seconds.
const discardsFor = 600

// sweep forgets ports without a sample for maxInterval, at most once a minute,
// and reports whether that made room.
func (s *rateShard) sweep(now int64) bool {
	if now-s.swept < 60e9 {
		return false
	}
	s.swept = now
	n := len(s.ports)
	for k, p := range s.ports {
		if now-p.received > maxInterval*1e9 {
			delete(s.ports, k)
		}
	}
	return len(s.ports) < n
}

func previousOf(c *flow.Counters) previous {
	f := &c.If
	return previous{
		received: c.Received, uptime: c.Uptime, in: f.InOctets, out: f.OutOctets,
		counts: [...]uint32{
			f.InUcast, f.InMulticast, f.InBroadcast, f.OutUcast, f.OutMulticast, f.OutBroadcast,
			f.InDiscards, f.OutDiscards, f.InErrors, f.OutErrors,
		},
	}
}

// rates compares two samples of a port; none are known if the agent started
// anew in between or the interval is no sensible one.
func (p *previous) rates(now *previous, speed uint64) (r rates) {
	seconds := float64(now.received-p.received) / 1e9
	if seconds < minInterval || seconds > maxInterval || now.uptime < p.uptime {
		return r
	}
	r.interval = seconds
	r.inBits, r.outBits = bitRate(p.in, now.in, seconds), bitRate(p.out, now.out, seconds)
	var d [len(p.counts)]rate
	for i := range d {
		d[i] = countRate(p.counts[i], now.counts[i], seconds)
	}
	r.inPackets, r.outPackets = sum(d[0:3]), sum(d[3:6])
	r.inDiscards, r.outDiscards, r.inErrors, r.outErrors = d[6], d[7], d[8], d[9]
	r.inUtilized, r.outUtilized = share(r.inBits, speed), share(r.outBits, speed)
	return r
}

// bitRate is the rate between two octet counters. Some agents send 32 bits in the
// 64: then they wrap there.
func bitRate(a, b octets, seconds float64) rate {
	if a == math.MaxUint64 || b == math.MaxUint64 {
		return unknownRate
	}
	d := b - a
	if b < a {
		if a > math.MaxUint32 {
			return unknownRate // cleared
		}
		d = uint64(uint32(d))
	}
	return float64(d) * 8 / seconds
}

// countRate is the rate between two 32-bit counters, which wrap.
func countRate(a, b uint32, seconds float64) rate {
	if a == math.MaxUint32 || b == math.MaxUint32 {
		return unknownRate
	}
	return float64(b-a) / seconds
}

// sum adds rates; those that the agent does not count are taken for none, but
// one must be known.
func sum(rs []rate) rate {
	total, known := 0.0, false
	for _, r := range rs {
		if r >= 0 {
			total, known = total+r, true
		}
	}
	if !known {
		return unknownRate
	}
	return total
}

func share(bits rate, speed uint64) rate {
	if bits < 0 || speed == 0 {
		return unknownRate
	}
	return min(bits/float64(speed), 1)
}
