package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"spoor/fabric"
	"spoor/internal/app/simulate"
)

func (c *cli) simulateCommand() *cobra.Command {
	o := simulate.Options{Fabric: fabric.DefaultConfig()}
	load := simulate.LoadOptions{Datagrams: 50_000}
	cmd := &cobra.Command{
		Use:   "simulate --to HOST:PORT | --pcap FILE",
		Short: "Send real sFlow from a simulated fabric",
		Long: "simulate lets a leaf-spine fabric live whose switches send real sFlow v5 datagrams, each from a socket of\n" +
			"its own, at the pace of real time; or it writes them to a capture, as fast as it can. Packets are sampled\n" +
			"hop by hop as a hardware agent does. The last line on stdout is a summary in JSON.\n\n" +
			"With --load datagrams are made first and then sent over and over, as many a second as is wanted, numbered as\n" +
			"the agents would: what a collector misses by their numbers was lost on the way to it.",
		Example: "  spoor simulate --to 127.0.0.1:6343 --duration 0\n" +
			"  spoor simulate --to 127.0.0.1:6343 --truth truth.json --event drain:spine1@30s\n" +
			"  spoor simulate --pcap big.pcap --spines 8 --leaves 64 --hosts 16 --flows 20000 --fabric-speed 100G --host-speed 25G\n" +
			"  spoor simulate --to 127.0.0.1:6343 --load max --load-datagrams 200000 --flows 100000 --duration 30s",
		Annotations: map[string]string{fabricFlag: "duration spines leaves hosts host-speed fabric-speed flows elephants event vxlan sampling-rate seed"},
		Args:        noArguments,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.To, "to", "", "collector to send to, as `HOST:PORT`")
	flags.StringVar(&o.Pcap, "pcap", "", "capture `file` to write instead; it must not exist")
	flags.StringVar(&o.Truth, "truth", "", "`file` for the truth, JSON: what flows took which path at what rate; it must not exist")
	flags.StringVar(&load.Rate, "load", "", "`datagrams` a second to send that were made in advance, or max for as many as can be; --duration is that of sending")
	flags.IntVar(&load.Datagrams, "load-datagrams", load.Datagrams, "this `number` are made, some 1,400 bytes each")
	set := fabricFlags(&o.Fabric)
	set.Bind(flags)
	cmd.RunE = c.command(func(cmd *cobra.Command, _ []string, _ *slog.Logger) error {
		if err := set.Flags(); err != nil {
			return err
		}
		bar := newProgress(c.err)
		total := o.Fabric.Duration
		o.Notice = func(line string) {
			bar.clear()
			fmt.Fprintf(c.err, "spoor: %s\n", line)
		}
		o.Progress = func(done time.Duration, s fabric.Stats) {
			bar.draw(func(width int) string { return simulated(done, total, s, width) })
		}
		if load.Rate != "" {
			return c.sendLoad(cmd.Context(), &load, &o, bar)
		}
		s, err := simulate.New(o)
		if err != nil {
			return err
		}
		c.working = true
		summary, err := s.Run(cmd.Context())
		bar.clear()
		if err != nil {
			return err
		}
		return c.summary(summary)
	})
	return cmd
}

// sendLoad is simulate with --load.
func (c *cli) sendLoad(ctx context.Context, l *simulate.LoadOptions, o *simulate.Options, bar *progress) error {
	switch {
	case o.To == "":
		return errors.New("--load wants --to HOST:PORT")
	case o.Pcap != "" || o.Truth != "":
		return errors.New("--load goes with neither --pcap nor --truth: nobody lives through what it sends")
	case o.Fabric.Start != 0:
		return errors.New("--start is for captures: what is sent, is sent now")
	}
	l.Fabric, l.To, l.Notice = o.Fabric, o.To, o.Notice
	l.Progress = func(s fabric.LoadStats) {
		bar.draw(func(width int) string {
			return cut(fmt.Sprintf("%d datagrams  %d flow samples  %.1f MB", s.Datagrams, s.FlowSamples, float64(s.Bytes)/1e6), width)
		})
	}
	r, err := simulate.NewLoad(ctx, l)
	if err != nil {
		return err
	}
	c.working = true
	summary, err := r.Run(ctx)
	bar.clear()
	if err != nil {
		return err
	}
	return c.summary(summary)
}

// summary writes the line that ends a command.
func (c *cli) summary(s interface{ Line() ([]byte, error) }) error {
	line, err := s.Line()
	if err == nil {
		_, err = c.out.Write(line)
	}
	return err
}

// simulated is the line that shows how far a simulation is:
//
//	12.3 of 60 s  4812 datagrams  5.1 MB
func simulated(done, total time.Duration, s fabric.Stats, width int) string {
	of := ""
	if total > 0 {
		of = fmt.Sprintf(" of %.0f", total.Seconds())
	}
	return cut(fmt.Sprintf("%.1f%s s  %d datagrams  %.1f MB", done.Seconds(), of, s.Datagrams, float64(s.Bytes)/1e6), width)
}

// draw is show for any line of at most so many columns.
func (p *progress) draw(line func(width int) string) {
	now := p.now()
	if p.width == 0 || now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	fmt.Fprintf(p.w, "\r%s\x1b[K", line(p.width-1))
}
