package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spoor/collector/capture"
	"spoor/internal/app/explain"
	"spoor/internal/app/replay"
)

// explainCommand makes "spoor explain".
func (c *cli) explainCommand() *cobra.Command {
	var from string
	var pcaps []string
	var port uint16
	var at time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain [--pcap FILE]... FLOW|ALERT",
		Short: "Tell all that is known of a flow or an alert, and why it alerted or not",
		Long: "explain asks a running spoor, or replays captures, and prints in one screen what is known of a flow: its path with\n" +
			"the evidence for each hop, its rate, where it is sampled, what it takes of each link, and why it raised an alert or\n" +
			"did not. FLOW is a flow id, or its two ends as in the lines of tail; ALERT the name of an elephant's alert, a\n" +
			"fingerprint, an incident, or an alert's name such as LinkBusy.",
		Example: "  spoor explain fd80419af28b11f8\n" +
			"  spoor explain '10.1.1.1:40112 > 10.2.1.1:5201 tcp'\n" +
			"  spoor explain LinkBusy\n" +
			"  spoor explain --pcap fabric.pcap --at 20s fd80419af28b11f8",
		Annotations: map[string]string{foremost: "config http.listen http.token_file elephants.share topology.speeds", heeds: "agents elephants flows http paths topology"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("explain wants a flow or an alert: spoor flows, spoor tail alerts and the live page show them")
			}
			return explain.Check(strings.Join(args, " "))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&from, "url", "", "where spoor run answers, as `http://host:port`; by default http.listen")
	flags.StringArrayVar(&pcaps, "pcap", nil, "replay this capture `file` instead of asking; may be repeated")
	flags.Uint16Var(&port, "port", capture.DefaultPort, "UDP destination `port` of the datagrams in captures; 0 takes all")
	flags.DurationVar(&at, "at", 0, "with --pcap: the moment, after the first datagram; by default when the flow was last an elephant, else last seen")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, _ *slog.Logger) error {
		if at < 0 || at > 0 && len(pcaps) == 0 {
			return errors.New("--at wants --pcap, and a time that is not negative")
		}
		if from != "" && len(pcaps) > 0 {
			return errors.New("--url and --pcap exclude each other")
		}
		what, base := strings.Join(args, " "), ""
		if len(pcaps) == 0 {
			var err error
			if base, err = c.collectorURL(from); err != nil {
				return err
			}
		}
		c.working = true
		var doc *explain.Doc
		var err error
		if len(pcaps) > 0 {
			doc, err = replay.Explain(cmd.Context(), &c.cfg, &replay.ExplainOptions{Files: pcaps, Port: port, What: what, At: at, Zone: time.Local})
		} else {
			doc = &explain.Doc{}
			err = c.ask(cmd.Context(), base, "/api/v1/explain?what="+url.QueryEscape(what), doc)
		}
		if err != nil {
			return err
		}
		if !asJSON {
			return doc.Text(c.out, time.Local)
		}
		e := json.NewEncoder(c.out)
		e.SetEscapeHTML(false)
		return e.Encode(doc)
	})
	return cmd
}
