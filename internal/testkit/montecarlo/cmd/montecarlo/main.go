// Command montecarlo measures the detector alone.
//
//	montecarlo [-days 100] [-runs 4000] [-seed 1] [-write FILE]
//
// It prints, as Markdown, the false alerts per flow-day of flows below the threshold
// with what chance leaves possible (95%), and the delays of those above it; it
// exits with 1 where a target is missed.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"spoor/analytics/elephant"
	"spoor/internal/testkit/montecarlo"
)

var errMissed = errors.New("a target is missed")

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, errMissed):
		fmt.Fprintln(os.Stderr, "montecarlo:", err)
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "montecarlo:", err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("montecarlo", flag.ContinueOnError)
	days := flags.Float64("days", 100, "flow-days for each figure")
	runs := flags.Int("runs", 4000, "runs for each delay")
	seed := flags.Uint64("seed", 1, "seed")
	write := flags.String("write", "", "write the tables into this `FILE`, between its marks")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !(*days > 0 && *runs > 1) {
		return errors.New("nothing to do: -days and -runs must be positive")
	}
	var b bytes.Buffer
	missed := falseAlerts(&b, *days, *seed)
	missed = bursting(&b, 5**runs, *seed) || missed
	missed = delays(&b, *runs, *seed) || missed
	if _, err := out.Write(b.Bytes()); err != nil {
		return err
	}
	if *write != "" {
		if err := montecarlo.Write(*write, b.Bytes()); err != nil {
			return err
		}
	}
	if missed {
		return errMissed
	}
	return nil
}

// below are the parts of the threshold at which nothing should be found, and the most false alerts a flow-day.
var below = []struct{ times, most float64 }{{0.5, 0.03}, {0.8, 0.1}}

// surely is the fewest flow-days whose upper bound of the rate says something.
const surely = 100

// falseAlerts prints the table of false alerts, of the default preset.
func falseAlerts(w io.Writer, days float64, seed uint64) (missed bool) {
	modes := montecarlo.Modes()
	counts := make([]int, len(modes)*len(below))
	each(len(modes)*len(below), func(i int) {
		counts[i] = montecarlo.FalseAlerts(&modes[i/len(below)], &elephant.Default, below[i%len(below)].times, days, seed+uint64(i))
	})
	fmt.Fprintf(w, "False alerts per flow-day, default preset, over %g flow-days each; in brackets the rate below which the truth lies with 95%%.\n\n| flow | ", days)
	for _, b := range below {
		fmt.Fprintf(w, "at %g x the threshold | ", b.times)
	}
	fmt.Fprint(w, "\n|---|---|---|\n")
	for m := range modes {
		fmt.Fprintf(w, "| %s (%s) | ", modes[m].Name, modes[m].About)
		for k := range below {
			n := counts[m*len(below)+k]
			fmt.Fprintf(w, "%.3g (< %.2g) | ", float64(n)/days, montecarlo.Upper(n, days))
			missed = missed || float64(n)/days > below[k].most || days >= surely && montecarlo.Upper(n, days) > below[k].most
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\nTargets: none at 0.5 x, less than 0.1 at 0.8 x, in brackets too.")
	return missed
}

// bursts are parts of a threshold-second that come at nine times the threshold, and the most of them that may raise an alert.
var bursts = []struct{ part, most float64 }{{0.24, 0}, {0.8, 0.005}}

// bursting prints the table of bursts.
func bursting(w io.Writer, runs int, seed uint64) (missed bool) {
	modes := montecarlo.Modes()[:2]
	counts := make([]int, len(modes)*len(bursts))
	each(len(counts), func(i int) {
		counts[i] = montecarlo.Bursts(&modes[i/len(bursts)], &elephant.Default, bursts[i%len(bursts)].part, 9, runs, seed+uint64(i))
	})
	fmt.Fprintf(w, "\nBursts at nine times the threshold that raise an alert, of %d, default preset; agents gather samples.\n\n| flow | ", runs)
	for _, b := range bursts {
		fmt.Fprintf(w, "%g threshold-seconds | ", b.part)
	}
	fmt.Fprint(w, "\n|---|---|---|\n")
	for m := range modes {
		fmt.Fprintf(w, "| %s | ", modes[m].Name)
		for k, b := range bursts {
			n := counts[m*len(bursts)+k]
			fmt.Fprintf(w, "%d | ", n)
			missed = missed || float64(n) > b.most*float64(runs)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\nTargets: none of 0.24 (3 MB on 1 Gbit/s), one in 200 of 0.8 (10 MB).")
	return missed
}

// above are the times the threshold at which delays are measured, with the most that p99 may be for the default preset.
var above = []struct{ times, most float64 }{{1.25, 12}, {2, 2.5}, {3, 1.2}, {10, 0.25}}

// delays prints the table of delays.
func delays(w io.Writer, runs int, seed uint64) (missed bool) {
	presets := []*elephant.Preset{&elephant.Fast, &elephant.Default, &elephant.Strict}
	path := montecarlo.Modes()[0]
	path.Hold = nil
	results := make([][2]float64, len(presets)*len(above))
	each(len(results), func(i int) {
		d := montecarlo.Delays(&path, presets[i/len(above)], above[i%len(above)].times, 300, runs, seed)
		results[i] = [2]float64{montecarlo.Quantile(d, 0.5), montecarlo.Quantile(d, 0.99)}
	})
	fmt.Fprintf(w, "\nSeconds from the start of a flow to its alert, p50 / p99 of %d runs, 3 hops with 8.2 samples a second each at the threshold, by "+
		"samples alone; agents that gather samples add up to a second.\n\n| preset | ", runs)
	for _, a := range above {
		fmt.Fprintf(w, "%g x | ", a.times)
	}
	fmt.Fprint(w, "\n|---|---|---|---|---|\n")
	for p, preset := range presets {
		fmt.Fprintf(w, "| %s | ", preset.Name)
		for k := range above {
			r := results[p*len(above)+k]
			fmt.Fprintf(w, "%.2f / %.2f | ", r[0], r[1])
			missed = missed || preset == &elephant.Default && r[1] > above[k].most
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| target for p99 | ")
	for _, a := range above {
		fmt.Fprintf(w, "%g | ", a.most)
	}
	fmt.Fprintln(w)
	return missed
}

// each calls f for 0 to n-1, side by side.
func each(n int, f func(int)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			f(i)
		})
	}
	wg.Wait()
}
