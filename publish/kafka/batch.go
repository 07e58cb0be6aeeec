package kafka

import (
	"encoding/binary"

	"spoor/publish"
)

// producer identifies an idempotent producer; id -1 is none.
type producer struct {
	id    int64
	epoch int16
}

var anonymous = producer{id: -1, epoch: -1}

// frame makes the record batch of a block: in place if it is not compressed,
// else appended to out, which is given back grown.
func frame(b *publish.Block, codec int, c *compressor, p producer, sequence int32, out []byte) (batch, grown []byte, err error) {
	if codec != codecNone {
		return frameRecords(b, b.Payload(), b.Sections(), codec, c, p, sequence, out)
	}
	batch = b.Bytes()
	putHeader(batch, b, codec, p, sequence)
	return batch, out, nil
}

// frameRecords appends the record batch of a block with these records to out; parts are
// theirs, if known.
func frameRecords(b *publish.Block, records []byte, parts []publish.Sections, codec int, c *compressor, p producer, sequence int32, out []byte) (batch, grown []byte, err error) {
	at := len(out)
	out = append(out, b.Bytes()[:publish.Headroom]...)
	if grown, err = c.append(out, records, parts, codec); err != nil {
		return nil, out, err
	}
	batch = grown[at:len(grown):len(grown)]
	putHeader(batch, b, codec, p, sequence)
	return batch, grown, nil
}

// putHeader writes the header of format v2 in front of the records, without the
// checksum, which stands at checksumAt.
func putHeader(batch []byte, b *publish.Block, codec int, p producer, sequence int32) {
	if p.id < 0 {
		sequence = -1
	}
	be := binary.BigEndian
	be.PutUint64(batch[0:], 0) // base offset: the broker's
	be.PutUint32(batch[8:], uint32(len(batch)-12))
	be.PutUint32(batch[12:], 0xffffffff) // partition leader epoch
	batch[16] = 2                        // magic
	be.PutUint16(batch[21:], uint16(codec))
	be.PutUint32(batch[23:], uint32(b.Records-1)) // last offset delta
	be.PutUint64(batch[27:], uint64(b.FirstTime))
	be.PutUint64(batch[35:], uint64(b.MaxTime))
	be.PutUint64(batch[43:], uint64(p.id))
	be.PutUint16(batch[51:], uint16(p.epoch))
	be.PutUint32(batch[53:], uint32(sequence))
	be.PutUint32(batch[57:], uint32(b.Records))
}

const checksumAt = 17
