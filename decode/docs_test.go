package decode_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode"
	"spoor/decode/sflow"
	"spoor/flow"
)

// section gives the rows of the table under a heading of docs/sflow.md, as cells.
func section(t *testing.T, heading string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("../docs/sflow.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/sflow.md has no %q", heading)
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("no table under %q", heading)
	}
	return rows[2:]
}

// TestDocumentedRecords: the tables of records are those that are read.
func TestDocumentedRecords(t *testing.T) {
	for heading, known := range map[string][]sflow.Known{
		"Records of flow and discarded packet samples": sflow.FlowRecords(),
		"Records of counters samples":                  sflow.CounterRecords(),
	} {
		var want, got []string
		for _, k := range known {
			want = append(want, k.Format.String()+" "+k.Name)
		}
		for _, row := range section(t, heading) {
			got = append(got, row[0]+" "+row[1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-code +document):\n%s", heading, diff)
		}
	}
	var got []string
	for _, row := range section(t, "Samples") {
		got = append(got, row[0])
	}
	var want []string
	for _, f := range []sflow.Format{
		sflow.FormatFlowSample, sflow.FormatCountersSample, sflow.FormatFlowSampleExpanded, sflow.FormatCountersSampleExpanded,
		sflow.FormatDiscardedPacket, sflow.FormatRTMetric, sflow.FormatRTFlow,
	} {
		want = append(want, f.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-code +document):\n%s", diff)
	}
}

// TestDocumentedReasons: every reason is explained, in order.
func TestDocumentedReasons(t *testing.T) {
	var want, got []string
	for r := 1; r < decode.NumReasons; r++ {
		want = append(want, decode.Reason(r).String())
	}
	for _, row := range section(t, "What is refused") {
		got = append(got, row[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-code +document:\n%s", diff)
	}
}

// TestDocumentedDropReasons: every name has its number, and none is left out.
func TestDocumentedDropReasons(t *testing.T) {
	want, got := map[string]string{}, map[string]string{}
	for code := range flow.DropReason(1000) {
		if name := code.Name(); name != "" {
			want[strconv.Itoa(int(code))] = name
		}
	}
	for _, row := range section(t, "Drop reasons") {
		for i := 0; i+1 < len(row); i += 2 {
			if row[i] != "" {
				got[row[i]] = row[i+1]
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-code +document:\n%s", diff)
	}
}

// TestDocumentedTunnels: the document names every tunnel.
func TestDocumentedTunnels(t *testing.T) {
	for _, row := range section(t, "The packet") {
		if row[0] != "Tunnels" {
			continue
		}
		for tunnel := flow.TunnelVXLAN; tunnel.String() != "unknown"; tunnel++ {
			if !strings.Contains(row[1], tunnel.String()) {
				t.Errorf("%s is not documented", tunnel)
			}
		}
		return
	}
	t.Error("no row of tunnels")
}

// TestDocumentedTests: the tests that are said to show something exist.
func TestDocumentedTests(t *testing.T) {
	tests := map[string]bool{}
	for _, dir := range []string{".", "sflow", "packet", "xdr", "../collector", "../analytics", "../publish", "../internal/app/dump"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
				tests[string(m[1])] = true
			}
		}
	}
	for _, heading := range []string{"What agents do, and what is made of it", "Where others read otherwise"} {
		for _, row := range section(t, heading) {
			name := strings.Trim(row[len(row)-1], "`")
			if !tests[name] {
				t.Errorf("%q is to be shown by %s, which does not exist", row[1], name)
			}
		}
	}
}
