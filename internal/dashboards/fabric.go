package dashboards

// one is the choice of instances in a query.
const one = `instance=~"$instance"`

// fabric is what the links carry.
func fabric() Dashboard {
	return Dashboard{
		UID: "spoor-fabric", Title: "spoor: Fabric", Description: "What the links of the fabric carry, and how well that is known.",
		Rows: []Row{
			{"Now", []Panel{
				{Kind: Stat, Title: "Links", Width: 4, Description: "Links between switches, both ends known.", Queries: []Query{{"spoor_topology_links{" + one + "}", ""}}},
				{Kind: Stat, Title: "Switches", Width: 4, Description: "Agents and sub-agents that were heard.", Queries: []Query{{"spoor_agents{" + one + "}", ""}}},
				{Kind: Stat, Title: "Hosts", Width: 4, Description: "Addresses whose port is proven.", Queries: []Query{{"spoor_topology_hosts{" + one + "}", ""}}},
				{Kind: Stat, Title: "Elephants", Width: 4, Warn: 1, Description: "Flows over their share of a link.", Queries: []Query{{"spoor_elephants_active{" + one + "}", ""}}},
				{Kind: Stat, Title: "Busiest link", Unit: "percentunit", Width: 4, Warn: .7, Bad: .9, Description: "Its utilisation.", Queries: []Query{{"max(spoor_link_utilization_ratio{" + one + "})", ""}}},
				{Kind: Stat, Title: "Alerts raised", Width: 4, Warn: 1, Description: "Of severity warning and above.", Queries: []Query{{`sum(spoor_alerts_active{severity!="info",` + one + "})", ""}}},
			}},
			{"Links", []Panel{
				{Kind: Graph, Title: "Busiest links", Unit: "percentunit", Width: 12, Warn: .7, Bad: .9, Description: "Utilisation in the direction in which the port sends: counters, between polls samples.", Queries: []Query{{"topk(10, spoor_link_utilization_ratio{" + one + "})", "{{link}} from {{switch}}"}}},
				{Kind: Graph, Title: "What elephants take", Unit: "percentunit", Width: 12, Description: "Part of the link's speed. Close to the utilisation: elephants are why it is busy.", Queries: []Query{{"topk(10, spoor_link_elephant_ratio{" + one + "})", "{{link}} from {{switch}}"}}},
				{Kind: Graph, Title: "Octets that did not arrive", Unit: "percentunit", Width: 12, Bad: .005, Description: "Part of what one end sent that the other did not count. A lasting gap is loss, or a link that was learned wrongly.", Queries: []Query{{"topk(10, spoor_link_unaccounted_ratio{" + one + "})", "{{link}} from {{switch}}"}}},
				{Kind: Graph, Title: "Samples against counters", Width: 12, Description: "What samples say over what counters say. 1 is right; elsewhere shares are off by as much.", Queries: []Query{
					{"max(spoor_link_sample_agreement_ratio{" + one + "})", "most"}, {"quantile(0.5, spoor_link_sample_agreement_ratio{" + one + "})", "median"}, {"min(spoor_link_sample_agreement_ratio{" + one + "})", "least"},
				}},
			}},
			{"Knowledge", []Panel{
				{Kind: Graph, Title: "Paths by state", Width: 8, Stacked: true, Description: "Partial: a switch on the way was not heard.", Queries: []Query{{"spoor_paths{" + one + "}", "{{state}}"}}},
				{Kind: Graph, Title: "Seconds to detect", Unit: "s", Width: 8, Warn: 5, Description: "A flow of twice the threshold, p99, on the links that take longest. Sample more there.", Queries: []Query{{"topk(10, spoor_link_detection_seconds{" + one + "})", "{{link}} {{direction}} of {{switch}}"}}},
				{Kind: Graph, Title: "Ports by what is known of their speed", Width: 8, Stacked: true, Description: "Without a speed there is no share, and no elephant: set topology.speeds.", Queries: []Query{{"spoor_link_speeds{" + one + "}", "{{known}}"}}},
				{Kind: Graph, Title: "Age of the links' load", Unit: "s", Width: 12, Description: "Agents poll counters each 20 to 30 s; between polls samples tell.", Queries: []Query{{"max(spoor_link_load_age_seconds{" + one + "})", "oldest"}, {"quantile(0.5, spoor_link_load_age_seconds{" + one + "})", "median"}}},
				{Kind: Table, Title: "Alerts", Width: 12, Description: "Raised now, by name and severity.", Queries: []Query{{"sort_desc(sum by (alertname, severity) (spoor_alerts_active{" + one + "}))", ""}}},
			}},
		},
	}
}
