package telemetry

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/google/go-cmp/cmp"
)

func TestLoggerLevelAndFormat(t *testing.T) {
	f := func(c LogConfig, want string) {
		t.Helper()
		var b bytes.Buffer
		l := NewLogger(&b, c)
		l.Debug("quiet")
		l.Warn("loud", "n", 1)
		if !strings.Contains(b.String(), want) || strings.Contains(b.String(), "quiet") != (c.Level == LevelDebug) {
			t.Errorf("%+v: %s", c, b.String())
		}
	}
	f(DefaultLogConfig(), "level=WARN msg=loud n=1\n")
	f(LogConfig{LevelDebug, FormatText}, "level=DEBUG msg=quiet\n")
	f(LogConfig{LevelWarn, FormatJSON}, `"level":"WARN","msg":"loud","n":1}`)
	var b bytes.Buffer
	NewLogger(&b, LogConfig{LevelError, FormatText}).Warn("loud")
	if b.Len() != 0 {
		t.Error(b.String())
	}
}

func TestThrottleCountsWhatItHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := Throttled(NewLogger(&b, LogConfig{LevelInfo, FormatJSON}), time.Minute)
		part := l.With("part", "a")
		for range 5 {
			part.Warn("queue full")
			l.Warn("other")
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		l.Warn("queue full")
		time.Sleep(time.Minute)
		l.Warn("queue full")
		type line struct {
			Msg, Part  string
			Suppressed int
		}
		var got []line
		for d := json.NewDecoder(&b); d.More(); {
			var x line
			if err := d.Decode(&x); err != nil {
				t.Fatal(err)
			}
			got = append(got, x)
		}
		want := []line{{"queue full", "a", 0}, {"other", "", 0}, {"queue full", "", 4}, {"queue full", "", 0}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestRegistryWritesAllSets(t *testing.T) {
	r := NewRegistry(Build{"v1", "abc", "go1.26"})
	r.Describe(map[string]string{"go_goroutines": "goroutines", "process_start_time_seconds": "when it started"})
	s := metrics.NewSet()
	s.NewCounter("spoor_things_total").Add(3)
	NewDelayHistogram(s, "spoor_delay_seconds").Update(0.2)
	r.Add(s)
	var b bytes.Buffer
	r.WritePrometheus(&b)
	for _, want := range []string{
		`spoor_build_info{version="v1",revision="abc",go="go1.26"} 1`,
		"# TYPE spoor_things_total counter\nspoor_things_total 3\n",
		`spoor_delay_seconds_bucket{le="0.25"} 1`,
		"go_goroutines",
		"process_start_time_seconds",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q missing", want)
		}
	}
	if strings.Contains(b.String(), "vmrange") {
		t.Error("a histogram that Prometheus does not understand")
	}
}

func TestBuildFromInfo(t *testing.T) {
	f := func(info debug.BuildInfo, want Build) {
		t.Helper()
		if d := cmp.Diff(want, fromInfo(&info)); d != "" {
			t.Error(d)
		}
	}
	f(debug.BuildInfo{GoVersion: "go1.26"}, Build{"devel", "unknown", "go1.26"})
	f(debug.BuildInfo{
		GoVersion: "go1.26", Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}},
	}, Build{"v1.2.3", "0123456789ab+dirty", "go1.26"})
	if b := ReadBuild(); b.Go == "" || b.Version == "" {
		t.Errorf("%+v", b)
	}
}
