package pages

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rows gives the cells of a page's table rows that begin as the expression says.
func rows(t *testing.T, page, begin string) (list [][]string) {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile(begin)
	for line := range strings.Lines(string(text)) {
		if !re.MatchString(line) {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		list = append(list, cells)
	}
	return list
}

// figure reads a number such as 37,500 or 100 Tbit/s, without its unit.
func figure(t *testing.T, cell string) float64 {
	t.Helper()
	word, _, _ := strings.Cut(cell, " ")
	x, err := strconv.ParseFloat(strings.ReplaceAll(word, ",", ""), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestSamplesASecond: the table of docs/sizing.md is what its formula gives.
func TestSamplesASecond(t *testing.T) {
	list := rows(t, "sizing.md", `^\| .*Tbit/s \|`)
	for _, row := range list {
		hops := 3.0
		if strings.Contains(row[0], "five stages") {
			hops = 5
		}
		want := hops * figure(t, row[1]) * 1e12 / (8 * figure(t, row[2]) * figure(t, row[3]))
		if got := figure(t, row[4]); math.Abs(got-want) > 0.001*want {
			t.Errorf("%s: %v samples a second, the formula says %v", row[0], got, want)
		}
	}
	if len(list) < 5 {
		t.Errorf("only %d rows", len(list))
	}
}

// TestRates: the table of N in docs/switches.md is what its formula gives.
func TestRates(t *testing.T) {
	list := rows(t, "switches.md", `^\| \d+ Gbit/s \|`)
	for _, row := range list {
		n := figure(t, row[0]) * 1e9 / 1e6
		if got := figure(t, row[1]); got != n {
			t.Errorf("%s: %v, want %v", row[0], got, n)
		}
		if got, want := figure(t, row[2]), math.Round(n*1518/9018); got != want {
			t.Errorf("%s, long frames: %v, want %v", row[0], got, want)
		}
	}
	if len(list) < 6 {
		t.Errorf("only %d rows", len(list))
	}
}
