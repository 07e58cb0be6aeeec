package watch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"spoor/analytics/alert"
	"spoor/analytics/links"
	"spoor/analytics/watch"
	"spoor/flow"
	"spoor/topology"
)

const second = int64(1e9)

// bench is a watch over a given fabric of 2 spines and 2 leaves with links of 1
// Gbit/s: leaf N (agent 10.255.0.N) has port 48+S to spine S (agent 10.255.0.50+S), its port N;
// leaf1 and spine1 have a second link, from port 51 to port 3.
type bench struct {
	t     *testing.T
	w     *watch.Watch
	ports *links.Table
	snap  *topology.Snapshot
	now   int64
	told  []string // "raised warning LinkBusy: summary"
	last  *flow.Alert
	count map[links.ID]*links.Poll

	learner *topology.Learner
}

func newBench(t *testing.T) *bench {
	t.Helper()
	text := `{"nodes":{`
	for i, n := range []string{"leaf1", "leaf2"} {
		text += fmt.Sprintf(`%q:{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p49":{"ifindex":49},"p50":{"ifindex":50},"p51":{"ifindex":51}}},`, n, i+1)
	}
	for i, n := range []string{"spine1", "spine2"} {
		text += fmt.Sprintf(`%q:{"agent":"10.255.0.%d","ports":{"p1":{"ifindex":1},"p2":{"ifindex":2},"p3":{"ifindex":3}}},`, n, 51+i)
	}
	text = strings.TrimSuffix(text, ",") + `},"links":{`
	for l := 1; l <= 2; l++ {
		for s := 1; s <= 2; s++ {
			text += fmt.Sprintf(`"l%d%d":{"node1":"leaf%d","port1":"p%d","node2":"spine%d","port2":"p%d"},`, l, s, l, 48+s, s, l)
		}
	}
	text += `"second":{"node1":"leaf1","port1":"p51","node2":"spine1","port2":"p3"}`
	given, err := topology.ParseStatic([]byte(text + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	learner := topology.NewLearner(topology.Config{Learn: true, Static: given, Speeds: []topology.Speed{{Bps: 1e9}}}, topology.NewRegistry())
	snap, _ := learner.Apply(nil, second)
	b := &bench{t: t, learner: learner, ports: links.New(1000), snap: snap, now: 1000 * second, count: map[links.ID]*links.Poll{}}
	b.w = watch.New(alert.NewBook(alert.DefaultConfig()), b.ports)
	b.w.Begin(snap, b.now)
	return b
}

func agentAddr(n byte) flow.Addr { return flow.AddrFrom4([4]byte{10, 255, 0, n}) }

func (b *bench) id(agent byte, ifIndex uint32) links.ID {
	return links.ID{Switch: b.snap.ID(agentAddr(agent)), IfIndex: ifIndex}
}

// port gives the counters of a port, to be changed before the next poll.
func (b *bench) port(agent byte, ifIndex uint32) *links.Poll {
	id := b.id(agent, ifIndex)
	if b.count[id] == nil {
		b.count[id] = &links.Poll{Port: id, Speed: 1e9, Up: true, UpKnown: true}
	}
	return b.count[id]
}

// poll takes the counters of all ports that were named.
func (b *bench) poll() {
	for _, p := range b.count {
		p.At = b.now
		b.ports.Poll(p)
		b.w.Polled(p)
	}
}

// run lets so many seconds pass with a poll each 20 s; each is called before every second.
func (b *bench) run(seconds int, each func()) {
	for i := range seconds {
		b.now += second
		b.w.Begin(b.snap, b.now)
		if each != nil {
			each()
		}
		if i%20 == 0 {
			b.poll()
		}
		for _, a := range b.w.Tick() {
			summary := ""
			for _, l := range a.Annotations {
				if l.Name == "summary" {
					summary = l.Value
				}
			}
			if a.State != flow.AlertActive {
				b.told = append(b.told, fmt.Sprintf("%s %s %s: %s", a.State, a.Severity, a.Labels[0].Value, summary))
			}
			b.last = a
		}
	}
}

// tells checks what was told since the last call, each by a part of its text.
func (b *bench) tells(want ...string) {
	b.t.Helper()
	ok := len(want) == len(b.told)
	for i := range want {
		ok = ok && strings.Contains(b.told[i], want[i])
	}
	if !ok {
		b.t.Errorf("told\n%s\nwant\n%s", strings.Join(b.told, "\n"), strings.Join(want, "\n"))
	}
	b.told = nil
}

func TestPortDown(t *testing.T) {
	b := newBench(t)
	p, far, host := b.port(1, 49), b.port(51, 1), b.port(1, 1)
	b.run(60, nil)
	p.Up, far.Up, host.Up = false, false, false
	b.run(60, nil)
	b.tells("raised critical PortDown: leaf1:p49 is down") // once for both ends; a host that is switched off is nobody's concern
	far.Up = true
	b.run(30, nil)
	p.Up = true
	b.run(180, nil)
	b.tells("resolved critical PortDown: leaf1:p49")
	p.Up, p.AdminOff = false, true
	b.run(60, nil)
	b.tells()
}

// TestSwitchDown: all links to a switch are one alert, and its silence none beside it.
func TestSwitchDown(t *testing.T) {
	b := newBench(t)
	ports := []*links.Poll{b.port(1, 49), b.port(2, 49), b.port(1, 51)} // all that lead to spine1
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(51)}, Heard: b.now}
	hear := func() { a.Heard = b.now; b.w.Agents([]watch.Agent{a}) }
	b.run(60, hear)
	for _, p := range ports {
		p.Up = false
	}
	b.run(180, func() { b.w.Agents([]watch.Agent{a}) })
	b.tells("raised critical PortDown: all 3 links to spine1 are down")
	for _, p := range ports {
		p.Up = true
	}
	b.run(180, hear)
	b.tells("resolved critical PortDown: all 3 links to spine1 are down")
}

func TestPortFlapping(t *testing.T) {
	b := newBench(t)
	p := b.port(1, 49)
	b.run(60, nil)
	for range 4 {
		p.Up = !p.Up
		b.run(20, nil)
	}
	if !slices.ContainsFunc(b.told, func(s string) bool { return strings.Contains(s, "raised critical PortFlapping: leaf1:p49") }) {
		t.Errorf("told %q", b.told)
	}
	b.told = nil
	b.run(1500, nil)
	b.tells("resolved critical PortFlapping") // it was never down for long enough to be told of that
}

func TestErrorsAndDiscards(t *testing.T) {
	b := newBench(t)
	p := b.port(2, 50)
	b.run(60, nil)
	broken := func() { p.In.Errors++; p.In.Frames += 9999; p.In.Octets += 9e6; p.Out.Discards += 3 }
	b.run(60, broken)
	b.tells("raised warning PortErrors: leaf2:p50 receives 1 damaged frames a second, 0.01% of all", "raised warning PacketDrops: leaf2:p50 discards 3 packets")
	b.run(400, nil)
	b.tells("resolved warning PacketDrops", "resolved warning PortErrors")
}

// TestDropsAndDiscards: a port that notifies of drops and counts them is told of once.
func TestDropsAndDiscards(t *testing.T) {
	b := newBench(t)
	p := b.port(1, 49)
	b.run(60, nil)
	b.run(90, func() {
		p.Out.Discards += 200
		for range 2 {
			b.w.Dropped(&watch.Drop{Agent: agentAddr(1), Port: 49, Flow: 5, Reason: "no_buffer_space", At: b.now})
		}
	})
	b.tells("raised warning PacketDrops: leaf1:p49 discards packets (no_buffer_space), of at least 1 flow")
	if got := b.last.Annotations[0].Value; !strings.Contains(got, "the port's counter says 200 a second") {
		t.Error(got)
	}
	silent := b.port(2, 50) // counts discards and tells of none
	b.run(41, func() { silent.Out.Discards += 300; silent.In.Discards += 2; p.Out.Discards += 200 })
	rows := b.w.Drops(10)
	if len(rows) != 2 || rows[0].Port.String() != "leaf2:p50" || rows[0].Reason != "discards" || rows[0].In != 2 || rows[0].Out != 300 || rows[0].Total != 0 || rows[0].Last == 0 ||
		rows[1].Port.String() != "leaf1:p49" || rows[1].Total != 180 || rows[1].Out != 200 || rows[1].In != 0 {
		t.Errorf("%+v", rows)
	}
	b.run(60, nil)
	if rows = b.w.Drops(10); len(rows) != 1 || rows[0].Out != 0 {
		t.Errorf("when it is over: %+v", rows)
	}
}

// TestErrorsThatSayWhyFramesAreLost: what a bad optic loses is one alert, as bad as it is from the start.
func TestErrorsThatSayWhyFramesAreLost(t *testing.T) {
	b := newBench(t)
	from, to := b.port(51, 2), b.port(2, 49)
	b.run(60, nil)
	bad := func() {
		from.Out.Octets += 60e6
		to.In.Octets += 60e6 * 995 / 1000
		to.In.Frames += 39_800
		to.In.Errors += 200
	}
	b.run(1200, bad)
	b.tells("raised critical PortErrors: leaf2:p49 receives 10 damaged frames a second, 0.50% of all") // since a poll 20 s ago
	if got := b.last.Annotations[0].Value; !strings.Contains(got, ": spine1:p2>leaf2:p49 loses 0.50%") {
		t.Error(got)
	}
	b.run(400, nil)
	b.tells("resolved critical PortErrors")
	b = newBench(t) // an agent that counts no frames: how bad it is comes out later
	from, to = b.port(51, 2), b.port(2, 49)
	b.run(60, nil)
	b.run(1200, func() { bad(); to.In.Frames = math.MaxUint32 })
	b.tells("raised warning PortErrors", "resolved warning PortErrors", "raised critical PortErrors: leaf2:p49 receives 200 damaged frames a second: spine1:p2>leaf2:p49 loses 0.50%")
}

func TestBusyLinkNamesItsElephants(t *testing.T) {
	b := newBench(t)
	p := b.port(1, 49)
	p.Speed = 0
	b.run(60, nil)
	m := &flow.Elephant{
		ID: 7, Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), Proto: 6}, Since: b.now, Rate: 300e6,
		Links: []flow.ElephantLink{{ID: "x", From: b.snap.FlowPort(b.id(1, 49).Switch, 49), To: b.snap.FlowPort(b.id(51, 1).Switch, 1)}},
	}
	b.w.Elephant(m)
	b.run(200, func() { p.Out.Octets += 120e6 }) // 960 Mbit/s
	b.tells("raised warning LinkBusy: leaf1:p49>spine1:p1 is 96% full, 300 Mbit/s of it by one elephant: 10.1.1.1 > 10.2.1.1")
	if !slices.Equal(b.last.Flows, []uint64{7}) {
		t.Errorf("flows are %v", b.last.Flows)
	}
	b.run(100, func() { p.Out.Octets += 107e6 }) // 856 Mbit/s: enough to keep it
	b.tells()
	b.run(200, func() { p.Out.Octets += 50e6 })
	b.tells("resolved warning LinkBusy")
}

func TestLinkThatLosesFrames(t *testing.T) {
	b := newBench(t)
	from, to := b.port(51, 2), b.port(2, 49)
	frames := 0
	b.run(1200, func() {
		from.Out.Octets += 60e6
		to.In.Octets += 60e6 * 995 / 1000
		frames++
	})
	b.tells("raised critical LinkLoss: spine1:p2>leaf2:p49 loses 0.50%")
	b.run(900, func() { from.Out.Octets += 60e6; to.In.Octets += 60e6 }) // repaired: five minutes to be sure of it, and five to clear
	b.tells("resolved critical LinkLoss: spine1:p2>leaf2:p49")
	b = newBench(t)
	from, to = b.port(51, 2), b.port(2, 49)
	b.run(1200, func() { from.Out.Octets += 60e6; to.In.Octets += 60e6 })
	b.tells()
	b.run(1800, func() { from.Out.Octets += 20e6; to.In.Octets += 80e6 })
	b.tells("raised info LinkMislearned: spine1:p2>leaf2:p49")
}

func TestLinksToOneNeighbourOutOfBalance(t *testing.T) {
	b := newBench(t)
	one, two := b.port(1, 49), b.port(1, 51) // both to spine1
	b.run(400, func() { one.Out.Octets += 100e6; two.Out.Octets += 10e6 })
	b.tells("raised warning LAGImbalance: the 2 links from leaf1 to spine1 are out of balance: leaf1:p49>spine1:p1 is 80% full, the mean is 44%; of many flows")
	b.run(100, func() { one.Out.Octets += 70e6; two.Out.Octets += 40e6 }) // 1.27 times the mean: even again
	b.run(400, func() { one.Out.Octets += 55e6; two.Out.Octets += 55e6 })
	b.tells("resolved warning LAGImbalance")
}

// TestMembersOfAnAggregate: agents that name only the aggregate poll its members all the same.
func TestMembersOfAnAggregate(t *testing.T) {
	b := newBench(t)
	one, two := b.port(1, 11), b.port(1, 12)
	one.LAG, two.LAG = 49, 49
	b.w.Elephant(b.elephantOf(7, 1, 1, flow.SeverityInfo))
	b.run(400, func() { one.Out.Octets += 100e6; two.Out.Octets += 10e6 })
	b.tells("raised warning LAGImbalance: the 2 members of leaf1:p49 are out of balance: leaf1:11 is 80% full, the mean is 44%; ")
	b.run(400, func() { one.Out.Octets += 55e6; two.Out.Octets += 55e6 })
	b.tells("resolved warning LAGImbalance")
}

// TestSocket: what is lost at our own socket is no fault of the agents.
func TestSocket(t *testing.T) {
	b := newBench(t)
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(1)}}
	received, dropped := uint64(0), uint64(0)
	talk := func(lost uint64) func() {
		return func() {
			a.Heard = b.now
			a.Datagrams += 100
			a.Lost += lost
			received += 100
			dropped += lost
			b.w.Socket(received, dropped)
			b.w.Agents([]watch.Agent{a})
		}
	}
	b.run(60, talk(0))
	b.run(90, talk(5))
	b.tells("raised warning TelemetryLoss: 4.76% of all datagrams were dropped at this collector's socket")
	b.run(300, talk(0))
	b.tells("resolved warning TelemetryLoss")
}

func TestSlowDetection(t *testing.T) {
	b := newBench(t)
	d := watch.Detection{Switch: b.id(1, 49).Switch, Port: 49, P99: 60, Rate: 100_000, Wanted: 1000, Slow: 3, Ports: 4}
	b.run(900, func() { b.w.Detects(&d, 5) })
	b.tells("raised info DetectionSlow: elephants on 3 of 4 ports of leaf1 would be found later than 5 s after they begin: on leaf1:p49 after 60 s, for it samples one in 100000 packets; one in 1000 would do")
	d.Slow = 0
	b.run(900, func() { b.w.Detects(&d, 5) })
	b.tells("resolved info DetectionSlow")
}

func TestAgents(t *testing.T) {
	b := newBench(t)
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(1)}, Rate: 1000}
	talk := func() {
		a.Heard = b.now
		a.Datagrams += 10
		a.Samples += 60
		b.w.Agents([]watch.Agent{a})
	}
	b.run(300, talk)
	b.tells()
	b.run(90, func() { a.Lost++; talk() })
	b.tells("raised warning TelemetryLoss: 5.31% of the datagrams of leaf1")
	b.run(300, talk)
	b.tells("resolved warning TelemetryLoss")
	b.run(120, func() { a.Dropped += 30; talk() })
	b.tells("raised warning TelemetryLoss: leaf1 itself dropped 22%")
	b.run(300, talk)
	b.tells("resolved warning TelemetryLoss")
	a.Rate = 2000
	b.run(30, talk)
	b.tells("raised info SamplingRateChanged: leaf1 samples 1 in 2000 packets now, 1 in 1000 before")
	b.run(1000, talk)
	b.tells("resolved info SamplingRateChanged")
	silent := func() { b.w.Agents([]watch.Agent{a}) }
	b.run(60, silent)
	b.tells("raised warning AgentSilent: leaf1 has sent no sFlow for 41 seconds")
	b.run(60, talk)
	b.tells("resolved warning AgentSilent")
	a.Shared = true
	b.run(60, talk)
	b.tells("raised warning AgentAddressShared: several devices send sFlow as agent 10.255.0.1")
}

// TestRareAgentIsNotSilent: an agent without traffic sends its counters each 60 s.
func TestRareAgentIsNotSilent(t *testing.T) {
	b := newBench(t)
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(1)}, Heard: b.now}
	b.w.Agents([]watch.Agent{a})
	n := 0
	b.run(1200, func() {
		if n++; n%15 == 0 && n < 200 || n%60 == 0 {
			a.Heard = b.now
			a.Datagrams++
		}
		b.w.Agents([]watch.Agent{a})
	})
	if len(b.told) > 2 { // told once at most, when it became rare
		t.Errorf("told %q", b.told)
	}
	b.told = nil
	b.run(400, func() { b.w.Agents([]watch.Agent{a}) })
	b.tells("raised warning AgentSilent")
}

func TestDrops(t *testing.T) {
	b := newBench(t)
	drop := func() {
		for range 2 {
			b.w.Dropped(&watch.Drop{Agent: agentAddr(1), Port: 49, Flow: 5, Reason: "no_buffer_space", At: b.now})
		}
	}
	b.run(30, drop)
	b.tells("raised warning PacketDrops: leaf1:p49 discards packets (no_buffer_space), of at least 1 flow")
	b.w.Elephant(&flow.Elephant{ID: 5})
	b.run(30, drop)
	b.tells("resolved warning", "raised critical PacketDrops: leaf1:p49 discards packets (no_buffer_space), of at least 1 flow, an elephant among them")
	b.run(100, nil)
	b.tells("resolved critical PacketDrops")
}

// elephantOf gives a message about an elephant on leaf1's uplink.
func (b *bench) elephantOf(id uint64, src, dst byte, severity flow.Severity) *flow.Elephant {
	return &flow.Elephant{
		ID: id, Severity: severity, Since: b.now, Rate: 200e6,
		Key: flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, src}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, dst}), SrcPort: uint16(id), DstPort: 80, Proto: 6},
		Links: []flow.ElephantLink{{
			ID: "10.255.0.1/49--10.255.0.51/1", From: b.snap.FlowPort(b.id(1, 49).Switch, 49), To: b.snap.FlowPort(b.id(51, 1).Switch, 1),
		}},
	}
}

func (b *bench) tell(m *flow.Elephant) *flow.Elephant {
	b.w.Elephant(m)
	return m
}

func TestIncidents(t *testing.T) {
	b := newBench(t)
	if m := b.tell(b.elephantOf(1, 1, 1, flow.SeverityInfo)); m.Incident != "" {
		t.Errorf("alone: %q", m.Incident)
	}
	b.run(15, nil)
	b.tells() // info is data
	if m := b.tell(b.elephantOf(2, 2, 2, flow.SeverityWarning)); m.Incident != "link/leaf1:p49>spine1:p1" {
		t.Errorf("two on one link: %q", m.Incident)
	}
	b.run(15, nil)
	b.tells("raised warning ElephantIncident: 2 elephants share leaf1:p49>spine1:p1 and take 400 Mbit/s of it")
	if !slices.Equal(b.last.Flows, []uint64{1, 2}) || b.last.Incident != "link/leaf1:p49>spine1:p1" {
		t.Errorf("%+v", b.last)
	}
	end := b.elephantOf(2, 2, 2, flow.SeverityWarning)
	end.State = flow.ElephantEnded
	b.tell(end)
	b.run(30, nil)
	b.tells("resolved warning ElephantIncident")

	b.tell(b.elephantOf(3, 1, 1, flow.SeverityWarning))
	b.run(15, nil)
	b.tells("raised warning ElephantIncident: 2 elephants from 10.1.1.1 to 10.2.1.1 take 400 Mbit/s together")
	b.tell(b.elephantOf(4, 4, 9, flow.SeverityInfo))
	b.tell(b.elephantOf(5, 5, 9, flow.SeverityInfo))
	if m := b.tell(b.elephantOf(6, 6, 9, flow.SeverityInfo)); m.Incident != "receiver/10.2.1.9" {
		t.Errorf("three to one: %q", m.Incident)
	}
	b.run(15, nil)
	b.tells("raised warning ElephantIncident: 3 elephants to 10.2.1.9 take 600 Mbit/s together (incast)")
}

func TestLoneElephant(t *testing.T) {
	b := newBench(t)
	m := b.elephantOf(1, 1, 1, flow.SeverityWarning)
	b.tell(m)
	b.run(100, nil)
	b.tells("raised warning ElephantFlow: 10.1.1.1:1 > 10.2.1.1:80 t")
	m.State = flow.ElephantEnded
	b.tell(m)
	b.run(15, nil)
	b.tells("resolved warning ElephantFlow: 10.1.1.1:1 > 10.2.1.1:80 t")
}

// TestMutedElephant: it says so in its message, and nobody is woken.
func TestMutedElephant(t *testing.T) {
	b := newBench(t)
	rule, err := alert.ParseRule(`name=backup src=10.1.1.1`, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := alert.DefaultConfig()
	cfg.Mute = []alert.Rule{rule}
	b.w = watch.New(alert.NewBook(cfg), b.ports)
	b.w.Begin(b.snap, b.now)
	if m := b.tell(b.elephantOf(1, 1, 1, flow.SeverityWarning)); m.Muted != "backup" {
		t.Errorf("muted by %q", m.Muted)
	}
	b.run(100, nil)
	b.tells()
}

func TestQuietFabricTellsNothing(t *testing.T) {
	b := newBench(t)
	for _, p := range [...][2]uint32{{1, 49}, {1, 50}, {2, 49}, {2, 50}, {51, 1}, {51, 2}, {52, 1}, {52, 2}} {
		b.port(byte(p[0]), p[1])
	}
	a := watch.Agent{AgentKey: watch.AgentKey{Addr: agentAddr(1)}, Rate: 1000}
	b.run(3600, func() {
		for _, p := range b.count {
			p.In.Octets += 40e6
			p.Out.Octets += 40e6
		}
		a.Heard = b.now
		a.Datagrams += 3
		b.w.Agents([]watch.Agent{a})
	})
	b.tells()
}
