// Command alertday simulates a day of operation and writes what was alerted, and what should have been, into a document.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"spoor/internal/testkit/alertday"
	"spoor/internal/testkit/scenario"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "alertday:", err)
		os.Exit(1)
	}
}

// run simulates the day, prints its table and fails if anything is wrong.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("alertday", flag.ContinueOnError)
	write := flags.String("write", "", "document in which the table goes between <!-- alert-day --> and <!-- end -->")
	short := flags.Bool("short", false, "the short day of the tests")
	quiet := flags.Bool("quiet", false, "a quiet hour of 64 leaves and 16 spines instead")
	if err := flags.Parse(args); err != nil {
		return err
	}
	plan := alertday.Day()
	if *short {
		plan = alertday.Short()
	}
	if *quiet {
		plan = alertday.Quiet()
	}
	r, err := plan.Run(ctx)
	if err != nil {
		return err
	}
	table := r.Markdown()
	fmt.Print(table)
	if *write != "" {
		if err := scenario.Replace(*write, "alert-day", []byte(table)); err != nil {
			return err
		}
	}
	if wrong := r.Wrong(); len(wrong) > 0 {
		return fmt.Errorf("%d things are wrong", len(wrong))
	}
	return nil
}
