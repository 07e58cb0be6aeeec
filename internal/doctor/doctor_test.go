package doctor

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// healthy are facts of a fabric of two switches with nothing wrong.
func healthy() *Facts {
	f := &Facts{
		Socket: Socket{Received: 1e6, Asked: 16 << 20, Granted: 16 << 20},
		Clock:  Clock{Known: true, Synchronised: true, ErrorBound: 0.01}, Promised: 5,
	}
	for i := range 2 {
		name := fmt.Sprintf("leaf%d", i+1)
		f.Agents = append(f.Agents, Agent{
			Switch: name, Address: fmt.Sprintf("10.255.0.%d", i+1), Silent: 0.4, Datagrams: 1e5, Samples: 1e6, Counters: 5000,
			Stated: 1000, Effective: 1001, Drift: 0.0001, DriftOver: 600,
		})
		f.Ports = append(f.Ports, Port{Switch: name, Name: "swp1", IfIndex: 1, Speed: 100e9})
		f.Links = append(f.Links, Link{Name: name + ":swp1--spine1:swp1", Switch: name, Port: "swp1", Agreement: 1.03, Samples: 5000, Detect: 1.2, Rate: 1000, Rated: true})
	}
	return f
}

// TestExamine: each fault gives its finding and no other.
func TestExamine(t *testing.T) {
	f := func(change func(*Facts), check Check, severity Severity, want ...string) {
		t.Helper()
		facts := healthy()
		change(facts)
		list := Examine(facts)
		if check == "" {
			if len(list) > 0 {
				t.Errorf("%+v", list)
			}
			return
		}
		if len(list) != 1 || list[0].Check != check || list[0].Severity != severity || list[0].Do == "" {
			t.Errorf("%s: %+v", check, list)
			return
		}
		x := &list[0]
		said := x.Text + "\n" + strings.Join(x.Where, "\n") + "\n" + x.Do
		for _, l := range x.Type {
			said += "\n" + strings.Join(l.Lines, "\n")
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s lacks %q:\n%s", check, w, said)
			}
		}
	}
	f(func(*Facts) {}, "", Note)
	f(func(x *Facts) { x.Agents = nil }, CheckAgents, Fault, "no agent was heard", "sflow destination COLLECTOR 6343")
	f(func(x *Facts) { x.Agents[1].Silent = 600 }, CheckSilent, Fault, "1 agent sent", "leaf2, for 10 min")
	f(func(x *Facts) { x.Agents[0].DatagramsLost = 999 }, CheckDatagrams, Warning, "leaf1, 1.0%")
	f(func(x *Facts) { x.Agents[0].DatagramsLost = 1e4 }, CheckDatagrams, Fault, "leaf1, 9.1%")
	f(func(x *Facts) { x.Agents[0].Datagrams, x.Agents[0].DatagramsLost = 10, 10 }, "", Note) // too few to say
	f(func(x *Facts) { x.Agents[1].Dropped = 5e4 }, CheckSamples, Warning, "leaf2, 4.8%", "sflow sample 2000")
	f(func(x *Facts) { x.Agents[1].Effective = 4000 }, CheckBackOff, Warning, "leaf2 states 1 in 1000, samples 1 in 4000")
	f(func(x *Facts) { x.Agents[1].Stated, x.Agents[1].Effective, x.Agents[1].Unrated = 0, 0, true }, CheckBackOff, Fault, "leaf2", "the sampling rate of 1 agent is 0", "sflow sample N")
	f(func(x *Facts) { x.Agents[1].Unrated, x.Agents[1].Samples = true, 5 }, "", Note)
	f(func(x *Facts) { x.Agents[1].Counters = 0 }, CheckCounters, Warning, "leaf2", "sflow polling-interval 20", "polling=20")
	f(func(x *Facts) { x.Agents[1].Misnames = "the data source is 0" }, CheckPortNames, Warning, "leaf2: the data source is 0", "IF-MIB")
	f(func(x *Facts) { x.Agents[1].Drift = 0.05 }, CheckUptime, Note, "leaf2, +5.0%")
	f(func(x *Facts) { x.Agents[1].Drift, x.Agents[1].DriftOver = 0.5, 3 }, "", Note)
	f(func(x *Facts) { x.Agents[0].Shared = "192.0.2.7" }, CheckShared, Fault, "10.255.0.1, also from 192.0.2.7", "sflow agent-ip ADDRESS")
	f(func(x *Facts) { x.Links[0].Agreement = 2 }, CheckAgreement, Warning, "leaf1:swp1--spine1:swp1, 2.00 times")
	f(func(x *Facts) { x.Links[0].Agreement, x.Links[0].Samples = 1.4, 150 }, "", Note) // chance
	f(func(x *Facts) { x.Ports[1].Speed = 0 }, CheckSpeeds, Fault, "leaf2:swp1", "topology.speeds")
	f(func(x *Facts) { x.Ports[1].Speed, x.Ports[1].Disproved = 0, 10e6 }, CheckSpeeds, Fault, "leaf2:swp1 (its traffic exceeds the stated 10Mbit/s)", "topology.speeds")
	f(func(x *Facts) { x.Ports[1].Inferred, x.Ports[1].Disproved = true, 10e6 }, CheckSpeeds, Note, "stated 10Mbit/s), taken as 100Gbit/s")
	f(func(x *Facts) { x.Ports[1].Inferred = true }, CheckSpeeds, Note, "leaf2:swp1, taken as 100Gbit/s")
	f(func(x *Facts) { x.Links[1].Detect, x.Links[1].Rate = 40, 32768 }, CheckDetection, Warning, "40 s at 1 in 32768", "sample one in 4096", "sampling=4096")
	f(func(x *Facts) { x.Links[1].Detect, x.Links[1].Rate = math.Inf(1), 0 }, CheckDetection, Warning, "nobody samples", "sflow sample N")
	f(func(x *Facts) { x.Links[1].Detect, x.Links[1].Rated = math.Inf(1), false }, "", Note)
	f(func(x *Facts) { x.Links[1].Detect = math.Inf(1) }, "", Note) // of unknown speed
	f(func(x *Facts) { x.Links[1].Detect, x.Promised = 40, 0 }, "", Note)
	f(func(x *Facts) { x.Ports[0].Dark, x.Ports[0].Name = true, "" }, CheckSilentSwitch, Warning, "1 port lead", "leaf1:1")
	f(func(x *Facts) { x.CutTunnels, x.CutFrom = 12, "leaf2" }, CheckTunnels, Warning, "12 samples", "leaf2", "header=256", "sflow max-sampled-size 256")
	f(func(x *Facts) { x.Socket.Granted, x.Socket.Sysctl = 1<<18, "sysctl -w x=1" }, CheckSocket, Warning, "256 KiB, not 16.0 MiB", "sysctl -w x=1")
	f(func(x *Facts) { x.Socket.Dropped = 5 }, CheckSocket, Fault, "5 of 1000005", "listen.workers")
	f(func(x *Facts) { x.Clock.Synchronised = false }, CheckClock, Warning, "not synchronised")
	f(func(x *Facts) { x.Clock.ErrorBound = 3 }, CheckClock, Warning, "off by 3.0 s")
	f(func(x *Facts) { x.Clock = Clock{} }, "", Note)
	f(func(x *Facts) { x.Input.NotSFlow = 3 }, CheckRefused, Note, "3 datagrams", "spoor decode")
	f(func(x *Facts) { x.Input.Refused = 3 }, CheckRefused, Note, "not allowed", "agents.allow")
	f(func(x *Facts) { x.Input.Untracked = 3 }, CheckRefused, Warning, "3 datagrams", "listen.allow")
	f(func(x *Facts) { x.Input.Unaccounted = 3 }, CheckLedger, Fault, "3 datagrams")
	f(func(x *Facts) { x.Unaccounted = -3 }, CheckLedger, Fault, "-3 records")
	f(func(x *Facts) { x.Kafka.Problem = "connection refused" }, CheckKafka, Fault, "connection refused")
	f(func(x *Facts) { x.Kafka.Embedded = true }, CheckKafka, Note, "kafka.brokers")
	f(func(x *Facts) { x.Kafka.Topics = []string{"sflow.flows has 1 partition"} }, CheckTopics, Warning, "sflow.flows has 1", "spoor topics plan")
	f(func(x *Facts) { x.Kafka.Dropped = 3 }, CheckPublished, Fault, "3 records")
	f(func(x *Facts) { x.SpoolFailed = "no space" }, CheckSpool, Fault, "no space")
	f(func(x *Facts) { x.Stranded = 3 << 20 }, CheckSpool, Warning, "3.0 MiB")
}

// TestOwnBroker: trouble with the broker of our own is trouble with its disk.
func TestOwnBroker(t *testing.T) {
	f := healthy()
	f.Kafka.Problem, f.Kafka.Embedded = "no space left", true
	if list := Examine(f); len(list) != 2 || !strings.Contains(list[0].Text, "no space left") || !strings.Contains(list[0].Do, "data_dir") {
		t.Errorf("%+v", list)
	}
}

// TestOrderAndBounds: the worst first, and no more places than a person reads.
func TestOrderAndBounds(t *testing.T) {
	f := healthy()
	for i := range 40 {
		f.Agents = append(f.Agents, Agent{Switch: fmt.Sprintf("leaf%02d", i+3), Silent: float64(100 + i)})
	}
	f.Kafka.Embedded, f.Clock.Synchronised = true, false
	list := Examine(f)
	if !slices.IsSortedFunc(list, func(a, b Finding) int { return int(b.Severity) - int(a.Severity) }) || len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	if x := list[0]; len(x.Where) != maxWhere || x.More != 30 || x.Where[0] != "leaf42, for 2 min" {
		t.Errorf("%d places and %d more, the first %q", len(x.Where), x.More, x.Where[0])
	}
}

// TestVendors: every line has its source, and every word to fill in is said.
func TestVendors(t *testing.T) {
	for s := destination; s <= header; s++ {
		for _, l := range commands(s, 512) {
			text := strings.Join(l.Lines, "\n")
			if l.Source == "" || text == "" || slices.Contains(strings.Fields(text), "N") || strings.Contains(text, "=N") {
				t.Errorf("%+v", l)
			}
			if (s == sampling || s == polling || s == header) && !strings.Contains(text, "512") {
				t.Errorf("%s: %s has no number", l.Vendor, text)
			}
		}
	}
	if n := len(commands(sampling, 0)); n != len(vendors) {
		t.Errorf("%d of %d vendors can set the sampling rate", n, len(vendors))
	}
}
