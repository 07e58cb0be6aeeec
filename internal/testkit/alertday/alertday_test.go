package alertday

import (
	"fmt"
	"testing"
	"time"

	"spoor/fabric"
)

// right runs a plan and reports all that was told and should not have been, or the other way round.
func right(t *testing.T, p *Plan) *Report {
	t.Helper()
	r, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Wrong() {
		t.Error(w)
	}
	return r
}

// TestMain: the race detector makes days fifty times longer, and has one goroutine to look at. It is spared them.
func TestMain(m *testing.M) {
	if raceDetector {
		fmt.Println("not run with -race: a day runs on one goroutine")
		return
	}
	m.Run()
}

// TestShortDay: a link that fails is told of once and ends once, a backup in its window wakes nobody.
func TestShortDay(t *testing.T) {
	r := right(t, Short())
	if len(r.Outcomes) != 2 || r.Elephants == 0 || len(r.Outcomes[0].Told) != 1 {
		t.Errorf("%d outcomes, %d elephants", len(r.Outcomes), r.Elephants)
	}
	t.Log("\n" + r.Markdown())
}

// TestScenes: datagrams go in, and each alert is raised once and resolved once; nothing else is told.
func TestScenes(t *testing.T) {
	for _, s := range Scenes() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r := right(t, s.Plan)
			t.Log("\n" + r.Markdown())
			for i := range r.Outcomes {
				for _, a := range r.Outcomes[i].Told {
					t.Logf("%v %s, %v to %v: %s", a.Severity, a.Name, a.Raised, a.Resolved, a.Summary)
				}
			}
		})
	}
}

// TestRestartedAgent: ports that have other numbers afterwards have speeds all the same.
func TestRestartedAgent(t *testing.T) {
	p := &Plan{Fabric: base(20 * time.Minute)}
	p.Fabric.Flows = 30
	p.event(fabric.EventRestart, "leaf3", "", 0, 5*time.Minute)
	p.expect(5*time.Minute, time.Minute, "the agent of leaf3 restarts")
	right(t, p)
}

// TestQuiet: nothing is told of a fabric in which nothing happens: ten minutes of 16 x 4 (make alert-day: an hour of 64 x 16).
func TestQuiet(t *testing.T) {
	p := Quiet()
	p.Fabric.Duration, p.Fabric.Leaves, p.Fabric.Spines, p.Fabric.Flows, p.Fabric.Hosts = 10*time.Minute, 16, 4, 200, 4
	p.Fabric.SamplingRate = 20_000
	right(t, p)
}

// TestJudge: what is missing, what is too much and what never ends is wrong.
func TestJudge(t *testing.T) {
	p := &Plan{}
	p.expect(time.Hour, time.Minute, "something", page("LinkBusy", "full"), note("SpeedUnknown", ""))
	r := p.judge(&listener{told: []*Told{
		{Name: "LinkBusy", Severity: 1, Summary: "leaf1 is full", Raised: time.Hour + time.Second},
		{Name: "LinkBusy", Severity: 1, Summary: "leaf2 is full", Raised: time.Hour + time.Second, Resolved: time.Hour + time.Minute},
		{Name: "PortDown", Severity: 2, Raised: 2 * time.Hour},
	}})
	if wrong := r.Wrong(); len(wrong) != 4 {
		t.Errorf("%q", wrong)
	}
}
