package publish

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/flow"
)

// TestAlertsOfElephants follows lives: what is raised is resolved, once each.
func TestAlertsOfElephants(t *testing.T) {
	const info, warning, critical = flow.SeverityInfo, flow.SeverityWarning, flow.SeverityCritical
	started, updated, ended := flow.ElephantStarted, flow.ElephantUpdated, flow.ElephantEnded
	type step struct {
		state    flow.ElephantState
		severity flow.Severity
	}
	for name, c := range map[string]struct {
		steps []step
		want  string
	}{
		"info never pages":      {[]step{{started, info}, {updated, info}, {ended, info}}, ""},
		"a life":                {[]step{{started, warning}, {updated, warning}, {updated, warning}, {ended, warning}}, "raised warning, active warning, active warning, resolved warning"},
		"becomes serious later": {[]step{{started, info}, {updated, warning}, {ended, warning}}, "raised warning, resolved warning"},
		"calms down":            {[]step{{started, warning}, {updated, info}, {ended, info}}, "raised warning, resolved warning"},
		"gets worse":            {[]step{{started, warning}, {updated, critical}, {ended, critical}}, "raised warning, resolved warning, raised critical, resolved critical"},
		"ends calm":             {[]step{{started, critical}, {ended, info}}, "raised critical, resolved critical"},
		"after a restart":       {[]step{{ended, warning}}, "resolved warning"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &heldSink{}
			p := started0(t, sink)
			for i, s := range c.steps {
				p.Elephant(&flow.Elephant{
					Key: tcp, ID: tcp.ID(), AlertSince: t0, Since: t0, Time: t0 + int64(i)*1e9, Expires: t1, State: s.state, Severity: s.severity,
				})
			}
			if err := p.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(sink.told, ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if len(p.events.alerting.raised) != 0 {
				t.Errorf("still remembered: %v", p.events.alerting.raised)
			}
		})
	}
}

// started0 gives a publisher whose sink notes the alerts when it is closed.
func started0(t *testing.T, s *heldSink) *Publisher {
	t.Helper()
	s.told = []string{}
	return started(t, testConfig(), s)
}

// TestFingerprint compares with values of Prometheus' model.LabelSet.Fingerprint.
func TestFingerprint(t *testing.T) {
	for want, labels := range map[uint64][]Label{
		14695981039346656037: nil,                                                           // the offset of FNV-1a
		5799056148416392346:  {{"name", "garland, briggs"}, {"fear", "love is not enough"}}, // an example of theirs
	} {
		a := Alert{Labels: labels}
		if got := a.Fingerprint(); got != want {
			t.Errorf("%v: %#x, want %#x", labels, got, want)
		}
	}
	x := Alert{Labels: []Label{{"a", "1"}, {"b", "2"}}}
	y := Alert{Labels: []Label{{"b", "2"}, {"a", "1"}}}
	if x.Fingerprint() != y.Fingerprint() {
		t.Error("the order of labels matters")
	}
}

// note keeps what the alerts in a block say.
func (s *heldSink) note(b *Block) {
	if b.Topic != Alerts || s.told == nil {
		return
	}
	for r := range b.All() {
		var a struct{ State, Severity string }
		if err := json.Unmarshal(r.Value, &a); err != nil {
			panic(err)
		}
		s.told = append(s.told, fmt.Sprintf("%s %s", a.State, a.Severity))
	}
}

func TestAlertTimes(t *testing.T) {
	m := &flow.Elephant{Key: tcp, ID: tcp.ID(), Since: t0, Time: t0 + 5, Expires: t1}
	a := elephantAlert(m, flow.SeverityWarning, AlertActive)
	if d := cmp.Diff([]int64{t0, t1}, []int64{a.Starts, a.Ends}); d != "" {
		t.Errorf("active: %s", d)
	}
	if a = elephantAlert(m, flow.SeverityWarning, AlertResolved); a.Ends != m.Time {
		t.Errorf("resolved while it lasts: ends at %d", a.Ends)
	}
	m.Ended = t0 + 3
	if a = elephantAlert(m, flow.SeverityWarning, AlertResolved); a.Ends != m.Ended {
		t.Errorf("resolved: ends at %d", a.Ends)
	}
}
