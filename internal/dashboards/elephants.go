package dashboards

// elephants is which flows take too much.
func elephants() Dashboard {
	return Dashboard{
		UID: "spoor-elephants", Title: "spoor: Elephants", Description: "Flows that take more than their share of a link, and how soon they were found.",
		Rows: []Row{
			{"Now", []Panel{
				{Kind: Stat, Title: "Active", Width: 6, Warn: 1, Description: "Elephants now.", Queries: []Query{{"spoor_elephants_active{" + one + "}", ""}}},
				{Kind: Stat, Title: "Started in the last hour", Width: 6, Description: "Lives that began.", Queries: []Query{{`increase(spoor_elephants_total{event="started",` + one + "}[1h])", ""}}},
				{Kind: Stat, Title: "Found after, median", Unit: "s", Width: 6, Description: "From the start of the excess to the alert, over an hour.", Queries: []Query{{"histogram_quantile(0.5, sum by (le) (increase(spoor_detection_delay_seconds_bucket{" + one + "}[1h])))", ""}}},
				{Kind: Stat, Title: "Found after, p99", Unit: "s", Width: 6, Warn: 5, Description: "The same, 99th percentile.", Queries: []Query{{"histogram_quantile(0.99, sum by (le) (increase(spoor_detection_delay_seconds_bucket{" + one + "}[1h])))", ""}}},
			}},
			{"Flows", []Panel{
				{Kind: Graph, Title: "Rates of the largest", Unit: "bps", Width: 16, Description: "The 50 largest; link is that of which they take the largest share.", Queries: []Query{{"spoor_elephant_bits_per_second{" + one + "}", "{{src}} > {{dst}} on {{link}}"}}},
				{Kind: Graph, Title: "Active", Width: 8, Description: "Their number.", Queries: []Query{{"spoor_elephants_active{" + one + "}", "active"}}},
				{Kind: Table, Title: "The largest", Unit: "bps", Width: 16, Description: "Rate by flow.", Queries: []Query{{"sort_desc(sum by (flow, src, dst, link) (spoor_elephant_bits_per_second{" + one + "}))", ""}}},
				{Kind: Graph, Title: "Links by what elephants take", Unit: "percentunit", Width: 8, Description: "Part of the link's speed.", Queries: []Query{{"topk(5, spoor_link_elephant_ratio{" + one + "})", "{{link}} from {{switch}}"}}},
			}},
			{"Alerts", []Panel{
				{Kind: Graph, Title: "Lives begun and ended", Unit: "ops", Width: 8, Description: "A second.", Queries: []Query{{"sum by (event) (rate(spoor_elephants_total{" + one + "}[$__rate_interval]))", "{{event}}"}}},
				{Kind: Graph, Title: "Alert messages by outcome", Unit: "ops", Width: 8, Description: "Acknowledged, spooled, or lost and why. Each one lost is an alert that nobody got.", Queries: []Query{{"sum by (topic, outcome) (rate(spoor_alert_messages_total{" + one + "}[$__rate_interval]))", "{{topic}} {{outcome}}"}}},
				{Kind: Graph, Title: "From decision to acknowledgement", Unit: "s", Width: 8, Description: "Linger, spool and Kafka included.", Queries: []Query{
					{"histogram_quantile(0.5, sum by (le) (increase(spoor_alert_ack_seconds_bucket{" + one + "}[1h])))", "median"}, {"histogram_quantile(0.99, sum by (le) (increase(spoor_alert_ack_seconds_bucket{" + one + "}[1h])))", "p99"},
				}},
			}},
		},
	}
}

// drops is what was discarded.
func drops() Dashboard {
	return Dashboard{
		UID: "spoor-drops", Title: "spoor: Drops", Description: "Packets that switches discarded, as they report them, and octets that got lost between two ends of a link.",
		Rows: []Row{
			{"Discarded packets", []Panel{
				{Kind: Graph, Title: "By reason", Unit: "pps", Width: 12, Description: "Notifications a second. Agents limit them: they say who and why, not how many.", Queries: []Query{{`sum by (reason) (rate(spoor_discarded_packets_total{agent!="other",` + one + "}[$__rate_interval]))", "{{reason}}"}}},
				{Kind: Graph, Title: "By switch", Unit: "pps", Width: 12, Description: "The ten that tell of most.", Queries: []Query{{`topk(10, sum by (switch) (rate(spoor_discarded_packets_total{agent!="other",` + one + "}[$__rate_interval])))", "{{switch}}"}}},
				{Kind: Table, Title: "In the last hour", Width: 12, Description: "By switch and reason.", Queries: []Query{{`sort_desc(sum by (switch, reason) (increase(spoor_discarded_packets_total{agent!="other",` + one + "}[1h])))", ""}}},
				{Kind: Graph, Title: "Notifications that agents could not send", Unit: "pps", Width: 12, Description: "The agents' own count.", Queries: []Query{{`topk(10, rate(spoor_agent_samples_dropped_total{kind="discard",` + one + "}[$__rate_interval]))", "{{agent}}"}}},
			}},
			{"On the way", []Panel{
				{Kind: Graph, Title: "Octets that did not arrive", Unit: "percentunit", Width: 24, Bad: .005, Description: "Part of what one end of a link sent that the other did not count.", Queries: []Query{{"topk(10, spoor_link_unaccounted_ratio{" + one + "})", "{{link}} from {{switch}}"}}},
			}},
		},
	}
}
