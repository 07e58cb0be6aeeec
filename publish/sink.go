package publish

import (
	"context"

	"github.com/VictoriaMetrics/metrics"
)

// Sink takes blocks over and brings them to their place: publish/kafka,
// publish/file.
type Sink interface {
	// Name gives a short name for logs and metrics: "kafka", "file".
	Name() string
	// Partitions gives how many partitions the topic has, at least 1. It may
	// change while the sink runs; any goroutine may ask.
	Partitions(t Topic) int32
	// Start begins the work in the background. Nothing is put before.
	Start() error
	// Put takes the blocks over, in order; it neither blocks nor keeps the
	// slice. The sink calls Done of each exactly once, from any goroutine.
	Put(blocks []*Block)
	// Close stops: it drains until ctx ends, then gives up what is left. When it
	// returns, Done of every block has been called. Blocks put later are given
	// back at once.
	Close(ctx context.Context) error
	// Metrics gives the sink's own series, nil if it has none.
	Metrics() *metrics.Set
}

// Outcome says how a block's life ended.
type Outcome uint8

// Outcomes. All but the first two are reasons for a drop.
const (
	Acknowledged Outcome = iota
	Spooled              // on disk, to be delivered later
	QueueFull            // the queue's bound was reached
	TooLarge             // a record, or a batch for the broker
	Rejected             // the broker refuses it and would again
	Failed               // the file could not be written
	Shutdown             // not delivered before the deadline of the shutdown
	SpoolFull            // the spool's bound was reached: the oldest went
	SpoolAged            // older than the spool keeps
	SpoolFailed          // could not be written to the spool, or read back

	outcomes = iota
)

// String gives the name used in metrics.
func (o Outcome) String() string {
	return [...]string{
		"acknowledged", "spooled", "queue_full", "too_large", "rejected", "failed", "shutdown", "spool_full", "spool_aged", "spool_failed",
	}[o]
}
