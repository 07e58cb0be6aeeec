package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spoor/collector/capture"
	"spoor/internal/app"
	"spoor/internal/app/explain"
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
		Annotations: map[string]string{concerns: "config agents elephants flows http.listen paths topology"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("explain wants a flow or an alert")
			}
			return explain.Check(strings.Join(args, " "))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&from, "url", "", "where spoor run answers; by default http.listen")
	flags.StringArrayVar(&pcaps, "pcap", nil, "replay this capture instead of asking; may be repeated")
	flags.Uint16Var(&port, "port", capture.DefaultPort, "UDP destination port of the datagrams in captures; 0 takes all")
	flags.DurationVar(&at, "at", 0, "with --pcap: the moment, after the first datagram; by default when the flow was last an elephant, else last seen")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, _ *slog.Logger) error {
		if at < 0 || at > 0 && len(pcaps) == 0 {
			return errors.New("--at wants --pcap, and a time that is not negative")
		}
		if from != "" && len(pcaps) > 0 {
			return errors.New("--url and --pcap exclude each other")
		}
		what := strings.Join(args, " ")
		c.working = true
		var doc *explain.Doc
		var err error
		if len(pcaps) > 0 {
			doc, err = app.ExplainCapture(cmd.Context(), &c.cfg, &app.ExplainOptions{Files: pcaps, Port: port, What: what, At: at, Zone: time.Local})
		} else {
			doc, err = askRunning(cmd.Context(), explainURL(from, c.cfg.HTTP.Listen), what)
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

// explainURL gives where to ask.
func explainURL(from, listen string) string {
	if from == "" {
		if strings.HasPrefix(listen, ":") {
			listen = "127.0.0.1" + listen
		}
		from = "http://" + listen
	}
	return strings.TrimSuffix(from, "/") + "/api/v1/explain"
}

// Bounds of asking.
const (
	askFor    = 30 * time.Second
	maxAnswer = 16 << 20
)

// askRunning asks a running spoor.
func askRunning(ctx context.Context, at, what string) (*explain.Doc, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"?what="+url.QueryEscape(what), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("nobody answers there: does spoor run, with http.listen as here? %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // read only
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		var p struct {
			Detail string `json:"detail"`
		}
		if json.Unmarshal(body, &p) != nil || p.Detail == "" {
			return nil, fmt.Errorf("%s: %s", at, answer.Status)
		}
		return nil, errors.New(p.Detail)
	}
	doc := &explain.Doc{}
	if err := json.Unmarshal(body, doc); err != nil {
		return nil, fmt.Errorf("%s: the answer is no explanation: %w", at, err)
	}
	return doc, nil
}
