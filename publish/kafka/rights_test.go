package kafka

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/flow"
	"spoor/publish"
)

// TestRights is a real cluster that creates nothing by itself and where we have no
// right to: what is there and allowed is published, all else is named and dropped,
// until somebody creates and allows it.
func TestRights(t *testing.T) {
	plain := os.Getenv("SPOOR_TEST_KAFKA")
	eachSecured(t, func(t *testing.T, b bench) {
		t.Helper()
		if b.name != "real" || plain == "" {
			t.Skip("the embedded broker has no listener for who may grant rights")
		}
		client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(plain, ",")...))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		admin := kadm.NewClient(client)
		grant := func(topic string, operations ...kadm.ACLOperation) {
			t.Helper()
			acl := kadm.NewACLs().Topics(b.prefix + topic).Allow("User:nobody").AllowHosts("*").Operations(operations...).ResourcePatternType(kadm.ACLPatternLiteral)
			if r, err := admin.CreateACLs(t.Context(), acl); err != nil || r[0].Err != nil {
				t.Fatal(err, r)
			}
		}
		create := func(topic string) {
			t.Helper()
			if r, err := admin.CreateTopic(t.Context(), 4, -1, nil, b.prefix+topic); err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
		}
		for _, topic := range publish.Topics() { // paths: may be looked at, not written to
			if topic == publish.Elephants {
				continue
			}
			create(topic.String())
			grant(topic.String(), kadm.OpDescribe)
			if topic != publish.Paths {
				grant(topic.String(), kadm.OpWrite)
			}
		}
		p := b.secured(t, Security{SASL: SASLConfig{Mechanism: SASLPlain, Username: "nobody", Password: "secret"}})
		k := sample(1).Packet.Key
		path := func() {
			p.Path(&flow.Path{Key: k, ID: k.ID(), Time: time.Now().UnixNano(), Cause: flow.PathNew, Hops: []flow.Hop{{Switch: "leaf1"}}})
		}
		elephant := func() publish.Outcome {
			told := make(chan publish.Outcome, 1)
			p.ElephantAck(&flow.Elephant{Key: k, ID: k.ID(), Time: time.Now().UnixNano()}, func(o publish.Outcome) { told <- o })
			return <-told
		}
		await(t, "the rights are known", func() bool { return strings.HasSuffix(p.reason(), "create, "+b.prefix+"elephants") })
		p.feed(100)
		path()
		if o := elephant(); o != publish.Rejected {
			t.Errorf("an elephant is %s", o)
		}
		await(t, "the rest is published", func() bool {
			st := p.Stats()
			return st[publish.Flows].Acknowledged == 100 && st[publish.Paths].Dropped[publish.Rejected] == 1
		})
		await(t, "both are named, and no others", func() bool {
			return strings.HasSuffix(p.reason(), ": no right to write, or to create, "+b.prefix+"paths, "+b.prefix+"elephants")
		})
		t.Log(p.reason())
		create("elephants")
		grant("elephants", kadm.OpDescribe, kadm.OpWrite)
		grant("paths", kadm.OpWrite)
		await(t, "elephants are allowed", func() bool { return !strings.Contains(p.reason(), "elephants") })
		if o := elephant(); o != publish.Acknowledged {
			t.Errorf("an elephant is %s", o)
		}
		await(t, "paths are allowed", func() bool { path(); return p.reason() == "" })
		st := drain(t, p.Publisher)
		if n := b.at(plain).count(t, "flows"); n != 100 || st[publish.Flows].DroppedTotal() != 0 {
			t.Errorf("%d flow records, %+v", n, st[publish.Flows])
		}
	})
}

// at gives the same topics at another listener.
func (b *bench) at(list string) *bench {
	other := *b
	other.brokers = strings.Split(list, ",")
	return &other
}
