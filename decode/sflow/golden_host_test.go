package sflow_test

// hostRecords are the counter records of hosts and virtual machines
// (sflow_host.txt, sflow_host_ip.txt, sflow_jvm.txt).
var hostRecords = []golden{
	{enterprise: 0, number: 2000, name: "host_descr", bytes: `
		00000005 6c656166 31000000          # hostname = "leaf1"
		00010203 04050607 08090a0b 0c0d0e0f # uuid = 000102030405060708090a0b0c0d0e0f
		00000003                            # machine_type = 3; x86_64
		00000002                            # os_name = 2; Linux
		00000005 362e312e 30000000          # os_release = "6.1.0"`},
	{enterprise: 0, number: 2001, name: "host_adapters", bytes: `
		00000002 00000005 00000001 02000000 00010000 00000006
		00000002 02000000 00020000 02000000 00030000 # adapters = 5:[02:00:00:00:00:01] 6:[02:00:00:00:00:02 02:00:00:00:00:03]`},
	{enterprise: 0, number: 2002, name: "host_parent", bytes: `
		00000002 # container_type = 2
		00000001 # container_index = 1`},
	{enterprise: 0, number: 2003, name: "host_cpu", least: 68, bytes: `
		3f800000 # load_one = 1
		3f000000 # load_five = 0.5
		bf800000 # load_fifteen = -1; unknown
		00000003 # proc_run = 3
		000000b4 # proc_total = 180
		00000008 # cpu_num = 8
		00000960 # cpu_speed = 2400; MHz
		00015180 # uptime = 86400; s
		0000000b # cpu_user = 11; ms
		0000000c # cpu_nice = 12
		0000000d # cpu_system = 13
		0000000e # cpu_idle = 14
		0000000f # cpu_wio = 15
		00000010 # cpu_intr = 16
		00000011 # cpu_sintr = 17
		00000012 # interrupts = 18
		00000013 # contexts = 19
		00000014 # cpu_steal = 20; since 2014, as the next two
		00000015 # cpu_guest = 21
		00000016 # cpu_guest_nice = 22`},
	{enterprise: 0, number: 2004, name: "host_memory", bytes: `
		00000002 00000000 # mem_total = 8589934592; bytes
		00000001 00000001 # mem_free = 4294967297
		00000001 00000002 # mem_shared = 4294967298
		00000001 00000003 # mem_buffers = 4294967299
		00000001 00000004 # mem_cached = 4294967300
		00000001 00000005 # swap_total = 4294967301
		00000001 00000006 # swap_free = 4294967302
		00000001          # page_in = 1; pages
		00000002          # page_out = 2
		00000003          # swap_in = 3
		00000004          # swap_out = 4`},
	{enterprise: 0, number: 2005, name: "host_disk_io", bytes: `
		00000002 00000000 # disk_total = 8589934592; bytes
		00000001 00000001 # disk_free = 4294967297
		000023be          # part_max_used = 9150; 91.5%
		00000001          # reads = 1
		00000001 00000002 # bytes_read = 4294967298
		00000002          # read_time = 2; ms
		00000003          # writes = 3
		00000001 00000003 # bytes_written = 4294967299
		00000004          # write_time = 4; ms`},
	{enterprise: 0, number: 2006, name: "host_net_io", bytes: `
		00000001 00000001 # bytes_in = 4294967297
		00000001          # pkts_in = 1
		00000002          # errs_in = 2
		00000003          # drops_in = 3
		00000001 00000002 # bytes_out = 4294967298
		00000004          # packets_out = 4
		00000005          # errs_out = 5
		00000006          # drops_out = 6`},
	{enterprise: 0, number: 2007, name: "mib2_ip_group", bytes: `
		00000001 # ipForwarding = 1
		00000040 # ipDefaultTTL = 64
		00000003 # ipInReceives = 3
		00000004 # ipInHdrErrors = 4
		00000005 # ipInAddrErrors = 5
		00000006 # ipForwDatagrams = 6
		00000007 # ipInUnknownProtos = 7
		00000008 # ipInDiscards = 8
		00000009 # ipInDelivers = 9
		0000000a # ipOutRequests = 10
		0000000b # ipOutDiscards = 11
		0000000c # ipOutNoRoutes = 12
		0000000d # ipReasmTimeout = 13
		0000000e # ipReasmReqds = 14
		0000000f # ipReasmOKs = 15
		00000010 # ipReasmFails = 16
		00000011 # ipFragOKs = 17
		00000012 # ipFragFails = 18
		00000013 # ipFragCreates = 19`},
	{enterprise: 0, number: 2008, name: "mib2_icmp_group", bytes: `
		00000001 # icmpInMsgs = 1
		00000002 # icmpInErrors = 2
		00000003 # icmpInDestUnreachs = 3
		00000004 # icmpInTimeExcds = 4
		00000005 # icmpInParamProbs = 5
		00000006 # icmpInSrcQuenchs = 6
		00000007 # icmpInRedirects = 7
		00000008 # icmpInEchos = 8
		00000009 # icmpInEchoReps = 9
		0000000a # icmpInTimestamps = 10
		0000000b # icmpInAddrMasks = 11
		0000000c # icmpInAddrMaskReps = 12
		0000000d # icmpOutMsgs = 13
		0000000e # icmpOutErrors = 14
		0000000f # icmpOutDestUnreachs = 15
		00000010 # icmpOutTimeExcds = 16
		00000011 # icmpOutParamProbs = 17
		00000012 # icmpOutSrcQuenchs = 18
		00000013 # icmpOutRedirects = 19
		00000014 # icmpOutEchos = 20
		00000015 # icmpOutEchoReps = 21
		00000016 # icmpOutTimestamps = 22
		00000017 # icmpOutTimestampReps = 23
		00000018 # icmpOutAddrMasks = 24
		00000019 # icmpOutAddrMaskReps = 25`},
	{enterprise: 0, number: 2009, name: "mib2_tcp_group", bytes: `
		00000001 # tcpRtoAlgorithm = 1
		00000002 # tcpRtoMin = 2
		00000003 # tcpRtoMax = 3
		00000004 # tcpMaxConn = 4
		00000005 # tcpActiveOpens = 5
		00000006 # tcpPassiveOpens = 6
		00000007 # tcpAttemptFails = 7
		00000008 # tcpEstabResets = 8
		00000009 # tcpCurrEstab = 9
		0000000a # tcpInSegs = 10
		0000000b # tcpOutSegs = 11
		0000000c # tcpRetransSegs = 12
		0000000d # tcpInErrs = 13
		0000000e # tcpOutRsts = 14
		0000000f # tcpInCsumErrors = 15`},
	{enterprise: 0, number: 2010, name: "mib2_udp_group", bytes: `
		00000001 # udpInDatagrams = 1
		00000002 # udpNoPorts = 2
		00000003 # udpInErrors = 3
		00000004 # udpOutDatagrams = 4
		00000005 # udpRcvbufErrors = 5
		00000006 # udpSndbufErrors = 6
		00000007 # udpInCsumErrors = 7`},
	{enterprise: 0, number: 2100, name: "virt_node", bytes: `
		00000960          # mhz = 2400
		00000008          # cpus = 8
		00000002 00000000 # memory = 8589934592; bytes
		00000001 00000001 # memory_free = 4294967297
		00000003          # num_domains = 3`},
	{enterprise: 0, number: 2101, name: "virt_cpu", bytes: `
		00000001 # state = 1
		00000002 # cpuTime = 2; ms
		00000003 # nrVirtCpu = 3`},
	{enterprise: 0, number: 2102, name: "virt_memory", bytes: `
		00000001 00000001 # memory = 4294967297; bytes
		00000002 00000000 # maxMemory = 8589934592`},
	{enterprise: 0, number: 2103, name: "virt_disk_io", bytes: `
		00000002 00000000 # capacity = 8589934592; bytes
		00000001 00000001 # allocation = 4294967297
		00000001 00000002 # physical = 4294967298
		00000001          # rd_req = 1
		00000001 00000003 # rd_bytes = 4294967299
		00000002          # wr_req = 2
		00000001 00000004 # wr_bytes = 4294967300
		00000003          # errs = 3`},
	{enterprise: 0, number: 2104, name: "virt_net_io", bytes: `
		00000001 00000001 # rx_bytes = 4294967297
		00000001          # rx_packets = 1
		00000002          # rx_errs = 2
		00000003          # rx_drop = 3
		00000001 00000002 # tx_bytes = 4294967298
		00000004          # tx_packets = 4
		00000005          # tx_errs = 5
		00000006          # tx_drop = 6`},
	{enterprise: 0, number: 2105, name: "jvm_runtime", bytes: `
		00000007 4f70656e 4a444b00 # vm_name = "OpenJDK"
		00000006 44656269 616e0000 # vm_vendor = "Debian"
		00000006 32312e30 2e320000 # vm_version = "21.0.2"`},
	{enterprise: 0, number: 2106, name: "jvm_statistics", least: 100, bytes: `
		00000001 00000001 # heap_initial = 4294967297; bytes
		00000001 00000002 # heap_used = 4294967298
		00000001 00000003 # heap_committed = 4294967299
		00000001 00000004 # heap_max = 4294967300
		00000001 00000005 # non_heap_initial = 4294967301
		00000001 00000006 # non_heap_used = 4294967302
		00000001 00000007 # non_heap_committed = 4294967303
		00000001 00000008 # non_heap_max = 4294967304
		00000001          # gc_count = 1
		00000002          # gc_time = 2; ms
		00000003          # classes_loaded = 3
		00000004          # classes_total = 4
		00000005          # classes_unloaded = 5
		00000006          # compilation_time = 6; ms
		00000007          # thread_num_live = 7
		00000008          # thread_num_daemon = 8
		00000009          # thread_num_started = 9
		0000000a          # fd_open_count = 10; newer agents, as the next
		0000000b          # fd_max_count = 11`},
}
