package capture

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// pieces cuts a UDP datagram of n payload bytes into IPv4 fragments.
func pieces(id uint16, payload []byte, step int) [][]byte {
	u := udp(6343, payload)
	var list [][]byte
	for off := 0; off < len(u); off += step {
		end := min(off+step, len(u))
		var field [4]byte
		binary.BigEndian.PutUint16(field[:], id)
		word := uint16(off / 8)
		if end < len(u) {
			word |= 0x2000
		}
		binary.BigEndian.PutUint16(field[2:], word)
		list = append(list, ether(etherIPv4, ipv4(17, field, u[off:end])))
	}
	return list
}

func frames(list ...[]byte) []packet {
	packets := make([]packet, len(list))
	for i, f := range list {
		packets[i] = at(i, f)
	}
	return packets
}

func TestFragments(t *testing.T) {
	payload := make([]byte, 9000)
	for i := range payload {
		payload[i] = byte(i * 7 >> 3)
	}
	whole := pieces(1, payload, 1480)
	turned := slices.Clone(whole)
	slices.Reverse(turned)
	other := pieces(2, payload[:3000], 1480)
	mixed := [][]byte{whole[0], other[1], whole[1], whole[2], other[0], whole[3], whole[6], whole[5], other[2], whole[4]}
	large := pieces(3, payload[:8000], 8)
	tests := []struct {
		name   string
		frames [][]byte
		want   [][]byte
	}{
		{"in order", whole, [][]byte{payload}},
		{"backwards", turned, [][]byte{payload}},
		{"two datagrams mixed", mixed, [][]byte{payload[:3000], payload}},
		{"one lost", whole[1:], nil},
		{"the same part twice: given up", append([][]byte{whole[0]}, whole...), nil},
		{"too many parts", large, nil},
		{"the same id again", append(slices.Clone(whole), whole...), [][]byte{payload, payload}},
		{"part beyond the end of a packet", [][]byte{ether(etherIPv4, ipv4(17, [4]byte{0, 1, 0x1f, 0xff}, make([]byte, 1000)))}, nil},
		{"part not of 8 bytes", [][]byte{ether(etherIPv4, ipv4(17, [4]byte{0, 1, 0x20, 0}, make([]byte, 15))), whole[1]}, nil},
		{"a second end", append([][]byte{whole[6]}, append([][]byte{ether(etherIPv4, ipv4(17, [4]byte{0, 1, 0x05, 0}, make([]byte, 8)))}, whole[:6]...)...), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, s, err := readAll(t, Options{Port: DefaultPort}, save(t, writePcap(t, linkEthernet, true, frames(tt.frames...)...))...)
			if err != nil && len(tt.want) > 0 {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%d datagrams, want %d (%+v)", len(got), len(tt.want), s)
			}
			for i := range got {
				if got[i].Payload != string(tt.want[i]) {
					t.Errorf("datagram %d: wrong bytes", i)
				}
			}
			if s.Skipped.Fragment != uint64(len(tt.frames)-len(tt.want)) {
				t.Errorf("%d parts counted of %d", s.Skipped.Fragment, len(tt.frames))
			}
		})
	}
}

func TestFragments6(t *testing.T) {
	payload := bytes.Repeat([]byte("0123456789abcdef"), 200)
	u := udp(6343, payload)
	part := func(off, end int) []byte {
		word := uint16(off)
		if end < len(u) {
			word |= 1
		}
		h := append(binary.BigEndian.AppendUint16([]byte{17, 0}, word), 0, 0, 0, 5)
		return ether(etherIPv6, ipv6(44, append(h, u[off:end]...)))
	}
	got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, writePcap(t, linkEthernet, true, frames(part(1440, len(u)), part(0, 1440))...))...)
	check(t, err)
	if len(got) != 1 || got[0].Payload != string(payload) {
		t.Errorf("%d datagrams", len(got))
	}
}

// Parts of ever new packets push out the oldest and take no more memory; what is
// old is dropped by time.
func TestFragmentsBounded(t *testing.T) {
	var a assembler
	for i := range 10 * maxAssemblies {
		s := segment{src: src4, dst: dst4, id: uint32(i), more: true, offset: 64000, data: make([]byte, 800)}
		if a.add(&s, int64(i)) {
			t.Fatal("complete")
		}
	}
	if n := len(a.list) + len(a.free); n > maxAssemblies {
		t.Errorf("%d assemblies", n)
	}
	s := segment{src: src4, dst: dst4, id: 1 << 20, more: true, data: make([]byte, 8)}
	a.add(&s, assemblyExpiry*2)
	if len(a.list) != 1 {
		t.Errorf("%d assemblies after all but one expired", len(a.list))
	}
}
