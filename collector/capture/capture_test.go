package capture

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"spoor/collector"
)

// Every link type, network header and container yields the same datagram.
func TestReadVariants(t *testing.T) {
	payload := []byte("sflow")
	u := udp(6343, payload)
	v4, v6 := ipv4(17, [4]byte{}, u), ipv6(17, u)
	null := func(order binary.ByteOrder, family uint32, ip []byte) []byte {
		b := make([]byte, 4)
		order.PutUint32(b, family)
		return append(b, ip...)
	}
	sll := func(kind uint16, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16(make([]byte, 14), kind), body...)
	}
	sll2 := func(kind uint16, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16(nil, kind), append(make([]byte, 18), body...)...)
	}
	const from4, from6 = "10.255.0.1:40000", "[fd00::1]:40000"
	pcap := func(link linkType, frame []byte) []byte { return writePcap(t, link, true, at(0, frame)) }
	tests := []struct {
		name string
		file []byte
		from string
	}{
		{"ethernet, IPv4", pcap(linkEthernet, ether(etherIPv4, v4)), from4},
		{"ethernet, IPv6", pcap(linkEthernet, ether(etherIPv6, v6)), from6},
		{"padding behind the packet", pcap(linkEthernet, append(ether(etherIPv4, v4), make([]byte, 13)...)), from4},
		{"one VLAN tag", pcap(linkEthernet, ether(etherIPv4, v4, 0x8100)), from4},
		{"QinQ", pcap(linkEthernet, ether(etherIPv6, v6, 0x88a8, 0x8100)), from6},
		{"old QinQ", pcap(linkEthernet, ether(etherIPv4, v4, 0x9100, 0x8100)), from4},
		{"cooked", pcap(linkSLL, sll(etherIPv4, v4)), from4},
		{"cooked with VLAN", pcap(linkSLL, sll(0x8100, append([]byte{0, 7, 8, 0}, v4...))), from4},
		{"cooked v2", pcap(linkSLL2, sll2(etherIPv6, v6)), from6},
		{"raw IPv4", pcap(linkRaw, v4), from4},
		{"raw IPv6", pcap(linkIPv6, v6), from6},
		{"raw, BSD's number", pcap(linkRawBSD, v4), from4},
		{"null, little endian", pcap(linkNull, null(binary.LittleEndian, 2, v4)), from4},
		{"null, big endian, macOS's IPv6", pcap(linkNull, null(binary.BigEndian, 30, v6)), from6},
		{"loop", pcap(linkLoop, null(binary.BigEndian, 24, v6)), from6},
		{"a frame check sequence announced", pcap(linkEthernet|0x24000000, append(ether(etherIPv4, v4), 1, 2, 3, 4)), from4},
		{"IPv4 options", pcap(linkEthernet, ether(etherIPv4, ipv4(17, [4]byte{}, u, 1, 1, 1, 0))), from4},
		{"IPv6 hop-by-hop and destination options", pcap(linkEthernet, ether(etherIPv6,
			ipv6(0, append([]byte{60, 0, 1, 4, 0, 0, 0, 0, 17, 1}, append(make([]byte, 14), u...)...)))), from6},
		{"IPv6 atomic fragment", pcap(linkEthernet, ether(etherIPv6, ipv6(44, append([]byte{17, 0, 0, 0, 0, 0, 0, 9}, u...)))), from6},
		{"IPv6 authentication header", pcap(linkEthernet, ether(etherIPv6, ipv6(51, append([]byte{17, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}, u...)))), from6},
		{"pcapng", writePcapng(t, at(0, ether(etherIPv4, v4))), from4},
		{"gzip", gzipped(t, pcap(linkEthernet, ether(etherIPv4, v4))), from4},
		{"zstd", zstandard(t, writePcapng(t, at(0, ether(etherIPv4, v4)))), from4},
		{"big endian", swapped(pcap(linkEthernet, ether(etherIPv4, v4))), from4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, tt.file)...)
			if err != nil {
				t.Fatal(err)
			}
			want := []read{{"sflow", tt.from, start.UnixNano()}}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// swapped turns the headers of a pcap file with one packet into the other byte order.
func swapped(b []byte) []byte {
	b = bytes.Clone(b)
	for _, field := range [][2]int{{0, 4}, {4, 6}, {6, 8}, {16, 20}, {20, 24}, {24, 28}, {28, 32}, {32, 36}, {36, 40}} {
		for i, j := field[0], field[1]-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
	return b
}

func TestMicroseconds(t *testing.T) {
	got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, writePcap(t, linkEthernet, false, at(0, plain([]byte("x")))))...)
	check(t, err)
	if want := start.Truncate(time.Microsecond).UnixNano(); got[0].At != want {
		t.Errorf("time %d, want %d", got[0].At, want)
	}
}

// Files are merged by time, ties come in the order of the files, and no time
// goes back.
func TestMerge(t *testing.T) {
	a := writePcap(t, linkEthernet, true, at(10, plain([]byte("a1"))), at(30, plain([]byte("a2"))), at(20, plain([]byte("a3"))), at(50, plain([]byte("a4"))))
	b := writePcapng(t, at(10, plain([]byte("b1"))), at(15, plain([]byte("b2"))), at(35, plain([]byte("b3"))))
	got, s, err := readAll(t, Options{Port: DefaultPort}, save(t, a, gzipped(t, b))...)
	check(t, err)
	ms := func(n int) int64 { return start.Add(time.Duration(n) * time.Millisecond).UnixNano() }
	const from = "10.255.0.1:40000"
	want := []read{
		{"a1", from, ms(10)},
		{"b1", from, ms(10)},
		{"b2", from, ms(15)},
		{"a2", from, ms(30)},
		{"a3", from, ms(30)},
		{"b3", from, ms(35)},
		{"a4", from, ms(50)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s.Files != 2 || s.Packets != 7 {
		t.Errorf("stats %+v", s)
	}
}

func TestSkipped(t *testing.T) {
	cut := at(0, plain(make([]byte, 100))[:60])
	cut.wire = 142
	file := writePcap(t, linkEthernet, true,
		at(0, ether(0x0806, make([]byte, 28))),                        // ARP
		at(1, ether(etherIPv4, ipv4(6, [4]byte{}, make([]byte, 20)))), // TCP
		at(2, ether(etherIPv4, ipv4(17, [4]byte{}, udp(9995, nil)))),  // NetFlow's port
		cut, // snap length
		at(4, ether(etherIPv4, []byte{0x44, 0, 0, 20})),                               // IHL too small
		at(5, ether(etherIPv4, ipv4(17, [4]byte{}, udp(6343, []byte("12345"))[:10]))), // UDP longer than IP
		at(6, []byte{1, 2, 3}), // half an Ethernet header
		at(7, ether(etherIPv4, ipv4(17, [4]byte{0, 1, 0x20, 0}, make([]byte, 16)))), // a first fragment alone
		at(8, plain([]byte("good"))),
	)
	got, s, err := readAll(t, Options{Port: DefaultPort}, save(t, file)...)
	check(t, err)
	if len(got) != 1 || got[0].Payload != "good" {
		t.Errorf("got %v", got)
	}
	want := Skipped{NotIP: 1, NotUDP: 1, OtherPort: 1, Cut: 1, Malformed: 3, Fragment: 1}
	if d := cmp.Diff(want, s.Skipped); d != "" {
		t.Error(d)
	}
}

func TestPortZeroTakesAll(t *testing.T) {
	file := writePcap(t, linkEthernet, true, at(0, plain([]byte("a"))), at(1, ether(etherIPv4, ipv4(17, [4]byte{}, udp(1, []byte("b"))))))
	got, _, err := readAll(t, Options{}, save(t, file)...)
	check(t, err)
	if len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

func TestProgress(t *testing.T) {
	paths := save(t, writePcap(t, linkEthernet, true, at(0, plain([]byte("a")))), gzipped(t, writePcapng(t, at(0, plain([]byte("b"))))))
	r, err := Open(paths, Options{Port: DefaultPort})
	check(t, err)
	defer func() { check(t, r.Close()) }()
	var want int64
	for _, p := range paths {
		info, err := os.Stat(p)
		check(t, err)
		want += info.Size()
	}
	var d collector.Datagram
	for r.Next(&d) == nil { //nolint:revive // only the end matters
	}
	if read, total := r.Progress(); read != want || total != want {
		t.Errorf("progress %d of %d, want %d", read, total, want)
	}
}

// TestOracle compares real recordings with what gopacket finds in them: ours, and
// those of other projects where they lie beside this one.
func TestOracle(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/captures/*.pcap.zst")
	check(t, err)
	if len(paths) == 0 {
		t.Fatal("no recordings")
	}
	more, err := filepath.Glob("../../../shared/captures/public/*.pcap")
	check(t, err)
	for _, path := range append(paths, more...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, _, err := readAll(t, Options{Port: DefaultPort}, path)
			check(t, err)
			if d := cmp.Diff(byGopacket(t, path), got); d != "" {
				t.Error(d)
			}
		})
	}
}

func byGopacket(t *testing.T, path string) []read {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	if filepath.Ext(path) == ".zst" {
		z, err := zstd.NewReader(nil)
		check(t, err)
		defer z.Close()
		text, err = z.DecodeAll(text, nil)
		check(t, err)
	}
	r, err := pcapgo.NewReader(bytes.NewReader(text))
	check(t, err)
	var list []read
	var now int64
	src := gopacket.NewPacketSource(r, r.LinkType())
	src.NoCopy = true
	for p := range src.Packets() {
		u, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
		if !ok || u.DstPort != 6343 {
			continue
		}
		from := p.NetworkLayer().NetworkFlow().Src().String()
		if p.Layer(layers.LayerTypeIPv6) != nil {
			from = "[" + from + "]"
		}
		now = max(now, p.Metadata().Timestamp.UnixNano()) // one recording has packets out of order
		list = append(list, read{string(u.Payload), from + ":" + u.TransportFlow().Src().String(), now})
	}
	return list
}

func TestNextAllocatesNothing(t *testing.T) {
	packets := make([]packet, 3000)
	for i := range packets {
		packets[i] = at(i, plain(make([]byte, 1300)))
	}
	r, err := Open(save(t, writePcap(t, linkEthernet, true, packets...), writePcapng(t, packets...)), Options{Port: DefaultPort})
	check(t, err)
	defer func() { check(t, r.Close()) }()
	var d collector.Datagram
	check(t, r.Next(&d))
	if n := testing.AllocsPerRun(1000, func() { check(t, r.Next(&d)) }); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}

func BenchmarkNext(b *testing.B) {
	packets := make([]packet, 10000)
	for i := range packets {
		packets[i] = at(i, plain(make([]byte, 1300)))
	}
	for _, bb := range []struct {
		name string
		file []byte
	}{{"pcap", writePcap(b, linkEthernet, true, packets...)}, {"pcapng", writePcapng(b, packets...)}} {
		b.Run(bb.name, func(b *testing.B) {
			paths := save(b, bb.file)
			b.SetBytes(1300)
			b.ReportAllocs()
			var r *Reader
			var d collector.Datagram
			for b.Loop() {
				if r == nil || r.Next(&d) != nil {
					if r != nil {
						check(b, r.Close())
					}
					var err error
					r, err = Open(paths, Options{Port: DefaultPort})
					check(b, err)
				}
			}
			check(b, r.Close())
		})
	}
}
