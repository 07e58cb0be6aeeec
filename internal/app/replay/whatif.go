package replay

import (
	"context"
	"errors"
	"fmt"
	"io"

	"spoor/collector"
	"spoor/collector/capture"
	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/topology"
)

// WouldBe is what a capture would have caused under some settings.
type WouldBe struct {
	Elephants int // alerts of elephants: lives, whatever their episodes
	Muted     int // of them those that a rule mutes
	Incidents int // several elephants that were one matter
	Pages     int // alerts raised from severity warning on
}

// WhatIf replays captures under cfg and counts; nothing is published or written.
func WhatIf(ctx context.Context, cfg *settings.Config, files []string, port uint16) (WouldBe, error) {
	reader, err := capture.Open(files, capture.Options{Port: port})
	if err != nil {
		return WouldBe{}, err
	}
	defer func() { _ = reader.Close() }() // read only: nothing is lost
	c := &caused{elephants: map[string]bool{}}
	p, err := pipeline.New(cfg, c, pipeline.Options{})
	if err != nil {
		return WouldBe{}, err
	}
	var d collector.Datagram
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return WouldBe{}, fmt.Errorf("stopped: %w", ctx.Err())
		}
		err := reader.Next(&d)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return WouldBe{}, err
		}
		p.Datagram(&d)
	}
	p.Finish()
	c.Elephants = len(c.elephants)
	for _, muted := range c.elephants {
		if muted {
			c.Muted++
		}
	}
	return c.WouldBe, nil
}

// caused counts what the engine concludes.
type caused struct {
	WouldBe
	elephants map[string]bool // by alert, whether it was muted from its start
}

// Path does not count.
func (*caused) Path(*flow.Path) {}

// Topology does not count.
func (*caused) Topology(*topology.Record) {}

// Elephant counts lives.
func (c *caused) Elephant(e *flow.Elephant) {
	if _, known := c.elephants[e.Alert()]; !known {
		c.elephants[e.Alert()] = e.Muted != ""
	}
}

// Alert counts pages and incidents.
func (c *caused) Alert(a *flow.Alert) {
	if a.State != flow.AlertRaised {
		return
	}
	if a.Severity >= flow.SeverityWarning {
		c.Pages++
	}
	if a.Incident != "" && len(a.Flows) > 0 {
		c.Incidents++
	}
}
