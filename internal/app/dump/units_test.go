package dump

import (
	"os"
	"slices"
	"strings"
	"testing"

	"spoor/decode/sflow"
)

// TestDocumentedUnits: each row of the table of units names fields that
// "spoor decode" prints, once; and what a name says is a time, a size or a share has a unit.
func TestDocumentedUnits(t *testing.T) {
	text, err := os.ReadFile("../../../docs/sflow.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## Units\n")
	table, _, _ := strings.Cut(rest, "\n## ")
	unit := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(cells[0], "-") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			name = strings.TrimSpace(cells[0]) + "." + strings.TrimSpace(name)
			if unit[name] != "" {
				t.Errorf("%s has two units", name)
			}
			unit[name] = strings.TrimSpace(cells[2])
		}
	}
	delete(unit, "Record.Fields")
	if !found || len(unit) < 50 {
		t.Fatalf("%d fields with units", len(unit))
	}
	for _, k := range slices.Concat(sflow.FlowRecords(), sflow.CounterRecords()) {
		for _, f := range appendFields(nil, k.New()) {
			name := k.Name + "." + f.key
			for _, sign := range []string{"duration_us", "_time", "_pc", "_speed", "ifSpeed", "Octets", "octets", "voltage", "heap", "cpu_user", "rtt"} {
				if strings.Contains(f.key, sign) && unit[name] == "" {
					t.Errorf("%s has no unit", name)
				}
			}
			delete(unit, name)
		}
	}
	for name := range unit {
		t.Errorf("%s is not printed", name)
	}
}
