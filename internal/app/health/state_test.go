package health

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"spoor/internal/doctor"
	picture "spoor/web/live"
)

func TestWindow(t *testing.T) {
	var w window
	for i, step := range []struct{ seen, want int64 }{{5, 5}, {0, 0}, {7, 0}, {-3, 0}} {
		if got := w.least(step.seen); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
	w = window{}
	w.least(0)
	for look := 2; look <= windowLooks; look++ {
		if got := w.least(4); got != 0 {
			t.Errorf("look %d: %d, but all was there at the first", look, got)
		}
	}
	if got := w.least(4); got != 4 {
		t.Errorf("what is missing for good is %d, want 4", got)
	}
}

// What is counted since the start is over when it grows no more; what is so, goes on.
func TestFindingsThatAreOver(t *testing.T) {
	h, now := &State{}, time.Unix(1_800_000_000, 0)
	f := func(after time.Duration, lost uint64, want string) {
		t.Helper()
		facts := &doctor.Facts{
			Agents: []doctor.Agent{{Switch: "leaf1"}}, Clock: doctor.Clock{Known: true},
			Socket: doctor.Socket{Received: 1000, Dropped: lost}, Input: doctor.Input{NotSFlow: 3, Refused: lost},
		}
		now = now.Add(after)
		got := ""
		for _, x := range h.judge(doctor.Examine(facts), now) {
			if x.Text == "" || x.Do == "" {
				t.Errorf("%+v", x)
			}
			if got += string(x.Check); x.Over {
				got += " over"
			}
			got += ", "
		}
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	f(0, 5, "socket_buffer, clock, refused_datagrams, refused_datagrams, ")
	f(time.Second, 5, "socket_buffer, clock, refused_datagrams, refused_datagrams, ")
	f(overAfter, 6, "socket_buffer, clock, refused_datagrams over, refused_datagrams, ")
	f(overAfter+time.Second, 6, "socket_buffer over, clock, refused_datagrams over, refused_datagrams over, ")
	f(time.Second, 7, "socket_buffer, clock, refused_datagrams over, refused_datagrams, ")
	f(time.Second, 0, "clock, refused_datagrams over, ")
	f(time.Second, 7, "socket_buffer, clock, refused_datagrams over, refused_datagrams, ")
}

// The state of health is as the API's document says.
func TestStateAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../web/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema, health any
	if err := json.Unmarshal(doc, &schema); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///doc", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:///doc#/components/schemas/Health")
	if err != nil {
		t.Fatal(err)
	}
	h, ack, reason := &State{}, 0.004, "no space"
	x := stateJSON{
		Silent:   []picture.Silent{{Switch: "leaf1", Agent: "10.255.0.1", Since: 1}},
		Findings: h.judge(doctor.Examine(&doctor.Facts{}), time.Now()),
		Kafka:    kafkaJSON{State: "publishing", Ack: &ack, Reason: &reason}, Spool: spoolJSON{On: true, Bytes: 5, Reason: &reason}, Detect: detectJSON{Median: &ack, Worst: &ack, Link: &reason},
	}
	for range 2 {
		text, err := json.Marshal(&x)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &health); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(health); err != nil {
			t.Error(err)
		}
		x = stateJSON{Silent: []picture.Silent{}, Findings: h.judge(nil, time.Now())} // nothing is known
	}
}
