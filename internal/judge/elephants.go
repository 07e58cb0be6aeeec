package judge

// Elephants counts stretches over the threshold, and the lives of alerts.
type Elephants struct {
	MustBeFound  int `json:"must be found"` // stretches of at least 5 s with a mean of 1.2 times the threshold
	Found        int `json:"found"`
	Missed       int `json:"missed"`
	Split        int `json:"split"` // lives beyond the first in one stretch
	Open         int `json:"open"`  // lives without an end
	TrueAlerts   int `json:"true alerts"`
	FalseAlerts  int `json:"false alerts"`
	UnknownFlows int `json:"alerts for unknown flows"`
	// Delays from the start of each stretch that was found to its alert, in seconds, by traffic session.
	Delays map[string][]float64 `json:"delays"`
	// Demands gives for each of them what the statistics of its samples demand (p99, see Truth.demand), 0 where they demand nothing.
	Demands map[string][]float64 `json:"-"`
}

type life struct {
	alert   string
	episode int
}

type start struct {
	time float64 // detected
	life life
}

type elephantScorer struct {
	truth   *Truth
	started map[Key][]start
	ended   map[life]float64
	Elephants
}

func scoreElephants(t *Truth, said []ElephantRow) Elephants {
	s := elephantScorer{truth: t, started: make(map[Key][]start), ended: make(map[life]float64)}
	s.Delays, s.Demands = make(map[string][]float64), make(map[string][]float64)
	for i := range said {
		m := &said[i]
		id := life{m.Alert, m.Episode}
		switch m.State {
		case "started":
			s.started[m.Flow] = append(s.started[m.Flow], start{unix(*m.Detected), id})
		case "ended":
			s.ended[id] = unix(m.Time)
		}
	}
	for _, lives := range s.started {
		for _, l := range lives {
			if _, ok := s.ended[l.life]; !ok {
				s.Open++
			}
		}
	}
	known := make(map[Key]bool, len(t.Flows))
	for i := range t.Flows {
		known[t.Flows[i].Key] = true
		s.flow(&t.Flows[i])
	}
	for key, lives := range s.started {
		if !known[key] {
			s.UnknownFlows += len(lives)
		}
	}
	return s.Elephants
}

// stretch is a range of seconds over the threshold, ends included.
type stretch struct{ first, last int }

func (s *elephantScorer) flow(f *Flow) {
	over, burst := s.over(f.BPS)
	for _, r := range stretches(over) {
		if r.last-r.first >= 5 {
			s.held(f, r)
		}
	}
	for _, l := range s.started[f.Key] {
		if explained(f.Second0, burst, l.time) {
			s.TrueAlerts++
		} else {
			s.FalseAlerts++
		}
	}
}

// over gives the seconds that begin a pair over the threshold, and these with the single seconds over it.
func (s *elephantScorer) over(bps []float64) (over, burst []int) {
	limit := s.truth.Threshold * 0.98
	for i, rate := range bps {
		next := 0.0
		if i+1 < len(bps) {
			next = bps[i+1]
		}
		pair := (rate+next)/2 >= limit
		if pair {
			over = append(over, i)
		}
		if pair || rate >= limit {
			burst = append(burst, i)
		}
	}
	return over, burst
}

// stretches joins seconds that are at most 3 apart.
func stretches(over []int) (runs []stretch) {
	for _, i := range over {
		if n := len(runs); n > 0 && i-runs[n-1].last <= 3 {
			runs[n-1].last = i
		} else {
			runs = append(runs, stretch{i, i})
		}
	}
	return runs
}

// held looks for the lives that overlap a stretch which must be found.
func (s *elephantScorer) held(f *Flow, r stretch) {
	sum := 0.0
	for _, rate := range f.BPS[r.first : r.last+1] {
		sum += rate
	}
	mean := sum / float64(r.last-r.first+1)
	if mean < 1.2*s.truth.Threshold || f.Samples != nil && *f.Samples == 0 { // nobody could know of it
		return
	}
	s.MustBeFound++
	hits, first := 0, 0.0
	for _, l := range s.started[f.Key] {
		ended, ok := s.ended[l.life]
		if !ok {
			ended = l.time
		}
		if l.time <= f.Second0+float64(r.last+2) && ended >= f.Second0+float64(r.first-1) {
			if hits++; hits == 1 {
				first = l.time
			}
		}
	}
	if hits == 0 {
		s.Missed++
		return
	}
	s.Found++
	s.Split += hits - 1
	session := f.Session
	if session == "" {
		session = "?"
	}
	since := max(f.Start, f.Second0+float64(r.first))
	s.Delays[session] = append(s.Delays[session], *round(max(0, first-since), 2))
	s.Demands[session] = append(s.Demands[session], s.truth.demand(f, mean))
}

// explained tells whether a start at t has a second over the threshold in the 6 s before it.
func explained(second0 float64, burst []int, t float64) bool {
	for _, i := range burst {
		at := second0 + float64(i)
		if at <= t+1 && at+2 >= t-6 {
			return true
		}
	}
	return false
}
