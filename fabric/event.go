package fabric

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// EventKind says what happens.
type EventKind uint8

// Kinds of event.
const (
	EventMove     EventKind = iota // ECMP hashes Value of all running flows (or the flows of Target "elephants") anew
	EventDrain                     // switch Target (a spine or super-spine) gets no more traffic
	EventUndrain                   // and again
	EventRestart                   // the agent of switch Target is gone for 3 s, comes back with every ifIndex another
	EventRate                      // switch Target ("" = all) samples Value times as rarely
	EventHostMove                  // host Target goes to leaf To with its addresses
	EventHold                      // what the agent of switch Target sends in the next 10 s arrives at their end, all at once
	EventGrey                      // the link from switch Target to switch To loses Value of its frames, and nobody counts them; 0 = none any more
	EventErrors                    // it damages Value of its frames: To counts errors; 0 = none any more
	EventLinkDown                  // the link between switch Target and switch or host To fails; To "*" = all links to higher switches
	EventLinkUp                    // and is there again
	EventRenumber                  // every ifIndex of switch Target is another from now on, and its agent goes on as if nothing was
	EventSpeed                     // both ends of the link between switch Target and switch To say from now on that it does Value bit/s
)

var eventNames = [...]string{"move", "drain", "undrain", "restart", "rate", "hostmove", "hold", "grey", "errors", "linkdown", "linkup", "renumber", "speed"}

// String gives the name that ParseEvent reads and the truth shows.
func (k EventKind) String() string { return eventNames[k] }

// Event is something that happens to the fabric or its agents during the run.
type Event struct {
	At     time.Duration // after the run's start
	Kind   EventKind
	Target string  // name of a switch or host: leaf1, spine2, super1, h1-1
	To     string  // EventHostMove: name of a leaf; EventGrey, EventErrors, EventLinkDown, EventLinkUp, EventSpeed: of the far end, /N for the Nth link of a LAG
	Value  float64 // EventMove: share of the flows; EventRate: factor; EventGrey, EventErrors: share of the frames; EventSpeed: bit/s
}

// ParseEvent reads an event as flags give it: move:0.5@20s, move:elephants@20s,
// drain:spine1@20s, undrain:spine1@40s, restart:leaf2@30s, rate:leaf1*4@30s,
// rate:*4@30s, hostmove:h1-1>leaf3@20s, hold:leaf1@20s,
// grey:leaf1>spine1*0.005@20s, errors:leaf1>spine1*0.01@20s, linkdown:leaf1>spine1@20s, linkup:leaf1>spine1@30s,
// renumber:leaf2@20s, speed:leaf1>spine1*40e9@20s.
func ParseEvent(s string) (Event, error) {
	const forms = "drain:spine1@20s, undrain:, move:0.5@20s, restart:leaf2@20s, rate:leaf1*4@20s, hostmove:h1-1>leaf3@20s, hold:leaf1@20s, grey:leaf1>spine1*0.005@20s, errors:leaf1>spine1*0.01@20s, linkdown:leaf1>spine1@20s, linkup:, renumber:leaf2@20s or speed:leaf1>spine1*40e9@20s"
	var e Event
	kind, rest, ok := strings.Cut(s, ":")
	what, at, ok2 := strings.Cut(rest, "@")
	k := slices.Index(eventNames[:], kind)
	if !ok || !ok2 || k < 0 {
		return e, bad("event %q: write %s", s, forms)
	}
	var err error
	e.Kind = EventKind(k)
	if e.At, err = time.ParseDuration(at); err != nil {
		return e, bad("event %q: %q is no time, write 20s", s, at)
	}
	number := ""
	switch e.Kind {
	case EventMove:
		number = what
		if what == "elephants" {
			e.Target, number = what, "1"
		}
	case EventRate:
		e.Target, number, _ = strings.Cut(what, "*")
	case EventHostMove, EventLinkDown, EventLinkUp:
		e.Target, e.To, _ = strings.Cut(what, ">")
	case EventGrey, EventErrors, EventSpeed:
		what, number, _ = strings.Cut(what, "*")
		e.Target, e.To, _ = strings.Cut(what, ">")
	case EventDrain, EventUndrain, EventRestart, EventHold, EventRenumber:
		e.Target = what
	}
	if number != "" || e.Kind.valued() {
		if e.Value, err = strconv.ParseFloat(number, 64); err != nil {
			return e, bad("event %q: %q is no number", s, number)
		}
	}
	return e, nil
}

// valued tells whether an event has a value that must be given.
func (k EventKind) valued() bool {
	return k == EventMove || k == EventRate || k == EventGrey || k == EventErrors || k == EventSpeed
}

func (c *Config) validateEvents() error {
	for i := range c.Events {
		e := &c.Events[i]
		switch {
		case int(e.Kind) >= len(eventNames):
			return bad("event of unknown kind %d", e.Kind)
		case e.At < 0:
			return bad("%v %s at %v: before the start", e.Kind, e.Target, e.At)
		case e.Kind == EventMove && !(e.Value > 0 && e.Value <= 1):
			return bad("move of %v of the flows: a share is more than 0 and at most 1", e.Value)
		case e.Kind == EventRate && !(e.Value > 0 && e.Value <= 1e6):
			return bad("sampling rate times %v: a factor is more than 0 and at most 1e6", e.Value)
		case (e.Kind == EventGrey || e.Kind == EventErrors) && !(e.Value >= 0 && e.Value <= 1):
			return bad("%v %s>%s of %v of the frames: a share is 0 to 1", e.Kind, e.Target, e.To, e.Value)
		case e.Kind == EventSpeed && !(e.Value >= 1e6 && e.Value <= 10e12):
			return bad("speed %s>%s of %v bit/s: want 1e6 to 10e12", e.Target, e.To, e.Value)
		case e.Kind == EventHostMove && c.DualHomed > 0:
			return bad("hosts cannot move where hosts are dual-homed")
		}
	}
	return nil
}

// schedule gives the events by time.
func (c *Config) schedule() []Event {
	return slices.SortedStableFunc(slices.Values(c.Events), func(a, b Event) int { return cmp.Compare(a.At, b.At) })
}
