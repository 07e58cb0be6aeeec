package main

import (
	"fmt"
	"io"
	"slices"
)

// measure is the sum of some files.
type measure struct {
	files, funcs         []int // lines of each, not of tests
	lines, tests         int
	comments             int // lines that hold nothing but comment, not of tests
	exported, documented int
	long                 int // functions of more than 80 lines
	fuzz, bench          int
}

// add counts one file in.
func (m *measure) add(f file) {
	m.fuzz += f.fuzz
	m.bench += f.bench
	if f.test {
		m.tests += f.lines
		return
	}
	m.files = append(m.files, f.lines)
	m.funcs = append(m.funcs, f.funcs...)
	m.lines += f.lines
	m.comments += f.comments
	m.exported += f.exported
	m.documented += f.documented
	for _, n := range f.funcs {
		if n > 80 {
			m.long++
		}
	}
}

// row writes one line of the table.
func (m *measure) row(w io.Writer, name string) {
	if m.lines == 0 {
		fmt.Fprintf(w, "| %s | tests only | | | | | | | %d lines | %d | %d |\n", name, m.tests, m.fuzz, m.bench)
		return
	}
	fmt.Fprintf(w, "| %s | %d | %s | %s | %s | %.0f | %s | %s | %.2f | %d | %d |\n", name, m.lines,
		spread(m.files), spread(m.funcs), share(m.long, len(m.funcs)), 1000*float64(m.exported)/float64(m.lines),
		share(m.documented, m.exported), share(m.comments, m.lines), float64(m.tests)/float64(m.lines), m.fuzz, m.bench)
}

// spread gives the median, the 90th percentile and the largest.
func spread(v []int) string {
	if len(v) == 0 {
		return "-"
	}
	v = slices.Sorted(slices.Values(v))
	return fmt.Sprintf("%d/%d/%d", v[len(v)/2], v[len(v)*9/10], v[len(v)-1])
}

// share gives a part of a whole in percent.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(whole))
}
