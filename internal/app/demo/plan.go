package demo

import (
	"fmt"
	"slices"
	"time"

	"spoor/fabric"
)

// plan is what the fabric will do and when, by the configuration.
type plan struct {
	elephants []fabric.Elephant
	events    []fabric.Event
	told      time.Duration // what came before was told
}

// never is later than any demo lasts.
const never = 1000 * time.Hour

func newPlan(c *fabric.Config) plan {
	return plan{elephants: c.Elephants, events: c.Events, told: -1}
}

// step is one thing that happens.
type step struct {
	at   time.Duration
	what string
}

// ahead gives, of each thing, when it happens next.
func (p *plan) ahead() []step {
	var list []step
	add := func(at, every time.Duration, what string) {
		if at <= p.told && every > 0 {
			at += every * time.Duration(int64((p.told-at)/every)+1)
		}
		if at > p.told {
			list = append(list, step{at, what})
		}
	}
	for _, e := range p.elephants {
		article, name := "an ", fmt.Sprintf("elephant of %.3g%%", 100*e.Share)
		if e.Flows > 1 {
			article, name = "a ", fmt.Sprintf("group of %d flows of %.3g%% between two hosts", e.Flows, 100*e.Share)
		}
		add(e.Start, e.Every, article+name+" begins")
		if e.Duration > 0 {
			add(e.Start+e.Duration, e.Every, "the "+name+" is over")
		}
	}
	for _, e := range p.events {
		add(e.At, 0, eventText(e))
	}
	slices.SortStableFunc(list, func(a, b step) int { return int(a.at - b.at) })
	return list
}

// next gives the time of the next step.
func (p *plan) next() time.Duration {
	if list := p.ahead(); len(list) > 0 {
		return list[0].at
	}
	return never
}

// due gives what happens until now and was not told.
func (p *plan) due(now time.Duration) []string {
	var list []string
	for s := p.ahead(); len(s) > 0 && s[0].at <= now; s = p.ahead() {
		for _, x := range s {
			if x.at == s[0].at {
				list = append(list, x.what)
			}
		}
		p.told = s[0].at
	}
	return list
}

func eventText(e fabric.Event) string {
	switch e.Kind {
	case fabric.EventMove:
		if e.Target != "" {
			return "the " + e.Target + " move to other paths"
		}
		return fmt.Sprintf("%.3g%% of the flows move to other paths", 100*e.Value)
	case fabric.EventDrain:
		return e.Target + " is drained: its flows move"
	case fabric.EventUndrain:
		return e.Target + " is back in service"
	case fabric.EventSpeed:
		return fmt.Sprintf("the link between %s and %s now does %.3g Gbit/s", e.Target, e.To, e.Value/1e9)
	case fabric.EventRestart:
		return "the agent of " + e.Target + " restarts, and numbers its ports anew"
	case fabric.EventRate:
		who := e.Target
		if who == "" {
			who = "every switch"
		}
		return fmt.Sprintf("%s samples %g times as rarely", who, e.Value)
	case fabric.EventHold:
		return "what the agent of " + e.Target + " sends is held back for 10 s"
	case fabric.EventHostMove:
		return "host " + e.Target + " moves to " + e.To
	case fabric.EventGrey:
		return fmt.Sprintf("the link from %s to %s loses %.3g%% of its frames", e.Target, e.To, 100*e.Value)
	case fabric.EventErrors:
		return fmt.Sprintf("the link from %s to %s damages %.3g%% of its frames", e.Target, e.To, 100*e.Value)
	case fabric.EventLinkDown:
		return "the link between " + e.Target + " and " + e.To + " fails"
	case fabric.EventLinkUp:
		return "the link between " + e.Target + " and " + e.To + " is back"
	case fabric.EventRenumber:
		return "every ifIndex of " + e.Target + " is another, and nothing tells of it"
	}
	return e.Kind.String()
}
