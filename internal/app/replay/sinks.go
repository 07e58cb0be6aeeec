package replay

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"spoor/internal/app/settings"
	"spoor/internal/telemetry"
	"spoor/publish"
	"spoor/publish/file"
	"spoor/publish/kafka"
)

// sinks gives where the results go.
func (r *replay) sinks(cfg *settings.Config, log *slog.Logger) ([]publish.Sink, error) {
	var sinks []publish.Sink
	if len(cfg.Kafka.Brokers) > 0 {
		k := cfg.Kafka.Config
		k.Logger = telemetry.Throttled(log, 10*time.Second)
		s, err := kafka.New(k)
		if err != nil {
			return nil, err
		}
		r.kafka = s
		sinks = append(sinks, s)
	}
	if cfg.Output.Dir != "" {
		f, err := file.Replay(cfg.Output.Dir)
		if err != nil {
			return nil, err
		}
		r.files = f
		sinks = append(sinks, f)
	}
	return sinks, nil
}

// reach waits until Kafka answers: a replay has nobody who would wait for it
// to come back.
func (r *replay) reach(ctx context.Context) error {
	if r.kafka == nil {
		return nil
	}
	late := time.NewTimer(cmp.Or(r.o.Patience, 10*time.Second))
	defer late.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		ready, reason := r.kafka.State()
		if ready {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return fmt.Errorf("%s: nothing was replayed", reason)
		}
	}
}

// giveUpWith lets go of what waits for Kafka when ctx ends, so that a full
// queue does not hold up the end.
func (r *replay) giveUpWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		if r.kafka != nil {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			_ = r.kafka.Close(over) // Close again, with the publisher, is harmless
		}
	})
}

// undelivered reports records that Kafka did not take.
func (r *replay) undelivered() error {
	if r.kafka == nil {
		return nil
	}
	var lost uint64
	for _, s := range r.pub.Stats() {
		lost += s.DroppedTotal()
	}
	if lost == 0 {
		return nil
	}
	if _, reason := r.kafka.State(); reason != "" {
		return fmt.Errorf("%d records were not delivered: %s", lost, reason)
	}
	return fmt.Errorf("%d records were not delivered to Kafka", lost)
}

func (r *replay) abort() error {
	if r.files == nil {
		return nil
	}
	return r.files.Abort()
}
