package app

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/flow"
	"spoor/internal/app/pipeline"
	"spoor/internal/app/series"
	"spoor/internal/broker"
	"spoor/publish"
	"spoor/publish/kafka"
	"spoor/web"
)

// instruments makes the metrics, and what /readyz and /healthz ask.
func (r *runner) instruments() {
	in := &series.Input{Collector: r.collector, Agents: r.agents, Workers: r.tally}
	own := metrics.NewSet()
	own.NewGauge("spoor_embedded_broker", func() float64 {
		if r.broker != nil {
			return 1
		}
		return 0
	})
	own.NewGauge("spoor_spool_stranded_bytes", func() float64 { return float64(r.stranded) })
	r.registry.Add(own, r.pub.Metrics(), r.beat.set, r.reloader.set, r.kafka.Metrics())
	if r.files != nil {
		r.registry.Add(r.files.Metrics())
	}
	r.registry.AddWriter(in.Write)
	r.registry.AddWriter(r.elephants.Write)
	r.registry.AddWriter(func(w io.Writer) {
		snap := r.engine.Snapshot()
		series.Discards(w, r.discards, func(a flow.Addr) string { return snap.Name(snap.ID(a)) })
	})
	r.registry.AddWriter(func(w io.Writer) { series.Forward(w, r.forward.Stats()) })
	r.registry.AddWriter(func(w io.Writer) {
		series.Analytics(w, r.engine)
		series.Alerts(w, r.engine.Alerts(), r.engine.AlertCounts(), r.poster.Stats())
	})
	r.web.SetExplainer(r.explain)
	r.web.AddProbe("analytics", r.beat.alive)
	r.web.AddPart("collector", func() web.Status {
		s := web.Status{Ready: r.receiving.Load(), State: "listening", Address: r.collector.Addrs()[0]}
		if !s.Ready {
			s.State, s.Reason = "stopped", "it does not receive yet, or no longer"
		}
		return s
	})
	r.web.AddPart("analytics", r.beat.status)
	r.web.AddPart("kafka", r.kafkaPart)
	if on, _, _ := r.pub.SpoolState(); on {
		r.web.AddPart("spool", func() web.Status {
			s := web.Status{Ready: true, State: "ready", Target: r.cfg.Publish.Spool.Dir} // without it we work on in memory
			if _, ready, reason := r.pub.SpoolState(); !ready {
				s.State, s.Reason = "failed", reason
			}
			return s
		})
	}
	if r.files != nil {
		r.web.AddPart("files", func() web.Status {
			s := web.Status{Ready: true, State: "writing", Target: r.cfg.Output.Dir}
			if err := r.files.Err(); err != nil {
				s.Ready, s.State, s.Reason = false, "failed", err.Error()
			}
			return s
		})
	}
}

// strand looks for a spool of an earlier run that this one has no use for: what
// waits there will not be delivered until there are brokers and a spool again.
func (r *runner) strand() {
	dir, err := r.cfg.StateDir(r.o.Getenv)
	if p := &r.cfg.Publish.Spool; err != nil || p.Dir != "" && p.MaxBytes > 0 {
		return
	}
	dir = filepath.Join(dir, "spool")
	if r.stranded = publish.StrandedSpool(dir); r.stranded > 0 {
		r.log.Warn("records of an earlier run lie in a spool that is not used now: they wait until kafka.brokers and spool.max_bytes are set again",
			"dir", dir, "bytes", r.stranded)
	}
}

// kafkaPart is kafkaStatus for who asks whether spoor is ready, with what to do: the
// doctor, who asks for the status alone, has words of his own for that.
func (r *runner) kafkaPart() web.Status {
	if r.broker != nil {
		if err := r.broker.Failing(); err != nil {
			return web.Status{State: "waiting", Reason: err.Error() + ": " + broker.Remedy, Target: r.kafkaTarget()}
		}
	}
	return r.kafkaStatus()
}

func (r *runner) kafkaTarget() string { return strings.Join(r.cfg.Kafka.Brokers, ",") }

// kafkaStatus is ready while records are delivered, or kept on disk until they can be.
func (r *runner) kafkaStatus() web.Status {
	s := web.Status{State: "publishing", Target: r.kafkaTarget()}
	if r.broker != nil {
		if err := r.broker.Failing(); err != nil {
			s.State, s.Reason = "waiting", err.Error() // what it answers is that the error is unknown
			return s
		}
	}
	if s.Ready, s.Reason = r.kafka.State(); s.Ready {
		return s
	}
	s.State = "waiting"
	if len(r.kafka.Denied()) > 0 {
		s.State = "denied"
		return s
	}
	if on, works, _ := r.pub.SpoolState(); on && works {
		s.Ready, s.State = true, "spooling"
	}
	return s
}

// tally sums what the workers counted.
func (r *runner) tally() pipeline.Tally {
	var sum pipeline.Tally
	for _, w := range r.workers {
		w.AddTo(&sum)
	}
	return sum
}

// farewell logs what was received and what was lost.
func (r *runner) farewell() {
	s, c := r.tally(), r.collector.Stats()
	r.log.Info("stopped", "after", time.Since(r.begin).Round(time.Second), "datagrams", c.Received, "read", s.Datagrams(), "kernel_drops", c.KernelDrops)
	for t, st := range r.pub.Stats() {
		if st.Spooled > 0 {
			r.log.Info("records wait on disk for the next start", "topic", publish.Topic(t).String(), "spooled", st.Spooled)
		}
		if n := st.DroppedTotal(); n > 0 {
			r.log.Warn("records were not delivered", "topic", publish.Topic(t).String(), "dropped", n, "why", st.Why(), "delivered", st.Acknowledged)
		}
	}
}

// notices tells the person who started the program where everything is.
func (r *runner) notices() {
	say := func(format string, args ...any) { r.o.Notice(fmt.Sprintf(format, args...)) }
	who := "from any source: set listen.allow to hear only your switches"
	if n := len(r.cfg.Listen.Allow); n == 1 {
		who = fmt.Sprintf("from %s (listen.allow)", r.cfg.Listen.Allow[0])
	} else if n > 1 {
		who = fmt.Sprintf("from the %d prefixes of listen.allow", n)
	}
	say("sFlow on UDP %s, %s", r.collector.Addrs()[0], who)
	brokers := strings.Join(r.cfg.Kafka.Brokers, ",")
	prefix := ""
	if r.cfg.Kafka.TopicPrefix != kafka.DefaultConfig().TopicPrefix {
		prefix = " --kafka.topic_prefix " + r.cfg.Kafka.TopicPrefix
	}
	elephants := r.cfg.Kafka.Topic(publish.Elephants)
	if r.cfg.Kafka.Topics[publish.Elephants].Name != "" {
		prefix = " --topics.name elephants=" + elephants
	}
	if r.broker != nil {
		dir, _ := r.cfg.StateDir(r.o.Getenv) // it was found before
		if r.broker.Port() != broker.DefaultConfig().Port {
			say("port %d is taken: the embedded broker uses %d", broker.DefaultConfig().Port, r.broker.Port())
		}
		say("embedded Kafka broker on %s (not replicated, for evaluation; data in %s): set kafka.brokers to use your own", brokers, filepath.Join(dir, "broker"))
	} else {
		say("publishing to Kafka at %s", brokers)
	}
	if sec := &r.cfg.Kafka.Security; sec.TLS.Enabled || sec.SASL.Mechanism != kafka.SASLNone && sec.SASL.Mechanism != "" {
		say("see elephants: %s tail elephants --from start, with the settings of this run (-c FILE): its brokers want a login or TLS", cmp.Or(r.o.Program, "spoor"))
	} else {
		say("see elephants: %s tail elephants --from start --kafka.brokers %s%s   or: kcat -C -b %s -t %s -o beginning",
			cmp.Or(r.o.Program, "spoor"), brokers, prefix, brokers, elephants)
	}
	if url := r.web.URL(); url != "" {
		say("live page: %s/", url)
		say("%s/metrics, /healthz and /readyz", url)
	}
	if text := r.cfg.HTTP.Exposed(); text != "" {
		say("%s", text)
	}
}
