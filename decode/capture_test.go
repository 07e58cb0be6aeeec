package decode_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"
)

// captureDir holds our own recordings of real agents.
const captureDir = "../testdata/captures"

// publicDir holds datagrams from other projects' tests; it may be absent.
const publicDir = "../../shared/captures/public"

// capture gives the sFlow payloads of one of our recordings.
func capture(tb testing.TB, name string) [][]byte {
	tb.Helper()
	packed, err := os.ReadFile(filepath.Join(captureDir, name+".pcap.zst"))
	if err != nil {
		tb.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer z.Close()
	raw, err := z.DecodeAll(packed, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return payloads(tb, raw)
}

// captures gives the names of our recordings.
func captures(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(captureDir, "*.pcap.zst"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no captures in %s: %v", captureDir, err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".pcap.zst")
	}
	return files
}

// payloads gives the payloads of UDP packets to port 6343 in a pcap file.
func payloads(tb testing.TB, pcap []byte) [][]byte {
	tb.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(pcap))
	if err != nil {
		tb.Fatal(err)
	}
	var out [][]byte
	for {
		data, _, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			tb.Fatal(err)
		}
		p := gopacket.NewPacket(data, r.LinkType(), gopacket.NoCopy)
		if udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP); ok && udp.DstPort == 6343 {
			out = append(out, udp.Payload)
		}
	}
}

// publicDatagrams gives other projects' test datagrams by file name; none if they are absent.
func publicDatagrams(tb testing.TB) map[string][][]byte {
	tb.Helper()
	out := make(map[string][][]byte)
	files, err := filepath.Glob(filepath.Join(publicDir, "*"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		switch filepath.Ext(f) {
		case ".bin":
			out[filepath.Base(f)] = [][]byte{data}
		case ".pcap":
			out[filepath.Base(f)] = payloads(tb, data)
		}
	}
	return out
}
