// Package health tells how the collector itself does: its State for the page and
// /api/v1/health, and what an Examiner finds for spoor doctor and /api/v1/doctor.
package health

import (
	"log/slog"

	"spoor/analytics"
	"spoor/collector"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/settings"
	"spoor/publish"
	"spoor/publish/kafka"
	"spoor/web"
)

// Source is what the health is read from.
type Source struct {
	Engine    *analytics.Engine
	Agents    *collector.Agents
	Collector *collector.Collector
	Tally     func() pipeline.Tally // the sum of all workers'
	Publisher *publish.Publisher
	Kafka     *kafka.Sink
	Status    func() web.Status // of Kafka, as /readyz has it
	Settings  *settings.Config
	Embedded  bool         // the broker is our own
	Stranded  int64        // bytes in a spool that is not used
	Log       *slog.Logger // throttled
}

// New gives the state of health, which shows what the examiner found last, and the
// examiner, which is told what the state's ledgers lack.
func New(s *Source) (*State, *Examiner) {
	e := &Examiner{src: s}
	h := &State{src: s, findings: e.known}
	e.lacks = h.lacks
	return h, e
}
