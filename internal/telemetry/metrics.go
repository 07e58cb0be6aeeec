package telemetry

import (
	"fmt"
	"io"
	"sync"

	"github.com/VictoriaMetrics/metrics"
)

// Registry writes the metrics of all components. Each component has a
// metrics.Set of its own, so that tests do not share state.
type Registry struct {
	mu      sync.Mutex
	sets    []*metrics.Set
	writers []func(io.Writer)
	help    map[string]string
}

// Describe gives the meaning of each metric by its name, for its help text. Of the
// process and the Go runtime only those that are described are written.
func (r *Registry) Describe(help map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.help = help
}

// NewRegistry gives a registry that holds spoor_build_info.
func NewRegistry(b Build) *Registry {
	metrics.ExposeMetadata(true)
	s := metrics.NewSet()
	s.NewGauge(fmt.Sprintf("spoor_build_info{version=%q,revision=%q,go=%q}", b.Version, b.Revision, b.Go), func() float64 { return 1 })
	return &Registry{sets: []*metrics.Set{s}}
}

// Add includes the sets of components. Two sets must not share a metric's name.
func (r *Registry) Add(sets ...*metrics.Set) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets = append(r.sets, sets...)
}

// AddWriter includes what w writes in Prometheus' text format, for series that
// come and go with the data.
func (r *Registry) AddWriter(w func(io.Writer)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writers = append(r.writers, w)
}

// WritePrometheus writes all metrics, those of the process and the Go runtime
// last. It is safe for concurrent use.
func (r *Registry) WritePrometheus(w io.Writer) {
	r.mu.Lock()
	sets, writers, help := r.sets, r.writers, r.help
	r.mu.Unlock()
	d := newDescriber(w, help)
	for _, s := range sets {
		s.WritePrometheus(d)
	}
	for _, f := range writers {
		f(d)
	}
	metrics.WriteProcessMetrics(d)
	metrics.WriteFDMetrics(d)
	_ = d.flush() // a scraper that has gone needs no answer
}

// delayBuckets are upper bounds in seconds for delays that people wait for:
// 1 ms to 60 s.
func delayBuckets() []float64 {
	return []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60}
}

// NewDelayHistogram adds a histogram of delays in seconds to s. It has plain
// Prometheus buckets, which histogram_quantile understands.
func NewDelayHistogram(s *metrics.Set, name string) *metrics.PrometheusHistogram {
	return s.NewPrometheusHistogramExt(name, delayBuckets())
}
