package simulate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"spoor/fabric"
	"spoor/internal/telemetry"
)

// LoadOptions say what load to send. Their fabric is not asked when its datagrams
// are due.
type LoadOptions struct {
	Fabric    fabric.Config // its Duration is that of sending; 0 = until the context ends
	To        string        // collector, host:port
	Rate      string        // datagrams a second, or "max"
	Datagrams int           // made in advance
	Notice    func(line string)
	// Progress, where set, hears now and then of what was sent.
	Progress func(stats fabric.LoadStats)
}

// LoadSummary is the last line of `spoor simulate --load`.
type LoadSummary struct {
	To                 string  `json:"to"`
	Seed               uint64  `json:"seed"`
	Agents             int     `json:"agents"`
	Made               int     `json:"made"` // datagrams of flow samples that were sent in turn
	Datagrams          uint64  `json:"datagrams"`
	FlowSamples        uint64  `json:"flow_samples"`
	Bytes              uint64  `json:"bytes"`
	Refused            uint64  `json:"refused"` // nobody listened
	Failed             uint64  `json:"failed"`  // could not be sent
	Seconds            float64 `json:"seconds"`
	DatagramsPerSecond float64 `json:"datagrams_per_second"`
	CPUSeconds         float64 `json:"cpu_seconds,omitempty"` // of sending
}

// maxRate is what sampling rates are made for where the rate is not bounded.
const maxRate = 300_000

// LoadRun is a load that is ready to be sent.
type LoadRun struct {
	o    LoadOptions
	rate int // 0 = as many as can be
	load *fabric.Load
}

// NewLoad checks the options and makes the datagrams. Its errors are about their
// use, or ctx's.
func NewLoad(ctx context.Context, o *LoadOptions) (*LoadRun, error) {
	rate, aim, err := o.rate()
	if err != nil {
		return nil, err
	}
	if err := checkTarget(o.To); err != nil {
		return nil, err
	}
	l, err := fabric.NewLoad(ctx, o.Fabric, o.Datagrams, aim)
	if err != nil {
		return nil, err
	}
	return &LoadRun{*o, rate, l}, nil
}

// Run sends until the duration is over, or ctx ends, which is no error.
func (r *LoadRun) Run(ctx context.Context) (*LoadSummary, error) {
	to, err := resolve(ctx, r.o.To)
	if err != nil {
		return nil, err
	}
	made, samples := r.load.Datagrams()
	r.o.Notice(fmt.Sprintf("%d datagrams with %d flow samples of %d agents are made and are sent in turn", made, samples, r.load.Agents()))
	begin, cpu := time.Now(), telemetry.CPUTime()
	if err := r.load.Run(ctx, to, r.rate, r.o.Fabric.Duration, r.o.Progress); err != nil {
		return nil, err
	}
	took, st := time.Since(begin), r.load.Stats()
	return &LoadSummary{
		To: r.o.To, Seed: r.o.Fabric.Seed, Agents: r.load.Agents(), Made: made, Datagrams: st.Datagrams, FlowSamples: st.FlowSamples, Bytes: st.Bytes,
		Refused: st.Refused, Failed: st.Failed, Seconds: seconds(took), DatagramsPerSecond: math.Round(float64(st.Datagrams) / took.Seconds()),
		CPUSeconds: seconds(telemetry.CPUTime() - cpu),
	}, nil
}

// rate gives the datagrams a second, 0 for as many as can be, and those that
// sampling rates are made for.
func (o *LoadOptions) rate() (rate, aim int, err error) {
	if o.Datagrams < 1 {
		return 0, 0, errors.New("--load-datagrams: at least one is wanted")
	}
	if o.Rate == "max" {
		return 0, maxRate, nil
	}
	rate, err = strconv.Atoi(o.Rate)
	if err != nil || rate < 1 {
		return 0, 0, fmt.Errorf("--load: %q is neither a number of datagrams a second nor max", o.Rate)
	}
	return rate, rate, nil
}
