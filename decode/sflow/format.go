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
)

// Flow records.
const (
	FormatSampledHeader     Format = 1
	FormatSampledEthernet   Format = 2
	FormatSampledIPv4       Format = 3
	FormatSampledIPv6       Format = 4
	FormatExtendedSwitch    Format = 1001
	FormatExtendedRouter    Format = 1002
	FormatIPv4TunnelEgress  Format = 1023
	FormatIPv4TunnelIngress Format = 1024
	FormatIPv6TunnelEgress  Format = 1025
	FormatIPv6TunnelIngress Format = 1026
	FormatVNIEgress         Format = 1029
	FormatVNIIngress        Format = 1030
	FormatExtendedTimestamp Format = 1043
)

// Counter records.
const (
	FormatIfCounters       Format = 1
	FormatEthernetCounters Format = 2
	FormatPortName         Format = 1005
	FormatHostDescr        Format = 2000
	FormatHostAdapters     Format = 2001
)

// MakeFormat gives the data_format of an enterprise's structure.
func MakeFormat(enterprise, number uint32) Format { return Format(enterprise<<12 | number&0xfff) }

// Enterprise gives the SMI private enterprise code, 0 for the standard's own structures.
func (f Format) Enterprise() uint32 { return uint32(f) >> 12 }

// Number gives the structure's number within its enterprise.
func (f Format) Number() uint32 { return uint32(f) & 0xfff }

// String gives "enterprise:number".
func (f Format) String() string {
	return strconv.FormatUint(uint64(f.Enterprise()), 10) + ":" + strconv.FormatUint(uint64(f.Number()), 10)
}
