package fabric

import "encoding/binary"

// Formats of samples and records (sFlow v5; sFlow drops for 0:5).
const (
	sampleFlow             = 1
	sampleCounters         = 2
	sampleExpandedFlow     = 3
	sampleExpandedCounters = 4
	sampleDiscard          = 5

	recordHeader      = 1
	recordSwitch      = 1001
	recordRouter      = 1002
	recordVNIEgress   = 1029
	recordVNIIngress  = 1030
	recordEgressQueue = 1036
	recordACL         = 1037
)

// Other numbers of sFlow v5.
const (
	version        = 5
	headerEthernet = 1 // header_protocol
	classEntity    = 2 // of the data source that stands for the whole device
	internal       = 0x3fffffff
	unknown        = 0xffffffff
	discardFormat  = 1 // of an interface: discarded, the value is the reason
)

// xdr appends items as RFC 4506 wants them: big-endian, in units of 4 bytes.
type xdr struct{ b []byte }

func (x *xdr) u32(v ...uint32) {
	for _, n := range v {
		x.b = binary.BigEndian.AppendUint32(x.b, n)
	}
}

func (x *xdr) u64(v uint64) { x.b = binary.BigEndian.AppendUint64(x.b, v) }

// opaque appends a length, the bytes, and zeros up to a multiple of 4.
func (x *xdr) opaque(b []byte) {
	x.u32(uint32(len(b)))
	x.b = append(x.b, b...)
	x.pad(len(b))
}

func (x *xdr) text(s string) {
	x.u32(uint32(len(s)))
	x.b = append(x.b, s...)
	x.pad(len(s))
}

func (x *xdr) pad(n int) {
	for ; n%4 != 0; n++ {
		x.b = append(x.b, 0)
	}
}

func (x *xdr) mac(m uint64) { x.b = append(appendMAC(x.b, m), 0, 0) }

// open begins a sample or record; close fills in its length.
func (x *xdr) open(format uint32) int {
	x.u32(format, 0)
	return len(x.b)
}

func (x *xdr) close(at int) { binary.BigEndian.PutUint32(x.b[at-4:], uint32(len(x.b)-at)) }

// set overwrites the word at an offset.
func (x *xdr) set(at int, v uint32) { binary.BigEndian.PutUint32(x.b[at:], v) }

// source appends a data source: one word, or two where the form is expanded.
func (x *xdr) source(expanded bool, class, index uint32) {
	if expanded {
		x.u32(class, index)
		return
	}
	x.u32(class<<24 | index)
}

// iface appends an input or output of a flow sample.
func (x *xdr) iface(expanded bool, format, value uint32) {
	if expanded {
		x.u32(format, value)
		return
	}
	x.u32(format<<30 | value)
}

// form chooses a format's number by its form.
func form(expanded bool, compact, full uint32) uint32 {
	if expanded {
		return full
	}
	return compact
}
