package sflow_test

// serviceRecords are the counter records of applications, servers and graphics cards
// (sflow_http.txt, sflow_application.txt, sflow_memcache.txt, sflow_nvml.txt).
var serviceRecords = []golden{
	{enterprise: 0, number: 2201, name: "http_counters", bytes: `
		00000001 # method_option_count = 1
		00000002 # method_get_count = 2
		00000003 # method_head_count = 3
		00000004 # method_post_count = 4
		00000005 # method_put_count = 5
		00000006 # method_delete_count = 6
		00000007 # method_trace_count = 7
		00000008 # method_connect_count = 8
		00000009 # method_other_count = 9
		0000000a # status_1XX_count = 10
		0000000b # status_2XX_count = 11
		0000000c # status_3XX_count = 12
		0000000d # status_4XX_count = 13
		0000000e # status_5XX_count = 14
		0000000f # status_other_count = 15`},
	{enterprise: 0, number: 2202, name: "app_operations", bytes: `
		00000004 73686f70 # application = "shop"
		00000001          # success = 1
		00000002          # other = 2
		00000003          # timeout = 3
		00000004          # internal_error = 4
		00000005          # bad_request = 5
		00000006          # forbidden = 6
		00000007          # too_large = 7
		00000008          # not_implemented = 8
		00000009          # not_found = 9
		0000000a          # unavailable = 10
		0000000b          # unauthorized = 11`},
	{enterprise: 0, number: 2203, name: "app_resources", bytes: `
		00000001          # user_time = 1; ms
		00000002          # system_time = 2; ms
		00000001 00000001 # mem_used = 4294967297; bytes
		00000001 00000002 # mem_max = 4294967298
		00000003          # fd_open = 3
		00000004          # fd_max = 4
		00000005          # conn_open = 5
		00000006          # conn_max = 6`},
	{enterprise: 0, number: 2204, name: "memcache_counters", bytes: `
		00000001          # cmd_set = 1
		00000002          # cmd_touch = 2
		00000003          # cmd_flush = 3
		00000004          # get_hits = 4
		00000005          # get_misses = 5
		00000006          # delete_hits = 6
		00000007          # delete_misses = 7
		00000008          # incr_hits = 8
		00000009          # incr_misses = 9
		0000000a          # decr_hits = 10
		0000000b          # decr_misses = 11
		0000000c          # cas_hits = 12
		0000000d          # cas_misses = 13
		0000000e          # cas_badval = 14
		0000000f          # auth_cmds = 15
		00000010          # auth_errors = 16
		00000011          # threads = 17
		00000012          # conn_yields = 18
		00000013          # listen_disabled_num = 19
		00000014          # curr_connections = 20
		00000015          # rejected_connections = 21
		00000016          # total_connections = 22
		00000017          # connection_structures = 23
		00000018          # evictions = 24
		00000019          # reclaimed = 25
		0000001a          # curr_items = 26
		0000001b          # total_items = 27
		00000001 00000001 # bytes_read = 4294967297
		00000001 00000002 # bytes_written = 4294967298
		00000001 00000003 # bytes = 4294967299
		00000001 00000004 # limit_maxbytes = 4294967300`},
	{enterprise: 0, number: 2205, name: "vdi_counters", bytes: `
		00000001 # sessions_current = 1
		00000002 # sessions_total = 2
		00000003 # sessions_duration = 3; s
		00000004 # rx_bytes = 4
		00000005 # tx_bytes = 5
		00000006 # rx_packets = 6
		00000007 # tx_packets = 7
		00000008 # rx_packets_lost = 8
		00000009 # tx_packets_lost = 9
		0000000a # rtt_min_ms = 10
		0000000b # rtt_max_ms = 11
		0000000c # rtt_avg_ms = 12
		0000000d # audio_rx_bytes = 13
		0000000e # audio_tx_bytes = 14
		0000000f # audio_tx_limit = 15; bit/s
		00000010 # img_rx_bytes = 16
		00000011 # img_tx_bytes = 17
		00000012 # img_frames = 18
		00000013 # img_qual_min = 19
		00000014 # img_qual_max = 20
		00000015 # img_qual_avg = 21
		00000016 # usb_rx_bytes = 22
		00000017 # usb_tx_bytes = 23`},
	{enterprise: 0, number: 2206, name: "app_workers", bytes: `
		00000001 # active = 1
		00000002 # idle = 2
		00000003 # max = 3
		00000004 # delayed = 4
		00000005 # dropped = 5`},
	{enterprise: 0, number: 2207, name: "ovs_dp_stats", bytes: `
		00000001 # hits = 1
		00000002 # misses = 2
		00000003 # lost = 3
		00000004 # mask_hits = 4
		00000005 # flows = 5
		00000006 # masks = 6`},
	{enterprise: 5703, number: 1, name: "nvml_gpu", bytes: `
		00000004          # device_count = 4
		00000002          # processes = 2
		00000003          # gpu_time = 3; ms
		00000005          # mem_time = 5; ms
		00000002 00000000 # mem_total = 8589934592; bytes
		00000001 00000001 # mem_free = 4294967297
		00000006          # ecc_errors = 6
		00000007          # energy = 7; mJ
		00000047          # temperature = 71; degrees
		00000037          # fan_speed = 55; percent`},
}
