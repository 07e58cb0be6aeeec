package alertday

import (
	"time"

	"spoor/fabric"
)

// Day is the whole day.
func Day() *Plan {
	p := &Plan{Fabric: base(24 * time.Hour), Mute: []string{
		`name=backup src=10.0.0.0/8 schedule="02:00-03:00 UTC" reason="nightly backup"`,
		`name=spine1 switch=spine1 schedule="04:00-05:00 UTC" reason="new software"`,
	}}
	p.night()
	p.morning()
	p.afternoon()
	p.evening()
	return p
}

// Short is what fits into the tests of each change: a link that fails, and a backup in its window.
func Short() *Plan {
	p := &Plan{Fabric: base(55 * time.Minute), Mute: []string{`name=backup src=10.0.0.0/8 schedule="00:35-00:50 UTC" reason="backup"`}}
	p.Fabric.Flows, p.Fabric.SamplingRate = 30, 20_000
	p.linkFails(clock(0, 10))
	p.elephant(0.4, clock(0, 36), 10*time.Minute)
	p.elephant(0.3, clock(0, 36), 10*time.Minute)
	p.expect(clock(0, 36), 10*time.Minute, "backups, two elephants of 40 and 30%, in their window")
	return p
}

// Quiet is an hour of 64 leaves and 16 spines in which nothing happens.
func Quiet() *Plan {
	p := &Plan{Fabric: base(time.Hour)}
	p.Fabric.Leaves, p.Fabric.Spines, p.Fabric.Hosts, p.Fabric.Flows = 64, 16, 8, 4000
	return p
}

func (p *Plan) night() {
	p.elephant(0.4, clock(2, 5), 40*time.Minute)
	p.elephant(0.3, clock(2, 5), 40*time.Minute)
	p.expect(clock(2, 5), 40*time.Minute, "backups, two elephants of 40 and 30%, in their window")
	p.event(fabric.EventDrain, "spine1", "", 0, clock(4, 2))
	p.reboot("spine1", spine1, clock(4, 10), 5*time.Minute)
	p.event(fabric.EventUndrain, "spine1", "", 0, clock(4, 25))
	p.expect(clock(4, 2), 23*time.Minute, "spine1 is drained, gets new software, restarts and comes back, all within its window")
}

func (p *Plan) linkFails(at time.Duration) {
	p.event(fabric.EventLinkDown, "leaf1", "spine1", 0, at)
	p.event(fabric.EventLinkUp, "leaf1", "spine1", 0, at+10*time.Minute)
	p.expect(at, 10*time.Minute, "the link from leaf1 to spine1 fails", page("PortDown", "is down, and nobody switched it off"))
}

func (p *Plan) optic(at, length time.Duration) {
	p.during(fabric.EventErrors, "leaf3", "spine1", 0.01, at, length)
	p.expect(at, length, "a failing optic: spine1 receives 1% of the frames of leaf3 damaged",
		page("PortErrors", "damaged frames a second"))
}

func (p *Plan) morning() {
	p.event(fabric.EventSpeed, "leaf2", "spine2", 40e9, clock(6, 0))
	p.expect(clock(6, 0), time.Minute, "the link from leaf2 to spine2 is upgraded from 10 to 40 Gbit/s")
	p.event(fabric.EventRate, "leaf2", "", 2, clock(7, 0))
	p.expect(clock(7, 0), time.Minute, "leaf2 samples one in twice as many packets from now on", note("SamplingRateChanged", "leaf2 samples 1 in 20000"))
	p.elephant(0.25, clock(8, 0), 5*time.Minute)
	p.expect(clock(8, 0), 5*time.Minute, "one elephant of 25% on links that have room: data, no alert")
	p.reboot("spine2", spine2, clock(9, 0), 4*time.Minute)
	p.expect(clock(9, 0), 4*time.Minute, "spine2 restarts, and nobody planned it", page("PortDown", "all 4 links to spine2 are down"))
	p.linkFails(clock(10, 30))
}

func (p *Plan) afternoon() {
	p.optic(clock(12, 0), 30*time.Minute)
	p.during(fabric.EventGrey, "spine1", "leaf2", 0.005, clock(14, 0), 45*time.Minute)
	p.expect(clock(14, 0), 45*time.Minute, "the link from spine1 to leaf2 loses 0.5% of its frames, and no counter says so", page("LinkLoss", "spine1:swp2>leaf2"))
	for i := range 4 {
		at := clock(16, 0) + time.Duration(i)*80*time.Second
		p.event(fabric.EventLinkDown, "leaf4", "spine2", 0, at)
		p.event(fabric.EventLinkUp, "leaf4", "spine2", 0, at+40*time.Second)
	}
	p.expect(clock(16, 0), 5*time.Minute, "the link from leaf4 to spine2 goes down and up four times", page("PortDown", "is down, and nobody switched it off"), page("PortFlapping", "within 10 minutes"))
	p.Silence = append(p.Silence, Span{Agent: leaf1, From: clock(17, 30), To: clock(17, 40)})
	p.expect(clock(17, 30), 10*time.Minute, "the sFlow agent of leaf1 stops for 10 minutes", page("AgentSilent", "leaf1 has sent no sFlow"))
}

func (p *Plan) evening() {
	p.Loss = append(p.Loss, Span{Agent: leaf2, From: clock(18, 30), To: clock(18, 45), Every: 20})
	p.expect(clock(18, 30), 15*time.Minute, "one datagram in 20 of leaf2 gets lost on the way", page("TelemetryLoss", "of the datagrams of leaf2 got lost"))
	p.event(fabric.EventRestart, "leaf3", "", 0, clock(19, 30))
	p.expect(clock(19, 30), time.Minute, "the agent of leaf3 restarts, and its ports have other numbers")
	p.event(fabric.EventDrain, "spine1", "", 0, clock(20, 28))
	p.elephant(0.45, clock(20, 30), 10*time.Minute)
	p.elephant(0.45, clock(20, 30), 10*time.Minute)
	p.elephant(0.45, clock(20, 30), 10*time.Minute)
	p.elephant(0.45, clock(20, 30), 10*time.Minute)
	p.event(fabric.EventUndrain, "spine1", "", 0, clock(20, 50))
	p.expect(clock(20, 30), 10*time.Minute, "four elephants of 45% while spine1 is drained: they share two links and leave uplinks idle",
		page("ElephantIncident", "2 elephants share"), page("ElephantIncident", "2 elephants share"),
		page("UplinkImbalance", "it is no next hop"), page("UplinkImbalance", "it is no next hop"))
	p.event(fabric.EventHold, "leaf4", "", 0, clock(22, 0))
	p.expect(clock(22, 0), time.Minute, "what the agent of leaf4 sends arrives 10 s late, once")
}
