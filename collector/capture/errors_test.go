package capture

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each error is one line that names the file and says what to do.
func TestErrors(t *testing.T) {
	whole := writePcap(t, linkEthernet, true, at(0, plain([]byte("a"))), at(1, plain([]byte("b"))))
	netflow := ether(etherIPv4, ipv4(17, [4]byte{}, udp(9995, []byte("x"))))
	cut := at(0, plain(make([]byte, 100))[:60])
	cut.wire = 142
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.pcap")
	tests := []struct {
		name  string
		files [][]byte
		path  string // instead of files
		got   int    // datagrams before the error
		want  string // after the file's name, or the whole line with %s for it
	}{
		{name: "empty", files: [][]byte{{}}, want: "%s is empty: is the recording finished?"},
		{name: "text", files: [][]byte{[]byte("hello, world")}, want: "%s is no capture: give pcap or pcapng, plain, gzip or zstd"},
		{name: "three bytes", files: [][]byte{{1, 2, 3}}, want: "%s is no capture: give pcap or pcapng, plain, gzip or zstd"},
		{name: "gzip of text", files: [][]byte{gzipped(t, []byte("hello"))}, want: "%s is no capture: give pcap or pcapng, plain, gzip or zstd"},
		{name: "gzip of nothing", files: [][]byte{gzipped(t, nil)}, want: "%s holds no packets: is the recording finished?"},
		{name: "gzip twice", files: [][]byte{gzipped(t, gzipped(t, whole))}, want: "%s is compressed twice: unpack it once"},
		{name: "half a file header", files: [][]byte{whole[:20]}, want: "%s holds no packets: is the recording finished?"},
		{name: "no packets", files: [][]byte{whole[:24]}, want: "%s holds no packets: was there traffic while it was recorded?"},
		{name: "missing", path: missing, want: "%s does not exist: check the path"},
		{name: "directory", path: dir, want: "%s is a directory: name the captures in it, such as %s/*.pcap"},
		{name: "link type", files: [][]byte{writePcap(t, 105, true)}, want: "%s has packets of link type 105 (802.11), which is not supported: " +
			"record on an Ethernet, cooked (-i any), loopback or raw IP interface"},
		{
			name: "version", files: [][]byte{append([]byte{0x4d, 0x3c, 0xb2, 0xa1, 9, 0, 0, 0}, make([]byte, 16)...)},
			want: "%s is pcap of version 9, which is not supported: convert it with editcap",
		},
		{
			name: "cut in a packet", files: [][]byte{whole[:len(whole)-5]}, got: 1,
			want: "%s ends in the middle of a packet: 1 whole packets were read; copy the file again if it should be longer",
		},
		{
			name: "cut in a packet's header", files: [][]byte{append(bytes.Clone(whole), 1, 2, 3)}, got: 2,
			want: "%s ends in the middle of a packet: 2 whole packets were read; copy the file again if it should be longer",
		},
		{
			name: "pcapng, cut", files: [][]byte{cutPcapng(t)}, got: 1,
			want: "%s ends in the middle of a packet: 1 whole packets were read; copy the file again if it should be longer",
		},
		{
			name: "damaged", files: [][]byte{append(bytes.Clone(whole), bytes.Repeat([]byte{0xff}, 16)...)}, got: 2,
			want: "%s is damaged: a packet claims 4294967295 bytes: copy or record it again (after 2 packets, which were read)",
		},
		{
			name: "other port", files: [][]byte{writePcap(t, linkEthernet, true, at(0, netflow), at(1, ether(0x0806, make([]byte, 28))))},
			want: "no UDP datagram to port 6343 in %s (2 packets, 1 to port 9995): choose it with --port",
		},
		{
			name: "snap length", files: [][]byte{writePcap(t, linkEthernet, true, cut)},
			want: "no UDP datagram to port 6343 in %s (1 packets, 1 cut short): record whole packets (tcpdump -s 0)",
		},
		{
			name: "no UDP", files: [][]byte{writePcap(t, linkEthernet, true, at(0, ether(0x0806, make([]byte, 28))))},
			want: "no UDP datagram to port 6343 in %s (1 packets): is it a recording of sFlow?",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			paths := []string{tt.path}
			if tt.path == "" {
				paths = save(t, tt.files...)
			}
			got, _, err := readAll(t, Options{Port: DefaultPort}, paths...)
			if err == nil {
				t.Fatal("no error")
			}
			if want := strings.ReplaceAll(tt.want, "%s", paths[0]); err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
			if len(got) != tt.got {
				t.Errorf("%d datagrams before the error, want %d", len(got), tt.got)
			}
			var e *Error
			if !errors.As(err, &e) || e.File != paths[0] {
				t.Errorf("%T does not name the file", err)
			}
		})
	}
}

func cutPcapng(t *testing.T) []byte {
	t.Helper()
	b := writePcapng(t, at(0, plain([]byte("a"))), at(1, plain([]byte("b"))))
	return b[:len(b)-9]
}

// A compressed file that was cut gives what could be unpacked.
func TestCutCompressed(t *testing.T) {
	var packets []packet
	for i := range 2000 {
		packets = append(packets, at(i, plain(bytes.Repeat([]byte{byte(i), byte(i >> 8), byte(i * 7)}, 300))))
	}
	whole := writePcap(t, linkEthernet, true, packets...)
	for name, b := range map[string][]byte{"gzip": gzipped(t, whole), "zstd": zstandard(t, whole)} {
		t.Run(name, func(t *testing.T) {
			got, _, err := readAll(t, Options{Port: DefaultPort}, save(t, b[:len(b)*2/3])...)
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v", err)
			}
			if len(got) < 100 || len(got) >= 2000 {
				t.Errorf("%d datagrams of 2000 from two thirds of the file", len(got))
			}
			if _, _, err := readAll(t, Options{Port: DefaultPort}, save(t, b[:15])...); err == nil || !strings.Contains(err.Error(), "copy the file again") {
				t.Errorf("cut before the first packet: %v", err)
			}
		})
	}
}

// One file of several that is cut does not stop the others; the error comes last.
func TestCutAmongOthers(t *testing.T) {
	a := writePcap(t, linkEthernet, true, at(0, plain([]byte("a"))), at(1, plain([]byte("b"))))
	b := writePcap(t, linkEthernet, true, at(2, plain([]byte("c"))), at(3, plain([]byte("d"))))
	paths := save(t, a[:len(a)-1], b, b[:len(b)-1])
	got, _, err := readAll(t, Options{Port: DefaultPort}, paths...)
	if len(got) != 4 {
		t.Errorf("got %v", got)
	}
	if err == nil || !strings.Contains(err.Error(), paths[0]) || !strings.Contains(err.Error(), paths[2]) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

func TestErrorsUnwrap(t *testing.T) {
	_, err := Open([]string{filepath.Join(t.TempDir(), "none")}, Options{Port: DefaultPort})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}
	_, _, err = readAll(t, Options{Port: DefaultPort}, save(t, writePcap(t, linkEthernet, true))...)
	if !errors.Is(err, ErrNoDatagrams) {
		t.Errorf("%v is not ErrNoDatagrams", err)
	}
	if _, err := Open(nil, Options{Port: DefaultPort}); err == nil {
		t.Error("no error without files")
	}
}

// Standard input is read like a file.
func TestStandardInput(t *testing.T) {
	f, err := os.Open(save(t, writePcap(t, linkEthernet, true, at(0, plain([]byte("a")))))[0])
	check(t, err)
	defer func() { check(t, f.Close()) }()
	old := os.Stdin
	os.Stdin = f
	defer func() { os.Stdin = old }()
	got, _, err := readAll(t, Options{Port: DefaultPort}, "-")
	check(t, err)
	if len(got) != 1 {
		t.Errorf("got %v", got)
	}
}
