package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/spf13/cobra"

	"spoor/collector/capture"
	"spoor/internal/app/replay"
)

func (c *cli) replayCommand() *cobra.Command {
	var output, speed, known, learned string
	var port uint16
	var whatIf []string
	cmd := &cobra.Command{
		Use:   "replay [--output DIR] [--speed 1|N|max] [--port 6343] FILE...",
		Short: "Run recorded datagrams through the same pipeline",
		Long: "replay reads sFlow datagrams from captures (pcap, pcapng; plain, gzip or zstd; - is standard input),\n" +
			"merges them by time and takes the time from them: two replays of the same files give the same results.\n" +
			"The last line on stdout is a summary in JSON.",
		Example: "  spoor replay --output out fabric.pcap\n" +
			"  spoor replay --topology.speeds '*=10G' leaf*.pcapng.zst | jq .paths\n" +
			"  spoor replay --what-if elephants.share=0.2 --what-if 'elephants.preset=strict elephants.share=0.05' fabric.pcap",
		Annotations: map[string]string{foremost: "config topology.speeds topology.file elephants.share elephants.mute", heeds: "agents elephants flows output paths topology"},
		Args:        oneFile,
	}
	cmd.Flags().StringVar(&output, "output", "", "`directory` for the results, one file a topic; it appears or is replaced as a whole (short for --output.dir)")
	cmd.Flags().StringVar(&speed, "speed", "max", "how many `times` as fast as recorded, or max")
	cmd.Flags().StringArrayVar(&whatIf, "what-if", nil, "write nothing, but print how many elephants, incidents and pages the captures would have caused with a setting changed, as `NAME=VALUE`; several with spaces between, and the flag may be repeated")
	cmd.Flags().Uint16Var(&port, "port", capture.DefaultPort, "UDP destination `port` of the datagrams; 0 takes all")
	cmd.Flags().StringVar(&known, "known", "", "`file` of what an earlier replay learned of the fabric, which is evidence here")
	cmd.Flags().StringVar(&learned, "learned", "", "`file` in which to keep what is learned of the fabric")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, log *slog.Logger) error {
		factor, err := parseSpeed(speed)
		if err != nil {
			return err
		}
		if len(whatIf) > 0 {
			if output != "" {
				return errWritesNothing
			}
			return c.whatIf(cmd.Context(), whatIf, args, port)
		}
		if output != "" {
			c.cfg.Output.Dir = output
		}
		c.working = true
		bar := newProgress(c.err)
		s, err := replay.Run(cmd.Context(), &c.cfg, replay.Options{Files: args, Port: port, Speed: factor, Known: known, Learned: learned, Progress: bar.show}, log)
		bar.clear()
		if s != nil {
			line, bad := s.Line()
			if bad == nil {
				_, bad = c.out.Write(line)
			}
			err = errors.Join(err, bad)
		}
		return err
	})
	return cmd
}

// parseSpeed reads "max" (0) or a factor.
func parseSpeed(text string) (float64, error) {
	if text == "max" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x > 0 && x <= 1e6) {
		return 0, fmt.Errorf("--speed: %q is neither max nor a factor such as 1 or 10", text)
	}
	return x, nil
}
