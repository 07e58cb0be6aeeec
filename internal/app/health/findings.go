package health

import (
	"time"

	"spoor/internal/doctor"
)

// findingJSON is a finding of the doctor's in the state of health. Where it is and
// what to type is at /api/v1/doctor.
type findingJSON struct {
	Check    doctor.Check    `json:"check"`
	Severity doctor.Severity `json:"severity"`
	Text     string          `json:"text"`
	Do       string          `json:"do"`
	Over     bool            `json:"over"` // it counts since the start, and grows no more
}

// overAfter is how long a count stands still until what it tells of is over.
const overAfter = time.Minute

// told is what was found, and since when in these words.
type told struct {
	text  string
	since time.Time
}

// judge tells which of the findings go on.
func (h *State) judge(list []doctor.Finding, now time.Time) []findingJSON {
	out, course := make([]findingJSON, 0, len(list)), map[string]told{}
	for i := range list {
		f := &list[i]
		x := findingJSON{Check: f.Check, Severity: f.Severity, Text: f.Text, Do: f.Do}
		if f.Counts() {
			t := h.course[f.Do]
			if t.text != f.Text {
				t = told{f.Text, now}
			}
			course[f.Do], x.Over = t, now.Sub(t.since) > overAfter
		}
		out = append(out, x)
	}
	h.course = course
	return out
}

// lacks gives what the ledgers lacked at each of the latest looks.
func (h *State) lacks() (datagrams, records int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open.missing(), h.owed.missing()
}
