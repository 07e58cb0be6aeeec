package judge

import "slices"

// View is what a sample of a flow shows of its way.
type View struct {
	Switch  string
	In, Out string // ports
	Egress  bool
	Frame   string // what its header shows: addresses, TTLs, tunnel
}

// Way is a path that a flow might take, and what samples of the flow show on it.
type Way struct {
	Switches []string
	Views    []View
}

// Evidence is what the samples that arrived of a flow showed while it took one
// path, and all ways that lead from its source to its destination at that time.
// Who knows all of the fabric but the hashes by which switches and hosts choose
// knows no more than this.
type Evidence struct {
	Seen []View
	Ways []Way
}

// Fit gives the ways on which all of what was seen can be seen.
func (e *Evidence) Fit() (fit []Way) {
	for _, w := range e.Ways {
		if !slices.ContainsFunc(e.Seen, func(v View) bool { return !slices.Contains(w.Views, v) }) {
			fit = append(fit, w)
		}
	}
	return fit
}

// decidable reports whether samples tell any of the paths that a flow took: they
// fit that one and no other. Where nothing is known of it they do.
func decidable(all []Evidence) bool {
	unseen := true
	for i := range all {
		e := &all[i]
		if len(e.Seen) == 0 {
			continue
		}
		unseen = false
		fit := e.Fit()
		if !slices.ContainsFunc(fit, func(w Way) bool { return !slices.Equal(w.Switches, fit[0].Switches) }) {
			return true
		}
	}
	return unseen
}
