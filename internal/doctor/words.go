package doctor

import (
	"fmt"
	"math"
	"strconv"
)

// count gives "1 agent", "3 agents".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// span gives seconds in words for people.
func span(s float64) string {
	switch {
	case math.IsInf(s, 1):
		return "for ever"
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	case s < 120:
		return fmt.Sprintf("%.0f s", s)
	case s < 7200:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.0f h", s/3600)
}

func percent(r float64) string { return fmt.Sprintf("%.1f%%", 100*r) }

func bits(v float64) string {
	for _, u := range [...]struct {
		unit string
		size float64
	}{{"T", 1e12}, {"G", 1e9}, {"M", 1e6}} {
		if v >= u.size {
			return strconv.FormatFloat(v/u.size, 'g', 4, 64) + u.unit + "bit/s"
		}
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " bit/s"
}

func bytes(n int) string {
	switch {
	case n >= 1<<20:
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MiB"
	case n >= 1<<10:
		return strconv.FormatFloat(float64(n)/(1<<10), 'f', 0, 64) + " KiB"
	}
	return strconv.Itoa(n) + " bytes"
}
