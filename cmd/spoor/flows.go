package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"spoor/flow"
	"spoor/internal/app/tail"
)

// maxFlows is how many flows the API gives at once.
const maxFlows = 500

// flowsCommand makes "spoor flows".
func (c *cli) flowsCommand() *cobra.Command {
	var where string
	var count int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "flows [WORD]...",
		Short: "Find flows by address, port, switch or link, the largest first",
		Long: "flows asks a running spoor for the flows that match all words, and prints for each its id, its ends, its rate and the switches " +
			"on its way. A word is an address (10.1.1.1), a prefix (10.1.0.0/16), an end (10.1.1.1:5201), a port (:443), a protocol (tcp), a switch, " +
			"one of its ports (leaf1:swp5), or a link, both ways (leaf1>spine1). What else is known of one, tells spoor explain with its id.",
		Example: "  spoor flows                     # the largest of all\n" +
			"  spoor flows 10.1.1.1 :443\n" +
			"  spoor flows 'leaf1>spine1'      # what fills that link",
		Annotations: map[string]string{foremost: "config http.listen http.token_file", heeds: "http"},
	}
	f := cmd.Flags()
	f.StringVar(&where, "url", "", "the collector's address, as `http://host:port`; by default http.listen")
	f.IntVar(&count, "count", 20, "at most this `number` of flows, up to 500")
	f.BoolVar(&asJSON, "json", false, "print the flows as JSON, one a line, as the API has them")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, _ *slog.Logger) error {
		if count < 1 || count > maxFlows {
			return fmt.Errorf("--count: %d is no number from 1 to %d", count, maxFlows)
		}
		base, err := c.collectorURL(where)
		if err != nil {
			return err
		}
		c.working = true
		question := url.Values{"limit": {strconv.Itoa(count)}}
		if len(args) > 0 {
			question.Set("match", strings.Join(args, " "))
		}
		var answer struct {
			Items   []json.RawMessage `json:"items"`
			Total   int               `json:"total"`
			Unknown []string          `json:"unknown"`
		}
		if err := c.ask(cmd.Context(), base, "/api/v1/flows?"+question.Encode(), &answer); err != nil {
			return err
		}
		if len(answer.Unknown) > 0 {
			return fmt.Errorf("no switch, port or link is called %s: spoor topology shows which there are", strings.Join(answer.Unknown, ", "))
		}
		if len(answer.Items) == 0 && !asJSON {
			return errors.New("no flow of the last minutes matches; those of the last hour: the live page, or /api/v1/flows?at=")
		}
		return showFlows(c.out, answer.Items, answer.Total, asJSON)
	})
	return cmd
}

// foundFlow is what is shown of a flow.
type foundFlow struct {
	ID           string
	Src, Dst     netip.Addr
	Proto        uint8
	Sport, Dport *uint16
	Rate         *float64 `json:"rate_bps"`
	Path         *struct {
		State    string
		Switches []string
	}
}

// showFlows writes a line for each.
func showFlows(w io.Writer, items []json.RawMessage, total int, asJSON bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, item := range items {
		if asJSON {
			if _, err := fmt.Fprintf(w, "%s\n", item); err != nil {
				return err
			}
			continue
		}
		var f foundFlow
		if err := json.Unmarshal(item, &f); err != nil {
			return fmt.Errorf("the collector answers something else than flows: %w", err)
		}
		rate, way := "rate unknown", "path unknown"
		if f.Rate != nil {
			rate = tail.Speed(*f.Rate)
		}
		if f.Path != nil && len(f.Path.Switches) > 0 {
			way = strings.Join(f.Path.Switches, " > ")
			if f.Path.State != "complete" {
				way += " (" + f.Path.State + ")"
			}
		}
		fmt.Fprintf(t, "%s\t%s > %s %s\t%s\t%s\n", f.ID, end(f.Src, f.Sport), end(f.Dst, f.Dport), flow.ProtoName(f.Proto), rate, way)
	}
	if more := total - len(items); more > 0 && !asJSON {
		fmt.Fprintf(t, "and %d more: narrow the search, or --count\n", more)
	}
	return t.Flush()
}

// end writes an address, with its port if it has one.
func end(a netip.Addr, port *uint16) string {
	if port == nil {
		return a.String()
	}
	return netip.AddrPortFrom(a, *port).String()
}
