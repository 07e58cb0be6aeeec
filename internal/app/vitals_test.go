package app

import (
	"strings"
	"testing"
)

func TestWindow(t *testing.T) {
	var w window
	for i, step := range []struct{ seen, want int64 }{{5, 5}, {0, 0}, {7, 0}, {-3, 0}} {
		if got := w.least(step.seen); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
	for range windowLooks {
		w.least(4)
	}
	if got := w.least(4); got != 4 {
		t.Errorf("what is missing for good is %d, want 4", got)
	}
}

func TestFindings(t *testing.T) {
	fine := vitalsJSON{Kafka: kafkaJSON{State: "publishing"}}
	f := func(name string, change func(*vitalsJSON), want string) {
		t.Helper()
		x := fine
		change(&x)
		list := findings(&x, &fine)
		if want == "" && len(list) != 0 || want != "" && (len(list) != 1 || !strings.Contains(list[0].What, want) || list[0].Do == "") {
			t.Errorf("%s: %+v", name, list)
		}
	}
	reason, link := "a:9092: connection refused", "leaf1:swp1"
	f("all is well", func(*vitalsJSON) {}, "")
	f("kernel drops", func(x *vitalsJSON) { x.Lost.Kernel = 7 }, "dropped 7 datagrams")
	f("Kafka is away", func(x *vitalsJSON) { x.Kafka = kafkaJSON{State: "spooling", Reason: &reason} }, "connection refused")
	f("no reason", func(x *vitalsJSON) { x.Kafka.State = "waiting" }, "waiting")
	f("spool", func(x *vitalsJSON) { x.Spool.Reason = &reason }, "spool cannot be written")
	f("dropped records", func(x *vitalsJSON) { x.Published.Dropped = 3 }, "3 records")
	f("rejected", func(x *vitalsJSON) { x.Received.Rejected = 3 }, "no sFlow")
	f("refused", func(x *vitalsJSON) { x.Received.Agent = 3 }, "not allowed")
	f("agents' drops", func(x *vitalsJSON) { x.Lost.AgentDrops = 3 }, "Agents dropped 3")
	f("ledger", func(x *vitalsJSON) { x.Received.Missing = 3 }, "does not close")
	f("never found", func(x *vitalsJSON) { x.Detect.Link = &link }, "never be found")
	grown := fine
	grown.Lost.Kernel = 7
	if list := findings(&grown, &grown); len(list) != 0 {
		t.Errorf("what was lost once is told of for ever: %+v", list)
	}
}
