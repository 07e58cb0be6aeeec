package capture

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ng writes pcapng blocks that pcapgo's writer has no words for.
type ng struct {
	binary.AppendByteOrder
	binary.ByteOrder
	b []byte
}

func little() *ng { return &ng{AppendByteOrder: binary.LittleEndian, ByteOrder: binary.LittleEndian} }
func big() *ng    { return &ng{AppendByteOrder: binary.BigEndian, ByteOrder: binary.BigEndian} }

func (n *ng) u16(v uint16) []byte { return n.AppendUint16(nil, v) }
func (n *ng) u32(v uint32) []byte { return n.AppendUint32(nil, v) }

func (n *ng) block(kind uint32, body ...[]byte) *ng {
	b := bytes.Join(body, nil)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	length := n.u32(uint32(12 + len(b)))
	n.b = append(n.b, bytes.Join([][]byte{n.u32(kind), length, b, length}, nil)...)
	return n
}

func (n *ng) section() *ng {
	return n.block(blockSection, n.u32(byteOrderMagic), n.u16(1), n.u16(0), bytes.Repeat([]byte{0xff}, 8))
}

// described adds an Ethernet interface with options.
func (n *ng) described(snap uint32, options ...[]byte) *ng {
	return n.block(blockInterface, n.u16(1), n.u16(0), n.u32(snap), bytes.Join(options, nil))
}

func (n *ng) option(code uint16, value ...byte) []byte {
	b := append(append(n.u16(code), n.u16(uint16(len(value)))...), value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (n *ng) enhanced(index uint32, time uint64, frame []byte) *ng {
	return n.block(blockEnhanced, n.u32(index), n.u32(uint32(time>>32)), n.u32(uint32(time)),
		n.u32(uint32(len(frame))), n.u32(uint32(len(frame))), frame)
}

func TestPcapng(t *testing.T) {
	frame := plain([]byte("x"))
	const from = "10.255.0.1:40000"
	one := func(at int64) []read { return []read{{"x", from, at}} }
	l := little()
	tests := []struct {
		name string
		file *ng
		want []read
	}{
		{"microseconds by default", little().section().described(0).enhanced(0, 1_500_000, frame), one(1_500_000_000)},
		{"big endian", big().section().described(0).enhanced(0, 1_500_000, frame), one(1_500_000_000)},
		{"nanoseconds", little().section().described(0, l.option(optionTsresol, 9)).enhanced(0, 7, frame), one(7)},
		{"a 1024th of a second", little().section().described(0, l.option(optionTsresol, 0x8a)).enhanced(0, 1536, frame), one(1_500_000_000)},
		{"finer than nanoseconds", little().section().described(0, l.option(optionTsresol, 12)).enhanced(0, 1_500_000_000_999, frame), one(1_500_000_000)},
		{"time offset", little().section().described(0, l.option(optionTsoffset, 5, 0, 0, 0, 0, 0, 0, 0)).enhanced(0, 1, frame), one(5_000_001_000)},
		{"comments before the options that count", little().section().described(0, l.option(1, []byte("a comment")...), l.option(optionTsresol, 9),
			l.option(0)).enhanced(0, 7, frame), one(7)},
		{"second interface", little().section().described(0).described(0, l.option(optionTsresol, 9)).enhanced(1, 9, frame), one(9)},
		{"unknown blocks between", little().section().block(0x0bad, make([]byte, 100)).described(0).block(4, make([]byte, 8)).enhanced(0, 1, frame), one(1000)},
		{"obsolete packet block", little().section().described(0).block(blockPacket, l.u16(0), l.u16(0), l.u32(0), l.u32(3),
			l.u32(uint32(len(frame))), l.u32(uint32(len(frame))), frame), one(3000)},
		{
			"a simple packet takes the time before it", little().section().described(0).enhanced(0, 2, frame).block(blockSimple, l.u32(uint32(len(frame))), frame),
			[]read{{"x", from, 2000}, {"x", from, 2000}},
		},
		{"time beyond 2262", little().section().described(0).enhanced(0, 1<<63, frame), one(0)},
		{"sections of both byte orders", &ng{b: append(little().section().described(0).enhanced(0, 1, frame).b,
			big().section().described(0).enhanced(0, 2, frame).b...)}, []read{{"x", from, 1000}, {"x", from, 2000}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, tt.file.b)...)
			check(t, err)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A damaged block ends the file with an error, after what came before it.
func TestPcapngDamaged(t *testing.T) {
	frame := plain([]byte("x"))
	l := little()
	good := func() *ng { return little().section().described(0).enhanced(0, 1, frame) }
	tests := []struct {
		name string
		file *ng
	}{
		{"interface that nothing describes", good().enhanced(9, 1, frame)},
		{"packet longer than its block", good().block(blockEnhanced, l.u32(0), l.u32(0), l.u32(0), l.u32(100), l.u32(100), frame[:8])},
		{"packet of 4 GiB", good().block(blockEnhanced, l.u32(0), l.u32(0), l.u32(0), l.u32(1<<32-1), l.u32(1<<32-1))},
		{"block too short", good().block(blockEnhanced, l.u32(0))},
		{"block of length 0", &ng{b: append(good().b, 6, 0, 0, 0, 0, 0, 0, 0)}},
		{"block of odd length", &ng{b: append(good().b, 6, 0, 0, 0, 33, 0, 0, 0)}},
		{"resolution 10^-20", good().described(0, l.option(optionTsresol, 20))},
		{"resolution 2^-64", good().described(0, l.option(optionTsresol, 0x80+64))},
		{"section without byte order", good().block(blockSection, l.u32(1), make([]byte, 12))},
		{"section of version 2", good().block(blockSection, l.u32(byteOrderMagic), l.u16(2), l.u16(0), make([]byte, 8))},
		{"packet before any interface", good().section().block(blockSimple, l.u32(4), []byte{1, 2, 3, 4})},
		{"block of 4 GiB, cut", &ng{b: append(good().b, 99, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, tt.file.b)...)
			if err == nil || len(got) != 1 {
				t.Errorf("%d datagrams, error %v", len(got), err)
			}
		})
	}
}
