package kafka

import (
	"errors"
	"fmt"

	"github.com/VictoriaMetrics/metrics"
	"github.com/segmentio/kafka-go"

	"spoor/publish"
)

// counters are the sink's series beside the publisher's ledger.
type counters struct {
	set        *metrics.Set
	requests   *metrics.Counter
	batches    *metrics.Counter
	bytes      *metrics.Counter
	duplicates *metrics.Counter
	renewals   *metrics.Counter
	splits     *metrics.Counter

	registryFailures *metrics.Counter
	seconds          *metrics.PrometheusHistogram
}

var requestBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newCounters(s *Sink) *counters {
	set := metrics.NewSet()
	c := &counters{
		set:        set,
		requests:   set.NewCounter("spoor_kafka_requests_total"),
		batches:    set.NewCounter("spoor_kafka_batches_total"),
		bytes:      set.NewCounter("spoor_kafka_sent_bytes_total"),
		duplicates: set.NewCounter("spoor_kafka_duplicates_total"),
		renewals:   set.NewCounter("spoor_kafka_producer_renewals_total"),
		splits:     set.NewCounter("spoor_kafka_splits_total"),
		seconds:    set.NewPrometheusHistogramExt("spoor_kafka_request_seconds", requestBuckets),
	}
	c.registryFailures = set.NewCounter("spoor_kafka_registry_failures_total")
	c.failure(errNoAnswer)
	c.retry(errNoAnswer)
	for _, p := range problems {
		set.NewGauge(fmt.Sprintf("spoor_kafka_problem{problem=%q}", p), func() float64 {
			if s.has(p) {
				return 1
			}
			return 0
		})
	}
	set.NewGauge("spoor_kafka_certificate_expiry_timestamp_seconds", func() float64 {
		if end := s.cfg.Security.TLS.expiry(); !end.IsZero() {
			return float64(end.Unix())
		}
		return 0
	})
	for _, t := range publish.Topics() {
		set.NewGauge(fmt.Sprintf("spoor_kafka_denied{topic=%q}", t), func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.state.denied[t] {
				return 1
			}
			return 0
		})
	}
	set.NewGauge("spoor_kafka_connected", func() float64 {
		if ready, _ := s.State(); ready {
			return 1
		}
		return 0
	})
	set.NewGauge("spoor_kafka_idempotent", func() float64 {
		if s.idempotent.Load() {
			return 1
		}
		return 0
	})
	return c
}

// failure gives the counter of a kind of error: the number of Kafka's protocol,
// or "network" for all that no broker answered.
func (c *counters) failure(err error) *metrics.Counter {
	return c.set.GetOrCreateCounter(fmt.Sprintf("spoor_kafka_errors_total{error=%q}", kindOf(err)))
}

// retry gives the counter of batches that are sent again for a cause.
func (c *counters) retry(err error) *metrics.Counter {
	return c.set.GetOrCreateCounter(fmt.Sprintf("spoor_kafka_retries_total{cause=%q}", kindOf(err)))
}

func kindOf(err error) string {
	if answer, ok := errors.AsType[*brokerError](err); ok {
		return kafka.Error(answer.code).Title()
	}
	return "network"
}
