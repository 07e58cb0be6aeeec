package decode_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spoor/decode/sflow"
)

// TestStructures compares what is read with the list of all structures that lies
// beside the project: exactly those that docs/sflow.md names are left out.
func TestStructures(t *testing.T) {
	f, err := os.Open("../../shared/structures.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the list is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{
		"sample 0:1": true, "sample 0:2": true, "sample 0:3": true, "sample 0:4": true, "sample 0:5": true,
		"sample 4300:1002": true, "sample 4300:1003": true,
	}
	for _, k := range sflow.FlowRecords() {
		read["flow "+k.Format.String()] = true
	}
	for _, k := range sflow.CounterRecords() {
		read["counter "+k.Format.String()] = true
	}
	var left, sflowtool []string
	for _, row := range rows[1:] {
		name := row[0] + " " + row[1] + ":" + row[2]
		if !read[name] {
			left = append(left, name)
			if strings.Contains(" "+row[7]+" ", " ST ") { // sflowtool prints it
				sflowtool = append(sflowtool, name)
			}
		}
		delete(read, name)
	}
	want := strings.Fields("flow_0:1016 flow_0:1017 flow_0:1018 flow_0:1031 flow_0:1032 flow_0:1033 flow_0:2001 flow_0:2002 flow_0:2003 " +
		"flow_0:2208 counter_0:9 counter_0:2200")
	for i := range want {
		want[i] = strings.Replace(want[i], "_", " ", 1)
	}
	if d := cmp.Diff(want, left); d != "" {
		t.Errorf("not read, -as documented +by the list:\n%s", d)
	}
	if d := cmp.Diff([]string{"counter 0:2200"}, sflowtool); d != "" {
		t.Errorf("what sflowtool prints and we do not (-as documented +by the list):\n%s", d)
	}
	for name := range read {
		t.Errorf("%s is read, and not in the list", name)
	}
}
