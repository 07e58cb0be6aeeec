package publish

import (
	"fmt"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// deliveries tell what became of each elephant and alert at the primary sink:
// people wait for them, so their way is followed one by one.
type deliveries struct {
	outcome [topics][outcomes]*metrics.Counter
	seconds *metrics.PrometheusHistogram
}

// newDeliveries makes the series.
func newDeliveries(set *metrics.Set) *deliveries {
	d := &deliveries{seconds: set.NewPrometheusHistogramExt("spoor_alert_ack_seconds", ackBuckets)}
	for _, t := range []Topic{Elephants, Alerts} {
		for o := range Outcome(outcomes) {
			d.outcome[t][o] = set.NewCounter(fmt.Sprintf("spoor_alert_messages_total{topic=%q,outcome=%q}", t, o))
		}
	}
	return d
}

// track gives what is to hear of the message's outcome; done, if any, hears of it as well.
func (e *events) track(t Topic, done func(Outcome)) func(Outcome) {
	if len(e.lanes) == 0 {
		return done
	}
	begin := time.Now()
	return func(o Outcome) {
		e.deliveries.outcome[t][o].Inc()
		if o == Acknowledged {
			e.deliveries.seconds.Update(time.Since(begin).Seconds())
		}
		if done != nil {
			done(o)
		}
	}
}
