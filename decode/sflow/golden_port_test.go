package sflow_test

// portRecords are the counter records of ports, boards and chips
// (sflow_version_5.txt, sflow_lag.txt, sflow_optics.txt, sflow_broadcom_buffers.txt, sflow_broadcom_tables.txt, sflow_openflow.txt, the draft of sflow_pfc).
var portRecords = []golden{
	{enterprise: 0, number: 1, name: "if_counters", bytes: `
		00000096          # ifIndex = 150
		00000006          # ifType = 6; ethernetCsmacd
		00000017 4876e800 # ifSpeed = 100000000000; bit/s
		00000001          # ifDirection = 1; full duplex
		00000003          # ifStatus = 3; up, up
		00000001 2a05f201 # ifInOctets = 5000000001
		000003e9          # ifInUcastPkts = 1001
		000003ea          # ifInMulticastPkts = 1002
		000003eb          # ifInBroadcastPkts = 1003
		000003ec          # ifInDiscards = 1004
		000003ed          # ifInErrors = 1005
		ffffffff          # ifInUnknownProtos = 4294967295; not available
		00000001 65a0bc01 # ifOutOctets = 6000000001
		000007d1          # ifOutUcastPkts = 2001
		000007d2          # ifOutMulticastPkts = 2002
		000007d3          # ifOutBroadcastPkts = 2003
		000007d4          # ifOutDiscards = 2004
		000007d5          # ifOutErrors = 2005
		00000002          # ifPromiscuousMode = 2; no`},
	{enterprise: 0, number: 2, name: "ethernet_counters", bytes: `
		00000001 # dot3StatsAlignmentErrors = 1
		00000002 # dot3StatsFCSErrors = 2
		00000003 # dot3StatsSingleCollisionFrames = 3
		00000004 # dot3StatsMultipleCollisionFrames = 4
		00000005 # dot3StatsSQETestErrors = 5
		00000006 # dot3StatsDeferredTransmissions = 6
		00000007 # dot3StatsLateCollisions = 7
		00000008 # dot3StatsExcessiveCollisions = 8
		00000009 # dot3StatsInternalMacTransmitErrors = 9
		0000000a # dot3StatsCarrierSenseErrors = 10
		0000000b # dot3StatsFrameTooLongs = 11
		0000000c # dot3StatsInternalMacReceiveErrors = 12
		0000000d # dot3StatsSymbolErrors = 13`},
	{enterprise: 0, number: 3, name: "tokenring_counters", bytes: `
		00000001 # dot5StatsLineErrors = 1
		00000002 # dot5StatsBurstErrors = 2
		00000003 # dot5StatsACErrors = 3
		00000004 # dot5StatsAbortTransErrors = 4
		00000005 # dot5StatsInternalErrors = 5
		00000006 # dot5StatsLostFrameErrors = 6
		00000007 # dot5StatsReceiveCongestions = 7
		00000008 # dot5StatsFrameCopiedErrors = 8
		00000009 # dot5StatsTokenErrors = 9
		0000000a # dot5StatsSoftErrors = 10
		0000000b # dot5StatsHardErrors = 11
		0000000c # dot5StatsSignalLoss = 12
		0000000d # dot5StatsTransmitBeacons = 13
		0000000e # dot5StatsRecoverys = 14
		0000000f # dot5StatsLobeWires = 15
		00000010 # dot5StatsRemoves = 16
		00000011 # dot5StatsSingles = 17
		00000012 # dot5StatsFreqErrors = 18`},
	{enterprise: 0, number: 4, name: "vg_counters", bytes: `
		00000001          # dot12InHighPriorityFrames = 1
		00000001 2a05f202 # dot12InHighPriorityOctets = 5000000002
		00000003          # dot12InNormPriorityFrames = 3
		00000001 2a05f204 # dot12InNormPriorityOctets = 5000000004
		00000005          # dot12InIPMErrors = 5
		00000006          # dot12InOversizeFrameErrors = 6
		00000007          # dot12InDataErrors = 7
		00000008          # dot12InNullAddressedFrames = 8
		00000009          # dot12OutHighPriorityFrames = 9
		00000001 2a05f20a # dot12OutHighPriorityOctets = 5000000010
		0000000b          # dot12TransitionIntoTrainings = 11
		00000001 2a05f20c # dot12HCInHighPriorityOctets = 5000000012
		00000001 2a05f20d # dot12HCInNormPriorityOctets = 5000000013
		00000001 2a05f20e # dot12HCOutHighPriorityOctets = 5000000014`},
	{enterprise: 0, number: 5, name: "vlan_counters", bytes: `
		00000064          # vlan_id = 100
		00000001 2a05f201 # octets = 5000000001
		00000002          # ucastPkts = 2
		00000003          # multicastPkts = 3
		00000004          # broadcastPkts = 4
		00000005          # discards = 5`},
	{enterprise: 0, number: 6, name: "ieee80211_counters", bytes: `
		00000001 # dot11TransmittedFragmentCount = 1
		00000002 # dot11MulticastTransmittedFrameCount = 2
		00000003 # dot11FailedCount = 3
		00000004 # dot11RetryCount = 4
		00000005 # dot11MultipleRetryCount = 5
		00000006 # dot11FrameDuplicateCount = 6
		00000007 # dot11RTSSuccessCount = 7
		00000008 # dot11RTSFailureCount = 8
		00000009 # dot11ACKFailureCount = 9
		0000000a # dot11ReceivedFragmentCount = 10
		0000000b # dot11MulticastReceivedFrameCount = 11
		0000000c # dot11FCSErrorCount = 12
		0000000d # dot11TransmittedFrameCount = 13
		0000000e # dot11WEPUndecryptableCount = 14
		0000000f # dot11QoSDiscardedFragmentCount = 15
		00000010 # dot11AssociatedStationCount = 16
		00000011 # dot11QoSCFPollsReceivedCount = 17
		00000012 # dot11QoSCFPollsUnusedCount = 18
		00000013 # dot11QoSCFPollsUnusableCount = 19
		00000014 # dot11QoSCFPollsLostCount = 20`},
	{enterprise: 0, number: 7, name: "lag_port_stats", bytes: `
		02000000 00010000 # dot3adAggPortActorSystemID = 02:00:00:00:00:01
		02000000 00020000 # dot3adAggPortPartnerOperSystemID = 02:00:00:00:00:02
		000003e8          # dot3adAggPortAttachedAggID = 1000
		07                # dot3adAggPortActorAdminState = 7
		3d                # dot3adAggPortActorOperState = 61
		06                # dot3adAggPortPartnerAdminState = 6
		3c                # dot3adAggPortPartnerOperState = 60
		00000001          # dot3adAggPortStatsLACPDUsRx = 1
		00000002          # dot3adAggPortStatsMarkerPDUsRx = 2
		00000003          # dot3adAggPortStatsMarkerResponsePDUsRx = 3
		00000004          # dot3adAggPortStatsUnknownRx = 4
		00000005          # dot3adAggPortStatsIllegalRx = 5
		00000006          # dot3adAggPortStatsLACPDUsTx = 6
		00000007          # dot3adAggPortStatsMarkerPDUsTx = 7
		00000008          # dot3adAggPortStatsMarkerResponsePDUsTx = 8`},
	{enterprise: 0, number: 8, name: "slow_path_counts", bytes: `
		00000001 # unknown = 1
		00000002 # other = 2
		00000003 # cam_miss = 3
		00000004 # cam_full = 4
		00000005 # no_hw_support = 5
		00000006 # cntrl = 6`},
	{enterprise: 0, number: 10, name: "optical_sfp_qsfp", bytes: `
		00000001                   # module_id = 1
		00000004                   # module_num_lanes = 4
		00000ce4                   # module_supply_voltage = 3300; mV
		fffffa24                   # module_temperature = -1500; 1/1000 degree
		00000002 00000001 00001770 000001fe 000001f4 00000208
		00000352 000001e0 000001d6 000001ea 00000353 00000002
		00001771 000001ff 000001f5 00000209 00000354 000001e1
		000001d7 000001eb 00000355 # lanes = {1 6000 510 500 520 850 480 470 490 851} {2 6001 511 501 521 852 481 471 491 853}`},
	{enterprise: 0, number: 11, name: "pfc", bytes: `
		00000001 # requests = 1
		00000002 # indications = 2
		00000003 # pause_duration = 3; us
		00000004 # storm_detected = 4
		00000005 # storm_restored = 5`},
	{enterprise: 0, number: 1001, name: "processor", bytes: `
		000004e2          # 5s_cpu = 1250; 12.5%
		00000384          # 1m_cpu = 900
		ffffffff          # 5m_cpu = -1; unknown
		00000002 00000000 # total_memory = 8589934592; bytes
		00000001 00000001 # free_memory = 4294967297`},
	{enterprise: 0, number: 1002, name: "radio_utilization", bytes: `
		00002710 # elapsed_time = 10000; ms
		00002328 # on_channel_time = 9000
		00000320 # on_channel_busy_time = 800`},
	{enterprise: 0, number: 1003, name: "queue_length", bytes: `
		00000003 # queue_index = 3
		00000040 # segment_size = 64; bytes
		00001000 # queue_segments = 4096
		0000000a # queue_length_0 = 10
		0000000b # queue_length_1 = 11
		0000000c # queue_length_2 = 12
		0000000d # queue_length_4 = 13
		0000000e # queue_length_8 = 14
		0000000f # queue_length_32 = 15
		00000010 # queue_length_128 = 16
		00000011 # queue_length_1024 = 17
		00000012 # queue_length_more = 18
		00000013 # dropped = 19`},
	{enterprise: 0, number: 1004, name: "of_port", bytes: `
		00000001 2a05f201 # datapath_id = 5000000001
		00000007          # port_no = 7`},
	{enterprise: 0, number: 1005, name: "port_name", bytes: `
		00000006 73777031 73300000 # name = "swp1s0"`},
	{enterprise: 0, number: 3000, name: "energy", bytes: `
		00002ecc # voltage = 11980; mV
		00000c80 # current = 3200; mA
		00009470 # real_power = 38000; mW
		ffffd954 # power_factor = -9900; hundredths of a percent
		003d0900 # energy = 4000000; mJ
		00000002 # errors = 2`},
	{enterprise: 0, number: 3001, name: "temperature", bytes: `
		ffffffdd # minimum = -35; tenths of a degree
		000001c7 # maximum = 455
		00000001 # errors = 1`},
	{enterprise: 0, number: 3002, name: "humidity", bytes: `
		00000029 # relative = 41; percent`},
	{enterprise: 0, number: 3003, name: "fans", bytes: `
		00000006 # total = 6
		00000001 # failed = 1
		00000049 # speed = 73; percent`},
	{enterprise: 4413, number: 1, name: "bst_device_buffers", bytes: `
		00000096 # uc_pc = 150
		ffffffff # mc_pc = -1; unknown`},
	{enterprise: 4413, number: 2, name: "bst_port_buffers", bytes: `
		00000064                            # ingress_uc_pc = 100
		000000c8                            # ingress_mc_pc = 200
		0000012c                            # egress_uc_pc = 300
		ffffffff                            # egress_mc_pc = -1
		00000003 00000001 00000002 00000003 # egress_queue_uc_pc = [1 2 3]
		00000001 00000004                   # egress_queue_mc_pc = [4]`},
	{enterprise: 4413, number: 3, name: "hw_tables", bytes: `
		00000001 # host.entries = 1
		00000002 # host.max = 2
		00000003 # ipv4.entries = 3
		00000004 # ipv4.max = 4
		00000005 # ipv6.entries = 5
		00000006 # ipv6.max = 6
		00000007 # ipv4_ipv6.entries = 7
		00000008 # ipv4_ipv6.max = 8
		00000009 # long_ipv6.entries = 9
		0000000a # long_ipv6.max = 10
		0000000b # routes.entries = 11
		0000000c # routes.max = 12
		0000000d # ecmp_nexthops.entries = 13
		0000000e # ecmp_nexthops.max = 14
		0000000f # mac.entries = 15
		00000010 # mac.max = 16
		00000011 # ipv4_neighbors = 17
		00000012 # ipv6_neighbors = 18
		00000013 # ipv4_routes = 19
		00000014 # ipv6_routes = 20
		00000015 # acl_ingress.entries.entries = 21
		00000016 # acl_ingress.entries.max = 22
		00000017 # acl_ingress.counters.entries = 23
		00000018 # acl_ingress.counters.max = 24
		00000019 # acl_ingress.meters.entries = 25
		0000001a # acl_ingress.meters.max = 26
		0000001b # acl_ingress.slices.entries = 27
		0000001c # acl_ingress.slices.max = 28
		0000001d # acl_egress.entries.entries = 29
		0000001e # acl_egress.entries.max = 30
		0000001f # acl_egress.counters.entries = 31
		00000020 # acl_egress.counters.max = 32
		00000021 # acl_egress.meters.entries = 33
		00000022 # acl_egress.meters.max = 34
		00000023 # acl_egress.slices.entries = 35
		00000024 # acl_egress.slices.max = 36`},
}
