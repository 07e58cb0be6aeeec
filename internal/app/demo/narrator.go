package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"spoor/internal/app/tail"
	"spoor/publish"
)

// What is shown: so many paths one by one, and a summary so often.
const (
	pathsShown   = 12
	summaryEvery = 5 * time.Second
)

// said is what is read in a message about a path, an elephant or an alert.
type said struct {
	State     string    `json:"state"`
	Cause     string    `json:"cause"`
	EndReason string    `json:"end_reason"`
	Slot      int       `json:"slot"`
	Share     float64   `json:"share"`
	ShareLow  float64   `json:"share_low"`
	ShareHigh float64   `json:"share_high"`
	Time      time.Time `json:"time"`
	Detected  time.Time `json:"detected"`
	Switches  []string  `json:"switches"`
	Flow      struct {
		ID string `json:"id"`
	} `json:"flow"`
}

// narrator puts into words what happens.
type narrator struct {
	o      *Options
	oracle *oracle
	watch  *watch
	screen screen
	lines  *tail.Printer
	began  time.Time
	gauges gauges
	plan   plan

	shown int              // paths
	moved int              // paths that changed
	alive map[string]*said // elephants, by flow
}

func newNarrator(o *Options, oracle *oracle, w *watch) *narrator {
	return &narrator{
		o: o, oracle: oracle, watch: w,
		screen: screen{out: o.Out, width: o.Width, colour: o.Colour},
		lines:  &tail.Printer{Zone: o.Zone, Now: time.Now},
		alive:  map[string]*said{},
	}
}

func (n *narrator) say(style, format string, args ...any) {
	n.screen.line(style, fmt.Sprintf(format, args...))
}

// run tells until ctx ends; it calls hangUp when nobody listens any more.
func (n *narrator) run(ctx context.Context, hangUp func()) {
	t := time.NewTicker(summaryEvery)
	defer t.Stop()
	next := time.NewTimer(time.Until(n.began.Add(n.plan.next())))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-n.watch.messages:
			n.hear(m)
		case <-t.C:
			n.summary(ctx)
		case <-next.C:
			for _, what := range n.plan.due(time.Since(n.began)) {
				n.say(plain, "%s  fabric: %s", n.clock(), what)
			}
			next.Reset(time.Until(n.began.Add(n.plan.next())))
		}
		if n.screen.err != nil {
			hangUp()
			return
		}
	}
}

func (n *narrator) hear(m message) {
	var s said
	line, err := n.lines.Line(m.topic.String(), m.value)
	if err == nil {
		err = json.Unmarshal(m.value, &s)
	}
	if err != nil {
		n.say(plain, "%v", err)
		return
	}
	switch m.topic {
	case publish.Elephants:
		n.elephant(&s, line)
	case publish.Paths:
		n.path(&s, line)
	case publish.Alerts:
		if s.State != "active" { // it was told before
			n.say(bold, "%s", about("alert", line))
		}
	default: // nothing for the screen
	}
}

// elephant tells of one that starts or ends, and how long after the fabric made it so.
func (n *narrator) elephant(s *said, line string) {
	id, line := s.Flow.ID, about("elephant", line)
	switch s.State {
	case "started":
		n.alive[id] = s
		truth, sure := n.oracle.ask(id)
		if truth == nil {
			if sure {
				line += "  FALSE: the fabric has no such elephant"
			}
			n.say(bold, "%s", line)
			return
		}
		n.say(bold, "%s  found %s after it began", line, lag(s.Detected.Sub(truth.began)))
	case "updated":
		n.alive[id] = s
	case "ended":
		delete(n.alive, id)
		if truth, _ := n.oracle.ask(id); truth != nil {
			line += fmt.Sprintf("  told %s after its last packet", lag(s.Time.Sub(truth.end)))
		}
		n.say(bold, "%s", line)
	}
}

// path shows the first ones, and all that concern an elephant.
func (n *narrator) path(s *said, line string) {
	if s.Cause == "expired" {
		return
	}
	id, line := s.Flow.ID, about("path", line)
	if s.Cause == "moved" {
		n.moved++
	}
	if s.State != "complete" {
		return
	}
	e := n.alive[id]
	switch {
	case e != nil && s.Cause == "moved":
		n.say(bold, "%s  this is elephant %s", line, tail.Letter(e.Slot))
	case n.shown < pathsShown:
		if n.shown++; n.shown == 1 {
			line += fmt.Sprintf("  the first one, %s after the start", lag(time.Since(n.began)))
		}
		n.say(plain, "%s", line)
		if n.shown == pathsShown {
			n.say(dim, "%s  and so on: further paths are only counted here", n.clock())
		}
	}
}

// summary is one line about everything.
func (n *narrator) summary(ctx context.Context) {
	g := n.gauges.read(ctx)
	if g == nil {
		return
	}
	big := "none"
	if len(n.alive) > 0 {
		var list []string
		for _, e := range n.alive {
			list = append(list, fmt.Sprintf("%s %.0f%%", tail.Letter(e.Slot), 100*e.Share))
		}
		slices.Sort(list)
		big = strings.Join(list, " ")
	}
	moved := ""
	if n.moved > 0 {
		moved = fmt.Sprintf(", %d moves", n.moved)
	}
	n.say(dim, "%s  after %.0f s  %.0f agents, %.0f links  %.0f samples, %.0f datagrams lost  %.0f flows, path known of %.0f%s  elephants: %s",
		n.clock(), time.Since(n.began).Seconds(), g["spoor_agents"], g["spoor_topology_links"], g[`spoor_samples_total{kind="flow",outcome="decoded"}`],
		g["spoor_agent_datagrams_lost_total"]+g["spoor_socket_dropped_datagrams_total"], g["spoor_flows"], g[`spoor_paths{state="complete"}`], moved, big)
	if lost := n.watch.lost(); lost > 0 {
		n.say(plain, "%s  the screen was held up: %d messages are not shown", n.clock(), lost)
	}
}

func (n *narrator) clock() string { return time.Now().In(n.o.Zone).Format("15:04:05.000") }

// about puts what a line is about behind its time.
func about(what, line string) string {
	at, rest, _ := strings.Cut(line, "  ")
	return at + "  " + what + " " + rest
}

// lag writes a short time.
func lag(d time.Duration) string { return fmt.Sprintf("%.1f s", max(0, d.Seconds())) }
