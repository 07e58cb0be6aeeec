package alertday

import "encoding/binary"

// Places in a datagram whose agent has an IPv4 address (sFlow version 5, section 5).
const (
	agentAt   = 8
	samplesAt = 28
)

// Formats of the simulator's samples and records.
const (
	countersSample  = 2
	discardedSample = 5
	ifCounters      = 1
	unknownFormat   = 4095<<12 | 1 // of an enterprise that nobody knows: skipped
)

// samples calls yield with each sample of a datagram: its format and what follows its length.
func samples(payload []byte, yield func(format, body []byte)) {
	for b := payload[samplesAt:]; len(b) >= 8; {
		n := 8 + int(binary.BigEndian.Uint32(b[4:]))
		yield(b[:4], b[8:n])
		b = b[n:]
	}
}

// hideDiscards makes a datagram of an agent that counts what it discards, but cannot tell what.
func hideDiscards(payload []byte) {
	samples(payload, func(format, _ []byte) {
		if binary.BigEndian.Uint32(format) == discardedSample {
			binary.BigEndian.PutUint32(format, unknownFormat)
		}
	})
}

// hideSpeed makes a datagram of an agent that does not know how fast a port is.
func hideSpeed(payload []byte, ifIndex uint32) {
	samples(payload, func(format, body []byte) {
		if binary.BigEndian.Uint32(format) != countersSample {
			return
		}
		for b := body[12:]; len(b) >= 8; { // behind sequence number, source and number of records
			n := 8 + int(binary.BigEndian.Uint32(b[4:]))
			if binary.BigEndian.Uint32(b) == ifCounters && binary.BigEndian.Uint32(b[8:]) == ifIndex {
				binary.BigEndian.PutUint64(b[16:], 0)
			}
			b = b[n:]
		}
	})
}
