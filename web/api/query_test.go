package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"spoor/analytics"
	"spoor/analytics/links"
	"spoor/flow"
)

func asked(t *testing.T, raw string, names ...string) *query {
	t.Helper()
	return ask(&http.Request{URL: &url.URL{RawQuery: raw}}, names...)
}

// TestNumbers: numbers within their bounds; a limit beyond is the largest there is, for who asks for all means that.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]struct {
		clamped, strict int
		err             string // of the strict reading
	}{
		"":                     {7, 7, ""},
		"1":                    {1, 1, ""},
		"10":                   {10, 10, ""},
		"11":                   {10, 7, "n is 11: at most 10"},
		"0":                    {7, 7, "n is 0: at least 1"},
		"-1":                   {7, 7, "n is -1: at least 1"},
		"99999999999999999999": {10, 7, `n="99999999999999999999" is no whole number`},
		"1.5":                  {7, 7, `n="1.5" is no whole number`},
		"x":                    {7, 7, `n="x" is no whole number`},
	} {
		q := asked(t, "n="+text, "n")
		if got := q.number("n", 7, 1, 10, true); got != want.clamped {
			t.Errorf("%q, clamped: %d, want %d", text, got, want.clamped)
		}
		q = asked(t, "n="+text, "n")
		if got := q.number("n", 7, 1, 10, false); got != want.strict || want.err != "" && (q.err == nil || q.err.Error() != want.err) || want.err == "" && q.err != nil {
			t.Errorf("%q: %d %v, want %d %q", text, got, q.err, want.strict, want.err)
		}
	}
	if limit, skip := asked(t, "limit=9999&next=1000").page(1000); limit != 500 || skip != 1000 {
		t.Errorf("limit %d, next %d", limit, skip)
	}
	if limit, skip := asked(t, "").page(1000); limit != 50 || skip != 0 {
		t.Errorf("by default: limit %d, next %d", limit, skip)
	}
}

// TestAskBounds: a question of 2048 bytes is read, a text of 200; the first mistake is the one that is told.
func TestAskBounds(t *testing.T) {
	if q := asked(t, "a="+strings.Repeat("x", 2046), "a"); q.err != nil || len(q.values.Get("a")) != 2046 {
		t.Errorf("2048 bytes: %v", q.err)
	}
	if q := asked(t, "a="+strings.Repeat("x", 2047), "a"); q.err == nil || q.err.Error() != "the question is longer than 2048 bytes" {
		t.Errorf("2049 bytes: %v", q.err)
	}
	if q := asked(t, "a="+strings.Repeat("x", 200), "a"); q.text("a") == "" || q.err != nil {
		t.Errorf("a text of 200 bytes: %v", q.err)
	}
	if q := asked(t, "a="+strings.Repeat("x", 201), "a"); q.text("a") != "" || q.err == nil || q.err.Error() != "a is longer than 200 bytes" {
		t.Errorf("a text of 201 bytes: %v", q.err)
	}
	q := asked(t, "a=1&a=2", "a")
	q.number("b", 0, 1, 2, false)
	q.flowID("x")
	if q.err == nil || q.err.Error() != "the parameter a is given 2 times" {
		t.Errorf("of several mistakes: %v", q.err)
	}
	if q := asked(t, "b=1", "a", "c"); q.err == nil || q.err.Error() != `there is no parameter "b" here; there are: a, c` {
		t.Error(q.err)
	}
}

// TestTimes: Unix seconds or RFC 3339, nothing for now where that makes sense.
func TestTimes(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "1": 1, "1795313465": 1795313465, "2026-11-22T02:11:05Z": 1795313465, "2026-11-22T03:11:05%2B01:00": 1795313465, "0": 0, "x": 0, "2026-11-22": 0} {
		q := asked(t, "at="+text, "at")
		if got := q.at(false); got != want || (q.err != nil) != (want == 0 && text != "") {
			t.Errorf("%q: %d %v, want %d", text, got, q.err, want)
		}
	}
	if q := asked(t, "", "at"); q.at(true) != 0 || q.err == nil || !strings.HasPrefix(q.err.Error(), "at is missing") {
		t.Error(q.err)
	}
}

func TestFlowIDs(t *testing.T) {
	for text, want := range map[string]uint64{"00000000000000ab": 0xab, "FFFFFFFFFFFFFFFF": 1<<64 - 1} {
		q := &query{}
		if got := q.flowID(text); got != want || q.err != nil {
			t.Errorf("%q: %#x %v", text, got, q.err)
		}
	}
	for _, text := range []string{"", "ab", "00000000000000abc", "00000000000000xy", "+0000000000000ab", "0x000000000000ab"} {
		q := &query{}
		if q.flowID(text); q.err == nil {
			t.Errorf("%q is an id", text)
		}
	}
}

// TestPages: next leads to the row behind the page, and to none at the end or beyond the depth.
func TestPages(t *testing.T) {
	for _, tc := range []struct {
		n, skip, total, depth int
		want                  string
	}{
		{2, 0, 5, 100, "2"}, {2, 2, 5, 100, "4"}, {1, 4, 5, 100, ""}, {2, 0, 2, 100, ""}, {0, 9, 5, 100, ""}, {0, 0, 5, 100, ""}, {2, 2, 50, 4, ""}, {2, 1, 50, 4, "3"},
	} {
		next := ""
		if l := newList(nil, tc.n, tc.skip, tc.total, tc.depth); l.Next != nil {
			next = *l.Next
		}
		if next != tc.want {
			t.Errorf("%+v: next %q", tc, next)
		}
	}
	all := []int{1, 2, 3, 4, 5}
	for want, got := range map[string][]int{"[1 2]": cut(all, 0, 2), "[3 4]": cut(all, 2, 2), "[5]": cut(all, 4, 2), "[]": cut(all, 5, 2)} {
		if fmt.Sprint(got) != want || got == nil {
			t.Errorf("%v, want %s", got, want)
		}
	}
	if text, _ := json.Marshal(cut[int](nil, 3, 2)); string(text) != "[]" {
		t.Errorf("a page of nothing is %s, where a list is promised", text)
	}
}

// TestEnter: who finds all places taken waits two seconds for one, and goes when nobody waits for the answer any more.
func TestEnter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &API{searches: make(chan struct{}, 1)}
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		if !a.enter(httptest.NewRecorder(), r) {
			t.Fatal("a free place is not given")
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if a.enter(httptest.NewRecorder(), r.WithContext(gone)) {
			t.Error("there are two in one place")
		}
		w := httptest.NewRecorder()
		begin := time.Now()
		if a.enter(w, r) || w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || time.Since(begin) != 2*time.Second {
			t.Errorf("%d %v after %v", w.Code, w.Header(), time.Since(begin))
		}
		done := make(chan bool)
		go func() { done <- a.enter(httptest.NewRecorder(), r) }()
		synctest.Wait() // it waits for a place
		a.leave()
		if !<-done {
			t.Error("a place that was left is not given")
		}
	})
}

// TestLinkAnswer: what is not known is null, never 0.
func TestLinkAnswer(t *testing.T) {
	null := func(x linkJSON, names ...string) {
		t.Helper()
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range []string{"id", "link", "port", "speed_bps", "rate_bps", "utilization", "age_seconds", "over_seconds", "discards_per_second", "errors_per_second", "samples_to_counters", "unaccounted"} {
			if v, there := m[name]; there && v == nil {
				got = append(got, name)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(names) {
			t.Errorf("null are %v, want %v", got, names)
		}
	}
	l := analytics.LinkLoad{Load: links.Load{Frames: -1, Discards: -1, Errors: -1}}
	null(newLink(&l), "id", "link", "port", "speed_bps", "rate_bps", "utilization", "age_seconds", "over_seconds", "discards_per_second", "errors_per_second", "samples_to_counters", "unaccounted")
	l.Load = links.Load{Source: links.Counters, Bits: 250e6, Discards: 0, Errors: 2}
	null(newLink(&l), "id", "link", "port", "speed_bps", "utilization", "samples_to_counters", "unaccounted")
	l.Speed, l.Samples, l.Agreement, l.GapKnown, l.LinkID, l.Link, l.Port = 1e9, 500, 1.02, true, "x", "a>b", "swp1"
	x := newLink(&l)
	null(x)
	if *x.Utilization != 0.25 || *x.Rate != 250e6 || *x.Agreement != 1.02 || *x.Errors != 2 || *x.Discards != 0 || x.Unaccounted.Verdict != "accounted" {
		t.Errorf("%+v", x)
	}
	if share(-1) != nil || *share(0) != 0 || *share(250) != 0.25 {
		t.Error("a share is per mille, unknown below 0")
	}
	if p := newPort(&flow.Port{Switch: "host"}); p.Agent != nil || p.IfIndex != nil || p.Port != nil {
		t.Errorf("%+v", p)
	}
	if p := newPort(&flow.Port{Switch: "leaf1", Agent: flow.AddrFrom4([4]byte{10, 255, 0, 1}), IfIndex: 7, Name: "swp7"}); *p.Agent != "10.255.0.1" || *p.IfIndex != 7 || *p.Port != "swp7" {
		t.Errorf("%+v", p)
	}
}

// TestPacked: answers from a KiB on are compressed for those who take it; the length that is told is that of what is sent.
func TestPacked(t *testing.T) {
	for _, tc := range []struct {
		size   int
		accept string
		want   string
	}{{1023, "gzip", ""}, {1024, "gzip", "gzip"}, {1024, "", ""}, {1024, "gzip;q=0", ""}, {0, "gzip", ""}} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			h := packed(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusTeapot)
				_, _ = w.Write([]byte(strings.Repeat("x", tc.size)))
			})
			r := httptest.NewRequest(method, "/", http.NoBody)
			r.Header.Set("Accept-Encoding", tc.accept)
			w := httptest.NewRecorder()
			h(w, r)
			if w.Code != http.StatusTeapot || w.Header().Get("Content-Encoding") != tc.want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%+v: %d %v", tc, w.Code, w.Header())
			}
			told := w.Header().Get("Content-Length")
			if sent := fmt.Sprint(w.Body.Len()); method == http.MethodGet && told != sent || method == http.MethodHead && w.Body.Len() != 0 || tc.want == "" && told != fmt.Sprint(tc.size) {
				t.Errorf("%s of %+v: %s bytes told, %s sent", method, tc, told, sent)
			}
		}
	}
}
