package decode

import "spoor/decode/sflow"

// NewLong gives a decoder that does without the short way for ordinary samples.
func NewLong(sink Sink) *Decoder {
	d := New(sink)
	d.long = true
	return d
}

// ShortWay tells how many samples of a datagram the short way takes.
func (d *Decoder) ShortWay(payload []byte) int {
	b, reason := d.head(payload)
	if reason != ReasonNone {
		return 0
	}
	d.result = Result{}
	for left, ok := d.header.Samples, true; ok; left-- {
		if b, left = d.ordinaries(b, left); left == 0 {
			break
		}
		_, _, b, ok = sflow.Item(b)
	}
	return d.result.Flow
}
