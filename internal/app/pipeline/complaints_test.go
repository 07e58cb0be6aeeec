package pipeline

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"

	"spoor/collector"
	"spoor/decode"
	"spoor/flow"
	"spoor/publish"
)

// loggingWorker gives a worker and what it logs.
func loggingWorker(t *testing.T, f Feed) (*Worker, *bytes.Buffer) {
	t.Helper()
	a, err := collector.NewAgents(collector.DefaultAgentsConfig())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return NewWorker(a, f, publish.New(publish.DefaultConfig()).Encoder(), func() int64 { return 0 }, slog.New(slog.NewTextHandler(&log, nil))), &log
}

// TestRejectionsAreTold: what arrives at the sFlow port and is none is named in
// the log, with its source, now and then.
func TestRejectionsAreTold(t *testing.T) {
	w, log := loggingWorker(t, &recorder{})
	send := func(second int64, payload ...byte) {
		w.Datagram(&collector.Datagram{Payload: payload, From: netip.MustParseAddrPort("192.0.2.7:2055"), Received: second * 1e9})
	}
	for i := range int64(1000) {
		send(100+i/100, 0, 9, 0, 4, 0, 0, 0, 1)
	}
	send(100, 0, 5, 0, 1)
	send(100, 0, 10, 0, 16)
	send(100, 0, 0, 0, 4)
	send(100, []byte("<13>Jan 1 host sshd: hello")...)
	send(100)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 6 {
		t.Errorf("%d lines:\n%s", len(lines), log)
	}
	for i, want := range []string{"NetFlow version 9", "NetFlow version 5", "IPFIX", "version 4", "neither sFlow", "ends inside"} {
		if i < len(lines) && (!strings.Contains(lines[i], want) || !strings.Contains(lines[i], "source=192.0.2.7:2055")) {
			t.Errorf("%s is not told: %s", want, lines[i])
		}
	}
	if !strings.Contains(lines[4], "begins=3c31333e4a616e20") {
		t.Errorf("its bytes are not told: %s", lines[4])
	}
	log.Reset()
	send(110, 0, 9, 0, 4)
	if !strings.Contains(log.String(), "datagrams=1000 ") {
		t.Errorf("those held back are not counted: %s", log)
	}
	for r := decode.ReasonShort; r <= decode.ReasonAgentType; r++ {
		if rejections[r] == "" {
			t.Errorf("%v is told without words", r)
		}
	}
}

// TestRivalsAreTold: two switches with one agent address are named in the log
// once, and all samples of both are taken.
func TestRivalsAreTold(t *testing.T) {
	rec := &recorder{}
	w, log := loggingWorker(t, rec)
	good, err := os.ReadFile("../../../decode/testdata/hostile/13-samples-fewer.bin") // version, type, agent, sub-agent, sequence, uptime
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint32(100) {
		for k, from := range []string{"10.255.0.1:40000", "10.255.0.2:40000"} {
			binary.BigEndian.PutUint32(good[16:], 500+i)
			binary.BigEndian.PutUint32(good[20:], uint32(k)*1_000_000+10*i)
			w.Datagram(&collector.Datagram{Payload: good, From: netip.MustParseAddrPort(from), Received: int64(i+1) * 1e8})
		}
	}
	w.Flush()
	if len(rec.samples) != 200 {
		t.Errorf("%d of 200 samples", len(rec.samples))
	}
	if n := strings.Count(log.String(), "two agents state the same address"); n != 1 ||
		!strings.Contains(log.String(), "agent=10.0.0.1 sub_agent=0 source=10.255.0.2 other_source=10.255.0.1") {
		t.Errorf("told %d times: %s", n, log)
	}
	if list := w.agents.Snapshot(); len(list) != 2 || list[0].Apart || !list[1].Apart {
		t.Errorf("they are not told apart: %+v", list)
	}
}

// TestLossByKind: gaps in the numbers of counters samples and discarded packets
// reach the accounting, as those of flow samples do.
func TestLossByKind(t *testing.T) {
	w, _ := loggingWorker(t, &recorder{})
	for i := range uint32(10) {
		h := decode.Header{Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), SequenceNumber: 1 + i, Uptime: i}
		w.received = int64(i+1) * 1e9
		s := (*samples)(w)
		s.Datagram(&h)
		s.FlowSample(&flow.Sample{SourceIndex: 1, Sequence: 1 + 2*i, SamplingRate: 100})
		s.CountersSample(&flow.Counters{SourceIndex: 1, Sequence: 1 + 3*i})
		s.DiscardedPacket(&flow.Discard{SourceIndex: 1, Sequence: 1 + i, Drops: 5 * i})
		w.acc.Release()
	}
	got := w.agents.Snapshot()[0]
	if got.Flows != (collector.SampleLoss{Samples: 10, Lost: 9}) || got.Counters != (collector.SampleLoss{Samples: 10, Lost: 18}) ||
		got.Discards != (collector.SampleLoss{Samples: 10, Dropped: 45}) {
		t.Errorf("%+v", got)
	}
}
