package publish

// Sections says where the parts of a flow record begin: the length of each, one byte
// for one, the first in the lowest; 255 stands for all that is longer. What a part
// begins with decides most of it, so a compressor that asks only at these places where
// the like stood before finds nearly all that repeats.
type Sections uint64

// The parts of a flow record. Each is written in whole behind the one before.
const (
	SectionKey    = iota // framing and, at its end, the key
	SectionFresh         // length of the message, then what is another in each sample; the same time twice comes first
	SectionFlow          // the flow
	SectionWay           // the MAC addresses
	SectionInput         // agent and input port
	SectionNames         // their names
	SectionOutput        // next hop and output port
	SectionEnd           // names of hosts, collector, schema, headers

	NumSections
)

// KeyBytes is the length of a flow record's key, if it has one.
const KeyBytes = 16

// Bytes gives the length of part k.
func (s Sections) Bytes(k int) int { return int(uint8(s >> (8 * k))) }

// sectionPen notes parts of a record as they are written.
type sectionPen struct {
	noted Sections
	shift uint
	begun int // where the part at hand begins
}

// end notes that the part at hand ends at i.
func (p *sectionPen) end(i int) {
	p.noted |= Sections(min(i-p.begun, 255)) << p.shift
	p.begun = i
	p.shift += 8
}

// Sections gives those of each record, nil where they are not known of all. Borrowed
// until Done.
func (b *Block) Sections() []Sections {
	if len(b.sections) != int(b.Records) {
		return nil
	}
	return b.sections
}

// note keeps those of the record that was added.
func (b *Block) note(s Sections) {
	if b.sections == nil {
		b.sections = make([]Sections, 0, cap(b.buf)/128) // more than come, mostly
	}
	b.sections = append(b.sections, s)
}
