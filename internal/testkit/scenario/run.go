package scenario

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"time"

	"spoor/collector"
	"spoor/fabric"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/internal/judge"
)

// Score is what was reached over one or several seeds.
type Score struct {
	Seeds  []uint64
	Judged judge.Result    // counts summed
	Naive  judge.Elephants // of the EWMA
	Real   time.Duration   // that the runs took
	Took   time.Duration   // that they simulated
}

// Run simulates one seed and judges it.
func (s *Scenario) Run(ctx context.Context, seed uint64) (*Score, error) {
	fabricConfig := Base(seed)
	s.Fabric(&fabricConfig)
	began := time.Now()
	f, err := fabric.New(fabricConfig)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	cfg := settings.DefaultConfig()
	if s.Tune != nil {
		s.Tune(&cfg)
	}
	said := &outbox{agents: map[flow.Addr]*string{}}
	pipe, err := pipeline.New(&cfg, said, pipeline.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	other := newNaive(0.1 * float64(min(fabricConfig.HostSpeed, fabricConfig.FabricSpeed)))
	err = f.Run(ctx, fabric.SinkFunc(func(d *fabric.Datagram) error {
		from := netip.AddrPortFrom(d.Agent, uint16(1024+d.Number%60000))
		pipe.Datagram(&collector.Datagram{Payload: d.Payload, From: from, Received: d.Time})
		other.take(d.Payload, d.Time)
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	pipe.Finish()
	truth := truthOf(f.Truth())
	judged, err := truth.Judge(&said.said)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	theirs, err := truth.Judge(&judge.Messages{Elephants: other.finish()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	return &Score{Seeds: []uint64{seed}, Judged: *judged, Naive: theirs.Elephants, Real: time.Since(began), Took: fabricConfig.Duration}, nil
}

// add joins the score of another seed.
func (s *Score) add(o *Score) {
	s.Seeds = append(s.Seeds, o.Seeds...)
	s.Judged.Add(&o.Judged)
	s.Naive.Add(&o.Naive)
	s.Real += o.Real
	s.Took += o.Took
}

// Figures are a score in the terms of a Target.
type Figures struct {
	Precision, Recall  float64 // NaN: no alert, nothing to be found
	False              int
	P50, P99           float64 // delays of detection, NaN: none
	Right, Wrong, Open int     // flows by their last complete path; Open: none
	Missing            float64 // Open as a part of all
	Moves              float64 // part reported, NaN: none

	delays, demands []float64 // of the same elephants
}

// Figures gives ours.
func (s *Score) Figures() Figures {
	f := figuresOf(&s.Judged.Elephants)
	p := &s.Judged.Paths
	f.Right, f.Wrong, f.Open = p.FlowsRight+p.Multipath, p.FlowsWrong+p.WrongWays, p.NeverComplete
	f.Missing = float64(f.Open) / max(1, float64(p.Flows-p.Unsampled-p.Undecided))
	f.Moves = float64(p.MovesReported) / float64(p.Moves)
	return f
}

// figuresOf gives the part that concerns elephants.
func figuresOf(e *judge.Elephants) Figures {
	f := Figures{False: e.FalseAlerts + e.UnknownFlows}
	f.Precision = float64(e.TrueAlerts) / float64(e.TrueAlerts+f.False)
	f.Recall = float64(e.Found) / float64(e.MustBeFound)
	var delays []float64
	for _, session := range slices.Sorted(maps.Keys(e.Delays)) {
		d := e.Delays[session]
		delays = append(delays, d...)
		f.delays, f.demands = append(f.delays, d...), append(f.demands, e.Demands[session]...)
	}
	slices.Sort(delays)
	f.P50, f.P99 = quantile(delays, 0.5), quantile(delays, 0.99)
	return f
}

// quantile of sorted values, NaN if there are none.
func quantile(v []float64, p float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	return v[int(math.Ceil(p*float64(len(v)-1)))]
}

// p99 gives that of the delays as it is held to a limit: one of a flow of which statistics demand more than that counts
// as the same part of what they demand.
func (f *Figures) p99(limit float64) float64 {
	held := slices.Clone(f.delays)
	for i, demand := range f.demands {
		if demand > limit && limit > 0 {
			held[i] *= limit / demand
		}
	}
	slices.Sort(held)
	return quantile(held, 0.99)
}

// Short lists what is not as t says; NaN, where there is nothing to judge, is right.
func (f *Figures) Short(t *Target) (short []string) {
	miss := func(bad bool, format string, args ...any) {
		if bad {
			short = append(short, fmt.Sprintf(format, args...))
		}
	}
	miss(f.Recall < t.Recall, "recall %.3f, target %.3f", f.Recall, t.Recall)
	miss(f.False > t.False, "%d false alerts, target %d", f.False, t.False)
	p99 := f.p99(t.Delay)
	miss(t.Delay > 0 && p99 > t.Delay, "delay p99 %.2f s, target %g s", p99, t.Delay)
	miss(f.Wrong > t.Wrong, "%d paths wrong, target %d", f.Wrong, t.Wrong)
	miss(f.Missing > t.Missing, "%.1f%% of the paths missing, target %.1f%%", 100*f.Missing, 100*t.Missing)
	miss(f.Moves < t.Moves, "%.1f%% of the moves reported, target %.1f%%", 100*f.Moves, 100*t.Moves)
	return short
}

// RunAll runs several seeds and sums up.
func (s *Scenario) RunAll(ctx context.Context, seeds []uint64) (*Score, error) {
	var sum *Score
	for _, seed := range seeds {
		score, err := s.Run(ctx, seed)
		if err != nil {
			return nil, fmt.Errorf("seed %d: %w", seed, err)
		}
		if sum == nil {
			sum = score
		} else {
			sum.add(score)
		}
	}
	return sum, nil
}
