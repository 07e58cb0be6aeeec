package decode

import (
	"spoor/decode/sflow"
	"spoor/decode/xdr"
)

// Reason says why a datagram, a sample or a record was refused. The list is
// closed: its names are metric labels.
type Reason uint8

// Reasons. Those up to AgentType reject a datagram; SampleOverrun and
// SampleCount end its samples; RecordOverrun and RecordCount end a sample's
// records; SampleShort costs a sample and the others a record.
const (
	ReasonNone          Reason = iota
	ReasonShort                // the datagram ends inside its head
	ReasonVersion2             // sFlow version 2
	ReasonVersion4             // sFlow version 4
	ReasonVersionOther         // any other version, or no sFlow at all
	ReasonNetFlow5             // NetFlow version 5
	ReasonNetFlow9             // NetFlow version 9
	ReasonIPFIX                // IPFIX
	ReasonAgentType            // the agent address has an undefined type
	ReasonSampleOverrun        // a sample is longer than the rest of the datagram
	ReasonSampleCount          // fewer samples than claimed
	ReasonSampleShort          // a sample is shorter than its fixed part
	ReasonRecordOverrun        // a record is longer than the rest of its sample
	ReasonRecordCount          // fewer records than claimed
	ReasonRecordShort          // a record is shorter than its structure
	ReasonRecordLength         // a length or a count in a record exceeds the record
	ReasonRecordAddress        // an address in a record has an undefined type

	NumReasons int = iota
)

var reasonNames = [...]string{
	"", "short", "version_2", "version_4", "version_other", "netflow_v5", "netflow_v9", "ipfix", "agent_type",
	"sample_overrun", "sample_count", "sample_short", "length_overrun", "record_count", "record_short", "record_length", "record_address",
}

// String gives the name used in metrics and JSON, "" for none.
func (r Reason) String() string { return reasonNames[r] }

// RecordReason gives the reason for a fault in a record, ReasonNone for xdr.OK.
func RecordReason(f xdr.Fault) Reason {
	switch f {
	case xdr.OK:
		return ReasonNone
	case xdr.Length:
		return ReasonRecordLength
	case xdr.Value:
		return ReasonRecordAddress
	default:
		return ReasonRecordShort
	}
}

// VersionReason tells what a datagram is by its first word: ReasonNone for sFlow version 5.
func VersionReason(word uint32) Reason {
	switch {
	case word == sflow.Version:
		return ReasonNone
	case word == 2:
		return ReasonVersion2
	case word == 4:
		return ReasonVersion4
	case word>>16 == 5:
		return ReasonNetFlow5
	case word>>16 == 9:
		return ReasonNetFlow9
	case word>>16 == 10:
		return ReasonIPFIX
	}
	return ReasonVersionOther
}

// Outcome is what became of a datagram.
type Outcome uint8

// Outcomes. The names of OK, Partial and Rejected are those of `spoor decode`.
const (
	OK       Outcome = iota // all of it was read, or stepped over by its length
	Partial                 // something in it was refused, the rest stands
	Rejected                // nothing could be read
	Skipped                 // the sink did not want the samples

	NumOutcomes int = iota
)

var outcomeNames = [...]string{"ok", "partial", "rejected", "skipped"}

// String gives the name used in metrics and JSON.
func (o Outcome) String() string { return outcomeNames[o] }

// Result is what one datagram came to.
type Result struct {
	Outcome  Outcome
	Reason   Reason // of a rejection, or the first refusal in a partial datagram
	Flow     int    // flow samples handed over
	Counter  int    // counters samples handed over
	Discard  int    // discarded packets handed over
	Unknown  int    // samples of other formats, stepped over
	Trailing int    // bytes behind the last sample
}
