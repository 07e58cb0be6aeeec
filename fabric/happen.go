package fabric

import "time"

// happened is an event as the truth shows it.
type happened struct {
	at    int64
	event Event
}

// restartTime is how long an agent is silent while it restarts.
const restartTime = int64(3 * time.Second)

// holdTime is how long datagrams are held back.
const holdTime = int64(10 * time.Second)

// happen carries out the events that are due.
func (f *Fabric) happen() {
	for len(f.events) > 0 && f.start+int64(f.events[0].At) <= f.now {
		e := f.events[0]
		f.noteWays()
		f.events = f.events[1:]
		f.happened = append(f.happened, happened{f.now, e})
		switch e.Kind {
		case EventMove:
			f.move(&e)
		case EventDrain:
			f.net.find(e.Target).drained = true
		case EventUndrain:
			f.net.find(e.Target).drained = false
		case EventRestart:
			f.net.find(e.Target).agent.restart(f.now, f.now+restartTime)
			f.rates++
		case EventRenumber:
			f.net.find(e.Target).agent.renumber()
		case EventRate:
			f.changeRate(&e)
		case EventHostMove:
			f.moveHost(&e)
		case EventHold:
			f.net.find(e.Target).agent.held = f.now + holdTime
		case EventGrey, EventErrors:
			f.net.spoil(&e)
		case EventLinkDown, EventLinkUp:
			f.net.cut(&e)
		case EventSpeed:
			for _, p := range f.net.between(e.Target, e.To) {
				p.speed, p.far.speed = uint64(e.Value), uint64(e.Value)
			}
		}
		f.routing++
	}
}

func (f *Fabric) move(e *Event) {
	for _, s := range f.sessions {
		if e.Target != "" && s.elephant < 0 || f.traffic.Float64() >= e.Value {
			continue
		}
		s.data.salt++
		if s.ack != nil {
			s.ack.salt++
		}
	}
}

func (f *Fabric) changeRate(e *Event) {
	for _, v := range f.net.nodes {
		if e.Target == "" || v.name == e.Target {
			for _, p := range v.ports {
				p.source.setRate(uint32(float64(p.source.rate) * e.Value))
			}
		}
	}
	f.rates++
}

// moveHost attaches a host to a new port of another leaf; the old one stays, with nobody behind it.
func (f *Fabric) moveHost(e *Event) {
	h, leaf := f.net.findHost(e.Target), f.net.find(e.To)
	h.ports[0].host = nil
	h.ports = h.ports[:0]
	p := f.net.attach(h, leaf)
	p.source.setRate(f.net.rate(p.speed))
	for _, g := range f.net.hosts {
		if g.home == h {
			g.ports = h.ports
		}
	}
}
