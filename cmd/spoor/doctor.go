package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"spoor/internal/doctor"
)

// errFaults ends a doctor that found faults; what they are was printed.
var errFaults = errors.New("there are faults")

// doctorCommand makes "spoor doctor".
func (c *cli) doctorCommand() *cobra.Command {
	var where, vendor string
	var asJSON, strict bool
	cmd := &cobra.Command{
		Use:   "doctor [-c spoor.yaml]",
		Short: "Tell what keeps the collector from seeing the fabric, and what to type",
		Long: "doctor asks a running collector how well it can see: agents that are silent, lose or hold back, sampling rates,\n" +
			"speeds, how soon elephants are found on each link, switches that do not report, the socket, the clock, Kafka.\n" +
			"Each finding says what to do, and what to type on which vendor's switch; words in capitals are to be filled in.\n" +
			"Status 0: there are no faults; 1: there are, or the collector cannot be asked.",
		Example:     "  spoor doctor\n  spoor doctor --vendor arista\n  spoor doctor --json --url http://collector1:8080",
		Args:        noArguments,
		Annotations: map[string]string{foremost: "config http.listen http.token_file", heeds: "http"},
	}
	f := cmd.Flags()
	f.StringVar(&where, "url", "", "the collector's address, as `http://host:port`; by default http.listen")
	f.StringVar(&vendor, "vendor", "", "show only what to type on switches whose vendor's name holds this `word`")
	f.BoolVar(&asJSON, "json", false, "print the findings as JSON, one a line")
	f.BoolVar(&strict, "strict", false, "take warnings for faults in the exit status")
	cmd.RunE = c.command(func(cmd *cobra.Command, _ []string, _ *slog.Logger) error {
		base, err := c.collectorURL(where)
		if err != nil {
			return err
		}
		c.working = true
		var answer struct {
			Items []doctor.Finding `json:"items"`
		}
		if err := c.ask(cmd.Context(), base, "/api/v1/doctor", &answer); err != nil {
			return err
		}
		list := answer.Items
		least := doctor.Fault
		if strict {
			least = doctor.Warning
		}
		faults := false
		for i := range list {
			x := &list[i]
			faults = faults || x.Severity >= least
			if err := show(c.out, x, asJSON, strings.ToLower(vendor)); err != nil {
				return err
			}
		}
		if len(list) == 0 && !asJSON {
			_, err = fmt.Fprintf(c.out, "nothing is wrong that %s knows of\n", base)
		}
		if faults {
			err = errors.Join(err, errFaults)
		}
		return err
	})
	return cmd
}

// show prints a finding.
func show(w io.Writer, x *doctor.Finding, asJSON bool, vendor string) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(x)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s%s (%s)\n", x.Severity, x.Text, x.Check)
	for _, p := range x.Where {
		fmt.Fprintf(&b, "          %s\n", p)
	}
	if x.More > 0 {
		fmt.Fprintf(&b, "          and %d more\n", x.More)
	}
	fmt.Fprintf(&b, "        do: %s\n", x.Do)
	for _, l := range x.Type {
		if vendor == "" || strings.Contains(strings.ToLower(l.Vendor), vendor) {
			fmt.Fprintf(&b, "          %s: %s\n", l.Vendor, strings.Join(l.Lines, "; "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
