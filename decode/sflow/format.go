package sflow

import "strconv"

// Format is a data_format: the enterprise in the top 20 bits, that enterprise's
// number for the structure in the low 12.
type Format uint32

// Samples.
const (
	FormatFlowSample             Format = 1
	FormatCountersSample         Format = 2
	FormatFlowSampleExpanded     Format = 3
	FormatCountersSampleExpanded Format = 4
	FormatDiscardedPacket        Format = 5
	FormatRTMetric               Format = 4300<<12 | 1002
	FormatRTFlow                 Format = 4300<<12 | 1003
)

// Flow records.
const (
	FormatSampledHeader           Format = 1
	FormatSampledEthernet         Format = 2
	FormatSampledIPv4             Format = 3
	FormatSampledIPv6             Format = 4
	FormatExtendedSwitch          Format = 1001
	FormatExtendedRouter          Format = 1002
	FormatExtendedGateway         Format = 1003
	FormatExtendedUser            Format = 1004
	FormatExtendedURL             Format = 1005
	FormatExtendedMPLS            Format = 1006
	FormatExtendedNAT             Format = 1007
	FormatExtendedMPLSTunnel      Format = 1008
	FormatExtendedMPLSVC          Format = 1009
	FormatExtendedMPLSFTN         Format = 1010
	FormatExtendedMPLSFEC         Format = 1011
	FormatExtendedVLANTunnel      Format = 1012
	FormatExtended80211Payload    Format = 1013
	FormatExtended80211Rx         Format = 1014
	FormatExtended80211Tx         Format = 1015
	FormatExtendedQueueLength     Format = 1019
	FormatExtendedNATPort         Format = 1020
	FormatL2TunnelEgress          Format = 1021
	FormatL2TunnelIngress         Format = 1022
	FormatIPv4TunnelEgress        Format = 1023
	FormatIPv4TunnelIngress       Format = 1024
	FormatIPv6TunnelEgress        Format = 1025
	FormatIPv6TunnelIngress       Format = 1026
	FormatDecapsulateEgress       Format = 1027
	FormatDecapsulateIngress      Format = 1028
	FormatVNIEgress               Format = 1029
	FormatVNIIngress              Format = 1030
	FormatExtendedVLANIn          Format = 1034
	FormatExtendedVLANOut         Format = 1035
	FormatExtendedEgressQueue     Format = 1036
	FormatExtendedACL             Format = 1037
	FormatExtendedFunction        Format = 1038
	FormatExtendedTransit         Format = 1039
	FormatExtendedQueue           Format = 1040
	FormatExtendedHWTrap          Format = 1041
	FormatExtendedLinuxDropReason Format = 1042
	FormatExtendedTimestamp       Format = 1043
	FormatTransaction             Format = 2000
	FormatExtendedSocketIPv4      Format = 2100
	FormatExtendedSocketIPv6      Format = 2101
	FormatExtendedProxySocketIPv4 Format = 2102
	FormatExtendedProxySocketIPv6 Format = 2103
	FormatMemcacheOperation       Format = 2200
	FormatHTTPRequestOld          Format = 2201
	FormatAppOperation            Format = 2202
	FormatAppParentContext        Format = 2203
	FormatAppInitiator            Format = 2204
	FormatAppTarget               Format = 2205
	FormatHTTPRequest             Format = 2206
	FormatExtendedProxyRequest    Format = 2207
	FormatExtendedTCPInfo         Format = 2209
	FormatExtendedEntities        Format = 2210
	FormatBSTEgressQueue          Format = 4413<<12 | 1
)

// Counter records.
const (
	FormatIfCounters          Format = 1
	FormatEthernetCounters    Format = 2
	FormatTokenRingCounters   Format = 3
	FormatVGCounters          Format = 4
	FormatVLANCounters        Format = 5
	FormatIEEE80211Counters   Format = 6
	FormatLAGPortStats        Format = 7
	FormatSlowPathCounts      Format = 8
	FormatOpticalModule       Format = 10
	FormatPFCCounters         Format = 11
	FormatProcessor           Format = 1001
	FormatRadioUtilization    Format = 1002
	FormatQueueLengthCounters Format = 1003
	FormatOFPort              Format = 1004
	FormatPortName            Format = 1005
	FormatHostDescr           Format = 2000
	FormatHostAdapters        Format = 2001
	FormatHostParent          Format = 2002
	FormatHostCPU             Format = 2003
	FormatHostMemory          Format = 2004
	FormatHostDiskIO          Format = 2005
	FormatHostNetIO           Format = 2006
	FormatIPGroup             Format = 2007
	FormatICMPGroup           Format = 2008
	FormatTCPGroup            Format = 2009
	FormatUDPGroup            Format = 2010
	FormatVirtNode            Format = 2100
	FormatVirtCPU             Format = 2101
	FormatVirtMemory          Format = 2102
	FormatVirtDiskIO          Format = 2103
	FormatVirtNetIO           Format = 2104
	FormatJVMRuntime          Format = 2105
	FormatJVMStatistics       Format = 2106
	FormatHTTPCounters        Format = 2201
	FormatAppOperations       Format = 2202
	FormatAppResources        Format = 2203
	FormatMemcacheCounters    Format = 2204
	FormatVDICounters         Format = 2205
	FormatAppWorkers          Format = 2206
	FormatOVSDPStats          Format = 2207
	FormatEnergy              Format = 3000
	FormatTemperature         Format = 3001
	FormatHumidity            Format = 3002
	FormatFans                Format = 3003
	FormatBSTDeviceBuffers    Format = 4413<<12 | 1
	FormatBSTPortBuffers      Format = 4413<<12 | 2
	FormatHWTables            Format = 4413<<12 | 3
	FormatNVMLGPU             Format = 5703<<12 | 1
)

// Enterprise gives the SMI private enterprise code, 0 for the standard's own structures.
func (f Format) Enterprise() uint32 { return uint32(f) >> 12 }

// Number gives the structure's number within its enterprise.
func (f Format) Number() uint32 { return uint32(f) & 0xfff }

// String gives "enterprise:number".
func (f Format) String() string {
	return strconv.FormatUint(uint64(f.Enterprise()), 10) + ":" + strconv.FormatUint(uint64(f.Number()), 10)
}
