// Command scenarios judges spoor in simulated fabrics.
//
//	scenarios [-seeds 1] [-fresh] [-long] [-missing] [-write FILE] [-learn FILE] [-list] [NAME]...
//
// It runs the named scenarios, all if none is named, prints a table and exits
// with 1 if one is worse than its target or, where it is not there yet, than what
// is known of it. With -fresh a further table shows a seed that nobody has seen;
// it is not judged.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"spoor/internal/testkit/scenario"
)

var errWorse = errors.New("worse")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, errWorse):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "scenarios:", err)
		os.Exit(2)
	}
}

type options struct {
	seeds   []uint64
	fresh   bool
	long    bool
	jobs    int
	missing bool
	write   string
	mark    string
	learn   string
	known   scenario.Known
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("scenarios", flag.ContinueOnError)
	var o options
	seeds := flags.String("seeds", "1", "the seeds that are judged together, as `N,N`")
	flags.BoolVar(&o.fresh, "fresh", false, "also show a seed that nobody has seen")
	flags.BoolVar(&o.long, "long", false, "the long ones too")
	flags.BoolVar(&o.missing, "missing", false, "list the flows whose paths are missing, and what was seen of them")
	flags.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "how many run at a time")
	flags.StringVar(&o.write, "write", "", "write the figures into this `FILE`, between its marks")
	flags.StringVar(&o.mark, "mark", "scenarios", "the `NAME` of the marks")
	flags.StringVar(&o.learn, "learn", "", "write what is short of its target into this `FILE` (known.json), from which it must not become worse")
	list := flags.Bool("list", false, "list the scenarios")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for text := range strings.SplitSeq(*seeds, ",") {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("-seeds %s: want numbers", *seeds)
		}
		o.seeds = append(o.seeds, n)
	}
	chosen, err := choose(flags.Args(), o.long || *list)
	if err != nil {
		return err
	}
	if *list {
		for i := range chosen {
			fmt.Fprintf(out, "%-18s %s\n", chosen[i].Name, chosen[i].About)
		}
		return nil
	}
	return o.judge(ctx, chosen, out)
}

// choose gives the named scenarios, or all; those that take long only where they are asked for.
func choose(names []string, long bool) ([]scenario.Scenario, error) {
	all := scenario.All()
	for _, n := range names {
		if !slices.ContainsFunc(all, func(s scenario.Scenario) bool { return s.Name == n }) {
			return nil, fmt.Errorf("no scenario %q: -list shows what there is", n)
		}
	}
	return slices.DeleteFunc(all, func(s scenario.Scenario) bool {
		return len(names) > 0 && !slices.Contains(names, s.Name) || len(names) == 0 && s.Long && !long
	}), nil
}

func (o *options) judge(ctx context.Context, chosen []scenario.Scenario, out io.Writer) (err error) {
	if o.known, err = scenario.LoadKnown(); err != nil {
		return err
	}
	rows, err := o.rows(ctx, chosen, o.seeds, true)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "seeds %v\n", o.seeds)
	if err := scenario.Print(out, rows); err != nil {
		return err
	}
	if o.missing {
		if err := scenario.PrintMissing(out, rows); err != nil {
			return err
		}
	}
	if o.write != "" {
		if err := scenario.WriteFile(o.write, o.mark, o.seeds, rows); err != nil {
			return err
		}
	}
	if o.learn != "" {
		o.known.Learn(o.seeds, rows)
		return o.known.Write(o.learn)
	}
	if o.fresh {
		seed := uint64(time.Now().UnixNano()) % 1_000_000
		fresh, err := o.rows(ctx, chosen, []uint64{seed}, false)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\nseed %d, which nobody has seen: not judged\n", seed)
		if err := scenario.Print(out, fresh); err != nil {
			return err
		}
	}
	for i := range rows {
		if rows[i].Failed() {
			err = errWorse
		}
	}
	return err
}

// rows runs the scenarios side by side.
func (o *options) rows(ctx context.Context, chosen []scenario.Scenario, seeds []uint64, gated bool) ([]scenario.Row, error) {
	rows := make([]scenario.Row, len(chosen))
	errs := make([]error, len(chosen))
	var wg sync.WaitGroup
	free := make(chan struct{}, max(1, o.jobs))
	for i := range chosen {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			rows[i] = scenario.Row{Scenario: &chosen[i], Gated: gated}
			if k, ok := o.known[scenario.SeedsText(seeds)][chosen[i].Name]; ok && gated {
				rows[i].Known = &k
			}
			rows[i].Score, errs[i] = chosen[i].RunAll(ctx, seeds)
		})
	}
	wg.Wait()
	return rows, errors.Join(errs...)
}
