package main

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// TestRunForwards: a second collector gets what the first one gets, rejected
// datagrams too, and the first counts it; one that is the collector itself gets nothing.
func TestRunForwards(t *testing.T) {
	noLeaks(t)
	second := start(t, "--data_dir", t.TempDir())
	first := start(t, "--data_dir", t.TempDir(), "--forward", second.UDP.String())
	sent := first.resend(t, "ovs-l3-smoke.pcap.zst", 50)
	c, err := net.Dial("udp", first.UDP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("garbage")); err != nil {
		t.Fatal(err)
	}
	sent++
	eventually(t, "all has arrived twice", func() bool {
		return sum(first.scrape(t), "spoor_datagrams_received_total") == float64(sent) && sum(second.scrape(t), "spoor_datagrams_received_total") == float64(sent)
	})
	a, b := first.scrape(t), second.scrape(t)
	if got := a[fmt.Sprintf("spoor_forwarded_datagrams_total{target=%q}", second.UDP)]; got != float64(sent) || sum(a, "spoor_forward_dropped_datagrams_total") != 0 {
		t.Errorf("%v forwarded, %d sent", got, sent)
	}
	for name, v := range a {
		if strings.HasPrefix(name, "spoor_datagrams_total") && v != b[name] {
			t.Errorf("%s: %v here, %v there", name, v, b[name])
		}
	}
	if code := first.end(t); code != 0 {
		t.Errorf("status %d: %s", code, first.errs)
	}
	if r := spoor(t, "run", "--forward", "nowhere"); r.code != exitUsage || !strings.Contains(r.err, `forward: "nowhere" is no host:port`) {
		t.Errorf("%+v", r)
	}
}
