package doctor

import "fmt"

// clockOff is the error bound, in seconds, from which times of messages mislead.
const clockOff = 0.5

// socket: datagrams that the kernel drops, or soon will.
func socket(f *Facts) []Finding {
	s := &f.Socket
	remedy := "raise net.core.rmem_max and start anew"
	var lines []Lines
	if s.Sysctl != "" {
		remedy = "raise the bound and start anew, on this machine, and keep it in /etc/sysctl.d"
		lines = []Lines{{Vendor: "this machine", Lines: []string{s.Sysctl}, Source: "socket(7), rmem_max"}}
	}
	if s.Dropped > 0 {
		do := remedy
		if s.Granted >= s.Asked {
			do = "the buffer is as large as listen.buffer asks: raise that, give more cores (listen.workers), or let switches sample less"
			lines = nil
		}
		return []Finding{{
			Check: CheckSocket, Severity: Fault, Do: do, Type: lines,
			Text: fmt.Sprintf("the kernel dropped %d of %d datagrams, for we were slow", s.Dropped, s.Received+s.Dropped),
		}}
	}
	if s.Granted > 0 && s.Granted < s.Asked {
		return []Finding{{
			Check: CheckSocket, Severity: Warning, Do: remedy, Type: lines,
			Text: fmt.Sprintf("the system grants a socket buffer of %s, not %s: a burst may be lost", bytes(s.Granted), bytes(s.Asked)),
		}}
	}
	return nil
}

// refused: datagrams that came in for nothing.
func refused(f *Facts) []Finding {
	var list []Finding
	if n := f.Input.NotSFlow; n > 0 {
		list = append(list, Finding{
			Check: CheckRefused, Severity: Note, Text: fmt.Sprintf("%d datagrams were no sFlow v5", n),
			Do: "somebody sends something else to this port: spoor decode shows what and why",
		})
	}
	if n := f.Input.Refused; n > 0 {
		list = append(list, Finding{
			Check: CheckRefused, Severity: Note, Text: fmt.Sprintf("%d datagrams came from agents or sources that are not allowed", n),
			Do: "add the switch to listen.allow or agents.allow if it is yours",
		})
	}
	return list
}

// untracked: more agents than anybody has switches.
func untracked(f *Facts) []Finding {
	n := f.Input.Untracked
	if n == 0 {
		return nil
	}
	return []Finding{{
		Check: CheckRefused, Severity: Warning,
		Text: fmt.Sprintf("%d datagrams came from agents for which there was no place: their samples are used, their losses are not known", n),
		Do:   "so many agents are most often invented: set listen.allow or agents.allow to the addresses of your switches",
	}}
}

// ledgers: what came in or was encoded and is nowhere.
func ledgers(f *Facts) []Finding {
	if f.Input.Unaccounted == 0 && f.Unaccounted == 0 {
		return nil
	}
	return []Finding{{
		Check: CheckLedger, Severity: Fault, Text: fmt.Sprintf("a ledger does not close: %d datagrams, %d records", f.Input.Unaccounted, f.Unaccounted),
		Do: "this is a mistake of the collector's: please report it, with /api/v1/health",
	}}
}

// clock: ours is wrong.
func clock(f *Facts) []Finding {
	c := &f.Clock
	if !c.Known || c.Synchronised && c.ErrorBound < clockOff {
		return nil
	}
	text := "the clock of this machine is not synchronised"
	if c.Synchronised {
		text = fmt.Sprintf("the clock of this machine may be off by %s", span(c.ErrorBound))
	}
	return []Finding{{
		Check: CheckClock, Severity: Warning, Text: text + ": times in messages and in Kafka are its",
		Do:   "let chrony or systemd-timesyncd run",
		Type: []Lines{{Vendor: "this machine", Lines: []string{"timedatectl set-ntp true"}, Source: "timedatectl(1)"}},
	}}
}

// kafka: where records do not arrive.
func kafka(f *Facts) []Finding {
	k := &f.Kafka
	var list []Finding
	if k.Problem != "" {
		do := "see kafka.* in the configuration; until then they wait in memory and in the spool"
		if k.Embedded {
			do = "see that data_dir is writable and has room, or set kafka.brokers; until then they wait in memory alone"
		}
		list = append(list, Finding{Check: CheckKafka, Severity: Fault, Text: "records do not reach Kafka: " + k.Problem, Do: do})
	}
	if k.Embedded {
		list = append(list, Finding{Check: CheckKafka, Severity: Note, Text: "the embedded broker is used: it is for evaluation, not replicated and small", Do: "set kafka.brokers"})
	}
	for _, t := range k.Topics {
		list = append(list, Finding{Check: CheckTopics, Severity: Warning, Text: t, Do: "spoor topics plan shows what should change, spoor topics apply does it"})
	}
	if k.Dropped > 0 {
		list = append(list, Finding{Check: CheckPublished, Severity: Fault, Text: fmt.Sprintf("%d records were dropped", k.Dropped), Do: "spoor_publish_dropped_records_total says which and why; queue_full: Kafka is too slow, spool_full: spool.max_bytes is too small for the outage"})
	}
	return list
}

// spool: what Kafka does not take cannot be kept, or was left behind.
func spool(f *Facts) []Finding {
	var list []Finding
	if f.SpoolFailed != "" {
		list = append(list, Finding{Check: CheckSpool, Severity: Fault, Text: "the spool cannot be used: " + f.SpoolFailed, Do: "see that data_dir is writable and has room"})
	}
	if f.Stranded > 0 {
		list = append(list, Finding{Check: CheckSpool, Severity: Warning, Text: fmt.Sprintf("%s wait in the spool of an earlier run that this one does not use", bytes(int(f.Stranded))), Do: "start with the kafka.brokers of that run, and they are delivered"})
	}
	return list
}
