package links

import (
	"math"
	"testing"

	"spoor/flow"
)

const second = int64(1e9)

// TestAdvance: a counter that is smaller than before has wrapped if the port can have carried what that means, else it was reset.
func TestAdvance(t *testing.T) {
	const all = math.MaxUint64
	for name, tc := range map[string]struct {
		was, is uint64
		most    float64
		want    uint64
		ok      bool
	}{
		"it grew":                     {100, 250, 1, 150, true}, // however fast: who counts is believed
		"it stood":                    {100, 100, 0, 0, true},
		"32 bits wrapped":             {1<<32 - 100, 50, 200, 150, true},
		"as much as can be":           {1<<32 - 100, 50, 150, 150, true},
		"more than can be: a reset":   {1<<32 - 100, 50, 149, 0, false},
		"64 bits wrapped":             {1<<64 - 100, 50, 200, 150, true},
		"reset from beyond 32 bits":   {1 << 40, 50, 1e9, 0, false},
		"not counted before":          {all, 50, 1e9, 0, false},
		"not counted now":             {50, all, 1e9, 0, false},
		"the last number of 32 bits":  {1<<32 - 1, 0, 1, 1, true},
		"the first number beyond has": {1 << 32, 0, 1e12, 0, false},
	} {
		if got, ok := advance(tc.was, tc.is, tc.most); ok != tc.ok || ok && got != tc.want {
			t.Errorf("%s: %d %v, want %d %v", name, got, ok, tc.want, tc.ok)
		}
	}
}

// TestVerdicts: what is said of a link must be sure by four standard deviations over five minutes.
func TestVerdicts(t *testing.T) {
	gap := func(ratio, sd, window float64) *Gap {
		return &Gap{Ratio: ratio, Low: ratio - z99*sd, High: ratio + z99*sd, sd: sd, Window: window}
	}
	for name, tc := range map[string]struct {
		g    *Gap
		want Verdict
	}{
		"nothing is missing":          {gap(0, 0.001, 600), Accounted},
		"a thousandth":                {gap(0.001, 0.0002, 600), Loss},
		"less than that":              {gap(0.00099, 0.0001, 600), Accounted},
		"not sure enough":             {gap(0.004, 0.001, 600), Accounted},
		"sure enough":                 {gap(0.0041, 0.001, 600), Loss},
		"not for long enough":         {gap(0.1, 0.001, 299), Accounted},
		"just long enough":            {gap(0.1, 0.001, 300), Loss},
		"most is missing":             {gap(0.5, 0.01, 600), NotALink},
		"0.3 may be loss":             {gap(0.3, 0.001, 600), Loss},
		"surely more than that":       {gap(0.31, 0.002, 600), NotALink},
		"more arrives than was sent":  {gap(-0.1, 0.01, 600), NotALink},
		"a little more is measuring":  {gap(-0.02, 0.001, 600), Accounted},
		"surely more than that, too.": {gap(-0.025, 0.001, 600), NotALink},
	} {
		if got := tc.g.Verdict(); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	for name, tc := range map[string]struct {
		g    *Gap
		was  Verdict
		want bool
	}{
		"a loss that is likely":          {gap(0.003, 0.001, 60), Loss, true},
		"a loss that is not":             {gap(0.002, 0.001, 60), Loss, false},
		"no link, more arrives":          {gap(-0.01, 0.003, 60), NotALink, true},
		"no link, perhaps more arrives":  {gap(-0.005, 0.003, 60), NotALink, false},
		"no link, a sixth is missing":    {gap(0.17, 0.001, 60), NotALink, true},
		"no link, a little is missing":   {gap(0.15, 0.001, 60), NotALink, false},
		"nothing was wrong, nothing is":  {gap(0.5, 0.001, 60), Accounted, false},
		"a loss: more arrives than sent": {gap(-0.1, 0.001, 60), Loss, false},
	} {
		if got := tc.g.Lingers(tc.was); got != tc.want {
			t.Errorf("%s: lingers %v", name, got)
		}
	}
	worst := gap(0.01, 0.001, 600)
	for name, tc := range map[string]struct {
		g    *Gap
		want bool
	}{
		"nothing is lost":       {gap(0, 0.0005, 300), true},
		"not for long enough":   {gap(0, 0.0005, 299), false},
		"half of it":            {gap(0.005, 0.0001, 600), false},
		"still a loss":          {gap(0.003, 0.0001, 600), false},
		"less, but not surely":  {gap(0.001, 0.003, 600), false},
		"less than half surely": {gap(0.0009, 0.0005, 600), true},
	} {
		if got := tc.g.over(worst); got != tc.want {
			t.Errorf("%s: over %v", name, got)
		}
	}
}

// TestFit: a line is found where it lies, weighted by what is known of each point; too few points, or all at one place, are no line.
func TestFit(t *testing.T) {
	var f fit
	for _, x := range []float64{1e15, 1e15 + 1000, 1e15 + 2000, 1e15 + 5000} { // large numbers lose their last digits
		f.add(x, 40+0.25*(x-1e15), 4)
	}
	slope, sd, ok := f.slope()
	if !ok || math.Abs(slope-0.25) > 1e-9 || sd <= 0 || f.most-f.least != 5000 {
		t.Errorf("slope %g, sd %g, %v", slope, sd, ok)
	}
	// var = sd^2 / sum (x - mean)^2, doubled
	if want := math.Sqrt(2 * 4 / 14e6); math.Abs(sd-want) > 1e-12 {
		t.Errorf("sd %g, want %g", sd, want)
	}
	f.add(1e15+3000, 1e6, 1e18) // far off, and known to be
	if slope, _, _ = f.slope(); math.Abs(slope-0.25) > 1e-6 {
		t.Errorf("with a point that is worth nothing: %g", slope)
	}
	var two, same fit
	for i := range 5 {
		if i < 2 {
			two.add(float64(i), 1, 1)
		}
		same.add(7, float64(i), 1)
	}
	if _, _, ok := two.slope(); ok {
		t.Error("a line through two points")
	}
	if _, _, ok := same.slope(); ok {
		t.Error("a line through one place")
	}
}

// TestSampledSeconds: the mean of the latest four whole seconds; the one that runs does not count, and what is older than eight is gone.
func TestSampledSeconds(t *testing.T) {
	var s sampled
	for i := range int64(10) { // 1 Mbit in second 100, 2 Mbit in second 101, ...
		s.add((100+i)*second+second/2, float64(i+1)*1e6, 5)
	}
	for _, tc := range []struct {
		now    int64
		bits   float64
		frames int
	}{
		// Of seconds 101 to 104 the ring holds those from 102 on.
		{109, (9 + 8 + 7 + 6) * 1e6 / 4, 20}, {110, (10 + 9 + 8 + 7) * 1e6 / 4, 20}, {111, (10 + 9 + 8) * 1e6 / 4, 15}, {113, 10e6 / 4, 5}, {114, 0, 0}, {105, (3 + 4 + 5) * 1e6 / 4, 15},
	} {
		bits, frames := s.rate(tc.now*second + second/3)
		if bits != tc.bits || frames != tc.frames {
			t.Errorf("at %d: %g by %d frames, want %g by %d", tc.now, bits, frames, tc.bits, tc.frames)
		}
	}
	s.add(105*second, 1e6, 1) // late: it counts now, for its own second may be another's
	if bits, _ := s.rate(110 * second); bits != (11+9+8+7)*1e6/4 {
		t.Errorf("with a late one: %g", bits)
	}
	s.add(200*second, 1e6, 1) // after a pause nothing of before is left
	if bits, frames := s.rate(201 * second); bits != 1e6/4 || frames != 1 {
		t.Errorf("after a pause: %g by %d", bits, frames)
	}
	for range 3 {
		s.add(200*second, 0, math.MaxUint16)
	}
	if _, frames := s.rate(201 * second); frames != math.MaxUint16 {
		t.Errorf("more frames than can be counted: %d", frames)
	}
}

// TestScale: samples are mended by what the counters said of late, if that is no more than a factor of two.
func TestScale(t *testing.T) {
	for name, tc := range map[string]struct {
		sampled, counted, frames, want float64
	}{
		"they agree": {100, 100, 50, 1}, "samples say too much": {150, 100, 50, 100.0 / 150}, "too little": {50, 100, 50, 2}, "far too little": {49, 100, 50, 1}, "far too much": {201, 100, 50, 1},
		"twice as much": {200, 100, 50, 0.5}, "of twenty frames": {80, 100, 20, 1.25}, "of fewer": {80, 100, 19, 1}, "nothing was sampled": {0, 100, 50, 1},
	} {
		s := sampled{sumSampled: tc.sampled, sumCounted: tc.counted, sumFrames: tc.frames}
		if got := s.scale(); math.Abs(got-tc.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, tc.want)
		}
	}
	s := sampled{sumSampled: 100, sumCounted: 200, sumFrames: 40, sinceBits: 30, sinceFrames: 10}
	s.polled(50, false)
	if s.sumSampled != 100 || s.sinceBits != 0 || s.sinceFrames != 0 {
		t.Errorf("a poll that tells nothing: %+v", s)
	}
	s.sinceBits, s.sinceFrames = 30, 10
	s.polled(50, true) // what was before counts half
	if s.sumSampled != 80 || s.sumCounted != 150 || s.sumFrames != 30 {
		t.Errorf("%+v", s)
	}
	s.polled(50, true)
	if s.sumSampled != 80 {
		t.Errorf("without a sample there is nothing to compare: %+v", s)
	}
}

// TestPollBounds: polls closer than half a second are one, further apart than ten minutes they give no rate; a poll is believed for a minute, or three intervals.
func TestPollBounds(t *testing.T) {
	id := ID{Switch: 1, IfIndex: 1}
	poll := func(table *Table, at int64, octets uint64) float64 {
		peak, _ := table.Poll(&Poll{Port: id, At: at, Speed: 1e9, In: Count{Octets: octets}, Out: Count{Octets: octets}})
		return peak
	}
	for name, tc := range map[string]struct {
		apart, later int64
		source       Source
	}{
		"half a second":               {second / 2, 0, Counters},
		"less: the same poll":         {second/2 - 1, 0, Unknown},
		"ten minutes":                 {600 * second, 0, Counters},
		"more":                        {600*second + 1, 0, Unknown},
		"20 s, a minute ago":          {20 * second, 60 * second, Counters},
		"20 s, more than that":        {20 * second, 60*second + 1, Unknown},
		"60 s, three of them ago":     {60 * second, 180 * second, Counters},
		"60 s, more than three of it": {60 * second, 180*second + 1, Unknown},
	} {
		table := New(10)
		poll(table, 1000*second, 0)
		poll(table, 1000*second+tc.apart, 1000)
		if l := table.Load(id, flow.Egress, 1000*second+tc.apart+tc.later); l.Source != tc.source {
			t.Errorf("%s: %v", name, l.Source)
		}
	}
	table := New(10) // late ones change nothing, and peaks are told by tenths, of four seconds and more
	poll(table, 1000*second, 0)
	for _, tc := range []struct {
		at     int64
		octets uint64
		peak   float64
	}{{1010, 10e6, 8e6}, {1005, 9e9, 0}, {1020, 20e6, 0}, {1030, 30.9e6, 0}, {1040, 42e6, 8.88e6}, {1043, 60e6, 0}} {
		if got := poll(table, tc.at*second, tc.octets); math.Abs(got-tc.peak) > 1 {
			t.Errorf("at %d: peak %g, want %g", tc.at, got, tc.peak)
		}
	}
}

// TestHistoryIsBounded: of an hour's polls 48 points are kept, the latest sixteen all, and those beside moments that all ports share.
func TestHistoryIsBounded(t *testing.T) {
	h := &history{}
	rate := [2]Rate{{Bits: 8e6}, {Bits: 16e6}}
	const begin = int64(1_000_000)
	for i := range int64(1000) {
		h.add((begin+20*i)*second, 20, rate, [2]bool{true, true})
		if len(h.points) > points+1 {
			t.Fatalf("%d points after %d polls", len(h.points), i)
		}
	}
	p := h.points
	last := p[len(p)-1]
	if last.at != (begin+20*999)*second || last.octets != [2]float64{20e6 * 1000, 40e6 * 1000} {
		t.Errorf("the last is %+v", last)
	}
	if reach := last.at - p[0].at; reach < horizon || reach > horizon+2*moments {
		t.Errorf("it reaches %d s back", reach/second)
	}
	for i := len(p) - latest; i < len(p); i++ {
		if p[i].at-p[i-1].at != 20*second {
			t.Errorf("of the latest one is missing before %d", p[i].at/second)
		}
	}
	if octets, _ := h.at(last.at-50*second, 0, 0); math.Abs(octets-(last.octets[0]-50e6)) > 1 {
		t.Errorf("50 s ago it was %g", octets)
	}
	h.add(last.at+20*second, 20, rate, [2]bool{true, false})
	if len(h.points) != 1 {
		t.Errorf("after a poll that tells of one direction alone there are %d", len(h.points))
	}
}
