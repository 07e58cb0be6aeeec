package judge

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Result is the score of one output directory.
type Result struct {
	Links     Links     `json:"links"`
	Paths     Paths     `json:"paths"`
	Elephants Elephants `json:"elephants"`

	l2      bool
	onePair bool // all data flows run between two hosts
}

// Score judges the files that replay wrote into dir.
func Score(t *Truth, dir string) (*Result, error) {
	m, err := read(dir)
	if err != nil {
		return nil, err
	}
	return t.Judge(m)
}

// Judge judges messages.
func (t *Truth) Judge(m *Messages) (*Result, error) {
	links, err := scoreLinks(t, m.Topology)
	if err != nil {
		return nil, err
	}
	return &Result{
		Links: links, Paths: scorePaths(t, m.Paths), Elephants: scoreElephants(t, m.Elephants), l2: t.Mode == "l2", onePair: t.onePair(),
	}, nil
}

func (t *Truth) onePair() bool {
	pairs := make(map[[2]string]bool)
	for i := range t.Flows {
		if f := &t.Flows[i]; f.Role == "data" {
			pairs[[2]string{min(f.Src, f.Dst), max(f.Src, f.Dst)}] = true
		}
	}
	return len(pairs) == 1
}

// Wrong lists what is wrong, most basic first; nothing if the output is right.
// An L2 fabric is forgiven missing links, and with a single pair of hosts, which
// nobody can order, incomplete paths.
func (r *Result) Wrong() []string { return r.WrongBeyond(allowed, allowed) }

// allowed is the part of the paths, and of the moves, that may be missing.
const allowed = 0.02

// WrongBeyond is Wrong where other parts of the paths and of the moves may be missing.
func (r *Result) WrongBeyond(paths, moves float64) []string {
	var wrong []string
	count := func(n int, what string) {
		if n > 0 {
			wrong = append(wrong, fmt.Sprintf("%d %s", n, what))
		}
	}
	many := func(n, of int, part float64, what string) {
		if float64(n) > part*float64(of) {
			count(n, what)
		}
	}
	count(r.Links.Wrong, "links wrong")
	if !r.l2 {
		count(r.Links.Missing, "links missing")
	}
	p, e := &r.Paths, &r.Elephants
	count(p.FlowsWrong, "flows wrong")
	count(p.MessagesWrong, "path messages wrong")
	count(p.WrongWays, "multipath messages wrong")
	many(p.Moves-p.MovesReported, p.Moves, moves, "moves not reported")
	if !r.l2 || !r.onePair {
		many(p.NeverComplete, p.Flows-p.Unsampled-p.Undecided, paths, "paths never complete")
	}
	count(e.Missed, "elephants missed")
	count(e.FalseAlerts, "false alerts")
	count(e.UnknownFlows, "alerts for unknown flows")
	count(e.Split, "lives split")
	count(e.Open, "alerts left open")
	return wrong
}

// Limits are the most that detection may take, in seconds; 0 is no limit.
type Limits struct {
	FirstP50  float64            // the first complete path, after a flow's start
	Sampled   float64            // the same, after its first sample (p50)
	LagP50    float64            // a move's message, after the move
	LagMax    float64            // the same, of the slowest
	Elephants map[string]float64 // each elephant's alert, by traffic session
}

// Late lists what took longer than the limits.
func (r *Result) Late(l Limits) []string {
	var late []string
	check := func(what string, took *float64, limit float64) {
		if limit > 0 && took != nil && *took > limit {
			late = append(late, fmt.Sprintf("%s after %g s, limit %g s", what, *took, limit))
		}
	}
	check("first complete path (p50)", r.Paths.FirstP50, l.FirstP50)
	check("first complete path (p50, from the first sample on)", r.Paths.SampledP50, l.Sampled)
	check("move (p50)", r.Paths.LagP50, l.LagP50)
	check("move (slowest)", r.Paths.LagMax, l.LagMax)
	for _, session := range slices.Sorted(maps.Keys(l.Elephants)) {
		for _, delay := range r.Elephants.Delays[session] {
			check("elephant "+session, &delay, l.Elephants[session])
		}
	}
	return late
}

// Write prints one line for each subject.
func (r *Result) Write(w io.Writer) error {
	p, e := &r.Paths, &r.Elephants
	_, err := fmt.Fprintf(w, `links      right %d  wrong %d  missing %d
paths      flows %d  right %d  wrong %d  multipath %d  never complete %d  unsampled %d  first complete p50 %s  messages right %d  wrong %d
moves      %d  reported %d  lag p50 %s  max %s
elephants  must be found %d  found %d  missed %d  split %d  open %d  true alerts %d  false %d  unknown flows %d  delays %s
`,
		r.Links.Right, r.Links.Wrong, r.Links.Missing,
		p.Flows, p.FlowsRight, p.FlowsWrong, p.Multipath, p.NeverComplete, p.Unsampled, seconds(p.FirstP50), p.MessagesRight, p.MessagesWrong,
		p.Moves, p.MovesReported, seconds(p.LagP50), seconds(p.LagMax),
		e.MustBeFound, e.Found, e.Missed, e.Split, e.Open, e.TrueAlerts, e.FalseAlerts, e.UnknownFlows, e.delays())
	return err
}

// seconds writes a delay, "-" if there is none.
func seconds(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *v)
}

// delays writes each session's delays, "-" if there are none.
func (e *Elephants) delays() string {
	if len(e.Delays) == 0 {
		return "-"
	}
	parts := make([]string, 0, len(e.Delays))
	for _, session := range slices.Sorted(maps.Keys(e.Delays)) {
		times := make([]string, len(e.Delays[session]))
		for i := range times {
			times[i] = seconds(&e.Delays[session][i])
		}
		parts = append(parts, session+" "+strings.Join(times, ","))
	}
	return strings.Join(parts, " ")
}

// Add joins the counts of another capture. Figures that are no counts (delays of
// paths and moves) become the worse of both.
func (r *Result) Add(o *Result) {
	r.Links.Right += o.Links.Right
	r.Links.Wrong += o.Links.Wrong
	r.Links.Missing += o.Links.Missing
	p, q := &r.Paths, &o.Paths
	p.Flows += q.Flows
	p.FlowsRight += q.FlowsRight
	p.FlowsWrong += q.FlowsWrong
	p.Multipath += q.Multipath
	p.NeverComplete += q.NeverComplete
	p.Unsampled += q.Unsampled
	p.Undecided += q.Undecided
	p.Missing = append(p.Missing, q.Missing...)
	p.WrongWays += q.WrongWays
	p.MessagesRight += q.MessagesRight
	p.MessagesWrong += q.MessagesWrong
	p.Moves += q.Moves
	p.MovesReported += q.MovesReported
	p.LagP50, p.LagMax, p.FirstP50 = worse(p.LagP50, q.LagP50), worse(p.LagMax, q.LagMax), worse(p.FirstP50, q.FirstP50)
	p.SampledP50 = worse(p.SampledP50, q.SampledP50)
	r.Elephants.Add(&o.Elephants)
}

func worse(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// Add joins the counts and delays of another capture.
func (e *Elephants) Add(o *Elephants) {
	e.MustBeFound += o.MustBeFound
	e.Found += o.Found
	e.Missed += o.Missed
	e.Split += o.Split
	e.Open += o.Open
	e.TrueAlerts += o.TrueAlerts
	e.FalseAlerts += o.FalseAlerts
	e.UnknownFlows += o.UnknownFlows
	e.Delays, e.Demands = joined(e.Delays, o.Delays), joined(e.Demands, o.Demands)
}

// joined gives the lists of both.
func joined(a, b map[string][]float64) map[string][]float64 {
	sum := make(map[string][]float64, len(a))
	for _, all := range []map[string][]float64{a, b} {
		for session, d := range all {
			sum[session] = append(sum[session], d...)
		}
	}
	return sum
}
