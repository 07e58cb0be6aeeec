package demo

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"spoor/fabric"
	"spoor/internal/app/tail"
	"spoor/internal/judge"
	"spoor/publish"
)

// verdict compares what was found with the truth. The rules are the judge's,
// those by which recorded captures are judged.
func (s *show) verdict() error {
	truth := s.fabric.Truth()
	name := filepath.Join(s.dir, "truth.json")
	if err := writeTruth(name, truth); err != nil {
		return err
	}
	known, err := judge.Load(name)
	if err != nil {
		return err
	}
	r, err := judge.Score(known, s.dir)
	if err != nil {
		return err
	}
	lives, paths, err := s.remembered()
	if err != nil {
		return err
	}
	n := s.tell
	n.say(plain, "")
	n.say(bold, "What spoor found, compared with what truly happened in %.0f s:", truth.End-truth.Start)
	if text := late(truth.End-truth.Start, s.ran); text != "" {
		n.say(bold, "%s", text)
	}
	n.say(plain, "")
	for line := range strings.Lines(table(elephants(truth), lives, paths)) {
		n.say(plain, "%s", strings.TrimRight("  "+line, "\n "))
	}
	for _, line := range totals(r) {
		n.say(plain, "  %s", line)
	}
	return n.screen.err
}

func writeTruth(name string, t *fabric.Truth) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = t.WriteTo(f)
	return errors.Join(err, f.Close())
}

// life is what was said of a flow as an elephant: its first start, its share when
// it was last alive, its last end.
type life struct{ started, share, ended *said }

// remembered reads the messages again: the lives of elephants and the last
// complete path, by flow.
func (s *show) remembered() (lives map[string]*life, paths map[string][]string, err error) {
	lives, paths = map[string]*life{}, map[string][]string{}
	err = s.each(publish.Elephants, func(m *said) {
		l := lives[m.Flow.ID]
		if l == nil {
			l = &life{}
			lives[m.Flow.ID] = l
		}
		switch m.State {
		case "started":
			l.started, l.share = cmp.Or(l.started, m), m
		case "updated":
			l.share = m
		case "ended":
			l.ended = m
		}
	})
	if err != nil {
		return nil, nil, err
	}
	err = s.each(publish.Paths, func(m *said) {
		if m.State == "complete" && m.Cause != "expired" {
			paths[m.Flow.ID] = m.Switches
		}
	})
	return lives, paths, err
}

func (s *show) each(t publish.Topic, take func(*said)) error {
	f, err := os.Open(filepath.Join(s.dir, t.String()+".jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		m := new(said)
		if err := json.Unmarshal(lines.Bytes(), m); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		take(m)
	}
	return lines.Err()
}

// table has a row for each elephant of the fabric.
func table(list []*elephant, lives map[string]*life, paths map[string][]string) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "elephant\ttook\tspoor says\tfound after\tend seen after\tpath")
	for _, e := range list {
		name, says, found, end := "-", "-", "not found", "-"
		if l := lives[e.id]; l != nil && l.started != nil {
			name = tail.Letter(l.started.Slot)
			says = fmt.Sprintf("%.1f%% (%.0f-%.0f)", 100*l.share.Share, 100*l.share.ShareLow, 100*l.share.ShareHigh)
			found = lag(l.started.Detected.Sub(e.began))
			end = endSeen(e, l.ended)
		} else if e.end.Sub(e.began) < 5*time.Second {
			found = "too young"
		}
		fmt.Fprintf(w, "%s  %s > %s\t%.1f%%\t%s\t%s\t%s\t%s\n", name, end4(e.flow.Src, e.flow.SrcPort), end4(e.flow.Dst, e.flow.DstPort),
			100*e.flow.Share, says, found, end, right(e.flow, paths[e.id]))
	}
	_ = w.Flush() // into memory
	return b.String() + "\n"
}

func end4(addr string, port uint16) string { return fmt.Sprintf("%s:%d", addr, port) }

// endSeen says how long after an elephant's last packet its end was told.
func endSeen(e *elephant, ended *said) string {
	if ended == nil || ended.EndReason == "collector_restart" {
		return "not over"
	}
	return lag(ended.Time.Sub(e.end))
}

// right compares the last path with the last true one.
func right(f *fabric.TruthFlow, said []string) string {
	truly := f.Switches
	if n := len(f.Moves); n > 0 && len(f.Routes) == 0 {
		truly = f.Moves[n-1].Switches
	}
	way := strings.Join(said, " > ")
	switch {
	case said == nil:
		return "unknown, truly " + strings.Join(truly, " > ")
	case len(f.Routes) > 0:
		return way + ", one of several"
	case slices.Equal(said, truly):
		return way + ", right"
	}
	return way + ", WRONG: truly " + strings.Join(truly, " > ")
}

// totals are the judge's figures.
func totals(r *judge.Result) []string {
	e, p, l := &r.Elephants, &r.Paths, &r.Links
	lines := []string{
		fmt.Sprintf("elephants  %d of %d found, %d false", e.Found, e.MustBeFound, e.FalseAlerts+e.UnknownFlows),
		fmt.Sprintf("paths      %d of %d right, %d wrong, %d missing", p.FlowsRight, p.Flows-p.Unsampled, p.FlowsWrong, p.NeverComplete),
		fmt.Sprintf("links      %d right, %d wrong, %d missing", l.Right, l.Wrong, l.Missing),
	}
	if p.Unsampled > 0 {
		lines[1] += fmt.Sprintf("  (and %d small flows of which no switch sampled a packet)", p.Unsampled)
	}
	if p.Moves > 0 {
		lines = append(lines, fmt.Sprintf("moves      %d of %d reported within 5 s", p.MovesReported, p.Moves))
	}
	return lines
}

// late says that the machine was too busy for the fabric, if what it lived in the time that passed was much less.
func late(lived float64, passed time.Duration) string {
	if passed.Seconds() < 1.2*lived+1 {
		return ""
	}
	return fmt.Sprintf("This machine is too slow or too busy for such a fabric: it lived %.0f s in %.0f s, so rates and shares came out lower. Fewer --flows or --leaves keep up.",
		lived, passed.Seconds())
}
