package sflow_test

// programRecords are the flow records about what programs do: transactions, sockets, requests
// (sflow_http.txt, sflow_application.txt, sflow_memcache.txt and their kin).
var programRecords = []golden{
	{enterprise: 0, number: 2000, name: "transaction", bytes: `
		00000001          # direction = 1
		0000000c          # wait = 12; us
		00000d48          # duration = 3400; us
		00000002          # status = 2
		00000001 2a05f201 # bytes_received = 5000000001
		00000001 65a0bc02 # bytes_sent = 6000000002`},
	{enterprise: 0, number: 2100, name: "extended_socket_ipv4", bytes: `
		00000006 # protocol = 6
		0a010101 # local_ip = 10.1.1.1
		0a020101 # remote_ip = 10.2.1.1
		000001bb # local_port = 443
		00009cb0 # remote_port = 40112`},
	{enterprise: 0, number: 2101, name: "extended_socket_ipv6", bytes: `
		00000006                            # protocol = 6
		20010db8 00000000 00000000 00000001 # local_ip = 2001:db8::1
		20010db8 00000000 00000000 00000002 # remote_ip = 2001:db8::2
		000001bb                            # local_port = 443
		00009cb1                            # remote_port = 40113`},
	{enterprise: 0, number: 2102, name: "extended_proxy_socket_ipv4", bytes: `
		00000006 # protocol = 6
		0a010109 # local_ip = 10.1.1.9
		0a030101 # remote_ip = 10.3.1.1
		0000c738 # local_port = 51000
		00001f90 # remote_port = 8080`},
	{enterprise: 0, number: 2103, name: "extended_proxy_socket_ipv6", bytes: `
		00000006                            # protocol = 6
		20010db8 00000000 00000000 00000009 # local_ip = 2001:db8::9
		20010db8 00000000 00000000 0000000a # remote_ip = 2001:db8::a
		0000c739                            # local_port = 51001
		00001f91                            # remote_port = 8081`},
	{enterprise: 0, number: 2200, name: "memcache_operation", bytes: `
		00000001                   # protocol = 1; ASCII
		00000007                   # cmd = 7; get
		00000007 75736572 3a313700 # key = "user:17"
		00000002                   # nkeys = 2
		00001000                   # value_bytes = 4096
		00000055                   # duration_us = 85
		00000003                   # status = 3`},
	{enterprise: 0, number: 2201, name: "http_request_deprecated", bytes: `
		00000002                                              # method = 2; GET
		00000002 2f690000                                     # uri = "/i"
		00000009 612e6578 616d706c 65000000                   # host = "a.example"
		00000011 68747470 3a2f2f62 2e657861 6d706c65 2f000000 # referer = "http://b.example/"
		00000004 6375726c                                     # useragent = "curl"
		00000008 31302e39 2e392e39                            # xff = "10.9.9.9"
		00000003 616e6e00                                     # authuser = "ann"
		00000009 74657874 2f68746d 6c000000                   # mime_type = "text/html"
		00000000 00000078                                     # req_bytes = 120
		00000001 2a05f203                                     # resp_bytes = 5000000003
		000003b6                                              # duration_us = 950
		000000c8                                              # status = 200`},
	{enterprise: 0, number: 2202, name: "app_operation", bytes: `
		00000004 73686f70                   # application = "shop"
		00000008 63617274 2e616464          # operation = "cart.add"
		00000003 6e3d3100                   # attributes = "n=1"
		0000000c 6f757420 6f662073 746f636b # status_descr = "out of stock"
		00000000 00000021                   # req_bytes = 33
		00000001 2a05f204                   # resp_bytes = 5000000004
		000004b0                            # duration_us = 1200
		00000007                            # status = 7`},
	{enterprise: 0, number: 2203, name: "app_parent_context", bytes: `
		00000006 706f7274 616c0000 # application = "portal"
		00000004 70616765          # operation = "page"
		00000004 69643d39          # attributes = "id=9"`},
	{enterprise: 0, number: 2204, name: "app_initiator", bytes: `
		00000003 616e6e00 # actor = "ann"`},
	{enterprise: 0, number: 2205, name: "app_target", bytes: `
		00000003 626f6200 # actor = "bob"`},
	{enterprise: 0, number: 2206, name: "http_request", bytes: `
		00000004                                     # method = 4; POST
		000003e9                                     # version = 1001; HTTP 1.1
		00000005 2f76322f 78000000                   # uri = "/v2/x"
		00000009 632e6578 616d706c 65000000          # host = "c.example"
		00000000                                     # referer = ""
		00000002 676f0000                            # useragent = "go"
		0000000b 32303031 3a646238 3a3a3700          # xff = "2001:db8::7"
		00000002 63790000                            # authuser = "cy"
		00000010 6170706c 69636174 696f6e2f 6a736f6e # mime_type = "application/json"
		00000000 00000800                            # req_bytes = 2048
		00000000 00000011                            # resp_bytes = 17
		000003b7                                     # duration_us = 951
		000000cc                                     # status = 204`},
	{enterprise: 0, number: 2207, name: "extended_proxy_request", bytes: `
		00000009 2f757073 74726561 6d000000 # uri = "/upstream"
		00000009 642e6578 616d706c 65000000 # host = "d.example"`},
	{enterprise: 0, number: 2209, name: "extended_tcp_info", bytes: `
		00000001 # direction = 1; received
		000005a8 # snd_mss = 1448
		000005a0 # rcv_mss = 1440
		0000000c # unacked = 12
		00000001 # lost = 1
		00000002 # retrans = 2
		000005dc # pmtu = 1500
		00000136 # rtt = 310; us
		0000002d # rttvar = 45; us
		00000040 # snd_cwnd = 64
		00000003 # reordering = 3
		00000078 # min_rtt = 120; us`},
	{enterprise: 0, number: 2210, name: "extended_entities", bytes: `
		00000003 # src_ds_class = 3
		000186a1 # src_ds_index = 100001
		00000002 # dst_ds_class = 2
		00000001 # dst_ds_index = 1`},
	{enterprise: 4413, number: 1, name: "extended_bst_egress_queue", bytes: `
		00000005 # queue = 5`},
}
