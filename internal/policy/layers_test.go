package policy

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// floors is the order of the rooms, lowest first. A package may import packages of
// lower floors and never one of its own floor. A folder that is not named belongs to
// the nearest one above it; one that is named twice over counts by the longer name.
var floors = [][]string{
	{"flow", "decode/xdr", "internal/mem", "internal/wholefile"},
	{"decode/sflow", "decode/packet", "topology", "proto/flowpb"},
	{"proto", "docs"},
	{"decode", "collector", "collector/forward", "analytics/flowtable", "analytics/path", "analytics/elephant", "analytics/links", "analytics/alert", "publish", "fabric"},
	{"analytics/watch"},
	{"analytics", "publish/kafka", "publish/file", "publish/post", "collector/capture"},
	{"web/scene", "web/answer"},
	{"web/history"},
	{"web/live"},
	{"web/api", "web/page"},
	{"web"},
	{"internal/app/settings", "internal/app/explain", "internal/app/tail", "internal/app/dump", "internal/app/budget", "internal/app/keeper"},
	{"internal/app/pipeline"},
	{"internal/app/replay", "internal/app/series", "internal/app/health", "internal/app/simulate"},
	{"internal/app"},
	{"internal/app/demo"},
	{"cmd"},
}

// beside are packages that stand beside flow: they import nothing of ours but flow,
// and may be imported from collector upwards.
var beside = []string{"internal/telemetry", "internal/lifecycle", "internal/config", "internal/broker", "internal/doctor", "internal/judge", "internal/hush"}

// testsOnly may be imported by tests and their own commands alone.
var testsOnly = []string{"internal/testkit", "internal/policy", "internal/dashboards", "deploy"}

// floorOf gives a room's floor, and the name it goes by; -1 if it has none.
func floorOf(room string) (floor int, name string) {
	floor = -1
	for i, names := range floors {
		for _, n := range names {
			if within(room, n) && len(n) > len(name) {
				floor, name = i, n
			}
		}
	}
	return floor, name
}

func isOne(room string, of []string) bool {
	return slices.ContainsFunc(of, func(dir string) bool { return within(room, dir) })
}

// mayImport tells whether room from may import room to.
func mayImport(from, to string) bool {
	switch {
	case isOne(from, testsOnly):
		return true
	case isOne(to, testsOnly):
		return false
	case isOne(from, beside):
		return to == "flow"
	}
	above, name := floorOf(from)
	if isOne(to, beside) {
		lowest, _ := floorOf("collector")
		return above >= lowest && name != "decode"
	}
	below, other := floorOf(to)
	return above >= 0 && below >= 0 && (below < above || name == other)
}

func TestLayers(t *testing.T) {
	for _, f := range tree(t) {
		if f.test {
			continue // tests compare with whom they like
		}
		if floor, _ := floorOf(f.room); floor < 0 && !isOne(f.room, beside) && !isOne(f.room, testsOnly) {
			t.Errorf("%s: the room %s has no floor in internal/policy", f.name, f.room)
			continue
		}
		for _, p := range f.imports() {
			to, ours := strings.CutPrefix(p, module+"/")
			if ours && !mayImport(f.room, to) {
				t.Errorf("%s imports %s: not below it", f.name, p)
			}
		}
	}
}

func TestMayImport(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"decode", "decode/sflow", true},
		{"decode/sflow", "decode", false},
		{"decode/sflow", "decode/packet", false},
		{"collector", "decode", false},
		{"collector/capture", "collector", true},
		{"publish", "publish/kafka", false},
		{"publish/kafka", "publish", true},
		{"publish/kafka", "publish/file", false},
		{"analytics", "analytics/path", true},
		{"analytics/path", "analytics/elephant", false},
		{"decode", "internal/telemetry", false},
		{"analytics/path", "internal/telemetry", true},
		{"topology", "internal/config", false},
		{"internal/config", "flow", true},
		{"internal/config", "web", false},
		{"web", "internal/app", false},
		{"cmd/spoor", "internal/app", true},
		{"internal/app/replay", "internal/app/pipeline", true},
		{"internal/app/pipeline", "internal/app/replay", false},
		{"internal/app/series", "internal/app/health", false},
		{"internal/app", "internal/testkit/score", false},
		{"internal/testkit/score", "internal/app", true},
		{"nowhere", "flow", false},
	} {
		if got := mayImport(c.from, c.to); got != c.want {
			t.Errorf("%s imports %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

// reserved names the rooms that alone may import a package, or one below it.
var reserved = map[string][]string{
	"github.com/segmentio/kafka-go":      {"publish/kafka"},
	"github.com/twmb/franz-go":           {"internal/broker", "internal/app", "internal/testkit", "publish/kafka"}, // there: its SASL mechanisms
	"github.com/spf13":                   {"cmd", "internal/config", "internal/app"},
	"github.com/google/gopacket":         {"collector/capture"},
	"github.com/google/gopacket/layers":  {},
	"github.com/netsampler/goflow2":      {},
	"github.com/google/go-cmp":           {},
	"github.com/VictoriaMetrics/metrics": {"internal/telemetry", "collector", "publish", "analytics", "web", "internal/app", "internal/broker"},
	"google.golang.org/protobuf":         {"proto", "publish", "internal/app"},
	"net/http":                           {"web", "internal/app", "cmd", "publish/kafka", "publish/post"}, // kafka: tokens of OAuth 2.0, the schema registry
}

func TestReservedImports(t *testing.T) {
	for _, f := range code(t) {
		for _, p := range f.imports() {
			for reserve, rooms := range reserved {
				if within(p, reserve) && !isOne(f.room, rooms) {
					t.Errorf("%s imports %s, which only %q may outside of tests", f.name, p, rooms)
				}
			}
		}
	}
}

// TestPureRooms: what turns bytes into values and values into conclusions has no I/O,
// no lock it shares, no logger; decode has no clock either, analytics is told the time.
func TestPureRooms(t *testing.T) {
	pure := map[string][]string{
		"flow":      {"net", "os", "sync", "time", "log"},
		"decode":    {"net", "os", "sync", "time", "log"},
		"analytics": {"net", "os", "log"},
		"topology":  {"net", "log"},
	}
	for _, f := range code(t) {
		for room, forbidden := range pure {
			if !within(f.room, room) {
				continue
			}
			for _, p := range f.imports() {
				if p != "net/netip" && isOne(p, forbidden) {
					t.Errorf("%s imports %s: %s does not", f.name, p, room)
				}
			}
		}
	}
}

// TestNoClock: event time is handed in, so that a replay gives the same results as the
// live stream and two runs the same files.
func TestNoClock(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}
	for _, f := range code(t) {
		if !isOne(f.room, []string{"flow", "decode", "analytics", "topology", "proto"}) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, s.Sel.Name) {
				t.Errorf("%s: time.%s: the caller says what time it is", fset.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
	}
}
