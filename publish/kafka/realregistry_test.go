package kafka

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"spoor/docs/schemas"
	"spoor/publish"
)

// TestRealRegistry registers with the schema registry that SPOOR_TEST_REGISTRY
// names and publishes to the broker of SPOOR_TEST_KAFKA; Confluent's own
// deserializer for Python reads that by the schema that the registry gives it.
func TestRealRegistry(t *testing.T) {
	url, brokers, python := os.Getenv("SPOOR_TEST_REGISTRY"), os.Getenv("SPOOR_TEST_KAFKA"), os.Getenv("SPOOR_TEST_PYTHON")
	if url == "" || brokers == "" {
		t.Skip("SPOOR_TEST_REGISTRY or SPOOR_TEST_KAFKA names nothing")
	}
	b := bench{name: "real", brokers: strings.Split(brokers, ","), prefix: fmt.Sprintf("test%d.", time.Now().UnixNano())}
	cfg := b.config()
	cfg.Framing, cfg.Registry = publish.FramingConfluent, registryConfig(url)
	cfg.Topics[publish.Elephants].Framing = publish.FramingConfluent
	p, s := publisher(t, cfg, publishConfig())
	const n = 500
	feedFlows(p, n)
	await(t, "all schemas are registered", func() bool {
		for _, x := range publish.Topics() {
			if s.schemas[x].Load() == unknownID {
				return false
			}
		}
		return true
	})
	// A topic that was just made may have no leader yet, which is told until it has.
	await(t, "all is well", func() bool { ready, reason := s.State(); return ready && reason == "" })
	if st := drain(t, p); st[publish.Flows].Acknowledged != n {
		t.Fatalf("%+v", st[publish.Flows])
	}
	v := b.consume(t, "elephants", 1)[0].Value
	id := uint32(v[1])<<24 | uint32(v[2])<<16 | uint32(v[3])<<8 | uint32(v[4])
	if v[0] != 0 || !json.Valid(v[5:]) || !sameJSON(t, schemaByID(t, url, id), schemas.Elephants) {
		t.Errorf("%x", v)
	}
	// Somebody who may only look up gets the same ids.
	look := cfg
	look.Registry.Register = false
	p, again := publisher(t, look, publishConfig())
	await(t, "ids are looked up", func() bool { return !again.lacksID() && again.schemas[publish.Flows].Load() != unknownID })
	if again.schemas[publish.Flows].Load() != s.schemas[publish.Flows].Load() {
		t.Error("another id")
	}
	drain(t, p)
	if python == "" {
		t.Skip("SPOOR_TEST_PYTHON names no Python with confluent-kafka")
	}
	out, err := exec.Command(python, "../../test/kafka/confluent.py", brokers, url, b.prefix+"flows", fmt.Sprint(n)).CombinedOutput()
	if want := fmt.Sprintln(n*1500, n, s.schemas[publish.Flows].Load()); err != nil || string(out) != want {
		t.Errorf("%s, %v, want %s", out, err, want)
	}
}

// schemaByID asks the registry for a schema's text.
func schemaByID(t *testing.T, url string, id uint32) string {
	t.Helper()
	res, err := http.Get(fmt.Sprintf("%s/schemas/ids/%d", url, id))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct{ Schema string }
	body, _ := io.ReadAll(res.Body)
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("%s: %s", res.Status, body)
	}
	return a.Schema
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}
