package deploy

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"spoor/proto/flowpb"
)

// column gives the type that ClickHouse reads a field of a message into.
func column(f protoreflect.FieldDescriptor) string {
	name := map[protoreflect.Kind]string{
		protoreflect.Uint32Kind: "UInt32", protoreflect.Uint64Kind: "UInt64", protoreflect.Fixed64Kind: "UInt64", protoreflect.BytesKind: "String",
		protoreflect.StringKind: "String", protoreflect.BoolKind: "Bool", protoreflect.EnumKind: "Int32",
	}[f.Kind()]
	if f.IsList() {
		return "Array(" + name + ")"
	}
	return name
}

// TestClickHouse: the queue has each field of a flow record as its type wants it, the enums of the table say what the
// schema's do. test/integration runs the files against a Kafka.
func TestClickHouse(t *testing.T) {
	text := string(read(t, "clickhouse/flows.sql"))
	_, rest, _ := strings.Cut(text, "CREATE TABLE flows_queue (")
	queue, rest, found := strings.Cut(rest, ") ENGINE = Kafka")
	if !found {
		t.Fatal("there is no queue")
	}
	have, want := make(map[string]string), make(map[string]string)
	for c := range strings.SplitSeq(queue, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(c), " ")
		have[strings.Trim(name, "`")] = kind
	}
	fields := (&flowpb.FlowMessage{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		want[string(fields.Get(i).Name())] = column(fields.Get(i))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have[name] != want[name] {
			t.Errorf("%s is %q in ClickHouse, %q in the schema", name, have[name], want[name])
		}
	}
	if len(have) != len(want) {
		t.Errorf("%d columns, %d fields", len(have), len(want))
	}
	for name, field := range map[string]protoreflect.Name{"direction": "direction", "tunnel": "tunnel"} {
		enum := regexp.MustCompile(`\b` + name + ` Enum8\(([^)]*)\)`).FindStringSubmatch(rest)
		if enum == nil {
			t.Errorf("%s is no enum", name)
			continue
		}
		values := fields.ByName(field).Enum().Values()
		if n := strings.Count(enum[1], "="); n != values.Len() {
			t.Errorf("%s has %d values, in the schema %d", name, n, values.Len())
		}
		for _, v := range regexp.MustCompile(`'(\w+)' = (\d+)`).FindAllStringSubmatch(enum[1], -1) {
			i := -1
			for j := range values.Len() {
				if full := strings.ToLower(string(values.Get(j).Name())); full == v[1] || strings.HasSuffix(full, "_"+v[1]) {
					i = int(values.Get(j).Number())
				}
			}
			if v[2] != strconv.Itoa(i) {
				t.Errorf("%s: %s is %s, in the schema %d", name, v[1], v[2], i)
			}
		}
	}
}
