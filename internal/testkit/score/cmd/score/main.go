// Command score judges the output of `spoor replay`.
//
//	score TRUTH DIR                    one output directory by one truth
//	score -table [TRUTH DIR]...        several, in a table
//	score -spoor PROGRAM FOLDER...     replay every capture of the folders that has a truth, and print a table
//	score -spoor PROGRAM -simulate     the same with a capture simulated in each mode (folders may follow)
//
// It exits with 1 if anything is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"

	"spoor/internal/judge"
	"spoor/internal/testkit/score"
)

var errWrong = errors.New("wrong")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, errWrong):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("score", flag.ContinueOnError)
	program := flags.String("spoor", "", "replay with this `program`")
	table := flags.Bool("table", false, "print a table of pairs of TRUTH DIR")
	simulate := flags.Bool("simulate", false, "also simulate a capture in each mode")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *program != "" {
		return replayAll(ctx, *program, *simulate, flags.Args(), out)
	}
	if *table && flags.NArg() > 0 && flags.NArg()%2 == 0 {
		return several(flags.Args(), out)
	}
	if *table || flags.NArg() != 2 {
		return errors.New("want TRUTH DIR, -table and pairs of these, or -spoor PROGRAM and folders")
	}
	return one(flags.Arg(0), flags.Arg(1), out)
}

// one scores one output directory, without limits on delays.
func one(truth, dir string, out io.Writer) error {
	t, err := judge.Load(truth)
	if err != nil {
		return err
	}
	r, err := judge.Score(t, dir)
	if err != nil {
		return err
	}
	if err := r.Write(out); err != nil {
		return err
	}
	for _, w := range r.Wrong() {
		err = errWrong
		fmt.Fprintln(out, "wrong:", w)
	}
	return err
}

// several scores pairs of truth and output directory, without limits on delays.
func several(pairs []string, out io.Writer) error {
	table := judge.NewTable(out)
	var verdict error
	for i := 0; i < len(pairs); i += 2 {
		t, err := judge.Load(pairs[i])
		if err != nil {
			return err
		}
		r, err := judge.Score(t, pairs[i+1])
		if err != nil {
			return err
		}
		wrong := r.Wrong()
		if len(wrong) > 0 {
			verdict = errWrong
		}
		table.Row(filepath.Base(pairs[i+1]), r, wrong, nil)
	}
	return errors.Join(table.Flush(), verdict)
}

// replayAll runs each capture through the program and prints the table of scores.
func replayAll(ctx context.Context, program string, simulate bool, folders []string, out io.Writer) error {
	cases, err := score.Cases(folders...)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "spoor-score-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if simulate {
		for _, m := range score.Modes() {
			c, err := m.Simulate(ctx, program, tmp)
			if err != nil {
				return err
			}
			cases = append(cases, *c)
		}
	}
	if len(cases) == 0 {
		return fmt.Errorf("no capture with a truth in %q", folders)
	}
	table := judge.NewTable(out)
	var verdict error
	for i := range cases {
		c, dir := &cases[i], filepath.Join(tmp, cases[i].Name)
		learned := filepath.Join(tmp, c.Name+".learned")
		ok, err := judged(ctx, program, c, dir, table, out, "--learned", learned)
		if err != nil {
			return err
		}
		if ok && c.Real {
			w := c.Warm()
			if ok, err = judged(ctx, program, &w, dir+".warm", table, out, "--known", learned); err != nil {
				return err
			}
		}
		if !ok {
			verdict = errWrong
		}
	}
	return errors.Join(table.Flush(), verdict)
}

// judged replays one capture into dir and adds its row; false if that fails, or something that is gated is wrong.
func judged(ctx context.Context, program string, c *score.Case, dir string, table *judge.Table, out io.Writer, more ...string) (ok bool, err error) {
	if err := replay(ctx, program, c, dir, more...); err != nil {
		fmt.Fprintln(out, err)
		return false, nil
	}
	r, faults, short, err := c.Judge(dir)
	if err != nil {
		return false, err
	}
	table.Row(c.Name, r, faults, short)
	return len(faults) == 0, nil
}

func replay(ctx context.Context, program string, c *score.Case, dir string, more ...string) error {
	args := slices.Concat([]string{"replay", "--output", dir}, c.Args, more)
	cmd := exec.CommandContext(ctx, program, append(args, c.Capture)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("replay of %s: %w\n%s", c.Capture, err, text)
	}
	return nil
}
