package settings

import (
	"slices"
	"strings"
	"testing"
	"time"

	"spoor/publish"
)

// TestTopicKeys: single topics get a policy; others keep theirs; a mistake changes nothing.
func TestTopicKeys(t *testing.T) {
	c := DefaultConfig()
	set := c.Keys()
	err := set.File("f.yaml", []byte(`
kafka:
  framing: json
topics:
  name: {flows: netflow.raw}
  framing: [flows=delimited]
  compression: {alerts: none}
  linger: {flows: 100ms, alerts: 0s}
  priority: {paths: alerts}
  spool: {counters: memory, flows: disk}
  partition: {alerts: 3}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, k := &c.Publish.Topics, &c.Kafka.Topics
	if k[publish.Flows].Name != "netflow.raw" || k[publish.Flows].Framing != publish.FramingDelimited || c.Kafka.Framing != publish.FramingJSON ||
		k[publish.Alerts].Compression != "none" || p[publish.Flows].Linger != 100*time.Millisecond || p[publish.Alerts].Linger != 0 ||
		p[publish.Paths].Class != publish.Urgent || !p[publish.Counters].Memory || p[publish.Flows].Memory || p[publish.Alerts].Partition != 3 ||
		p[publish.Drops] != publish.DefaultConfig().Topics[publish.Drops] {
		t.Errorf("%+v\n%+v", *p, *k)
	}
	shown := map[string][]string{
		"topics.name": {"flows=netflow.raw"}, "topics.framing": {"flows=delimited"}, "topics.compression": {"alerts=none"},
		"topics.linger": {"flows=100ms", "alerts=0s"}, "topics.priority": {"paths=alerts"}, "topics.spool": {"counters=memory"}, "topics.partition": {"alerts=3"},
	}
	for _, x := range set.Keys() {
		if !strings.HasPrefix(x.Name, "topics.") {
			continue
		}
		before := x.Value.Items()
		if !slices.Equal(before, shown[x.Name]) {
			t.Errorf("%s: %q is shown, want %q", x.Name, before, shown[x.Name])
		}
		for _, bad := range []string{"flows", "flow=x", "=x", "flows=", "elephants=?!"} {
			err := x.Value.Set([]string{"drops=5ms", bad})
			if err == nil && bad != "elephants=?!" {
				t.Errorf("%s takes %q", x.Name, bad)
			}
			if err != nil && !slices.Equal(before, x.Value.Items()) {
				t.Errorf("%s: %q, was %q", x.Name, x.Value.Items(), before)
			}
			if err := x.Value.Set(before); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.Value.Set([]string{"flows=a", "flows=b"}); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", x.Name, err)
		}
		if err := x.Value.Set([]string{"mice=x"}); err == nil || !strings.Contains(err.Error(), "flows, counters, drops, paths, elephants, alerts, topology") {
			t.Errorf("%s: %v does not say which topics there are", x.Name, err)
		}
		if err := x.Value.Set(nil); err != nil || len(x.Value.Items()) != 0 {
			t.Errorf("%s: the default is %q, %v", x.Name, x.Value.Items(), err)
		}
	}
}

// TestSecretsStayHidden: no dump and no error shows one.
func TestSecretsStayHidden(t *testing.T) {
	c := DefaultConfig()
	set := c.Keys()
	secrets := 0
	var env []string
	for _, k := range set.Keys() {
		if k.Value.Kind() == "secret" {
			secrets++
			env = append(env, k.Env()+"=geheim")
		}
	}
	if _, err := set.Env(env); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := set.Dump(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "geheim") || strings.Count(out.String(), "is set and not shown") != secrets || secrets < 4 {
		t.Errorf("%d secrets:\n%s", secrets, out.String())
	}
	c.Kafka.Brokers, c.Kafka.Registry.URL, c.Kafka.Security.SASL.Mechanism = []string{"x:1"}, "http://r", "plain"
	if err := c.Validate(); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("%v", err)
	}
}
