package decode

import "spoor/decode/sflow"

// Record is a structure inside a sample for the counts in Stats. All unknown
// ones of a kind of sample share a number.
type Record uint8

// Records.
const (
	RecordUnknownFlow Record = iota
	RecordSampledHeader
	RecordSampledEthernet
	RecordSampledIPv4
	RecordSampledIPv6
	RecordExtendedSwitch
	RecordExtendedRouter
	RecordExtendedGateway
	RecordExtendedUser
	RecordExtendedURL
	RecordExtendedMPLS
	RecordExtendedNAT
	RecordExtendedVLANTunnel
	RecordExtendedNATPort
	RecordL2TunnelEgress
	RecordL2TunnelIngress
	RecordIPv4TunnelEgress
	RecordIPv4TunnelIngress
	RecordIPv6TunnelEgress
	RecordIPv6TunnelIngress
	RecordDecapsulateEgress
	RecordDecapsulateIngress
	RecordVNIEgress
	RecordVNIIngress
	RecordExtendedVLANIn
	RecordExtendedVLANOut
	RecordExtendedEgressQueue
	RecordExtendedACL
	RecordExtendedFunction
	RecordExtendedTransit
	RecordExtendedQueue
	RecordExtendedHWTrap
	RecordExtendedLinuxDropReason
	RecordExtendedTimestamp
	RecordExtendedSocketIPv4
	RecordExtendedSocketIPv6
	RecordExtendedTCPInfo
	RecordExtendedEntities
	RecordBSTEgressQueue
	RecordExtendedMPLSTunnel
	RecordExtendedMPLSVC
	RecordExtendedMPLSFTN
	RecordExtendedMPLSFEC
	RecordExtended80211Payload
	RecordExtended80211Rx
	RecordExtended80211Tx
	RecordExtendedQueueLength
	RecordTransaction
	RecordExtendedProxySocketIPv4
	RecordExtendedProxySocketIPv6
	RecordMemcacheOperation
	RecordHTTPRequestOld
	RecordAppOperation
	RecordAppParentContext
	RecordAppInitiator
	RecordAppTarget
	RecordHTTPRequest
	RecordExtendedProxyRequest
	RecordUnknownCounter
	RecordIfCounters
	RecordEthernetCounters
	RecordVLANCounters
	RecordLAGPortStats
	RecordOpticalModule
	RecordPFCCounters
	RecordProcessor
	RecordOFPort
	RecordPortName
	RecordHostDescr
	RecordHostAdapters
	RecordHostParent
	RecordHostCPU
	RecordHostMemory
	RecordHostDiskIO
	RecordHostNetIO
	RecordIPGroup
	RecordICMPGroup
	RecordTCPGroup
	RecordUDPGroup
	RecordVirtNode
	RecordVirtCPU
	RecordVirtMemory
	RecordVirtDiskIO
	RecordVirtNetIO
	RecordOVSDPStats
	RecordBSTDeviceBuffers
	RecordBSTPortBuffers
	RecordHWTables
	RecordNVMLGPU
	RecordTokenRingCounters
	RecordVGCounters
	RecordIEEE80211Counters
	RecordSlowPathCounts
	RecordRadioUtilization
	RecordQueueLengthCounters
	RecordJVMRuntime
	RecordJVMStatistics
	RecordHTTPCounters
	RecordAppOperations
	RecordAppResources
	RecordMemcacheCounters
	RecordAppWorkers
	RecordEnergy
	RecordTemperature
	RecordHumidity
	RecordFans
	RecordVDICounters

	NumRecords int = iota
)

var recordFormats = [NumRecords]sflow.Format{
	RecordSampledHeader:           sflow.FormatSampledHeader,
	RecordSampledEthernet:         sflow.FormatSampledEthernet,
	RecordSampledIPv4:             sflow.FormatSampledIPv4,
	RecordSampledIPv6:             sflow.FormatSampledIPv6,
	RecordExtendedSwitch:          sflow.FormatExtendedSwitch,
	RecordExtendedRouter:          sflow.FormatExtendedRouter,
	RecordExtendedGateway:         sflow.FormatExtendedGateway,
	RecordExtendedUser:            sflow.FormatExtendedUser,
	RecordExtendedURL:             sflow.FormatExtendedURL,
	RecordExtendedMPLS:            sflow.FormatExtendedMPLS,
	RecordExtendedNAT:             sflow.FormatExtendedNAT,
	RecordExtendedVLANTunnel:      sflow.FormatExtendedVLANTunnel,
	RecordExtendedNATPort:         sflow.FormatExtendedNATPort,
	RecordL2TunnelEgress:          sflow.FormatL2TunnelEgress,
	RecordL2TunnelIngress:         sflow.FormatL2TunnelIngress,
	RecordIPv4TunnelEgress:        sflow.FormatIPv4TunnelEgress,
	RecordIPv4TunnelIngress:       sflow.FormatIPv4TunnelIngress,
	RecordIPv6TunnelEgress:        sflow.FormatIPv6TunnelEgress,
	RecordIPv6TunnelIngress:       sflow.FormatIPv6TunnelIngress,
	RecordDecapsulateEgress:       sflow.FormatDecapsulateEgress,
	RecordDecapsulateIngress:      sflow.FormatDecapsulateIngress,
	RecordVNIEgress:               sflow.FormatVNIEgress,
	RecordVNIIngress:              sflow.FormatVNIIngress,
	RecordExtendedVLANIn:          sflow.FormatExtendedVLANIn,
	RecordExtendedVLANOut:         sflow.FormatExtendedVLANOut,
	RecordExtendedEgressQueue:     sflow.FormatExtendedEgressQueue,
	RecordExtendedACL:             sflow.FormatExtendedACL,
	RecordExtendedFunction:        sflow.FormatExtendedFunction,
	RecordExtendedTransit:         sflow.FormatExtendedTransit,
	RecordExtendedQueue:           sflow.FormatExtendedQueue,
	RecordExtendedHWTrap:          sflow.FormatExtendedHWTrap,
	RecordExtendedLinuxDropReason: sflow.FormatExtendedLinuxDropReason,
	RecordExtendedTimestamp:       sflow.FormatExtendedTimestamp,
	RecordExtendedSocketIPv4:      sflow.FormatExtendedSocketIPv4,
	RecordExtendedSocketIPv6:      sflow.FormatExtendedSocketIPv6,
	RecordExtendedTCPInfo:         sflow.FormatExtendedTCPInfo,
	RecordExtendedEntities:        sflow.FormatExtendedEntities,
	RecordBSTEgressQueue:          sflow.FormatBSTEgressQueue,
	RecordIfCounters:              sflow.FormatIfCounters,
	RecordEthernetCounters:        sflow.FormatEthernetCounters,
	RecordVLANCounters:            sflow.FormatVLANCounters,
	RecordLAGPortStats:            sflow.FormatLAGPortStats,
	RecordOpticalModule:           sflow.FormatOpticalModule,
	RecordPFCCounters:             sflow.FormatPFCCounters,
	RecordProcessor:               sflow.FormatProcessor,
	RecordOFPort:                  sflow.FormatOFPort,
	RecordPortName:                sflow.FormatPortName,
	RecordHostDescr:               sflow.FormatHostDescr,
	RecordHostAdapters:            sflow.FormatHostAdapters,
	RecordHostParent:              sflow.FormatHostParent,
	RecordHostCPU:                 sflow.FormatHostCPU,
	RecordHostMemory:              sflow.FormatHostMemory,
	RecordHostDiskIO:              sflow.FormatHostDiskIO,
	RecordHostNetIO:               sflow.FormatHostNetIO,
	RecordIPGroup:                 sflow.FormatIPGroup,
	RecordICMPGroup:               sflow.FormatICMPGroup,
	RecordTCPGroup:                sflow.FormatTCPGroup,
	RecordUDPGroup:                sflow.FormatUDPGroup,
	RecordVirtNode:                sflow.FormatVirtNode,
	RecordVirtCPU:                 sflow.FormatVirtCPU,
	RecordVirtMemory:              sflow.FormatVirtMemory,
	RecordVirtDiskIO:              sflow.FormatVirtDiskIO,
	RecordVirtNetIO:               sflow.FormatVirtNetIO,
	RecordOVSDPStats:              sflow.FormatOVSDPStats,
	RecordBSTDeviceBuffers:        sflow.FormatBSTDeviceBuffers,
	RecordBSTPortBuffers:          sflow.FormatBSTPortBuffers,
	RecordHWTables:                sflow.FormatHWTables,
	RecordNVMLGPU:                 sflow.FormatNVMLGPU,
	RecordExtendedMPLSTunnel:      sflow.FormatExtendedMPLSTunnel,
	RecordExtendedMPLSVC:          sflow.FormatExtendedMPLSVC,
	RecordExtendedMPLSFTN:         sflow.FormatExtendedMPLSFTN,
	RecordExtendedMPLSFEC:         sflow.FormatExtendedMPLSFEC,
	RecordExtended80211Payload:    sflow.FormatExtended80211Payload,
	RecordExtended80211Rx:         sflow.FormatExtended80211Rx,
	RecordExtended80211Tx:         sflow.FormatExtended80211Tx,
	RecordExtendedQueueLength:     sflow.FormatExtendedQueueLength,
	RecordTransaction:             sflow.FormatTransaction,
	RecordExtendedProxySocketIPv4: sflow.FormatExtendedProxySocketIPv4,
	RecordExtendedProxySocketIPv6: sflow.FormatExtendedProxySocketIPv6,
	RecordMemcacheOperation:       sflow.FormatMemcacheOperation,
	RecordHTTPRequestOld:          sflow.FormatHTTPRequestOld,
	RecordAppOperation:            sflow.FormatAppOperation,
	RecordAppParentContext:        sflow.FormatAppParentContext,
	RecordAppInitiator:            sflow.FormatAppInitiator,
	RecordAppTarget:               sflow.FormatAppTarget,
	RecordHTTPRequest:             sflow.FormatHTTPRequest,
	RecordExtendedProxyRequest:    sflow.FormatExtendedProxyRequest,
	RecordTokenRingCounters:       sflow.FormatTokenRingCounters,
	RecordVGCounters:              sflow.FormatVGCounters,
	RecordIEEE80211Counters:       sflow.FormatIEEE80211Counters,
	RecordSlowPathCounts:          sflow.FormatSlowPathCounts,
	RecordRadioUtilization:        sflow.FormatRadioUtilization,
	RecordQueueLengthCounters:     sflow.FormatQueueLengthCounters,
	RecordJVMRuntime:              sflow.FormatJVMRuntime,
	RecordJVMStatistics:           sflow.FormatJVMStatistics,
	RecordHTTPCounters:            sflow.FormatHTTPCounters,
	RecordAppOperations:           sflow.FormatAppOperations,
	RecordAppResources:            sflow.FormatAppResources,
	RecordMemcacheCounters:        sflow.FormatMemcacheCounters,
	RecordAppWorkers:              sflow.FormatAppWorkers,
	RecordEnergy:                  sflow.FormatEnergy,
	RecordTemperature:             sflow.FormatTemperature,
	RecordHumidity:                sflow.FormatHumidity,
	RecordFans:                    sflow.FormatFans,
	RecordVDICounters:             sflow.FormatVDICounters,
}

// Kind gives the kind of sample that holds the record.
func (r Record) Kind() Kind {
	if r < RecordUnknownCounter {
		return KindFlow
	}
	return KindCounter
}

// Format gives the record's data_format; 0 for unknown ones.
func (r Record) Format() sflow.Format { return recordFormats[r] }

// Known reports whether r is one structure, and not all the unknown ones.
func (r Record) Known() bool { return recordFormats[r] != 0 }

// record gives the record of a kind of sample that has the format; it must be a known one.
func record(k Kind, f sflow.Format) Record {
	for r := range Record(NumRecords) {
		if recordFormats[r] == f && r.Kind() == k && r.Known() {
			return r
		}
	}
	panic("BUG: a record that sflow reads is missing from the list of records: " + k.String() + " " + f.String())
}

// reader reads one kind of record into memory of its own.
type reader struct {
	record Record
	into   sflow.Structure
}

// readers gives readers for records.
func readers(k Kind, known []sflow.Known) map[sflow.Format]reader {
	m := make(map[sflow.Format]reader, len(known))
	for _, s := range known {
		m[s.Format] = reader{record(k, s.Format), s.New()}
	}
	return m
}
