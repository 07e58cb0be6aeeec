package app

import "fmt"

// finding is something about the collector itself that somebody should know, and what to do about it.
type finding struct {
	Level string `json:"level"` // warning or info
	What  string `json:"what"`
	Do    string `json:"do"`
}

// findings looks through the vitals. What only grows is told of while it grows.
func findings(x, before *vitalsJSON) []finding {
	list := []finding{}
	add := func(level, todo, format string, args ...any) {
		list = append(list, finding{level, fmt.Sprintf(format, args...), todo})
	}
	if n := x.Lost.Kernel; n > before.Lost.Kernel {
		add("warning", "Raise net.core.rmem_max and listen.buffer, or give the collector more cores.", "The kernel dropped %d datagrams because we were too slow", n-before.Lost.Kernel)
	}
	if x.Kafka.State != "publishing" {
		add("warning", kafkaAdvice(x), "Kafka does not take records: %s", reasonOf(x.Kafka.Reason, x.Kafka.State))
	}
	if x.Spool.Reason != nil {
		add("warning", "Look at the disk of data_dir: until it can be written, what Kafka does not take in time is lost.", "The spool cannot be written: %s", *x.Spool.Reason)
	}
	if n := x.Published.Dropped; n > before.Published.Dropped {
		add("warning", "See publish_dropped_records_total for the reason.", "%d records could not be delivered", n-before.Published.Dropped)
	}
	if n := x.Received.Rejected; n > before.Received.Rejected {
		add("info", "spoor decode shows why; somebody may send something else to this port.", "%d datagrams were no sFlow", n-before.Received.Rejected)
	}
	if n := x.Received.Agent + x.Received.Refused; n > before.Received.Agent+before.Received.Refused {
		add("info", "Add the switch to listen.allow or agents.allow if it is yours.", "%d datagrams came from agents or sources that are not allowed", n-before.Received.Agent-before.Received.Refused)
	}
	if n := x.Lost.AgentDrops; n > before.Lost.AgentDrops {
		add("warning", "A switch samples more than its processor can send: raise its sampling rate's N.", "Agents dropped %d samples", n-before.Lost.AgentDrops)
	}
	if x.Received.Missing != 0 || x.Published.Missing != 0 {
		add("warning", "This is a mistake of the collector's: please report it.", "A ledger does not close: %d datagrams, %d records", x.Received.Missing, x.Published.Missing)
	}
	if x.Detect.Worst == nil && x.Detect.Link != nil {
		add("info", "Its speed is unknown, or nobody samples it: set topology.speeds, or turn sampling on.", "Elephants on %s would never be found", *x.Detect.Link)
	}
	return list
}

func kafkaAdvice(x *vitalsJSON) string {
	if x.Spool.On && x.Spool.Reason == nil {
		return "Records wait on disk and follow in order when it is back. Look at the brokers and the network to them."
	}
	return "Look at the brokers and the network to them; records that memory cannot hold are lost."
}

func reasonOf(reason *string, state string) string {
	if reason != nil {
		return *reason
	}
	return state
}
