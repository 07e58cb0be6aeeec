package judge

import "slices"

// Evidence is what the samples that arrived of a flow showed while it took one
// path, and how many paths that leaves open, of all that lead from its source to its
// destination at that time. Who knows all of the fabric but the hashes by which
// switches and hosts choose knows no more than this.
type Evidence struct {
	Seen []string // for people
	Fit  int      // paths on which all of it can be seen
}

// decidable reports whether samples tell any of the paths that a flow took: they
// fit that one and no other. Where nothing is known of it they do.
func (f *Flow) decidable() bool {
	fits := f.Fits
	if f.Evidence != nil {
		for _, e := range f.Evidence() {
			if len(e.Seen) > 0 {
				fits = append(fits, e.Fit)
			}
		}
	}
	return len(fits) == 0 || slices.Min(fits) <= 1
}
