package kafka

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"spoor/flow"
	"spoor/proto/flowpb"
	"spoor/publish"
	"spoor/topology"
)

// TestDeliver reads what we publish with another's client: every codec, every
// topic, keys, partitions, headers, order.
func TestDeliver(t *testing.T) {
	parallel(t)
	for _, codec := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		t.Run(codec, func(t *testing.T) {
			eachCluster(t, func(t *testing.T, b bench) { t.Helper(); deliver(t, b, codec) })
		})
	}
}

func deliver(t *testing.T, b bench, codec string) {
	t.Helper()
	const samples = 5000
	cfg := b.config()
	cfg.Compression = codec
	p, s := publisher(t, cfg, publishConfig())
	e := p.Encoder()
	for i := range samples {
		e.Flow(sample(i), nil)
		if i%50 == 0 {
			e.Counters(&flow.Counters{Agent: sample(i).Agent, Records: flow.HasIf, If: flow.IfCounters{Index: 7}, Received: sample(i).Received}, nil)
		}
	}
	e.Close()
	k, now := sample(1).Packet.Key, time.Now().UnixNano() // the real broker deletes what is old
	p.Path(&flow.Path{Key: k, ID: k.ID(), Time: now, Cause: flow.PathNew, Hops: []flow.Hop{{Switch: "leaf1"}}})
	p.Path(&flow.Path{Key: k, ID: k.ID(), Time: now, Cause: flow.PathExpired})
	p.Elephant(&flow.Elephant{Key: k, ID: k.ID(), Time: now, Since: now, AlertSince: now, Severity: flow.SeverityWarning})
	p.Alert(&flow.Alert{Time: now, Severity: flow.SeverityWarning, Starts: now, Ends: now + 1, Labels: []flow.Label{{Name: "alertname", Value: "ElephantFlow"}}})
	p.Topology(&topology.Record{ID: "host/10.1.1.1", Kind: topology.HostRecord, Time: now})
	st := drain(t, p)
	if st[publish.Flows].Acknowledged != samples || !s.idempotent.Load() {
		t.Fatalf("%+v, idempotent %v", st[publish.Flows], s.idempotent.Load())
	}
	checkFlows(t, b.consume(t, "flows", samples), samples)
	for topic, n := range map[string]int{"flows": samples, "counters": samples / 50, "paths": 3, "elephants": 1, "alerts": 1, "topology": 1} {
		if got := b.count(t, topic); got != int64(n) {
			t.Errorf("%s holds %d records, want %d", topic, got, n)
		}
	}
	checkEvents(t, b, k.ID(), now)
}

func checkFlows(t *testing.T, records []*kgo.Record, n int) {
	t.Helper()
	java := kgo.StickyKeyPartitioner(nil).ForTopic("flows")
	seen := make([]bool, n)
	last := make(map[int32]uint32)
	for _, r := range records {
		var m flowpb.FlowMessage
		if err := proto.Unmarshal(r.Value, &m); err != nil {
			t.Fatal(err)
		}
		i := int(m.SampleSequence)
		if seen[i] {
			t.Fatalf("sample %d came twice", i)
		}
		seen[i] = true
		if m.SampleSequence < last[r.Partition] {
			t.Fatalf("partition %d: sample %d after %d", r.Partition, m.SampleSequence, last[r.Partition])
		}
		last[r.Partition] = m.SampleSequence
		if want := sample(i).FlowID; m.FlowId != want || want != 0 && string(r.Key) != flow.FormatID(want) || want == 0 && r.Key != nil {
			t.Fatalf("sample %d: flow id %x, key %q", i, m.FlowId, r.Key)
		}
		if r.Key != nil && r.Partition != int32(java.Partition(r, 8)) {
			t.Fatalf("key %s is in partition %d, Java would put it into %d", r.Key, r.Partition, java.Partition(r, 8))
		}
		if h := sorted(headers(r)); h != "content-type=application/x-protobuf schema=spoor.v1.FlowMessage 2" {
			t.Fatalf("headers %s", h)
		}
		if r.Timestamp.UnixNano()/1e6 != int64(m.TimeReceivedNs)/1e6 {
			t.Fatalf("timestamp %v, received %d", r.Timestamp, m.TimeReceivedNs)
		}
	}
}

func checkEvents(t *testing.T, b bench, id uint64, now int64) {
	t.Helper()
	key := flow.FormatID(id)
	paths := b.consume(t, "paths", 3)
	for i, want := range []string{"spoor.path.new", "spoor.path.expired", ""} {
		r := paths[i]
		if string(r.Key) != key || headers(r)["ce_type"] != want || (r.Value == nil) != (want == "") {
			t.Errorf("path %d: key %s, %v, value %s", i, r.Key, headers(r), r.Value)
		}
	}
	r := b.consume(t, "elephants", 1)[0]
	h := headers(r)
	if string(r.Key) != key || h["content-type"] != "application/json" || h["schema"] != "elephants/1" || h["ce_specversion"] != "1.0" ||
		h["ce_type"] != "spoor.elephant.started" || h["ce_subject"] != key || h["ce_source"] != "/spoor/dc1" ||
		!strings.HasPrefix(h["ce_id"], key+"-") || h["ce_time"] != time.Unix(0, now).UTC().Format("2006-01-02T15:04:05.000000000Z") {
		t.Errorf("elephant: key %s, headers %v", r.Key, h)
	}
	if r := b.consume(t, "topology", 1)[0]; string(r.Key) != "host/10.1.1.1" {
		t.Errorf("topology: key %s", r.Key)
	}
	if r := b.consume(t, "alerts", 1)[0]; !strings.Contains(string(r.Value), `"fingerprint":"`+string(r.Key)+`"`) {
		t.Errorf("alert: key %s, value %s", r.Key, r.Value)
	}
}
