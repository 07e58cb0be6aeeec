package capture

import (
	"bytes"
	"testing"
)

// FuzzRead feeds whole files: no panic, the sums close, and no more comes out
// than went in.
func FuzzRead(f *testing.F) {
	frame := plain([]byte("sflow"))
	pcapFile := writePcap(f, linkEthernet, true, at(0, frame), at(1, ether(etherIPv6, ipv6(17, udp(6343, nil)), 0x8100)))
	f.Add(pcapFile)
	f.Add(swapped(writePcap(f, linkRaw, false, at(0, ipv4(17, [4]byte{}, udp(6343, nil))))))
	f.Add(writePcapng(f, at(0, frame)))
	f.Add(big().section().described(0, big().option(optionTsresol, 9)).enhanced(0, 1, frame).b)
	f.Add(writePcap(f, linkEthernet, true, frames(pieces(1, make([]byte, 4000), 1480)...)...))
	f.Add(gzipped(f, pcapFile))
	f.Add(zstandard(f, pcapFile))
	f.Fuzz(func(t *testing.T, b []byte) {
		fl := &file{name: "fuzz", opts: Options{Port: DefaultPort}, ports: make(map[uint16]uint64)}
		defer func() { check(t, fl.shut()) }()
		if err := fl.start(bytes.NewReader(b)); err != nil {
			_ = fl.explain(err).Error()
			return
		}
		for range 10000 { // a small file may unpack to a large one
			fl.advance()
			if !fl.ready {
				break
			}
			if n := len(fl.datagram.Payload); n > maxPayload || cap(fl.datagram.Payload) != n {
				t.Fatalf("payload of %d bytes, capacity %d", n, cap(fl.datagram.Payload))
			}
			if !fl.datagram.From.Addr().IsValid() {
				t.Fatal("no source")
			}
		}
		if fl.packets != fl.datagrams+total(&fl.skipped) {
			t.Fatalf("%d packets, %d datagrams, %+v", fl.packets, fl.datagrams, fl.skipped)
		}
	})
}

// FuzzNetwork takes single frames of every link type apart.
func FuzzNetwork(f *testing.F) {
	f.Add(uint32(linkEthernet), plain([]byte("sflow")))
	f.Add(uint32(linkSLL2), append([]byte{0x86, 0xdd}, append(make([]byte, 18), ipv6(0, append([]byte{44, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 1, 0, 0, 0, 0}, udp(6343, nil)...))...)...))
	f.Fuzz(func(t *testing.T, link uint32, b []byte) {
		fl := &file{opts: Options{}, ports: make(map[uint16]uint64)}
		fl.frame = frame{data: b, link: linkType(link)}
		if fl.dissect() == delivered && len(fl.datagram.Payload) > len(b) {
			t.Fatalf("%d bytes out of %d", len(fl.datagram.Payload), len(b))
		}
	})
}
