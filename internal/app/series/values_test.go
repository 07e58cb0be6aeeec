package series

import (
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spoor/analytics"
	"spoor/analytics/links"
	"spoor/collector"
	"spoor/flow"
	"spoor/internal/telemetry"
	"spoor/topology"
)

// shows compares what is written with what should be, line by line.
func shows(t *testing.T, write func(io.Writer), want ...string) {
	t.Helper()
	got := lines(func(b *strings.Builder) { write(b) })
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("no line %s", want[i])
		case i >= len(want):
			t.Errorf("%s: nobody asked for it", got[i])
		case got[i] != want[i]:
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// TestEngineSeries: each series shows the count that it is named after.
func TestEngineSeries(t *testing.T) {
	s := analytics.Stats{
		Shard: analytics.ShardStats{
			Flows: 1, Evictions: 2, PathStates: [5]int{flow.PathPartial: 3}, Elephants: 4, Started: 5, Ended: 6, Samples: 7, Late: 8, Portless: 9, NoSpeed: 10, Starved: 11,
		},
		Links: 12, Hosts: 13, Skipped: 14, PathsHeld: 15, PathsLost: 16, EvidenceNo: 17,
	}
	for i := range s.Learned {
		s.Learned[i] = topology.Size{What: "t" + string(rune('0'+i)), N: 20 + i, Max: 30 + i}
	}
	want := []string{"spoor_flows 1", "spoor_flow_evictions_total 2"}
	for i, n := range s.Shard.PathStates {
		want = append(want, `spoor_paths{state="`+flow.PathState(i).String()+`"} `+string(rune('0'+n)))
	}
	want = append(want,
		"spoor_elephants_active 4", `spoor_elephants_total{event="started"} 5`, `spoor_elephants_total{event="ended"} 6`,
		"spoor_topology_links 12", "spoor_topology_hosts 13",
		"spoor_analytics_samples_total 7", "spoor_analytics_skipped_samples_total 14", "spoor_analytics_late_samples_total 8",
		`spoor_analytics_unjudged_samples_total{reason="no_port"} 9`, `spoor_analytics_unjudged_samples_total{reason="no_speed"} 10`, `spoor_analytics_unjudged_samples_total{reason="no_room"} 11`,
		"spoor_path_messages_held_total 15", "spoor_path_messages_lost_total 16",
	)
	for i := range s.Learned {
		want = append(want, `spoor_topology_learned{table="t`+string(rune('0'+i))+`"} 2`+string(rune('0'+i)))
	}
	for i := range s.Learned {
		want = append(want, `spoor_topology_learned_max{table="t`+string(rune('0'+i))+`"} 3`+string(rune('0'+i)))
	}
	shows(t, func(w io.Writer) { writeEngine(w, &s) }, append(want, "spoor_topology_evidence_ignored_total 17")...)
}

// TestLinkSeries: what is not known of a link has no series, and the port without a name its number.
func TestLinkSeries(t *testing.T) {
	loads := []analytics.LinkLoad{
		{
			Link: "leaf1:swp1--spine1:p1", Switch: "leaf1", Port: "swp1", Speed: 100, Load: links.Load{Bits: 25, Source: links.Counters, Age: 3}, Elephants: 50,
			Gap: links.Gap{Ratio: 0.5, Low: 0.25, High: 0.75}, GapKnown: true, Agreement: 1.5, Samples: 100,
		},
		{Switch: "leaf2", IfIndex: 7, Load: links.Load{Bits: 9, Age: 9}, Gap: links.Gap{Ratio: 9}, Agreement: 9},
		{Switch: "leaf3", IfIndex: 8, Speed: 10, Load: links.Load{Bits: 9, Age: 9}},
	}
	first, third := `{link="leaf1:swp1--spine1:p1",switch="leaf1",port="swp1",direction="out"} `, `{link="leaf3:8",switch="leaf3",port="8",direction="out"} `
	shows(t, func(w io.Writer) { writeLoads(w, loads, 6) },
		"spoor_link_utilization_ratio"+first+"0.25", "spoor_link_load_age_seconds"+first+"3",
		"spoor_link_elephant_ratio"+first+"0.5", "spoor_link_elephant_ratio"+third+"0",
		"spoor_link_unaccounted_ratio"+first+"0.5", "spoor_link_unaccounted_low_ratio"+first+"0.25", "spoor_link_unaccounted_high_ratio"+first+"0.75",
		"spoor_link_sample_agreement_ratio"+first+"1.5", "spoor_links_without_series 6")
}

// TestDetectionSeries: of both directions of a link each has its own.
func TestDetectionSeries(t *testing.T) {
	list := []analytics.Detectability{{Link: "a--b", Switch: "a", Port: "p1", Outgoing: true, P50: 1, P99: 4}, {Switch: "b", IfIndex: 9, P99: 2}}
	shows(t, func(w io.Writer) { writeDetection(w, list, topology.Speeds{Stated: 1, Inferred: 2, Unknown: 3}) },
		`spoor_link_speeds{known="stated"} 1`, `spoor_link_speeds{known="inferred"} 2`, `spoor_link_speeds{known="unknown"} 3`,
		`spoor_link_detection_seconds{link="a--b",switch="a",port="p1",direction="out"} 4`,
		`spoor_link_detection_seconds{link="b:9",switch="b",port="9",direction="in"} 2`,
		"spoor_link_detection_without_series 0")
}

// TestAgentSeries: what became of an agent's datagrams and samples, each under its name.
func TestAgentSeries(t *testing.T) {
	agents, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	a, from := flow.AddrFrom4([4]byte{10, 0, 0, 1}), netip.MustParseAddr("10.255.0.1")
	at := func(seq uint32) *collector.Accounting {
		acc := agents.Account(a, 2, seq, 1000+seq, 1, int64(seq)*1e9, from)
		return &acc
	}
	acc := at(1)
	acc.Source(0, 1, 1, 100, 0)
	acc.Counters(0, 1, 1)
	acc.Discard(0, 1, 1, 0)
	acc = at(9) // seven are missing, of which one comes late and, as a duplicate, again
	acc.Source(0, 1, 4, 100, 11)
	acc.Counters(0, 1, 5)
	acc.Discard(0, 1, 7, 13)
	at(7)
	at(7)
	label := `{agent="10.0.0.1",sub_agent="2",source=""`
	got := lines(func(b *strings.Builder) { (&Input{Agents: agents}).writeAgents(telemetry.NewText(b)) })
	for _, want := range []string{
		"spoor_agent_datagrams_lost_total" + label + "} 7", "spoor_agent_datagrams_duplicate_total" + label + "} 1", "spoor_agent_datagrams_reordered_total" + label + "} 1",
		"spoor_agent_samples_lost_total" + label + `,kind="flow"} 2`, "spoor_agent_samples_lost_total" + label + `,kind="counter"} 3`, "spoor_agent_samples_lost_total" + label + `,kind="discard"} 5`,
		"spoor_agent_samples_dropped_total" + label + `,kind="flow"} 11`, "spoor_agent_samples_dropped_total" + label + `,kind="discard"} 13`,
		"spoor_agent_restarts_total" + label + "} 0", `spoor_agent_datagrams_lost_total{agent="other",sub_agent="",source=""} 0`,
		"spoor_agents 1", "spoor_agents_without_series 0", "spoor_agents_sharing_address 0", "spoor_agent_sources 1",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// TestSharingOfLate: who has not been heard for long shares no address any more.
func TestSharingOfLate(t *testing.T) {
	list := []collector.Agent{{LastSeen: 1000e9}, {Apart: true, LastSeen: 699e9}, {Apart: true, LastSeen: 700e9}}
	if got := sharing(list); got != 1 {
		t.Errorf("%d share an address", got)
	}
}
