package collector

// An agent tells its uptime in each datagram. What lies between that and the
// arrival is the same for all datagrams, but for those that somebody held back:
// an agent that hangs, a replicator that fills a queue, a link that was down. Their
// samples are older than their arrival says, and a burst of them looks like a
// burst of traffic. Agents whose uptime is no clock (none, in other units, in
// whole minutes) are never believed to be late.
const (
	lateUnless    = int64(1200e6)  // ns beyond the usual that are no lateness: uptimes may be whole seconds
	lateAtMost    = int64(60e9)    // more than that is another clock, not lateness
	lateUsual     = int64(5e9)     // ns of arrivals that are all late: that is usual from now on
	steadyUptime  = uint32(500)    // ms by which uptime must advance to say once more that it is a clock
	steadyEnough  = 8              // times it must have said so
	steadyForgets = int64(1) << 10 // part of what is beyond the usual by which the usual follows: clocks drift
)

// lateness finds which datagrams of a stream are late.
type lateness struct {
	usual  int64 // least difference of arrival and uptime lately, ns
	uptime uint32
	steady uint8
	known  bool
	began  int64 // arrival of the first datagram of those late in a row; 0: the latest was not
}

// of gives by how many ns a datagram came later than it should have, 0 for nearly all.
func (l *lateness) of(uptime uint32, received int64) int64 {
	difference := received - int64(uptime)*1e6
	late := difference - l.usual
	switch {
	case !l.known || late > lateAtMost || late < -lateAtMost:
		*l = lateness{usual: difference, uptime: uptime, known: true}
		return 0
	case late <= lateUnless:
		if late < 0 {
			l.usual = difference
		} else {
			l.usual += late / steadyForgets
		}
		if ahead := uptime - l.uptime; ahead >= steadyUptime && ahead < 1<<31 {
			l.uptime = uptime
			l.steady = min(l.steady+1, steadyEnough)
		}
		l.began = 0
		return 0
	case l.began == 0:
		l.began = received
	case received-l.began > lateUsual:
		*l = lateness{usual: difference, uptime: uptime, known: true}
		return 0
	}
	if l.steady < steadyEnough {
		return 0
	}
	return late
}
