package dashboards

// collector is how the collector itself does.
func collector() Dashboard {
	return Dashboard{
		UID: "spoor-collector", Title: "spoor: Collector", Description: "What comes in, what goes out, what gets lost on the way, and what it costs.",
		Rows: []Row{
			{"Loss", []Panel{
				{Kind: Stat, Title: "Dropped by the kernel", Width: 4, Bad: 1, Description: "Datagrams in the last hour, for we were slow.", Queries: []Query{{"increase(spoor_socket_dropped_datagrams_total{" + one + "}[1h])", ""}}},
				{Kind: Stat, Title: "Lost on the way here", Width: 4, Warn: 1, Description: "Datagrams in the last hour, by gaps in their numbers.", Queries: []Query{{"sum(increase(spoor_agent_datagrams_lost_total{" + one + "}[1h]))", ""}}},
				{Kind: Stat, Title: "Samples agents dropped", Width: 4, Warn: 1, Description: "In the last hour, by their own count.", Queries: []Query{{`sum(increase(spoor_agent_samples_dropped_total{kind="flow",` + one + "}[1h]))", ""}}},
				{Kind: Stat, Title: "Records not delivered", Width: 4, Bad: 1, Description: "In the last hour.", Queries: []Query{{"sum(increase(spoor_publish_dropped_records_total{" + one + "}[1h]))", ""}}},
				{Kind: Stat, Title: "Records on disk", Width: 4, Warn: 1, Description: "They wait for Kafka.", Queries: []Query{{"sum(spoor_publish_spooled_records{" + one + "})", ""}}},
				{Kind: Stat, Title: "Kafka answers", Width: 4, Description: "1 while it does.", Queries: []Query{{"spoor_kafka_connected{" + one + "}", ""}}},
			}},
			{"In", []Panel{
				{Kind: Graph, Title: "Datagrams by outcome", Unit: "pps", Width: 8, Stacked: true, Description: "Rejected ones are no sFlow; refused ones come from sources or agents that are not allowed.", Queries: []Query{{"sum by (outcome) (rate(spoor_datagrams_total{" + one + "}[$__rate_interval]))", "{{outcome}}"}}},
				{Kind: Graph, Title: "Samples", Unit: "ops", Width: 8, Description: "By kind.", Queries: []Query{{"sum by (kind) (rate(spoor_samples_total{" + one + "}[$__rate_interval]))", "{{kind}}"}}},
				{Kind: Graph, Title: "Lost datagrams by agent", Unit: "pps", Width: 8, Description: "The ten worst.", Queries: []Query{{"topk(10, rate(spoor_agent_datagrams_lost_total{" + one + "}[$__rate_interval]))", "{{agent}}"}}},
			}},
			{"State", []Panel{
				{Kind: Graph, Title: "Flows", Width: 8, Description: "In the table.", Queries: []Query{{"spoor_flows{" + one + "}", "flows"}}},
				{Kind: Graph, Title: "Flows that gave way", Unit: "ops", Width: 8, Description: "The table is full: raise flows.max.", Queries: []Query{{"rate(spoor_flow_evictions_total{" + one + "}[$__rate_interval])", "evicted"}}},
				{Kind: Graph, Title: "Engine tick", Unit: "s", Width: 8, Warn: .1, Description: "Ten a second: above 0.1 s it falls behind.", Queries: []Query{{"histogram_quantile(0.99, sum by (le) (rate(spoor_engine_tick_seconds_bucket{" + one + "}[$__rate_interval])))", "p99"}}},
			}},
			{"Out", []Panel{
				{Kind: Graph, Title: "Records acknowledged", Unit: "ops", Width: 8, Description: "By topic.", Queries: []Query{{"rate(spoor_publish_acknowledged_records_total{" + one + "}[$__rate_interval])", "{{topic}}"}}},
				{Kind: Graph, Title: "Records dropped by reason", Unit: "ops", Width: 8, Description: "Any is data that is missing.", Queries: []Query{{"sum by (reason) (rate(spoor_publish_dropped_records_total{" + one + "}[$__rate_interval]))", "{{reason}}"}}},
				{Kind: Graph, Title: "From sealing a batch to its acknowledgement", Unit: "s", Width: 8, Description: "Kafka's part of the delay.", Queries: []Query{
					{"histogram_quantile(0.5, sum by (le) (rate(spoor_publish_ack_seconds_bucket{" + one + "}[$__rate_interval])))", "median"}, {"histogram_quantile(0.99, sum by (le) (rate(spoor_publish_ack_seconds_bucket{" + one + "}[$__rate_interval])))", "p99"},
				}},
				{Kind: Graph, Title: "Queued", Unit: "bytes", Width: 8, Stacked: true, Description: "In memory.", Queries: []Query{{"spoor_publish_queued_bytes{" + one + "}", "{{topic}}"}}},
				{Kind: Graph, Title: "Spool", Unit: "bytes", Width: 8, Stacked: true, Description: "On disk.", Queries: []Query{{"spoor_spool_bytes{" + one + "}", "{{class}}"}}},
				{Kind: Graph, Title: "Kafka's errors", Unit: "ops", Width: 8, Description: "Batches sent again, by the name of the broker's answer.", Queries: []Query{{"sum by (cause) (rate(spoor_kafka_retries_total{" + one + "}[$__rate_interval]))", "{{cause}}"}, {"sum(rate(spoor_kafka_requests_total{" + one + "}[$__rate_interval]))", "requests"}}},
			}},
			{"The process", []Panel{
				{Kind: Graph, Title: "CPU", Unit: "percentunit", Width: 6, Description: "Of one core.", Queries: []Query{{`rate(process_cpu_seconds_total{job=~".*spoor.*",` + one + "}[$__rate_interval])", "{{instance}}"}}},
				{Kind: Graph, Title: "Memory", Unit: "bytes", Width: 6, Description: "In RAM.", Queries: []Query{{`process_resident_memory_bytes{job=~".*spoor.*",` + one + "}", "{{instance}}"}}},
				{Kind: Graph, Title: "Goroutines and descriptors", Width: 6, Description: "Both should be flat.", Queries: []Query{{`go_goroutines{job=~".*spoor.*",` + one + "}", "goroutines"}, {`process_open_fds{job=~".*spoor.*",` + one + "}", "descriptors"}}},
				{Kind: Table, Title: "Build", Width: 6, Description: "Which program this is.", Queries: []Query{{"spoor_build_info{" + one + "}", ""}}},
			}},
		},
	}
}

// All gives the dashboards by the names of their files.
func All() map[string]Dashboard {
	return map[string]Dashboard{"fabric": fabric(), "elephants": elephants(), "drops": drops(), "collector": collector()}
}
