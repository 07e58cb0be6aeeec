package api_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"spoor/flow"
	"spoor/web/api"
)

// elephant is the id of the rig's.
func elephant() string {
	k := flow.Key{Src: flow.AddrFrom4([4]byte{10, 1, 1, 1}), Dst: flow.AddrFrom4([4]byte{10, 2, 1, 1}), SrcPort: 40000, DstPort: 5201, Proto: flow.ProtoUDP}
	return flow.FormatID(k.ID())
}

func TestSearch(t *testing.T) {
	r := newRig(t)
	f := func(match string, want int) {
		t.Helper()
		_, body := r.get("/api/v1/flows?limit=100&match=" + url.QueryEscape(match))
		if body["total"] != float64(want) {
			t.Errorf("%q: %v flows, want %d (%v)", match, body["total"], want, body["detail"])
		}
	}
	for match, want := range map[string]int{
		"": 12, "10.1.1.1": 12, "10.1.0.0/16": 12, "10.1.": 12, "10.1": 12, "192.0.2.1": 0, "192.0.2.0/24": 0, "::/0": 0, "0.0.0.0/0": 12,
		"40000": 1, ":40000": 1, "port 40000": 1, "port 5201": 12, ":5201 :40000": 1, "10.1.1.1:40000": 1, "10.2.1.1:40000": 0,
		"udp": 12, "TCP": 0, "proto 17": 12, "proto 6": 0, elephant(): 1, "leaf1": 12, "LEAF1": 12, "leaf2": 2, "spine1 leaf2": 2, "leaf9": 0,
		"leaf1:swp49": 12, "leaf1:49": 12, "leaf1:swp7": 0, "leaf1>spine1": 12, "spine1>leaf1": 12, "leaf1:swp49 > spine1:swp1": 12, "leaf1 → spine1": 12,
		"leaf2>spine1": 2, "leaf1:swp1>spine1": 0, "spine1>leaf9": 0,
		"switch:10.255.0.51": 12, "10.1.1.1 udp leaf2": 2, "[fd00::1]:443": 0, "fd00::1": 0,
		"<img src=x>": 0, "'; drop table": 0, "%2e%2e": 0, "\x00": 0, "\u202e": 0,
	} {
		f(match, want)
	}
	for param, want := range map[string]int{"switch=leaf2": 2, "switch=10.255.0.51": 12, "link=leaf2%3Espine1": 2, "link=leaf1:swp49": 12, "switch=leaf2&match=:40000": 1} {
		if _, body := r.get("/api/v1/flows?" + param); body["total"] != float64(want) {
			t.Errorf("%s: %v", param, body)
		}
	}
}

func TestFlow(t *testing.T) {
	r := newRig(t)
	_, x := r.get("/api/v1/flows/" + elephant())
	if x["src"] != "10.1.1.1" || x["sport"] != 40000.0 || x["elephant"] == nil || x["path"].(map[string]any)["state"] != "complete" {
		t.Errorf("%v", x)
	}
	if got := text(x["path"].(map[string]any)["switches"]); got != "[leaf1 spine1 leaf2]" {
		t.Error(got)
	}
	_, p := r.get("/api/v1/paths/" + elephant())
	if p["state"] != "complete" || p["flow"].(map[string]any)["id"] != elephant() || p["collector"] != "test" {
		t.Errorf("%v", p)
	}
	for url, want := range map[string]int{"/api/v1/flows/0000000000000001": 404, "/api/v1/flows/1": 400, "/api/v1/paths/zzzzzzzzzzzzzzzz": 400, "/api/v1/flows/" + repeat("f", 5000): 400} {
		if status, body := r.get(url); status != want || body["detail"] == "" {
			t.Errorf("%.60s: %d %v", url, status, body)
		}
	}
}

func TestPaging(t *testing.T) {
	r := newRig(t)
	for _, list := range []string{"flows", "links", "topology", "elephants", "agents", "drops", "alerts", "agents/10.255.0.1/sources"} {
		_, whole := r.get("/api/v1/" + list + "?limit=500")
		want := whole["items"].([]any)
		var got []any
		for next, n := "", 0; ; n++ {
			url := "/api/v1/" + list + "?limit=2"
			if next != "" {
				url += "&next=" + next
			}
			_, page := r.get(url)
			got = append(got, page["items"].([]any)...)
			if page["next"] == nil || n > 20 {
				break
			}
			next = page["next"].(string)
		}
		if len(got) != len(want) || whole["next"] != nil || whole["total"] != float64(len(want)) {
			t.Errorf("%s: %d rows by pages, %d at once, total %v", list, len(got), len(want), whole["total"])
		}
	}
	if n := len(r.items("/api/v1/topology?kind=link")); n != 2 {
		t.Errorf("%d links", n)
	}
	if n := len(r.items("/api/v1/links?switch=LEAF1")); n != 1 {
		t.Errorf("%d links of leaf1", n)
	}
	if n := len(r.items("/api/v1/links?port=10.255.0.51/2")); n != 1 {
		t.Errorf("%d links at a port", n)
	}
	for query, want := range map[string]int{"port=swp49": 2, "port=swp49&switch=leaf1": 1, "port=49": 0, "port=swp": 0, "link=nothing": 0, "switch=10.255.0.1": 1} {
		if n := len(r.items("/api/v1/links?" + query)); n != want {
			t.Errorf("%s: %d links, want %d", query, n, want)
		}
	}
	for _, query := range []string{"", "?state=active"} {
		if n := len(r.items("/api/v1/elephants" + query)); n != 1 {
			t.Errorf("%q: %d elephants", query, n)
		}
	}
	if n := len(r.items("/api/v1/elephants?state=recent")); n != 0 {
		t.Errorf("%d recent elephants", n)
	}
}

// TestHostile: questions that nobody who means well asks. Each gets an answer, a bounded one.
func TestHostile(t *testing.T) {
	r := newRig(t)
	for url, want := range map[string]int{
		"flows?limit=99999999999999999999": 200, "flows?limit=1000000": 200, "flows?limit=0": 400, "flows?limit=-1": 400, "flows?limit=x": 400, "flows?limit=1e9": 400,
		"flows?next=-1": 400, "flows?next=1001": 400, "flows?next=999999999999999999999": 400, "flows?next=x": 400,
		"flows?match=10.0.0.0/99": 400, "flows?match=10.0.0.0/": 400, "flows?match=/": 400, "flows?match=/24": 400, "flows?match=fd00::/129": 400,
		"flows?match=:99999": 400, "flows?match=port%20x": 400, "flows?match=proto%20256": 400, "flows?match=%3E": 200, "flows?match=leaf1%3E%3Ex": 200,
		"flows?match=" + repeat("a", 300): 400, "flows?match=" + repeat("a%20", 50): 400, "flows?match=" + repeat("a", 3000): 400, "flows?match=%ff%fe": 200, "flows?match=%zz": 400,
		"flows?at=x": 400, "flows?at=0": 400, "flows?at=-1": 400, "flows?at=1": 200, "flows?at=9999999999&limit=99999": 200, "flows?at=1&match=10.0.0.0/99": 400, "flows?at=99999999999999": 400,
		"flows/0000000000000001/history": 404, "flows/x/history": 400, "flows/0000000000000001?at=1": 404, "flows/0000000000000001?at=x": 400,
		"flows?limit=1&limit=2": 400, "flows?evil=1": 400, "flows?match=a;b": 400,
		"links?limit=500&next=1000000": 200, "links?next=" + repeat("9", 30): 400, "links/history": 400, "links/history?port=x": 404, "links/history?port=/0": 404, "links/history?port=" + repeat("x", 400): 400,
		"topology?kind=evil": 400, "topology?next=99999": 200, "elephants?state=evil": 400, "elephants?at=x": 400, "elephants?at=1": 200, "elephants?at=2026-11-22T02:11:05Z": 200,
		"state": 400, "state?at=0": 400, "state?at=-5": 400, "state?at=99999999999999": 400, "state?at=9999999999": 200, "state?at=1": 200,
		"agents/nobody/sources": 400, "agents/192.0.2.9/sources": 404, "agents/%3Cscript%3E/sources": 400, "nothing": 404, "": 404, "flows/": 404,
		"graph?flow=1": 400, "graph?flow=0000000000000001": 404, "graph?flow=%22&switch=x": 400, "graph?limit=0": 400, "graph?limit=99999999": 200, "graph?switch=%3Cscript%3E": 200,
		"graph?switch=" + repeat("x", 300): 400, "graph?next=1": 400,
		"health?x=1": 400, "stats?x": 400, "alerts?limit=0": 400, "drops?next=x": 400,
	} {
		w := httptest.NewRecorder()
		r.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/"+url, http.NoBody))
		if w.Code != want && (want != 404 || w.Code != http.StatusMovedPermanently) {
			t.Errorf("%.80s: %d, want %d: %.200s", url, w.Code, want, w.Body)
		}
		if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.80s: %s", url, w.Header().Get("Content-Type"))
		}
		if w.Body.Len() > 1<<20 {
			t.Errorf("%.80s: %d bytes", url, w.Body.Len())
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%.80s: no JSON: %.200s", url, w.Body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		w := httptest.NewRecorder()
		r.mux.ServeHTTP(w, httptest.NewRequest(method, "/api/v1/flows", strings.NewReader("x")))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

func TestState(t *testing.T) {
	r := newRig(t)
	_, now := r.get("/api/v1/state?at=9999999999")
	_, then := r.get("/api/v1/state?at=" + text(r.now/second-4))
	if now["t"].(float64)-then["t"].(float64) != 4 || len(now["links"].([]any)) != 4 || now["u"] == nil {
		t.Errorf("now %v, then %v, links %v", now["t"], then["t"], now["links"])
	}
	if len(then["e"].([]any)) >= len(now["e"].([]any)) && len(then["e"].([]any)) != 0 {
		t.Logf("the elephant was there from the first second: %v", then["e"])
	}
	_, c := r.get("/api/v1/links/history?port=10.255.0.1/49")
	if len(c["t"].([]any)) == 0 || len(c["t"].([]any)) != len(c["out"].([]any)) {
		t.Errorf("%v", c)
	}
}

func TestCompressed(t *testing.T) {
	r := newRig(t)
	q := httptest.NewRequest(http.MethodGet, "/api/v1/flows", http.NoBody)
	q.Header.Set("Accept-Encoding", "br, gzip;q=0.5")
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, q)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || !json.Valid(text) {
		t.Errorf("%v %.100s", err, text)
	}
	q.Header.Set("Accept-Encoding", "gzip;q=0")
	w = httptest.NewRecorder()
	if r.mux.ServeHTTP(w, q); w.Header().Get("Content-Encoding") != "" {
		t.Error("who refuses gzip gets it")
	}
}

// document is openapi.json, as a client gets it.
func document(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDocument: the document speaks of the paths that there are, and each answer is as it says.
func TestDocument(t *testing.T) {
	r := newRig(t)
	doc := document(t)
	if _, served := r.get("/api/v1/openapi.json"); served["openapi"] != "3.1.0" {
		t.Error("the document is not served")
	}
	paths := doc["paths"].(map[string]any)
	var told []string
	for p := range paths {
		if p != "/explain" { // web answers it itself
			told = append(told, p)
		}
	}
	slices.Sort(told)
	if have := api.Paths(); !slices.Equal(told, have) {
		t.Errorf("the document has %v, the API %v", told, have)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///doc", doc); err != nil {
		t.Fatal(err)
	}
	for path, example := range map[string]string{
		"/topology": "", "/links": "", "/links/history": "?port=10.255.0.1/49", "/flows": "?limit=5", "/flows/{id}": elephant(), "/paths/{id}": elephant(), "/flows/{id}/history": elephant(),
		"/elephants": "", "/agents": "", "/agents/{agent}/sources": "10.255.0.1", "/drops": "", "/graph": "", "/alerts": "", "/doctor": "", "/state": "?at=9999999999",
	} {
		url := "/api/v1" + path + example
		if i := strings.Index(path, "{"); i >= 0 {
			_, rest, _ := strings.Cut(path[i:], "}")
			url = "/api/v1" + path[:i] + example + rest
		}
		s, err := c.Compile("mem:///doc#/paths/" + strings.ReplaceAll(strings.ReplaceAll(path, "~", "~0"), "/", "~1") + "/get/responses/200/content/application~1json/schema")
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		status, body := r.get(url)
		if status != http.StatusOK {
			t.Errorf("%s: %d", url, status)
		}
		if err := s.Validate(any(body)); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
