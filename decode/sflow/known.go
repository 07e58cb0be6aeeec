package sflow

// Known is a record that this package reads.
type Known struct {
	Format Format
	Name   string           // the standard's
	New    func() Structure // an empty one to read into
}

// FlowRecords gives the records of flow and discarded packet samples that this
// package reads, by format. Nobody changes the list.
func FlowRecords() []Known { return flowRecords[:] }

// CounterRecords gives the records of counters samples, as FlowRecords does.
func CounterRecords() []Known { return counterRecords[:] }

var flowRecords = [...]Known{
	{FormatSampledHeader, "sampled_header", func() Structure { return new(SampledHeader) }},
	{FormatSampledEthernet, "sampled_ethernet", func() Structure { return new(SampledEthernet) }},
	{FormatSampledIPv4, "sampled_ipv4", func() Structure { return new(SampledIPv4) }},
	{FormatSampledIPv6, "sampled_ipv6", func() Structure { return new(SampledIPv6) }},
	{FormatExtendedSwitch, "extended_switch", func() Structure { return new(ExtendedSwitch) }},
	{FormatExtendedRouter, "extended_router", func() Structure { return new(ExtendedRouter) }},
	{FormatExtendedGateway, "extended_gateway", func() Structure { return new(ExtendedGateway) }},
	{FormatExtendedUser, "extended_user", func() Structure { return new(ExtendedUser) }},
	{FormatExtendedURL, "extended_url", func() Structure { return new(ExtendedURL) }},
	{FormatExtendedMPLS, "extended_mpls", func() Structure { return new(ExtendedMPLS) }},
	{FormatExtendedNAT, "extended_nat", func() Structure { return new(ExtendedNAT) }},
	{FormatExtendedVLANTunnel, "extended_vlantunnel", func() Structure { return new(VLANStack) }},
	{FormatExtendedNATPort, "extended_nat_port", func() Structure { return new(ExtendedNATPort) }},
	{FormatL2TunnelEgress, "extended_L2_tunnel_egress", func() Structure { return new(SampledEthernet) }},
	{FormatL2TunnelIngress, "extended_L2_tunnel_ingress", func() Structure { return new(SampledEthernet) }},
	{FormatIPv4TunnelEgress, "extended_ipv4_tunnel_egress", func() Structure { return new(SampledIPv4) }},
	{FormatIPv4TunnelIngress, "extended_ipv4_tunnel_ingress", func() Structure { return new(SampledIPv4) }},
	{FormatIPv6TunnelEgress, "extended_ipv6_tunnel_egress", func() Structure { return new(SampledIPv6) }},
	{FormatIPv6TunnelIngress, "extended_ipv6_tunnel_ingress", func() Structure { return new(SampledIPv6) }},
	{FormatDecapsulateEgress, "extended_decapsulate_egress", func() Structure { return new(ExtendedDecapsulate) }},
	{FormatDecapsulateIngress, "extended_decapsulate_ingress", func() Structure { return new(ExtendedDecapsulate) }},
	{FormatVNIEgress, "extended_vni_egress", func() Structure { return new(ExtendedVNI) }},
	{FormatVNIIngress, "extended_vni_ingress", func() Structure { return new(ExtendedVNI) }},
	{FormatExtendedVLANIn, "extended_vlanin", func() Structure { return new(VLANStack) }},
	{FormatExtendedVLANOut, "extended_vlanout", func() Structure { return new(VLANStack) }},
	{FormatExtendedEgressQueue, "extended_egress_queue", func() Structure { return new(ExtendedEgressQueue) }},
	{FormatExtendedACL, "extended_acl", func() Structure { return new(ExtendedACL) }},
	{FormatExtendedFunction, "extended_function", func() Structure { return new(ExtendedFunction) }},
	{FormatExtendedTransit, "extended_transit", func() Structure { return new(ExtendedTransit) }},
	{FormatExtendedQueue, "extended_queue", func() Structure { return new(ExtendedQueue) }},
	{FormatExtendedHWTrap, "extended_hw_trap", func() Structure { return new(ExtendedHWTrap) }},
	{FormatExtendedLinuxDropReason, "extended_linux_drop_reason", func() Structure { return new(ExtendedLinuxDropReason) }},
	{FormatExtendedTimestamp, "extended_timestamp", func() Structure { return new(ExtendedTimestamp) }},
	{FormatExtendedSocketIPv4, "extended_socket_ipv4", func() Structure { return new(ExtendedSocketIPv4) }},
	{FormatExtendedSocketIPv6, "extended_socket_ipv6", func() Structure { return new(ExtendedSocketIPv6) }},
	{FormatExtendedTCPInfo, "extended_tcp_info", func() Structure { return new(ExtendedTCPInfo) }},
	{FormatExtendedEntities, "extended_entities", func() Structure { return new(ExtendedEntities) }},
	{FormatBSTEgressQueue, "extended_bst_egress_queue", func() Structure { return new(ExtendedEgressQueue) }},
}

var counterRecords = [...]Known{
	{FormatIfCounters, "if_counters", func() Structure { return new(IfCounters) }},
	{FormatEthernetCounters, "ethernet_counters", func() Structure { return new(EthernetCounters) }},
	{FormatVLANCounters, "vlan_counters", func() Structure { return new(VLANCounters) }},
	{FormatLAGPortStats, "lag_port_stats", func() Structure { return new(LAGPortStats) }},
	{FormatOpticalModule, "optical_sfp_qsfp", func() Structure { return new(OpticalModule) }},
	{FormatPFCCounters, "pfc", func() Structure { return new(PFCCounters) }},
	{FormatProcessor, "processor", func() Structure { return new(Processor) }},
	{FormatOFPort, "of_port", func() Structure { return new(OFPort) }},
	{FormatPortName, "port_name", func() Structure { return new(PortName) }},
	{FormatHostDescr, "host_descr", func() Structure { return new(HostDescr) }},
	{FormatHostAdapters, "host_adapters", func() Structure { return new(HostAdapters) }},
	{FormatHostParent, "host_parent", func() Structure { return new(HostParent) }},
	{FormatHostCPU, "host_cpu", func() Structure { return new(HostCPU) }},
	{FormatHostMemory, "host_memory", func() Structure { return new(HostMemory) }},
	{FormatHostDiskIO, "host_disk_io", func() Structure { return new(HostDiskIO) }},
	{FormatHostNetIO, "host_net_io", func() Structure { return new(HostNetIO) }},
	{FormatIPGroup, "mib2_ip_group", func() Structure { return new(IPGroup) }},
	{FormatICMPGroup, "mib2_icmp_group", func() Structure { return new(ICMPGroup) }},
	{FormatTCPGroup, "mib2_tcp_group", func() Structure { return new(TCPGroup) }},
	{FormatUDPGroup, "mib2_udp_group", func() Structure { return new(UDPGroup) }},
	{FormatVirtNode, "virt_node", func() Structure { return new(VirtNode) }},
	{FormatVirtCPU, "virt_cpu", func() Structure { return new(VirtCPU) }},
	{FormatVirtMemory, "virt_memory", func() Structure { return new(VirtMemory) }},
	{FormatVirtDiskIO, "virt_disk_io", func() Structure { return new(VirtDiskIO) }},
	{FormatVirtNetIO, "virt_net_io", func() Structure { return new(VirtNetIO) }},
	{FormatOVSDPStats, "ovs_dp_stats", func() Structure { return new(OVSDPStats) }},
	{FormatBSTDeviceBuffers, "bst_device_buffers", func() Structure { return new(BSTDeviceBuffers) }},
	{FormatBSTPortBuffers, "bst_port_buffers", func() Structure { return new(BSTPortBuffers) }},
	{FormatHWTables, "hw_tables", func() Structure { return new(HWTables) }},
	{FormatNVMLGPU, "nvml_gpu", func() Structure { return new(NVMLGPU) }},
}
