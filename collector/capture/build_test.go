package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"spoor/collector"
)

var (
	src4 = netip.MustParseAddr("10.255.0.1")
	dst4 = netip.MustParseAddr("10.255.0.100")
	src6 = netip.MustParseAddr("fd00::1")
	dst6 = netip.MustParseAddr("fd00::100")
)

// packet is a frame and its time.
type packet struct {
	at    time.Time
	frame []byte
	wire  int // length on the wire if it differs
}

var start = time.Date(2026, 11, 22, 2, 11, 5, 123456789, time.UTC)

func at(ms int, frame []byte) packet {
	return packet{at: start.Add(time.Duration(ms) * time.Millisecond), frame: frame}
}

func udp(port uint16, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, 40000)
	b = binary.BigEndian.AppendUint16(b, port)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return append(append(b, 0, 0), payload...)
}

// ipv4 makes a packet; field is the identification, flags and fragment offset.
func ipv4(proto byte, field [4]byte, body []byte, options ...byte) []byte {
	b := []byte{0x45 + byte(len(options)/4), 0}
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(options)+len(body)))
	b = append(b, field[:]...)
	b = append(b, 64, proto, 0, 0)
	s, d := src4.As4(), dst4.As4()
	b = append(append(b, s[:]...), d[:]...)
	return append(append(b, options...), body...)
}

func ipv6(next byte, body []byte) []byte {
	b := []byte{0x60, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	b = append(b, next, 64)
	s, d := src6.As16(), dst6.As16()
	return append(append(append(b, s[:]...), d[:]...), body...)
}

// ether makes a frame with VLAN tags of the given types.
func ether(kind uint16, body []byte, tags ...uint16) []byte {
	b := make([]byte, 12)
	for i, t := range tags {
		b = binary.BigEndian.AppendUint16(b, t)
		b = binary.BigEndian.AppendUint16(b, uint16(100+i))
	}
	return append(binary.BigEndian.AppendUint16(b, kind), body...)
}

func plain(payload []byte) []byte { return ether(etherIPv4, ipv4(17, [4]byte{}, udp(6343, payload))) }

// writePcap uses pcapgo's writer; the link type is put in by hand since that one
// has 8 bits only.
func writePcap(tb testing.TB, link linkType, nano bool, packets ...packet) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if nano {
		w = pcapgo.NewWriterNanos(&b)
	}
	check(tb, w.WriteFileHeader(262144, layers.LinkTypeEthernet))
	for _, p := range packets {
		ci := gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(p.frame), Length: max(p.wire, len(p.frame))}
		check(tb, w.WritePacket(ci, p.frame))
	}
	binary.LittleEndian.PutUint32(b.Bytes()[20:], uint32(link))
	return b.Bytes()
}

func writePcapng(tb testing.TB, packets ...packet) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	check(tb, err)
	for _, p := range packets {
		ci := gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(p.frame), Length: max(p.wire, len(p.frame))}
		check(tb, w.WritePacket(ci, p.frame))
	}
	check(tb, w.Flush())
	return b.Bytes()
}

func gzipped(tb testing.TB, b []byte) []byte {
	tb.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(b)
	check(tb, err)
	check(tb, w.Close())
	return z.Bytes()
}

func zstandard(tb testing.TB, b []byte) []byte {
	tb.Helper()
	w, err := zstd.NewWriter(nil)
	check(tb, err)
	defer w.Close()
	return w.EncodeAll(b, nil)
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// save writes files into a directory and gives their paths.
func save(tb testing.TB, files ...[]byte) []string {
	tb.Helper()
	dir := tb.TempDir()
	paths := make([]string, len(files))
	for i, b := range files {
		paths[i] = filepath.Join(dir, string(rune('a'+i))+".pcap")
		check(tb, os.WriteFile(paths[i], b, 0o600))
	}
	return paths
}

// read is one datagram with bytes of its own.
type read struct {
	Payload string
	From    string
	At      int64
}

// readAll reads captures to their end.
func readAll(tb testing.TB, opts Options, paths ...string) ([]read, Stats, error) {
	tb.Helper()
	r, err := Open(paths, opts)
	if err != nil {
		return nil, Stats{}, err
	}
	defer func() { check(tb, r.Close()) }()
	var list []read
	var d collector.Datagram
	for {
		if err = r.Next(&d); err != nil {
			break
		}
		list = append(list, read{string(d.Payload), d.From.String(), d.Received})
	}
	if again := r.Next(&d); again != err { //nolint:errorlint // the very same error, for good
		tb.Errorf("Next after the end: %v, before: %v", again, err)
	}
	s := r.Stats()
	if s.Packets != s.Datagrams+total(&s.Skipped) || s.Datagrams != uint64(len(list)) {
		tb.Errorf("the sums do not close: %+v, %d datagrams", s, len(list))
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return list, s, err
}

// total sums all reasons.
func total(s *Skipped) (sum uint64) {
	s.Each(func(_ string, n uint64) { sum += n })
	return sum
}
