package simulate

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Summary is the last line of `spoor simulate`.
type Summary struct {
	To         *string `json:"to"`
	Pcap       *string `json:"pcap"`
	Truth      *string `json:"truth"`
	Seed       uint64  `json:"seed"`
	Agents     int     `json:"agents"`
	Datagrams  uint64  `json:"datagrams"` // sent, duplicates included
	Bytes      uint64  `json:"bytes"`
	Lost       uint64  `json:"lost"`       // on purpose: --loss
	Duplicated uint64  `json:"duplicated"` // on purpose: --duplicate
	Refused    uint64  `json:"refused"`    // nobody listened
	Failed     uint64  `json:"failed"`     // could not be sent
	Simulated  float64 `json:"simulated_seconds"`
	Seconds    float64 `json:"seconds"`
}

// Line gives the summary on one line.
func (s *Summary) Line() ([]byte, error) { return line(s) }

// Line gives the summary on one line.
func (s *LoadSummary) Line() ([]byte, error) { return line(s) }

func line(summary any) ([]byte, error) {
	b, err := json.Marshal(summary)
	if err != nil {
		return nil, fmt.Errorf("summary: %w", err)
	}
	return append(b, '\n'), nil
}

func (s *Simulation) summary(took time.Duration) *Summary {
	st := s.fabric.Stats()
	r := &Summary{
		To: named(s.o.To), Pcap: named(s.o.Pcap), Truth: named(s.o.Truth), Seed: s.o.Fabric.Seed, Agents: s.fabric.Agents(),
		Datagrams: st.Datagrams, Bytes: st.Bytes, Lost: st.Lost, Duplicated: st.Duplicated,
		Simulated: seconds(time.Duration(s.fabric.Now() - s.began)), Seconds: seconds(took),
	}
	if s.sender != nil {
		r.Refused = s.sender.Refused()
		r.Failed, _ = s.sender.Failed()
	}
	return r
}

func named(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
