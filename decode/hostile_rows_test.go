package decode_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"spoor/decode"
)

// extraCase is a hostile datagram beyond the ninety.
type extraCase struct {
	row    int // of the table of hostile inputs, which hostileRows follows
	data   []byte
	want   decode.Outcome
	reason decode.Reason
	marker bool // the good sample behind it is delivered
}

// extraCases covers what the ninety leave out of their rows.
func extraCases() map[string]extraCase {
	flowWith := func(records ...[]byte) []byte { return dgram(2, hostileFlow(usual, records...), good) }
	countersWith := func(record []byte) []byte { return dgram(2, hostileCounters(record), good) }
	agent := func(addr uint32) []byte { return join(u(5, 1, addr, 0, 1, 1000, 1), good) }
	nextHop := u(1, 0x0a000002)
	long := decode.ReasonRecordLength
	return map[string]extraCase{
		"netflow-v9":              {3, u(0x00090010, 1, 1, 1, 1), decode.Rejected, decode.ReasonNetFlow9, false},
		"version-6":               {2, join(u(6), zeros(40)), decode.Rejected, decode.ReasonVersionOther, false},
		"text":                    {3, []byte("<13>Jan  1 00:00:00 host sshd[1]: hello"), decode.Rejected, decode.ReasonVersionOther, false},
		"agent-0.0.0.0":           {4, agent(0), decode.OK, decode.ReasonNone, true},
		"agent-127.0.0.1":         {4, agent(0x7f000001), decode.OK, decode.ReasonNone, true},
		"expanded-counters-short": {9, dgram(2, rec(4, u(1, 0, 1)), good), decode.Partial, decode.ReasonSampleShort, true},
		"discard-short":           {9, dgram(2, rec(5, u(1, 0, 1, 0, 1, 2, 256)), good), decode.Partial, decode.ReasonSampleShort, true},
		"rec-count-expanded-counters": {
			12, dgram(2, rec(4, u(1, 0, 1, all32), rec(1, zeros(88))), good), decode.Partial, decode.ReasonRecordCount, true,
		},
		"rec-count-discard": {
			12, dgram(2, rec(5, u(1, 0, 1, 0, 1, 2, 256, all32), raw4), good), decode.Partial, decode.ReasonRecordCount, true,
		},
		"rlen-over-in-counters": {18, dgram(2, hostileCounters(tlv(1, zeros(88), 92)), good), decode.Partial, decode.ReasonRecordOverrun, true},
		"mpls-out-wrap":         {23, flowWith(rec(1006, nextHop, u(0, 0x40000001, 1)), raw4), decode.Partial, long, true},
		"vlanin-2e30":           {23, flowWith(rec(1034, u(0x40000000, 1)), raw4), decode.Partial, long, true},
		"aspath-one-beyond":     {23, flowWith(rec(1003, nextHop, u(1, 0, 0, 1, 2, 4, 1, 2, 3)), raw4), decode.Partial, long, true},
		"hw-trap-wrap":          {24, flowWith(rec(1041, u(all32-2, 0, 1)), raw4), decode.Partial, long, true},
		"url-second-string":     {24, flowWith(rec(1005, u(1), opaque([]byte("/x")), u(0xfffffff0)), raw4), decode.Partial, long, true},
		"port-name-2e32":        {24, countersWith(rec(1005, u(all32))), decode.Partial, long, true},
		"adapter-macs-wrap":     {25, countersWith(rec(2001, u(1, 1, 0x20000001), zeros(8))), decode.Partial, long, true},
		"bst-queues-2e30":       {25, countersWith(rec(4413<<12|2, u(1, 2, 3, 4, 0x40000000, 5))), decode.Partial, long, true},
		"router-type-9-short":   {22, flowWith(rec(1002, u(9)), raw4), decode.Partial, decode.ReasonRecordAddress, true},
		"uptime-0":              {50, join(u(5, 1, 0x0a000001, 0, 1, 0, 1), good), decode.OK, decode.ReasonNone, true},
	}
}

// TestHostileExtras decodes them.
func TestHostileExtras(t *testing.T) {
	for name, c := range extraCases() {
		r, res, stats := decodeAll(c.data)
		if res.Outcome != c.want || res.Reason != c.reason {
			t.Errorf("%s: %v (%v), want %v (%v)", name, res.Outcome, res.Reason, c.want, c.reason)
		}
		marker := false
		for i := range r.samples {
			marker = marker || r.samples[i].SamplingRate == 777
		}
		if marker != c.marker {
			t.Errorf("%s: good sample delivered: %v", name, marker)
		}
		checkResult(t, c.data, r, res, stats)
	}
}

// hostileRows follows the fifty rows of the table of hostile and odd inputs: by
// which of the ninety cases (their numbers) each is covered, by how many extra
// ones at least, and by which tests where a datagram alone does not show it.
var hostileRows = [...]struct {
	cases  []int
	extras int
	tests  []string
}{
	1: {cases: []int{1, 2, 3, 10}}, 2: {cases: []int{4, 5}, extras: 1}, 3: {cases: []int{6, 7}, extras: 2},
	4: {cases: []int{8}, extras: 2, tests: []string{"TestResolve"}}, 5: {cases: []int{9}}, 6: {cases: []int{11}}, 7: {cases: []int{12, 13}},
	8: {cases: []int{14, 15}}, 9: {cases: []int{16, 17}, extras: 2}, 10: {cases: []int{18, 33}}, 11: {cases: []int{19, 20}},
	12: {cases: []int{21, 22, 23}, extras: 2}, 13: {cases: []int{24}}, 14: {cases: []int{25}, tests: []string{"TestQuirks"}}, 15: {cases: []int{26, 27}},
	16: {cases: []int{28}, tests: []string{"TestHostileDetails"}}, 17: {cases: []int{29, 38}, tests: []string{"TestHostileWork"}},
	18: {cases: []int{30, 31}, extras: 1}, 19: {cases: []int{32, 35, 36}}, 20: {cases: []int{34, 37}}, 21: {cases: []int{39}},
	22: {cases: []int{40, 41}, extras: 1}, 23: {cases: []int{42, 43, 44, 45, 46}, extras: 3}, 24: {cases: []int{47, 48}, extras: 3},
	25: {cases: []int{49, 50}, extras: 2}, 26: {cases: []int{51}}, 27: {cases: []int{52, 53}, tests: []string{"TestCountersMessage"}},
	28: {cases: []int{54}, tests: []string{"TestHostCPU"}}, 29: {cases: []int{55}}, 30: {cases: []int{56, 59}}, 31: {cases: []int{57, 58}}, 32: {cases: []int{60}},
	33: {cases: []int{61, 62, 63, 64}, tests: []string{"TestFrameLength"}}, 34: {cases: []int{65}, tests: []string{"TestHostileWork"}},
	35: {cases: []int{66, 67, 72}}, 36: {cases: []int{68}}, 37: {cases: []int{69, 70}}, 38: {cases: []int{71, 77}}, 39: {cases: []int{73, 74}},
	40: {cases: []int{75, 76, 78}}, 41: {cases: []int{79, 80}}, 42: {cases: []int{81, 82}}, 43: {cases: []int{83, 86}}, 44: {cases: []int{84, 85}},
	45: {cases: []int{87, 88, 89, 90}},
	46: {tests: []string{"TestAccount", "TestReplicator", "TestSameNumberOtherUptime"}},
	47: {tests: []string{"TestInventedAgents", "TestFloodOfAgents", "TestSourcesBounded", "TestResolve"}},
	48: {tests: []string{"TestFloodOfAgents", "TestFlood"}},
	49: {tests: []string{"TestRates"}},
	50: {extras: 1, tests: []string{"TestAccount"}},
}

// TestHostileRows: every row is covered, every case stands in a row, and the
// tests that are named exist.
func TestHostileRows(t *testing.T) {
	inRow := map[int]int{}
	extras := map[int]int{}
	for name, c := range extraCases() {
		if c.row < 1 || c.row >= len(hostileRows) {
			t.Errorf("%s: row %d", name, c.row)
		}
		extras[c.row]++
	}
	tests := testNames(t)
	if len(hostileRows) != 51 {
		t.Errorf("%d rows", len(hostileRows)-1)
	}
	for i, row := range hostileRows[1:] {
		i++
		if len(row.cases)+row.extras+len(row.tests) == 0 {
			t.Errorf("row %d is not covered", i)
		}
		if extras[i] != row.extras {
			t.Errorf("row %d: %d extra cases, want %d", i, extras[i], row.extras)
		}
		for _, n := range row.cases {
			inRow[n]++
		}
		for _, name := range row.tests {
			if !tests[name] {
				t.Errorf("row %d: there is no %s", i, name)
			}
		}
	}
	for i, c := range hostileCases(t) {
		if inRow[i+1] != 1 {
			t.Errorf("case %d, %s, stands in %d rows", i+1, c.name, inRow[i+1])
		}
	}
}

// testNames gives the names of all tests of the project.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, dir := range []string{".", "*", "../collector", "../collector/*", "../publish", "../internal/app", "../internal/app/*", "../analytics", "../analytics/*"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(b), -1) {
				names[m[1]] = true
			}
		}
	}
	return names
}
