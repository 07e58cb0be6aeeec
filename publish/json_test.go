package publish

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"spoor/flow"
	"spoor/topology"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The instants of the examples.
const (
	t0 = int64(1_795_313_465_123_456_789) // 2026-11-22T02:11:05.123456789Z
	t1 = t0 + 90e9
)

func v4(a, b, c, d byte) flow.Addr { return flow.AddrFrom4([4]byte{a, b, c, d}) }

var tcp = flow.Key{Src: v4(10, 1, 1, 1), Dst: v4(10, 2, 1, 1), SrcPort: 40112, DstPort: 5201, Proto: 6}

// examples gives messages of all JSON topics, plain ones and odd ones.
func examples() map[string]any {
	leaf := flow.Hop{Switch: "leaf1", Agent: v4(10, 255, 0, 1), In: 101, InPort: "swp1", Out: 150, OutPort: "swp5", Observed: true}
	fabric := flow.ElephantLink{
		ID:   "10.255.0.1/150--10.255.0.51/5101",
		From: flow.Port{Switch: "leaf1", Agent: v4(10, 255, 0, 1), IfIndex: 150, Name: "swp5"}, To: flow.Port{Switch: "spine1", Agent: v4(10, 255, 0, 51), IfIndex: 5101, Name: "swp1"},
		Speed: 100e6, Share: 0.251, Threshold: 0.1, Utilization: 0.61, UtilizationAge: 1.2, Elephants: 2,
	}
	host := flow.ElephantLink{
		ID: "10.255.0.1/101", From: flow.Port{Switch: "leaf1", Agent: v4(10, 255, 0, 1), IfIndex: 101}, Host: v4(10, 1, 1, 1), HostSends: true,
		Share: 0.2, Threshold: 0.1, Utilization: -1, DiscardRate: -1, Elephants: 1, SpeedInferred: true,
	}
	elephant := flow.Elephant{
		Key: tcp, ID: tcp.ID(), AlertSince: t0, Episode: 1, Severity: flow.SeverityWarning, Time: t0 + 1.5e9, Since: t0, Detected: t0 + 1.42e9, Expires: t1,
		Rate: 25.1e6, RateLow: 22.3e6, RateHigh: 27.9e6, Share: 0.251, ShareLow: 0.223, ShareHigh: 0.279, Threshold: 0.1, Probability: 0.99999999,
		Bytes: 48211200, PeakRate: 26.3e6, Links: []flow.ElephantLink{fabric, host}, PathState: flow.PathComplete, Path: []flow.Hop{leaf},
		Evidence: flow.Evidence{Samples: 212, Stages: 3, Taps: 6, SamplingRates: []uint32{100}, Window: 1.42},
	}
	ended := elephant
	ended.Incident, ended.Muted = "link/leaf1:swp5>spine1:swp1", "backup"
	ended.State, ended.EndReason, ended.Ended, ended.Path, ended.Links = flow.ElephantEnded, flow.EndBelow, t1, nil, nil
	ended.Rate, ended.Share, ended.Evidence = math.NaN(), math.Inf(1), flow.Evidence{Proof: flow.ProofSequence}
	odd := flow.Key{Src: flow.Addr{}, Dst: flow.AddrFromNetip(tcp.Dst.Netip()), Proto: 1}
	return map[string]any{
		"elephants/started": &elephant,
		"elephants/ended":   &ended,
		"paths/moved": &flow.Path{
			Key: tcp, ID: tcp.ID(), Time: t0, Revision: 2, Cause: flow.PathMoved, State: flow.PathComplete,
			Hops: []flow.Hop{leaf, {Switch: "dark-1", In: 0, Out: 0}}, Previous: []string{"leaf1", "spine1"}, FirstSeen: t0, LastSeen: t1, Samples: 31, Bytes: 4700000,
			Attributes: flow.Attributes{
				VNI: 10100, Tunnel: flow.TunnelVXLAN, OuterSrc: v4(10, 254, 0, 1), OuterDst: v4(10, 254, 0, 2), VLAN: 12, DSCP: 0, HasDSCP: true,
				SrcName: "web \"1\"\\\n", DstName: "db\xff",
			},
		},
		"paths/partial": &flow.Path{
			Key: odd, ID: odd.ID(), Time: t0, State: flow.PathMultipath, Alternatives: []flow.PathAlternative{{Switches: []string{"a", "b"}, Share: 0.5}},
			UnknownAt: &flow.Port{Switch: "leaf1", Agent: v4(10, 255, 0, 1), IfIndex: 150},
		},
		"topology/link": &topology.Record{
			ID: "10.255.0.1/150--10.255.0.51/5101", Link: "leaf1:swp5--spine1:swp1", A: fabric.From, B: fabric.To, Speed: 100e6, Time: t0, Since: t0, Seen: t1,
		},
		"topology/host": &topology.Record{
			Kind: topology.HostRecord, ID: "host/10.1.1.1", Host: v4(10, 1, 1, 1), MAC: 0x52540000ab01, Ports: []flow.Port{host.From}, Time: t0, Since: t0, Seen: t1,
		},
		"topology/dark": &topology.Record{
			Kind: topology.SwitchRecord, ID: "dark/1", Switch: "dark-1", Source: topology.Inferred, State: topology.Gone, Time: t0,
		},
		"alerts/raised":   alertOf(flow.AlertRaised, elephant.ID),
		"alerts/resolved": alertOf(flow.AlertResolved),
	}
}

// alertOf gives an alert as analytics/alert makes them.
func alertOf(state flow.AlertState, flows ...uint64) *flow.Alert {
	return &flow.Alert{
		Time: t0 + 1.5e9, State: state, Severity: flow.SeverityWarning, Starts: t0, Ends: t1, Flows: flows, Page: "/#/elephants/fd80419af28b11f8",
		Incident: "link/leaf1:swp5>spine1:swp1",
		Labels: []flow.Label{
			{Name: "alertname", Value: "ElephantFlow"}, {Name: "severity", Value: "warning"}, {Name: "src", Value: "10.1.1.1"}, {Name: "dst", Value: "10.2.1.1"},
		},
		Annotations: []flow.Label{{Name: "summary", Value: "10.1.1.1:40112 > 10.2.1.1:5201 takes 25.1% of leaf1:swp5 > spine1:swp1"}, {Name: "action", Value: "Ask."}},
	}
}

// encode gives a message's JSON.
func encode(m any, url string) []byte {
	var w jsonWriter
	switch m := m.(type) {
	case *flow.Elephant:
		w.elephant(m, "dc1")
	case *flow.Path:
		w.path(m, "dc1")
	case *topology.Record:
		w.topology(m, "dc1")
	case *flow.Alert:
		w.alert(m, "dc1", url)
	}
	return w.b
}

// TestGolden compares each example with its file, and holds it against the schema.
func TestGolden(t *testing.T) {
	for name, m := range examples() {
		t.Run(name, func(t *testing.T) {
			got := encode(m, "https://spoor.example")
			topic, _, _ := strings.Cut(name, "/")
			valid(t, topic, got)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, got, "", "  "); err != nil {
				t.Fatalf("%v: %s", err, got)
			}
			pretty.WriteByte('\n')
			path := filepath.Join("testdata", strings.ReplaceAll(name, "/", "-")+".json")
			if *update {
				if err := os.WriteFile(path, pretty.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), pretty.String()); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestSchemasOfZeroMessages holds messages of which nothing is known against the schemas.
func TestSchemasOfZeroMessages(t *testing.T) {
	valid(t, "elephants", encode(&flow.Elephant{Time: t0, Links: []flow.ElephantLink{{ID: "x"}}, Path: []flow.Hop{{}}}, ""))
	valid(t, "paths", encode(&flow.Path{Time: t0, Hops: []flow.Hop{{}}, UnknownAt: &flow.Port{}, Alternatives: []flow.PathAlternative{{}}}, ""))
	valid(t, "alerts", encode(&flow.Alert{Time: t0, Labels: []flow.Label{{Name: "alertname", Value: "x"}, {Name: "severity", Value: "info"}}}, ""))
	valid(t, "topology", encode(&topology.Record{ID: "x", Link: "a--b"}, ""))
	valid(t, "topology", encode(&topology.Record{ID: "x", Host: v4(1, 2, 3, 4), Kind: topology.HostRecord}, ""))
}

// valid holds a message against its published schema, made strict: a member
// that the schema does not describe is an error here.
func valid(t *testing.T, topic string, message []byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "docs", "schemas", topic+".json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	strict(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(message))
	if err != nil {
		t.Fatalf("%v: %s", err, message)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%v\n%s", err, message)
	}
}

// strict forbids members without a description.
func strict(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			strict(x)
		}
	case []any:
		for _, x := range v {
			strict(x)
		}
	}
}

// TestContract checks what docs/interfaces.md fixes word for word.
func TestContract(t *testing.T) {
	m := examples()["elephants/started"].(*flow.Elephant)
	var got map[string]any
	if err := json.Unmarshal(encode(m, ""), &got); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{
		"alert": "fd80419af28b11f8-" + fmt.Sprintf("%x", t0/1e9), "state": "started", "time": "2026-11-22T02:11:06.623456789Z", "muted": nil, "group": nil,
		"summary": "10.1.1.1:40112 > 10.2.1.1:5201 takes 25.1% of leaf1:swp5 > spine1:swp1", "probability": 0.999999, "ended": nil, "end_reason": nil, "slot": 0.0,
	} {
		if v, ok := got[k]; !ok || !reflect.DeepEqual(v, want) {
			t.Errorf("%s is %v, want %v", k, v, want)
		}
	}
	links := got["links"].([]any)
	if l := links[0].(map[string]any)["link"]; l != "leaf1:swp5>spine1:swp1" {
		t.Errorf("link %v", l)
	}
	l := links[1].(map[string]any)
	if l["link"] != "10.1.1.1>leaf1:101" || l["host"] != "10.1.1.1" || l["to_switch"] != nil || l["utilization"] != nil || l["speed_bps"] != nil {
		t.Errorf("host link %v", l)
	}
}

func TestQuote(t *testing.T) {
	for _, s := range []string{"", "plain", "\"\\/", "\x00\x1f\x7f", "ä€😀", "\xff\xc3", "<&>", "\u2028"} {
		var w jsonWriter
		w.quote(s)
		var got string
		if err := json.Unmarshal(w.b, &got); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); got != want && s != "\xff\xc3" {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestAppendClean(t *testing.T) {
	for in, want := range map[string]string{
		"swp1": "swp1", "a\xffb": "a\ufffdb", "\xe2\x82": "\ufffd\ufffd", strings.Repeat("ä", 200): strings.Repeat("ä", 127),
	} {
		if got := string(appendClean(nil, in)); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if got := string(appendClean(nil, []byte(in))); got != want {
			t.Errorf("bytes %q became %q, want %q", in, got, want)
		}
	}
}
