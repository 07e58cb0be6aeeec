package watch

import (
	"fmt"
	"slices"
	"strings"

	"spoor/analytics/alert"
	"spoor/flow"
)

// One cause can make the same wrong with all switches: from so many on they are
// one alert, until they are few again; and so are most of a small fabric's.
const (
	many       = 10
	mostLeast  = 3
	fewAgain   = 5
	namesShown = 5
)

// seeEach shows findings of one kind and reason about switches: one by one, or all
// as one if they are many. what says it of several, as "have sent no sFlow".
func (w *Watch) seeEach(kind alert.Kind, reason, what string, list []alert.Finding) {
	loud := list[:0:0]
	for i := range list {
		if w.book.MutedBy(&list[i], w.now) == nil {
			loud = append(loud, list[i])
		} else {
			w.book.See(&list[i], w.now)
		}
	}
	k := manyKey{kind, reason}
	most := len(loud) >= mostLeast && 2*len(loud) > len(w.agents)
	if len(loud) > many || most {
		w.many[k] = true
	} else if len(loud) <= fewAgain {
		delete(w.many, k)
	}
	if !w.many[k] {
		for i := range loud {
			w.book.See(&loud[i], w.now)
		}
		return
	}
	f := alert.Finding{Kind: kind, Subject: alert.Subject{Reason: strings.TrimPrefix(reason+"_many", "_")}, Weak: true, Incident: loud[0].Incident}
	var names []string
	for i := range loud {
		x := &loud[i]
		f.Weak = f.Weak && x.Weak
		f.Severity = max(f.Severity, x.Severity)
		if f.Since == 0 || x.Since != 0 && x.Since < f.Since {
			f.Since = x.Since
		}
		if kind == alert.AgentSilent {
			w.silent = append(w.silent, Silence{x.Subject.Agent, x.Subject.Switch, x.Since})
		}
		if i < namesShown {
			names = append(names, x.Subject.Switch)
		}
	}
	f.Summary = fmt.Sprintf("%d switches %s: %s", len(loud), what, strings.Join(names, ", "))
	if n := len(loud) - len(names); n > 0 {
		f.Summary += fmt.Sprintf(" and %d more", n)
	}
	w.book.See(&f, w.now)
}

// manyKey names what is wrong with many.
type manyKey struct {
	kind   alert.Kind
	reason string
}

// Silence is an agent that was heard before and is not now.
type Silence struct {
	Agent  flow.Addr
	Switch string
	Since  int64 // when it was heard last
}

// Silent gives the agents that are silent where one alert, without an agent of its
// own, tells of many; nil while each has one.
func (w *Watch) Silent() []Silence { return slices.Clone(w.silent) }
