package app

import (
	"context"
	"os"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"spoor/internal/app/settings"
	"spoor/internal/config"
	"spoor/internal/telemetry"
)

// Reloading is how a running program gets a new configuration.
type Reloading struct {
	Asked <-chan os.Signal            // one for each time; nil: never
	Set   *config.Set                 // of the configuration that Run begins with
	Load  func() (*Reloaded, error)   // reads all sources anew
	Level func(level telemetry.Level) // sets that of the log
}

// Reloaded is a configuration, as its Load found it to be right.
type Reloaded struct {
	Config   *settings.Config
	Set      *config.Set
	Warnings []string
}

// reloader puts new configurations into force.
type reloader struct {
	*Reloading
	runner *runner
	values map[string][]string // in force

	set     *metrics.Set
	ok      *metrics.Counter
	failed  *metrics.Counter
	success *metrics.Gauge // 1 unless the last one failed
	last    *metrics.Gauge // Unix seconds of the last that succeeded
}

func newReloader(r *runner, how *Reloading) *reloader {
	l := &reloader{Reloading: how, runner: r, set: metrics.NewSet()}
	if how.Set != nil {
		l.values = how.Set.Values() // now: the start fills in what was left open
	}
	l.ok = l.set.NewCounter(`spoor_config_reloads_total{result="ok"}`)
	l.failed = l.set.NewCounter(`spoor_config_reloads_total{result="failed"}`)
	l.success = l.set.NewGauge("spoor_config_last_reload_successful", nil)
	l.last = l.set.NewGauge("spoor_config_last_reload_success_timestamp_seconds", nil)
	l.success.Set(1)
	l.last.Set(float64(r.begin.Unix()))
	return l
}

// run waits until it is asked.
func (l *reloader) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.Asked:
			l.reload()
		}
	}
}

// reload reads the configuration and puts into force what can be changed at run
// time: all of it or nothing.
func (l *reloader) reload() {
	log := l.runner.log
	next, err := l.Load()
	if err == nil {
		err = l.apply(next.Config)
	}
	if err != nil {
		log.Error("configuration not reloaded: nothing has changed", "error", err)
		l.success.Set(0)
		l.failed.Inc() // last: who sees it finds the rest done
		return
	}
	for _, w := range next.Warnings {
		log.Warn("a setting is not used", "warning", w)
	}
	var changed, waiting []string
	values := next.Set.Values()
	for _, name := range next.Set.Changed(l.values) {
		if !next.Set.Live(name) {
			waiting = append(waiting, name)
			continue
		}
		changed = append(changed, name)
		l.values[name] = values[name]
	}
	log.Info("configuration reloaded, and the files that it names", "changed", changed)
	if len(waiting) > 0 {
		log.Warn("settings have changed that only a restart puts into force", "settings", waiting)
	}
	l.success.Set(1)
	l.last.Set(float64(time.Now().Unix()))
	l.ok.Inc() // last, as above
}

// apply puts a configuration that is right into force.
func (l *reloader) apply(c *settings.Config) error {
	r := l.runner
	if err := r.engine.Configure(c.Analytics); err != nil {
		return err
	}
	if err := r.agents.Configure(c.Agents); err != nil { // never: it was validated
		return err
	}
	r.collector.Allow(c.Listen.Allow)
	l.Level(c.Log.Level)
	return nil
}
