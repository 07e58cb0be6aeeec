package main

import (
	"encoding/binary"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileDatagrams gives the hostile datagrams as they lie in the files, and how
// many are of each class of outcome and hold a good sample (sampling rate 777).
func hostileDatagrams(t *testing.T) (payloads [][]byte, classes map[string]int, marked int) {
	t.Helper()
	dir, bins := "../../../shared/hostile/", "bin/"
	if _, err := os.Stat(dir); err != nil {
		dir, bins = "../../decode/testdata/hostile/", ""
	}
	table, err := os.ReadFile(dir + "cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	classes = map[string]int{}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(line, "\t")
		if f[0] == "n" {
			continue
		}
		name, err := filepath.Glob(dir + bins + "*-" + f[1] + ".bin")
		if err != nil || len(name) != 1 {
			t.Fatalf("%s: %v, %v", f[1], name, err)
		}
		b, err := os.ReadFile(name[0])
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, b)
		classes[f[2]]++
		if f[3] == "1" {
			marked++
		}
	}
	if len(payloads) < 90 {
		t.Fatalf("%d hostile datagrams", len(payloads))
	}
	return payloads, classes, marked
}

// TestHostileLive sends all hostile datagrams as fast as it can, as they are and
// in all orders of interest, among those of good switches, to a running program:
// no good sample is lost, and both ledgers say what was sent.
func TestHostileLive(t *testing.T) {
	noLeaks(t)
	hostile, classes, marked := hostileDatagrams(t)
	dir := filepath.Join(t.TempDir(), "out")
	d := start(t, "--data_dir", t.TempDir(), "--output.dir", dir, "--log.level", "warn")
	const switches = 3
	conns := make([]net.Conn, switches+1) // the last one is the attacker's
	for i := range conns {
		c, err := net.Dial("udp", d.UDP.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns[i] = c
	}
	good := append([]byte(nil), hostile[12][:208]...) // samples-fewer: the first of two whole samples
	if string(hostile[12][24:28]) != "\x00\x00\x00\x01" {
		t.Fatal("case 13 is another one now")
	}
	var sent, size uint64
	send := func(c net.Conn, b []byte) {
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
		sent++
		// No more at once than what the smallest usual socket buffer holds.
		if size += 1000 + uint64(len(b)); size > 150_000 {
			size = 0
			eventually(t, "the datagrams are received", func() bool {
				return d.scrape(t)["spoor_datagrams_received_total"] == float64(sent)
			})
		}
	}
	goods := 0
	for round := range 4 {
		for i, h := range hostile {
			for k := range switches {
				goods++
				good[11] = byte(100 + k) // the agent; k = 0 is the address that the attacker states
				if k == 0 {
					good[11] = 1
				}
				binary.BigEndian.PutUint32(good[16:], uint32(5000+round*len(hostile)+i))
				binary.BigEndian.PutUint32(good[20:], uint32(90_000_000+1000*(round*len(hostile)+i)))
				send(conns[k], good)
			}
			if round == 1 {
				send(conns[switches], h)
			}
		}
	}
	d.ledgers(t, sent)
	s := d.scrape(t)
	for name, want := range map[string]int{
		`spoor_datagrams_total{outcome="ok"}`:      goods + classes["OK"] + classes["T"],
		`spoor_datagrams_total{outcome="partial"}`: classes["S"] + classes["R"],
	} {
		if s[name] != float64(want) {
			t.Errorf("%s is %v, want %d", name, s[name], want)
		}
	}
	rejected := 0.0
	for name, n := range s {
		if strings.HasPrefix(name, `spoor_datagrams_total{outcome="rejected"`) {
			rejected += n
		}
	}
	if rejected != float64(classes["D"]) {
		t.Errorf("%v rejected, want %d", rejected, classes["D"])
	}
	if n := sum(s, "spoor_socket_dropped_datagrams_total"); n != 0 {
		t.Errorf("%v dropped by the kernel", n)
	}
	d.ask(t, "/healthz", http.StatusOK)
	if code := d.end(t); code != 0 {
		t.Errorf("status %d: %s", code, d.errs)
	}
	flows := read(t, dir, "flows")
	if got, want := strings.Count(flows, `"samplingRate":"777"`), goods+marked; got != want {
		t.Errorf("%d good samples arrived, %d were sent", got, want)
	}
	if got := strings.Count(flows, "\n"); float64(got) != s[`spoor_samples_total{kind="flow",outcome="decoded"}`] {
		t.Errorf("%d flow records of %v flow samples", got, s[`spoor_samples_total{kind="flow",outcome="decoded"}`])
	}
	for _, want := range []string{"NetFlow version 5", "IPFIX", "sFlow version 2", "sFlow version 4"} {
		if !strings.Contains(d.errs.String(), want) {
			t.Errorf("the log does not tell of %s", want)
		}
	}
}
