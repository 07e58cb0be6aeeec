package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// unit is a suffix and its factor; the longest suffixes stand first.
type unit struct {
	suffix string
	factor float64
}

var sizeUnits = []unit{
	{"TiB", 1 << 40},
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"TB", 1e12},
	{"GB", 1e9},
	{"MB", 1e6},
	{"KB", 1e3},
	{"kB", 1e3},
	{"B", 1},
}

// withUnit reads a number, which may be infinite, with one of units; a bare number is itself.
func withUnit(s string, units []unit) (float64, bool) {
	factor := 1.0
	for _, u := range units {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x < 0 || math.IsNaN(x) {
		return 0, false
	}
	return x * factor, true
}

// Size is a number of bytes such as 512MiB (binary) or 10GB (decimal).
func Size[T integer](p *T) Value {
	return Of(p, "size", func(s string) (T, error) {
		x, ok := withUnit(s, sizeUnits)
		if !ok || x >= math.MaxInt64 || float64(T(x)) != x {
			return 0, fmt.Errorf("%q is no size: write it like 512MiB or 10GB", s)
		}
		return T(x), nil
	}, func(n T) string { return formatSize(uint64(n)) })
}

// formatSize uses the largest binary unit that needs no fraction.
func formatSize(n uint64) string {
	for _, u := range sizeUnits[:4] {
		if f := uint64(u.factor); n >= f && n%f == 0 {
			return fmt.Sprintf("%d%s", n/f, u.suffix)
		}
	}
	return strconv.FormatUint(n, 10)
}

// Ratio is a share between 0 and 1, exclusive, such as 0.1 or 10%.
func Ratio(p *float64) Value {
	return Of(p, "ratio", func(s string) (float64, error) {
		number, percent := strings.CutSuffix(s, "%")
		if percent { // as it is written: 35 times 0.01 is 0.35000000000000003
			number = strings.TrimSpace(number) + "e-2"
		}
		x, ok := withUnit(number, nil)
		if !ok || x <= 0 || x >= 1 {
			return 0, fmt.Errorf("%q is no share: write it like 0.1 or 10%%", s)
		}
		return x, nil
	}, func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) })
}
