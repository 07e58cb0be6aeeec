package tail

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// arrow stands between the switches of a path and the ends of a flow.
const arrow = " > "

// clean makes text from the network safe for a terminal: control characters,
// which could move the cursor or recolour it, become '?'.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// clock writes a time of day in p's zone, with the date if that is not today.
func (p *Printer) clock(t time.Time) string {
	t = t.In(p.Zone)
	y, m, d := t.Date()
	ny, nm, nd := p.Now().In(p.Zone).Date()
	if y == ny && m == nm && d == nd {
		return t.Format("15:04:05.000")
	}
	return t.Format("2006-01-02 15:04:05.000")
}

// scaled writes x with three significant digits and a decimal prefix.
func scaled(x float64, unit string) string {
	prefixes := []string{"", "k", "M", "G", "T", "P"}
	i := 0
	for ; i < len(prefixes)-1 && math.Abs(x) >= 999.5; i++ {
		x /= 1000
	}
	digits := 2
	switch a := math.Abs(x); {
	case a >= 99.95 || x == math.Trunc(x) && i == 0:
		digits = 0
	case a >= 9.995:
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + " " + prefixes[i] + unit
}

func bitRate(x float64) string { return scaled(x, "bit/s") }
func byteSize(x float64) string {
	return scaled(x, "B")
}

// Speed writes a link's speed, which is a round number: "100 Mbit/s", "2.5 Gbit/s".
func Speed(x float64) string {
	s := scaled(x, "bit/s")
	number, unit, _ := strings.Cut(s, " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + unit
}

// percent writes a share.
func percent(x float64) string { return fmt.Sprintf("%.1f%%", 100*x) }

// span writes a duration with a precision that suits its length.
func span(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
