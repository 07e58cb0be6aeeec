package sflow_test

// packetRecords are the flow records about the packet and its way: sampled_header to extended_timestamp
// (sflow_version_5.txt, sflow_tunnels.txt, sflow_drops.txt, sflow_transit.txt, sflow_80211.txt).
var packetRecords = []golden{
	{enterprise: 0, number: 1, name: "sampled_header", least: 16, bytes: `
		00000001                                     # header_protocol = 1; Ethernet
		000005ee                                     # frame_length = 1518; with the FCS
		00000004                                     # stripped = 4; the FCS
		0000000e 02000000 00020200 00000001 08000000 # header = 0x0200000000020200000000010800`},
	{enterprise: 0, number: 2, name: "sampled_ethernet", least: 24, also: []int{20}, bytes: `
		00000040          # length = 64; with the FCS
		02000000 00010000 # src_mac = 02:00:00:00:00:01
		02000000 00020000 # dst_mac = 02:00:00:00:00:02
		00000800          # type = 2048; IPv4`},
	{enterprise: 0, number: 3, name: "sampled_ipv4", bytes: `
		000005dc # length = 1500; of the IP packet
		00000006 # protocol = 6; TCP
		0a010101 # src_ip = 10.1.1.1
		0a020101 # dst_ip = 10.2.1.1
		00009cb0 # src_port = 40112
		00001451 # dst_port = 5201
		00000018 # tcp_flags = 24; PSH, ACK
		0000002e # tos = 46`},
	{enterprise: 0, number: 4, name: "sampled_ipv6", bytes: `
		000005dc                            # length = 1500; of the IP packet
		00000011                            # protocol = 17; the next header: UDP
		20010db8 00000000 00000000 00000001 # src_ip = 2001:db8::1
		20010db8 00000000 00000000 00000002 # dst_ip = 2001:db8::2
		00009cb0                            # src_port = 40112
		000012b7                            # dst_port = 4791
		00000000                            # tcp_flags = 0
		000000b8                            # priority = 184; the traffic class`},
	{enterprise: 0, number: 1001, name: "extended_switch", bytes: `
		0000000a # src_vlan = 10
		00000003 # src_priority = 3
		00000014 # dst_vlan = 20
		ffffffff # dst_priority = 4294967295; unknown`},
	{enterprise: 0, number: 1002, name: "extended_router", bytes: `
		00000002 20010db8 00000000 00000000 000000fe # nexthop = 2001:db8::fe
		00000040                                     # src_mask_len = 64; bits
		00000030                                     # dst_mask_len = 48; bits`},
	{enterprise: 0, number: 1003, name: "extended_gateway", bytes: `
		00000001 c00002fe          # nexthop = 192.0.2.254
		0000fde8                   # as = 65000; the router's own
		0000fdf2                   # src_as = 65010
		0000fdf3                   # src_peer_as = 65011
		00000002 00000002 00000002 0000fdfc 0000fdfd 00000001
		00000001 0000fdfe          # dst_as_path = 2:[65020 65021] 1:[65022]
		00000002 fde80001 fde80002 # communities = [4259840001 4259840002]; 65000:1 and :2
		00000064                   # localpref = 100`},
	{enterprise: 0, number: 1004, name: "extended_user", bytes: `
		0000006a                   # src_charset = 106; UTF-8
		00000003 616e6e00          # src_user = "ann"
		00000003                   # dst_charset = 3; US-ASCII
		00000005 626f6240 62000000 # dst_user = "bob@b"`},
	{enterprise: 0, number: 1005, name: "extended_url", bytes: `
		00000001                            # direction = 1; from the source
		00000002 2f610000                   # url = "/a"
		0000000b 6578616d 706c652e 6f726700 # host = "example.org"`},
	{enterprise: 0, number: 1006, name: "extended_mpls", bytes: `
		00000001 0a000001          # nexthop = 10.0.0.1
		00000001 00010140          # in_stack = [65856]; label 16, TTL 64
		00000002 00011140 00020140 # out_stack = [69952 131392]; labels 17 and 32`},
	{enterprise: 0, number: 1007, name: "extended_nat", bytes: `
		00000001 c0000201                            # src_address = 192.0.2.1
		00000002 20010db8 00000000 00000000 00000002 # dst_address = 2001:db8::2`},
	{enterprise: 0, number: 1008, name: "extended_mpls_tunnel", bytes: `
		00000004 746f2d62 # tunnel_lsp_name = "to-b"
		00000007          # tunnel_id = 7
		00000005          # tunnel_cos = 5`},
	{enterprise: 0, number: 1009, name: "extended_mpls_vc", bytes: `
		00000002 76630000 # vc_instance_name = "vc"
		00000fa1          # vll_vc_id = 4001
		00000003          # vc_label_cos = 3`},
	{enterprise: 0, number: 1010, name: "extended_mpls_FTN", bytes: `
		00000007 636c6173 73206100 # mplsFTNDescr = "class a"
		00000038                   # mplsFTNMask = 56`},
	{enterprise: 0, number: 1011, name: "extended_mpls_LDP_FEC", bytes: `
		00000018 # mplsFecAddrPrefixLength = 24; bits`},
	{enterprise: 0, number: 1012, name: "extended_vlantunnel", bytes: `
		00000002 81000064 81000065 # stack = [2164260964 2164260965]; 0x8100 with VLANs 100 and 101`},
	{enterprise: 0, number: 1013, name: "extended_80211_payload", bytes: `
		000fac05          # cipher_suite = 1027077
		00000003 08004500 # data = 0x080045`},
	{enterprise: 0, number: 1014, name: "extended_80211_rx", bytes: `
		00000006 67756573 74730000 # ssid = "guests"
		02000000 00aa0000          # bssid = 02:00:00:00:00:aa
		00000004                   # version = 4; 802.11n
		00000024                   # channel = 36
		00000000 11e1a300          # speed = 300000000; bit/s
		00000032                   # rsni = 50
		000000aa                   # rcpi = 170
		000000fa                   # packet_duration = 250; us`},
	{enterprise: 0, number: 1015, name: "extended_80211_tx", bytes: `
		00000005 73746166 66000000 # ssid = "staff"
		02000000 00bb0000          # bssid = 02:00:00:00:00:bb
		00000005                   # version = 5
		00000003                   # transmissions = 3
		000000fb                   # packet_duration = 251; us
		00000384                   # retrans_duration = 900; us
		00000028                   # channel = 40
		00000000 0337f980          # speed = 54000000; bit/s
		00000064                   # power = 100; mW`},
	{enterprise: 0, number: 1019, name: "extended_queue_length", bytes: `
		00000003 # queue_index = 3
		0000032c # queue_length = 812; packets`},
	{enterprise: 0, number: 1020, name: "extended_nat_port", bytes: `
		00009cb0 # src_port = 40112
		000020fb # dst_port = 8443`},
	{enterprise: 0, number: 1021, name: "extended_L2_tunnel_egress", also: []int{20}, bytes: `
		0000060e          # length = 1550
		02000000 00030000 # src_mac = 02:00:00:00:00:03
		02000000 00040000 # dst_mac = 02:00:00:00:00:04
		00000800          # type = 2048`},
	{enterprise: 0, number: 1022, name: "extended_L2_tunnel_ingress", also: []int{20}, bytes: `
		0000060f          # length = 1551
		02000000 00050000 # src_mac = 02:00:00:00:00:05
		02000000 00060000 # dst_mac = 02:00:00:00:00:06
		000086dd          # type = 34525; IPv6`},
	{enterprise: 0, number: 1023, name: "extended_ipv4_tunnel_egress", bytes: `
		0000060e # length = 1550
		00000011 # protocol = 17; UDP
		0aff0001 # src_ip = 10.255.0.1
		0aff0002 # dst_ip = 10.255.0.2
		0000c822 # src_port = 51234
		000012b5 # dst_port = 4789; VXLAN
		00000000 # tcp_flags = 0
		00000008 # tos = 8`},
	{enterprise: 0, number: 1024, name: "extended_ipv4_tunnel_ingress", bytes: `
		0000060c # length = 1548
		0000002f # protocol = 47; GRE
		0aff0003 # src_ip = 10.255.0.3
		0aff0004 # dst_ip = 10.255.0.4
		00000000 # src_port = 0
		00000000 # dst_port = 0
		00000000 # tcp_flags = 0
		00000010 # tos = 16`},
	{enterprise: 0, number: 1025, name: "extended_ipv6_tunnel_egress", bytes: `
		00000622                            # length = 1570
		00000011                            # protocol = 17
		20010db8 00ff0000 00000000 00000001 # src_ip = 2001:db8:ff::1
		20010db8 00ff0000 00000000 00000002 # dst_ip = 2001:db8:ff::2
		0000c823                            # src_port = 51235
		000012b5                            # dst_port = 4789
		00000000                            # tcp_flags = 0
		00000008                            # priority = 8`},
	{enterprise: 0, number: 1026, name: "extended_ipv6_tunnel_ingress", bytes: `
		00000623                            # length = 1571
		00000004                            # protocol = 4; IPv4 in IPv6
		20010db8 00ff0000 00000000 00000003 # src_ip = 2001:db8:ff::3
		20010db8 00ff0000 00000000 00000004 # dst_ip = 2001:db8:ff::4
		00000000                            # src_port = 0
		00000000                            # dst_port = 0
		00000000                            # tcp_flags = 0
		0000000c                            # priority = 12`},
	{enterprise: 0, number: 1027, name: "extended_decapsulate_egress", bytes: `
		00000032 # inner_header_offset = 50; bytes`},
	{enterprise: 0, number: 1028, name: "extended_decapsulate_ingress", bytes: `
		00000036 # inner_header_offset = 54; bytes`},
	{enterprise: 0, number: 1029, name: "extended_vni_egress", bytes: `
		00002774 # vni = 10100`},
	{enterprise: 0, number: 1030, name: "extended_vni_ingress", bytes: `
		000027d8 # vni = 10200`},
	{enterprise: 0, number: 1034, name: "extended_vlanin", bytes: `
		00000001 8888000a # stack = [2290614282]; 0x88a8 with VLAN 10`},
	{enterprise: 0, number: 1035, name: "extended_vlanout", bytes: `
		00000000 # stack = []`},
	{enterprise: 0, number: 1036, name: "extended_egress_queue", bytes: `
		00000007 # queue = 7`},
	{enterprise: 0, number: 1037, name: "extended_acl", bytes: `
		00000004                   # number = 4
		00000008 64656e79 2d736d62 # name = "deny-smb"
		00000002                   # direction = 2; egress`},
	{enterprise: 0, number: 1038, name: "extended_function", bytes: `
		00000008 69705f72 63762b31 # symbol = "ip_rcv+1"`},
	{enterprise: 0, number: 1039, name: "extended_transit", bytes: `
		ffffffff # delay = 4294967295; ns: that or more`},
	{enterprise: 0, number: 1040, name: "extended_queue", bytes: `
		00020000 # depth = 131072; bytes`},
	{enterprise: 0, number: 1041, name: "extended_hw_trap", bytes: `
		00000008 6c335f64 726f7073 # group = "l3_drops"
		00000016 74746c5f 76616c75 655f6973 5f746f6f 5f736d61
		6c6c0000                   # trap = "ttl_value_is_too_small"`},
	{enterprise: 0, number: 1042, name: "extended_linux_drop_reason", bytes: `
		00000009 4e4f5f53 4f434b45 54000000 # reason = "NO_SOCKET"`},
	{enterprise: 0, number: 1043, name: "extended_timestamp", bytes: `
		18867251 f555cd15 # timestamp = 1767225600123456789; ns since 1970`},
}
