package watch

import (
	"fmt"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/topology"
)

// Detection is how soon an elephant of twice the threshold is found on the worst port of a switch.
type Detection struct {
	Switch topology.SwitchID
	Port   uint32  // the worst one
	P99    float64 // seconds, the 99th percentile
	Rate   uint32  // one in so many packets is sampled there
	Wanted uint32  // one in so many would keep the promise
	Slow   int     // ports that do not keep it
	Ports  int     // all that were looked at
}

// slowAgain is by how much the promise must be missed for an alert to be raised.
const slowAgain = 1.2

// detectionKeeps is how long a figure is believed; it comes each minute.
const detectionKeeps = int64(150e9)

// Detects takes the figures of a switch. promise is in seconds.
func (w *Watch) Detects(d *Detection, promise float64) {
	if d.Slow == 0 {
		delete(w.slow, d.Switch)
		return
	}
	if w.slow[d.Switch] == nil && len(w.slow) >= maxHeld {
		return
	}
	subject := w.subject(links.ID{Switch: d.Switch, IfIndex: d.Port})
	f := alert.Finding{Kind: alert.DetectionSlow, Incident: "detection", Weak: d.P99 < slowAgain*promise, Subject: alert.Subject{Agent: subject.Agent, Switch: subject.Switch}}
	f.Summary = fmt.Sprintf("elephants on %d of %d ports of %s would be found later than %g s after they begin: on %s after %.0f s, for it samples one in %d packets; one in %d would do",
		d.Slow, d.Ports, subject.Switch, promise, at(&subject), d.P99, d.Rate, d.Wanted)
	w.slow[d.Switch] = &slowSwitch{f, w.now + detectionKeeps}
}

// slowSwitch is a finding about one until its next figures.
type slowSwitch struct {
	finding alert.Finding
	until   int64
}

// seeDetection shows the switches on which elephants are found late.
func (w *Watch) seeDetection() {
	var list []alert.Finding
	for _, sw := range sortedKeys(w.slow) {
		s := w.slow[sw]
		if s.until < w.now {
			delete(w.slow, sw)
			continue
		}
		list = append(list, s.finding)
	}
	w.seeEach(alert.DetectionSlow, "", "sample too rarely to find elephants in time", list)
}
