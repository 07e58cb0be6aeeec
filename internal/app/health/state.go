package health

import (
	"encoding/json"
	"math"
	"slices"
	"sync"
	"time"

	"spoor/analytics"
	"spoor/collector"
	"spoor/internal/app/pipeline"
	"spoor/internal/doctor"
	"spoor/publish"
	picture "spoor/web/live"
)

// State is the collector's own health, as the page and the API show it.
type State struct {
	src *Source

	mu      sync.Mutex
	text    []byte
	at      time.Time
	before  stateJSON
	open    window // what ledger 1 lacks
	owed    window // what ledger 2 lacks
	detect  detectJSON
	checked time.Time // when detect was worked out

	findings func() []doctor.Finding
	course   map[string]told // of findings that count, by what they say to do
}

// window keeps the least of the latest differences: what is under way at one look
// has arrived at another, and what is missing for good is missing at all.
type window struct{ seen []int64 }

const windowLooks = 15

// missing gives what is missing for good as far as it can be told: nothing before there were looks enough.
func (w *window) missing() int64 {
	if len(w.seen) < windowLooks {
		return 0
	}
	return w.of()
}

func (w *window) least(d int64) int64 {
	if w.seen = append(w.seen, d); len(w.seen) > windowLooks {
		w.seen = w.seen[1:]
	}
	return w.of()
}

func (w *window) of() int64 {
	least := w.seen[0]
	for _, v := range w.seen {
		if abs(v) < abs(least) {
			least = v
		}
	}
	return least
}

func abs(v int64) int64 { return max(v, -v) }

// stateJSON is the member "h" of the page's messages, and /api/v1/health (docs/api.md).
type stateJSON struct {
	Agents      int              `json:"agents"`
	AgentsTotal int              `json:"agents_total"`
	Silent      []picture.Silent `json:"silent"`
	Datagrams   float64          `json:"datagrams_per_second"`
	Samples     float64          `json:"samples_per_second"`
	Flows       int              `json:"flows"`
	Received    receivedJSON     `json:"received"`
	Lost        lostJSON         `json:"lost"`
	Published   publishedJSON    `json:"published"`
	Kafka       kafkaJSON        `json:"kafka"`
	Spool       spoolJSON        `json:"spool"`
	Detect      detectJSON       `json:"detect"`
	Findings    []findingJSON    `json:"findings"`

	samples uint64
}

// receivedJSON is ledger 1: total = the sum of the outcomes + missing.
type receivedJSON struct {
	Total     uint64 `json:"total"`
	OK        uint64 `json:"ok"`
	Partial   uint64 `json:"partial"`
	Rejected  uint64 `json:"rejected"`
	Agent     uint64 `json:"refused_agent"`
	Refused   uint64 `json:"refused_source"`
	Truncated uint64 `json:"truncated"`
	Duplicate uint64 `json:"duplicate"`
	Missing   int64  `json:"missing"`
}

type lostJSON struct {
	Kernel      uint64 `json:"kernel"`
	Gaps        uint64 `json:"sequence_gaps"`
	AgentDrops  uint64 `json:"agent_drops"`
	Unjudged    uint64 `json:"unjudged_samples"`
	LateSamples uint64 `json:"late_samples"`
}

// publishedJSON is ledger 2, all topics: records + recovered = the others + missing.
type publishedJSON struct {
	Records      uint64 `json:"records"`
	Recovered    uint64 `json:"recovered"`
	Acknowledged uint64 `json:"acknowledged"`
	Dropped      uint64 `json:"dropped"`
	Queued       uint64 `json:"queued"`
	Spooled      uint64 `json:"spooled"`
	Missing      int64  `json:"missing"`
}

type kafkaJSON struct {
	State    string   `json:"state"`
	Reason   *string  `json:"reason"`
	Embedded bool     `json:"embedded"`
	Brokers  int      `json:"brokers"`
	Ack      *float64 `json:"ack_seconds"` // of late; null: nothing was acknowledged yet
}

type spoolJSON struct {
	On      bool    `json:"on"`
	Records uint64  `json:"records"`
	Bytes   int64   `json:"bytes"`
	Most    int64   `json:"max_bytes"`
	Reason  *string `json:"reason"`
}

// detectJSON is how soon elephants are found, in seconds; null: never.
type detectJSON struct {
	Median *float64 `json:"median"`
	Worst  *float64 `json:"worst"`
	Link   *string  `json:"worst_link"`
}

// Latest gives what was found at the latest look, of which there is one each two seconds.
func (h *State) Latest() []byte {
	h.mu.Lock()
	text := h.text
	h.mu.Unlock()
	if text == nil {
		return h.Look(nil)
	}
	return text
}

// maxSilent bounds the silent agents that are named.
const maxSilent = 100

// Look takes stock; silent are the agents that should be heard and are not.
func (h *State) Look(silent []picture.Silent) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, s := time.Now(), h.src
	stats := s.Engine.Stats()
	x := stateJSON{Silent: silent, Flows: stats.Shard.Flows, samples: stats.Shard.Samples}
	if x.Silent == nil {
		x.Silent = []picture.Silent{}
	}
	h.input(&x)
	h.output(&x)
	x.Lost.LateSamples, x.Lost.Unjudged = stats.Shard.Late, stats.Shard.NoSpeed+stats.Shard.Starved
	if now.Sub(h.checked) > detectEvery || h.detect.Median == nil {
		h.checked, h.detect = now, detection(s.Engine)
	}
	x.Detect = h.detect
	if seconds := now.Sub(h.at).Seconds(); !h.at.IsZero() && seconds > 0 {
		x.Datagrams = round(float64(x.Received.Total-h.before.Received.Total) / seconds)
		x.Samples = round(float64(x.samples-h.before.samples) / seconds)
	}
	x.Findings = h.judge(h.findings(), now)
	h.before, h.at = x, now
	x.Silent = x.Silent[:min(len(x.Silent), maxSilent)]
	h.text, _ = json.Marshal(&x) // numbers and texts: it always can be
	return h.text
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

// input fills ledger 1 and what got lost before it. What was received is read first:
// what arrives meanwhile is no gap.
func (h *State) input(x *stateJSON) {
	s := h.src
	c := s.Collector.Stats()
	sum := s.Tally()
	g := receivedJSON{
		Total: c.Received, OK: sum.Outcomes[pipeline.OutcomeOK], Partial: sum.Outcomes[pipeline.OutcomePartial], Agent: sum.Outcomes[pipeline.OutcomeRefusedAgent],
		Refused: c.Refused, Truncated: c.Truncated, Duplicate: sum.Outcomes[pipeline.OutcomeDuplicate], Rejected: sum.RejectedTotal(),
	}
	told := g.OK + g.Partial + g.Rejected + g.Agent + g.Refused + g.Truncated + g.Duplicate
	g.Missing = h.open.least(max(0, int64(c.Received)-int64(told)))
	g.Total = told + uint64(g.Missing)
	x.Received = g
	if c.KernelDropsKnown {
		x.Lost.Kernel = c.KernelDrops
	}
	list := s.Agents.Snapshot()
	x.AgentsTotal = countAgents(list)
	x.Agents = max(0, x.AgentsTotal-len(x.Silent))
	for i := range list {
		x.Lost.Gaps += list[i].Lost
		x.Lost.AgentDrops += list[i].Flows.Dropped
	}
}

func countAgents(list []collector.Agent) (n int) {
	for i := range list {
		if i == 0 || list[i].Agent != list[i-1].Agent {
			n++
		}
	}
	return n
}

// output fills ledger 2, and how delivery does.
func (h *State) output(x *stateJSON) {
	s := h.src
	for _, t := range publish.Topics() {
		st := &s.Publisher.Stats()[t]
		p := &x.Published
		p.Records += st.Records
		p.Recovered += st.Recovered
		p.Acknowledged += st.Acknowledged
		p.Dropped += st.DroppedTotal()
		p.Queued += st.Queued
		p.Spooled += st.Spooled
	}
	p := &x.Published
	p.Missing = h.owed.least(int64(p.Records+p.Recovered) - int64(p.Acknowledged+p.Dropped+p.Queued+p.Spooled))
	st := s.Status()
	x.Kafka = kafkaJSON{State: st.State, Embedded: s.Embedded, Brokers: len(s.Settings.Kafka.Brokers)}
	if ack := s.Publisher.AckTime(); ack > 0 {
		ack = math.Round(ack*1e4) / 1e4
		x.Kafka.Ack = &ack
	}
	if st.Reason != "" {
		x.Kafka.Reason = &st.Reason
	}
	on, ready, reason := s.Publisher.SpoolState()
	x.Spool = spoolJSON{On: on, Records: p.Spooled, Bytes: s.Publisher.SpoolBytes(), Most: s.Settings.Publish.Spool.MaxBytes}
	if on && !ready {
		x.Spool.Reason = &reason
	}
}

// detectEvery is how often the time to detect is worked out, which goes through all ports.
const detectEvery = 30 * time.Second

// detection sums up how soon elephants are found.
func detection(e *analytics.Engine) (d detectJSON) {
	all := e.Detectability(math.MaxInt)
	if len(all) == 0 {
		return d
	}
	times := make([]float64, 0, len(all))
	for i := range all {
		times = append(times, all[i].P50)
	}
	slices.Sort(times)
	name := all[0].Link
	if name == "" {
		name = all[0].Switch + ":" + all[0].Port
	}
	return detectJSON{Median: finite(times[len(times)/2]), Worst: finite(times[len(times)-1]), Link: &name}
}

func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	v = round(v)
	return &v
}
