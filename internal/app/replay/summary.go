package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"spoor/collector/capture"
	"spoor/decode"
	"spoor/internal/app/pipeline"
)

// Summary is the last line of a replay on stdout (docs/interfaces.md, section 2).
type Summary struct {
	Files          int               `json:"files"`
	Packets        uint64            `json:"packets"`
	Skipped        map[string]uint64 `json:"skipped"` // packets that are no datagram to the port, by reason
	Datagrams      uint64            `json:"datagrams"`
	Outcomes       map[string]uint64 `json:"outcomes"` // of the datagrams, but for rejected ones
	Rejected       map[string]uint64 `json:"rejected"` // datagrams by reason
	Samples        sampleCounts      `json:"samples"`
	SampleErrors   map[string]uint64 `json:"sample_errors"` // refusals inside datagrams by reason
	Records        recordCounts      `json:"records"`       // decoded, by format
	UnknownRecords map[string]uint64 `json:"unknown_records"`
	UnknownSamples map[string]uint64 `json:"unknown_samples"`
	Agents         int               `json:"agents"`
	Flows          int               `json:"flows"`
	Links          int               `json:"links"`
	Hosts          int               `json:"hosts"`
	Paths          map[string]int    `json:"paths"` // flows by the last state of their path
	Elephants      elephantCounts    `json:"elephants"`
	First          *time.Time        `json:"first"` // time of the first datagram
	Last           *time.Time        `json:"last"`
	Seconds        float64           `json:"seconds"` // that the replay took
}

type sampleCounts struct {
	Flow    uint64 `json:"flow"`
	Counter uint64 `json:"counter"`
	Discard uint64 `json:"discard"`
}

type recordCounts struct {
	Flow    map[string]uint64 `json:"flow"`
	Counter map[string]uint64 `json:"counter"`
}

type elephantCounts struct {
	Started uint64 `json:"started"`
	Ended   uint64 `json:"ended"`
}

// Line gives the summary on one line; encoding/json sorts the maps.
func (s *Summary) Line() ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("summary: %w", err)
	}
	return append(b, '\n'), nil
}

// newSummary puts together what the parts counted.
func newSummary(c *capture.Stats, t *pipeline.Tally, o *observer) *Summary {
	s := &Summary{
		Files: c.Files, Packets: c.Packets, Skipped: map[string]uint64{}, Datagrams: t.Datagrams(),
		Outcomes: map[string]uint64{}, Rejected: map[string]uint64{}, SampleErrors: map[string]uint64{},
		Records:        recordCounts{Flow: map[string]uint64{}, Counter: map[string]uint64{}},
		UnknownRecords: map[string]uint64{}, UnknownSamples: map[string]uint64{}, Paths: map[string]int{},
		Flows: len(o.flows), Elephants: o.elephants,
	}
	c.Skipped.Each(func(reason string, n uint64) { put(s.Skipped, reason, n) })
	for i, n := range t.Outcomes {
		put(s.Outcomes, pipeline.Outcome(i).String(), n)
	}
	for i, n := range t.Rejected {
		put(s.Rejected, decode.Reason(i).String(), n)
	}
	s.count(&t.Decode)
	for _, state := range o.paths {
		s.Paths[state.String()]++
	}
	if t.Datagrams() > 0 {
		s.First, s.Last = instant(o.first), instant(o.last)
	}
	return s
}

// put leaves out what did not happen.
func put(m map[string]uint64, name string, n uint64) {
	if n > 0 {
		m[name] += n
	}
}

func instant(ns int64) *time.Time {
	t := time.Unix(0, ns).UTC()
	return &t
}

func (s *Summary) count(d *decode.Stats) {
	s.Samples = sampleCounts{
		Flow:    d.Samples[decode.KindFlow][decode.Decoded],
		Counter: d.Samples[decode.KindCounter][decode.Decoded],
		Discard: d.Samples[decode.KindDiscard][decode.Decoded] + d.Samples[decode.KindDiscard][decode.Passed],
	}
	for r := decode.ReasonSampleOverrun; int(r) < decode.NumReasons; r++ {
		put(s.SampleErrors, r.String(), d.Reasons[r])
	}
	for r := range decode.Record(decode.NumRecords) {
		if !r.Known() {
			continue
		}
		m := s.Records.Flow
		if r.Kind() == decode.KindCounter {
			m = s.Records.Counter
		}
		put(m, r.Format().String(), d.Records[r][decode.Decoded])
	}
	for u := range d.Unknown.All() {
		m := s.UnknownRecords
		if u.Kind == decode.KindUnknown {
			m = s.UnknownSamples
		}
		put(m, u.Format.String(), u.Count)
	}
	put(s.UnknownRecords, "other", d.Unknown.Other)
}

// nothingRead gives the error of captures whose datagrams are all no sFlow.
func (s *Summary) nothingRead(file string) error {
	if s.Datagrams == 0 || len(s.Outcomes) > 0 {
		return nil
	}
	var reasons []string
	for r := range s.Rejected {
		reasons = append(reasons, r)
	}
	slices.Sort(reasons)
	what := ""
	for i, r := range reasons {
		if i > 0 {
			what += ", "
		}
		what += fmt.Sprintf("%s %d", r, s.Rejected[r])
	}
	return fmt.Errorf("%s holds no sFlow version 5: all %d datagrams were rejected (%s)", file, s.Datagrams, what)
}
