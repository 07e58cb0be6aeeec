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
	RecordIPv4TunnelEgress
	RecordIPv4TunnelIngress
	RecordIPv6TunnelEgress
	RecordIPv6TunnelIngress
	RecordVNIEgress
	RecordVNIIngress
	RecordExtendedTimestamp
	RecordUnknownCounter
	RecordIfCounters
	RecordEthernetCounters
	RecordPortName
	RecordHostDescr
	RecordHostAdapters

	NumRecords int = iota
)

var recordFormats = [NumRecords]sflow.Format{
	RecordSampledHeader:     sflow.FormatSampledHeader,
	RecordSampledEthernet:   sflow.FormatSampledEthernet,
	RecordSampledIPv4:       sflow.FormatSampledIPv4,
	RecordSampledIPv6:       sflow.FormatSampledIPv6,
	RecordExtendedSwitch:    sflow.FormatExtendedSwitch,
	RecordExtendedRouter:    sflow.FormatExtendedRouter,
	RecordIPv4TunnelEgress:  sflow.FormatIPv4TunnelEgress,
	RecordIPv4TunnelIngress: sflow.FormatIPv4TunnelIngress,
	RecordIPv6TunnelEgress:  sflow.FormatIPv6TunnelEgress,
	RecordIPv6TunnelIngress: sflow.FormatIPv6TunnelIngress,
	RecordVNIEgress:         sflow.FormatVNIEgress,
	RecordVNIIngress:        sflow.FormatVNIIngress,
	RecordExtendedTimestamp: sflow.FormatExtendedTimestamp,
	RecordIfCounters:        sflow.FormatIfCounters,
	RecordEthernetCounters:  sflow.FormatEthernetCounters,
	RecordPortName:          sflow.FormatPortName,
	RecordHostDescr:         sflow.FormatHostDescr,
	RecordHostAdapters:      sflow.FormatHostAdapters,
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
