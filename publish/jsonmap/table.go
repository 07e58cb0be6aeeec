package jsonmap

import (
	"fmt"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Names says what members are called.
type Names uint8

// Names that the mapping allows.
const (
	Camel Names = iota // lowerCamelCase, as in most JSON
	Proto              // as in the .proto file
)

// message is what the writer wants to know of a message type.
type message struct {
	fields []field
	index  []int16 // by field number: its place in fields, -1 = none
}

// field of a message.
type field struct {
	number   int
	name     []byte // with quotes and colon
	kind     protoreflect.Kind
	wire     int
	repeated bool
	explicit bool // 0 is written as well
	enum     map[int32]string
	sub      *message
}

// Wire types of protobuf.
const (
	varint  = 0
	fixed64 = 1
	length  = 2
	fixed32 = 5
)

// wires are the kinds that there are in our schemas.
var wires = map[protoreflect.Kind]int{
	protoreflect.BoolKind: varint, protoreflect.EnumKind: varint, protoreflect.Uint32Kind: varint, protoreflect.Uint64Kind: varint,
	protoreflect.Fixed64Kind: fixed64, protoreflect.DoubleKind: fixed64,
	protoreflect.StringKind: length, protoreflect.BytesKind: length, protoreflect.MessageKind: length,
}

func newMessage(d protoreflect.MessageDescriptor, names Names) *message {
	list := d.Fields()
	m := &message{fields: make([]field, list.Len())}
	for i := range m.fields {
		fd := list.Get(i)
		wire, known := wires[fd.Kind()]
		if !known || fd.IsMap() || fd.ContainingOneof() != nil && !fd.HasOptionalKeyword() {
			panic(fmt.Sprintf("BUG: %s is of a kind that jsonmap does not write", fd.FullName()))
		}
		f := field{
			number: int(fd.Number()), kind: fd.Kind(), wire: wire, repeated: fd.IsList(), explicit: fd.HasPresence(),
		}
		name := fd.JSONName()
		if names == Proto {
			name = string(fd.Name())
		}
		f.name = append(strconv.AppendQuote(nil, name), ':')
		switch fd.Kind() {
		case protoreflect.EnumKind:
			f.enum = make(map[int32]string)
			for j := range fd.Enum().Values().Len() {
				v := fd.Enum().Values().Get(j)
				if _, twice := f.enum[int32(v.Number())]; !twice {
					f.enum[int32(v.Number())] = strconv.Quote(string(v.Name()))
				}
			}
		case protoreflect.MessageKind:
			f.sub = newMessage(fd.Message(), names)
		default:
		}
		for len(m.index) <= f.number {
			m.index = append(m.index, -1)
		}
		m.index[f.number] = int16(i)
		m.fields[i] = f
	}
	return m
}

// find gives the place of a field that is on the wire in this way, -1 if there is none.
func (m *message) find(number uint64, wire int) int {
	if number >= uint64(len(m.index)) {
		return -1
	}
	i := int(m.index[number])
	if i < 0 {
		return -1
	}
	f := &m.fields[i]
	if f.wire == wire || f.repeated && wire == length { // packed
		return i
	}
	return -1
}
